"""The municipal system (市区町村システム): feeders, readers and a database of its own."""

"""情報照会: asking other bodies through the union, and what came back."""

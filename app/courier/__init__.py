"""``madoguchi courier``: seals and opens containers at the municipal system's side, by two."""

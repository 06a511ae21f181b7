"""Yearly runs (年次処理) over a municipality: what is worked off in pieces."""

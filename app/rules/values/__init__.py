"""Kinds of value (DESIGN 1.11): one check per kind, used by entry, codec, union and search.

A function takes what was typed and gives its normal form with what was written, or raises a
UserError that names the field, what is wrong with it and what to do. Pure.
"""

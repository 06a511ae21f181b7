"""The version of the program, as every part of it says it."""

VERSION = "0.1.0"

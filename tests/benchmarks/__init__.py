"""Figures to reach (DESIGN 9), measured by ``make bench``. See ``frame`` for adding one."""

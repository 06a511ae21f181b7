"""The menu of one person: what the registry puts there and the store permits (SEC-30)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.security.spec import Actor, Catalog
from app.ui.shell.window import MenuEntry

_WITH_KEYS = 9


def menu_entries(catalog: Catalog, permitted: Collection[str]) -> tuple[MenuEntry, ...]:
    """The entries in the order of areas and functions; the first nine have Alt+1 … Alt+9."""
    return tuple(_entries(catalog, permitted))


def _entries(catalog: Catalog, permitted: Collection[str]) -> Iterator[MenuEntry]:
    number = 0
    for area in catalog.areas:
        for function in catalog.of_area(area.id):
            if function.menu and function.actor is Actor.STAFF and function.id in permitted:
                number += 1
                key = f"Alt+{number}" if number <= _WITH_KEYS else ""
                yield MenuEntry(function.id, function.label, area.label, key)

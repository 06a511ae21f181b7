"""Laid first on the path of a program, this notes every address that it and its children connect
or bind to, or ask a name service for, as lines of JSON in the file that MADOGUCHI_WATCH names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_EVENTS = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}
"""At which place an event tells the address."""


def _note(event: str, given: tuple[object, ...]) -> None:
    at = _EVENTS.get(event)
    if at is None:
        return
    address = given[at]
    if isinstance(address, tuple):
        told: object = [str(address[0]), address[1]]
    else:
        told = str(address)
    line = json.dumps({"event": event, "address": told, "argv": sys.argv[:4]})
    with Path(os.environ["MADOGUCHI_WATCH"]).open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")


if "MADOGUCHI_WATCH" in os.environ:
    sys.addaudithook(_note)

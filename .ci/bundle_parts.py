"""What the bundle carries besides code: the configured fonts and every licence text.

Entries are PyInstaller's: (place inside the bundle, file, "DATA").
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

Entry = tuple[str, str, str]

COMMON = Path("/usr/share/common-licenses")
WHOLE_TEXTS = ("Apache-2.0", "LGPL-3", "GPL-3", "MPL-2.0")
BUILD_TOOLS = {"pip", "setuptools", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph"}
_LICENCE_NAMES = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


def font_entries(config: Path) -> Iterator[Entry]:
    """The file of every configured font, unmodified, beside the list, with its licence."""
    licences: set[str] = set()
    for font in tomllib.loads(config.read_text(encoding="utf-8"))["font"]:
        places = [config.parent / name for name in font["files"]]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            if font.get("required", True):
                sys.exit(f"bundle: no file of the font {font['name']}")
            continue
        if found.parent == config.parent:
            continue  # lies in resources/fonts with its licence and is taken from there
        inside = f"resources/fonts/{found.name}"
        if found.name not in font["files"]:
            sys.exit(f"bundle: fonts.toml does not look for {found.name} beside itself")
        yield inside, str(found), "DATA"
        package = owner(found)
        if package not in licences:
            licences.add(package)
            text = Path("/usr/share/doc") / package / "copyright"
            yield f"resources/licences/fonts/{package}.txt", str(text), "DATA"


def owner(file: Path) -> str:
    """The Debian package that brought this file."""
    command = ["/usr/bin/dpkg", "-S", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return answer.stdout.partition(":")[0]


def licence_entries() -> Iterator[Entry]:
    """Licence files of every installed package, of Python, and the texts they refer to."""
    for package in distributions():
        name = package.metadata["Name"].lower()
        if name not in BUILD_TOOLS:
            yield from _package_licences(name, package)
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    debian = Path(f"/usr/share/doc/python{sysconfig.get_python_version()}/copyright")
    for text in (python, debian):
        if text.is_file():
            yield f"resources/licences/python/CPython/{text.name}", str(text), "DATA"
            break
    for name in WHOLE_TEXTS:
        if (COMMON / name).is_file():
            yield f"resources/licences/{name}.txt", str(COMMON / name), "DATA"


def _package_licences(name: str, package: Distribution) -> Iterator[Entry]:
    for file in package.files or ():
        inside = PurePosixPath(file)
        in_metadata = inside.parts[0].endswith(".dist-info")
        named_so = inside.name.upper().startswith(_LICENCE_NAMES)
        if in_metadata and (named_so or inside.parts[1] == "licenses"):
            place = "-".join(inside.parts[1:])
            yield f"resources/licences/python/{name}/{place}", str(file.locate()), "DATA"

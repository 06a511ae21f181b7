"""What the bundle carries besides code: the configured fonts and every licence text.

Entries are PyInstaller's: (place inside the bundle, file, "DATA").

python .ci/bundle_parts.py carry FOLDER    collects, on Debian, the fonts and the licence texts that
another system has no package of; laid over the tree there, the build takes them from it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

Entry = tuple[str, str, str]

ROOT = Path(__file__).resolve().parents[1]
LICENCES = ROOT / "resources" / "licences"
COMMON = Path("/usr/share/common-licenses")
WHOLE_TEXTS = ("Apache-2.0", "LGPL-3", "GPL-3", "MPL-2.0")
BUILD_TOOLS = {"pip", "setuptools", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph"}
_LICENCE_NAMES = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


PLUGINS = {
    "platforms": ("qxcb", "qoffscreen", "qwindows", "qcocoa"),
    "platforminputcontexts": ("ibus", "compose"),
    "xcbglintegrations": ("qxcb-glx",),
    "imageformats": (),
    "iconengines": (),
    "styles": ("qmodernwindowsstyle", "qmacstyle"),
    "printsupport": (),
}
"""Every plugin of Qt that is shipped, by its folder and name. A platform plugin shows the screen
somewhere else (qvnc over the network); what is not named here stays out."""


def is_needed_plugin(place: str) -> bool:
    """Whether a file of the bundle is no plugin of Qt, or one that is shipped."""
    parts = PurePosixPath(place.replace("\\", "/")).parts
    if "plugins" not in parts or "PySide6" not in parts:
        return True
    folder, name = parts[parts.index("plugins") + 1], parts[-1]
    return any(one in name for one in PLUGINS.get(folder, ()))


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
        if found.parent == config.parent:  # carried here; ``resources`` is taken whole
            if not licence_beside(found).is_file():
                sys.exit(f"bundle: {found.name} has no {licence_beside(found).name} beside it")
            continue
        inside = f"resources/fonts/{found.name}"
        if found.name not in font["files"]:
            sys.exit(f"bundle: fonts.toml does not look for {found.name} beside itself")
        yield inside, str(found), "DATA"
        package = owner(found)
        if package not in licences:
            licences.add(package)
            text = Path("/usr/share/doc") / package / "copyright"
            yield f"resources/licences/fonts/{package}.txt", str(text), "DATA"


def licence_beside(font: Path) -> Path:
    """Where the licence of a carried font lies."""
    return font.with_name(f"{font.name}.licence.txt")


def carry(config: Path, folder: Path) -> None:
    """Lay every configured font of this machine, its licence, and the whole texts into
    ``folder`` as they lie in the tree."""
    fonts, texts = folder / "resources" / "fonts", folder / "resources" / "licences"
    for place in (fonts, texts):
        place.mkdir(parents=True, exist_ok=True)
    for inside, file, _ in font_entries(config):
        if not inside.startswith("resources/fonts/"):
            continue
        shutil.copyfile(file, fonts / Path(file).name)
        copyright_text = Path("/usr/share/doc") / owner(Path(file)) / "copyright"
        shutil.copyfile(copyright_text, licence_beside(fonts / Path(file).name))
    for name in WHOLE_TEXTS:
        shutil.copyfile(COMMON / name, texts / f"{name}.txt")


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
    windows = Path(sys.base_prefix) / "LICENSE.txt"
    text = next((text for text in (python, debian, windows) if text.is_file()), None)
    if text is None:
        sys.exit("bundle: no licence text of Python")
    yield f"resources/licences/python/CPython/{text.name}", str(text), "DATA"
    for name in WHOLE_TEXTS:
        if (COMMON / name).is_file():
            yield f"resources/licences/{name}.txt", str(COMMON / name), "DATA"
        elif not (LICENCES / f"{name}.txt").is_file():
            sys.exit(f"bundle: no text of the licence {name}")


def _package_licences(name: str, package: Distribution) -> Iterator[Entry]:
    for file in package.files or ():
        inside = PurePosixPath(file)
        in_metadata = inside.parts[0].endswith(".dist-info")
        named_so = inside.name.upper().startswith(_LICENCE_NAMES)
        if in_metadata and (named_so or inside.parts[1] == "licenses"):
            place = "-".join(inside.parts[1:])
            yield f"resources/licences/python/{name}/{place}", str(file.locate()), "DATA"


if __name__ == "__main__":
    if sys.argv[1:2] != ["carry"] or len(sys.argv) != 3:
        sys.exit(__doc__)
    carry(ROOT / "resources" / "fonts" / "fonts.toml", Path(sys.argv[2]))

"""What is inside the bundle: lists it, and fails when something is there that must not be.

python .ci/bundle_contents.py dist/madoguchi > list
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

sys.path.insert(0, str(ROOT / ".ci"))
from bundle_parts import is_needed_plugin  # noqa: E402

from app.main import NOT_IN_PRODUCTION  # noqa: E402

SERVERS_AND_TESTS = ("starlette", "uvicorn", "psycopg", "pytest", "hypothesis", "tests")
FORBIDDEN = (*NOT_IN_PRODUCTION, *SERVERS_AND_TESTS)
NEEDED_MODULES = (
    "app.main",
    "app.catalog",
    "app.start.self_check",
    "db.migrations.env",
    "forms.press",
)
NEEDED_FILES = (
    "_internal/resources/fonts/fonts.toml",
    "_internal/resources/licences/third-party.md",
    "_internal/resources/licences/sbom.cdx.json",
    "_internal/resources/tables/copay_thresholds.toml",
    "_internal/fido2/public_suffix_list.dat",
)
OF_A_SYSTEM = {
    "linux": (
        "_internal/PySide6/Qt/plugins/platforms/libqxcb.so",
        "_internal/PySide6/Qt/plugins/platforms/libqoffscreen.so",
    ),
    "win32": (
        "_internal/PySide6/plugins/platforms/qwindows.dll",
        "_internal/PySide6/plugins/styles/qmodernwindowsstyle.dll",
    ),
}
"""What the screen needs of Qt on each system; nothing imports it, so nothing else would miss it."""
FONTS = tuple(
    font["files"][0]
    for font in tomllib.loads((ROOT / "resources" / "fonts" / "fonts.toml").read_text("utf-8"))[
        "font"
    ]
    if font.get("required", True)
)
NEEDED_LICENCES = ("Apache-2.0", "LGPL-3", "GPL-3", "MPL-2.0")


def modules(program: Path) -> list[str]:
    """Every Python module in the program's archives, from the archives themselves."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(program))
    found = [name for name, entry in archive.toc.items() if entry[-1] in "smM"]
    for name, entry in archive.toc.items():
        if entry[-1] in "zZ":
            found += archive.open_embedded_archive(name).toc
    return sorted(found)


def files(folder: Path) -> list[str]:
    """Every file of the bundle, by its place in it."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def needed_files(system: str) -> list[str]:
    """What a bundle for this system (``sys.platform``) cannot work or be handed on without."""
    needed = [*NEEDED_FILES, *OF_A_SYSTEM.get(system, ())]
    needed += [f"_internal/resources/fonts/{name}" for name in FONTS]
    needed += [f"_internal/resources/licences/{name}.txt" for name in NEEDED_LICENCES]
    return needed


def faults(
    module_names: Iterable[str], file_names: Iterable[str], system: str = sys.platform
) -> list[str]:
    """What must not be there, and what is not there and must be."""
    held, placed = set(module_names), set(file_names)
    wrong = [f"must not be inside: {name}" for name in sorted(held) if _forbidden(name)]
    wrong += [f"no plugin of ours: {name}" for name in sorted(placed) if not is_needed_plugin(name)]
    wrong += [
        f"must not be inside: {name}"
        for name in sorted(placed)
        if any(_forbidden(dotted) for dotted in _dotted(name))
    ]
    wrong += [f"is missing: {name}" for name in NEEDED_MODULES if name not in held]
    wrong += [f"is missing: {name}" for name in needed_files(system) if name not in placed]
    return wrong


def _forbidden(name: str) -> bool:
    return any(name == part or name.startswith(part + ".") for part in FORBIDDEN)


def _dotted(file: str) -> list[str]:
    """A file's place as module names, whatever folder of the bundle it lies in."""
    parts = file.removesuffix(".py").removesuffix(".pyc").split("/")
    return [".".join(parts[start:]) for start in range(len(parts))]


def main(folder: Path) -> int:
    """Print the list; 1 and the faults on stderr when the bundle is not what it must be."""
    program = folder / ("madoguchi.exe" if sys.platform == "win32" else "madoguchi")
    module_names, file_names = modules(program), files(folder)
    print("\n".join(["# modules", *module_names, "", "# files", *file_names]))
    wrong = faults(module_names, file_names)
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

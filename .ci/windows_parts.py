"""What only a Windows program carries: its version resource and its manifest."""

from __future__ import annotations

from pathlib import Path

MANIFEST = Path(__file__).resolve().parent / "windows.manifest"
_JAPANESE_UNICODE = "041104B0"


def version_resource(version: str) -> str:
    """The version resource in PyInstaller's own writing, for ``EXE(version=…)``.

    ``version`` is "1.2.3". The installer reads it back from the program.
    """
    numbers = tuple([*map(int, version.split(".")), 0, 0, 0, 0][:4])
    dotted = ".".join(map(str, numbers))
    texts = {
        "CompanyName": "Madoguchi",
        "FileDescription": "窓口（後期高齢者医療制度 窓口端末）",
        "FileVersion": dotted,
        "InternalName": "madoguchi",
        "OriginalFilename": "madoguchi.exe",
        "ProductName": "窓口",
        "ProductVersion": version,
    }
    strings = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in texts.items())
    return (
        "VSVersionInfo(\n"
        f"  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0,\n"
        "    OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),\n"
        "  kids=[\n"
        f"    StringFileInfo([StringTable({_JAPANESE_UNICODE!r}, [{strings}])]),\n"
        "    VarFileInfo([VarStruct('Translation', [0x0411, 0x04B0])]),\n"
        "  ],\n"
        ")\n"
    )


def write_version_resource(version: str, folder: Path) -> Path:
    """Write it where the build can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "version.txt"
    file.write_text(version_resource(version), encoding="utf-8")
    return file

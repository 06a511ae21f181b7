"""What may be in the production bundle: read back from real archives, and each fault is told."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.main import NOT_IN_PRODUCTION

ROOT = Path(__file__).resolve().parents[2]


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


contents = _load("bundle_contents")
parts = _load("bundle_parts")
MODULES = [*contents.NEEDED_MODULES, "app.security.gate.gate", "apparatus", "app.peersonal"]
FILES = [*contents.needed_files(sys.platform), "madoguchi", "_internal/app_notes.txt"]


def test_a_production_bundle_has_no_fault() -> None:
    assert contents.faults(MODULES, FILES) == []


@pytest.mark.parametrize(
    "name",
    [
        "app.peers",
        "app.peers.union.office.decisions",
        "app.training.software_key",
        "app.demo",
        "app.demo.script",
        "starlette.applications",
        "uvicorn",
        "psycopg",
        "pytest",
        "tests.support.world",
    ],
)
def test_what_must_not_be_inside_is_named(name: str) -> None:
    assert contents.faults([*MODULES, name], FILES) == [f"must not be inside: {name}"]


@pytest.mark.parametrize(
    "file",
    [
        "_internal/app/training/software_key.py",
        "app/peers/union/office/seed.pyc",
        "_internal/psycopg/pq.so",
    ],
)
def test_a_file_of_it_is_found_too(file: str) -> None:
    assert contents.faults(MODULES, [*FILES, file]) == [f"must not be inside: {file}"]


def test_what_is_needed_and_missing_is_named() -> None:
    needed = [*contents.NEEDED_MODULES, *contents.needed_files(sys.platform)]
    assert contents.faults([], []) == [f"is missing: {name}" for name in needed]


def test_the_production_list_is_that_of_the_design() -> None:
    """peers, training (the software key is in it) and the demonstration, DESIGN 8."""
    assert set(NOT_IN_PRODUCTION) == {"app.peers", "app.training", "app.demo"}
    assert (ROOT / "app" / "training" / "software_key.py").is_file()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program file with two archives inside each other, as PyInstaller writes them."""
    from PyInstaller.archive.writers import CArchiveWriter, ZlibArchiveWriter

    names = ("app", "app.training", "app.training.software_key")
    source = tmp_path / "module.py"
    source.write_text("")
    code = compile("", "module", "exec")
    pyz = tmp_path / "PYZ.pyz"
    entries = [(name, str(source), "PYMODULE") for name in names]
    ZlibArchiveWriter(str(pyz), entries, dict.fromkeys(names, code))
    archive = tmp_path / "archive"
    CArchiveWriter(str(archive), [("PYZ.pyz", str(pyz), False, "z")], "libpython.so")
    starter = tmp_path / "madoguchi"
    starter.write_bytes(b"\x7fELF" + bytes(64) + archive.read_bytes())
    return starter


def test_modules_are_read_from_the_program_itself(program: Path) -> None:
    assert "app.training.software_key" in contents.modules(program)


def test_the_check_ends_with_1_and_says_why(
    program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert contents.main(program.parent) == 1
    told = capsys.readouterr()
    assert "must not be inside: app.training.software_key" in told.err
    assert "app.training.software_key" in told.out


def _config(folder: Path, text: str) -> Path:
    config = folder / "resources" / "fonts" / "fonts.toml"
    config.parent.mkdir(parents=True)
    config.write_text(text, encoding="utf-8")
    return config


def test_every_configured_font_goes_in_unmodified_with_its_licence() -> None:
    entries = {place: Path(file) for place, file, _ in parts.font_entries(_shipped())}
    fonts = {place for place in entries if place.startswith("resources/fonts/")}
    assert {"resources/fonts/ipaexm.ttf", "resources/fonts/ipamjm.ttf"} <= fonts
    for place in fonts:
        licence = f"resources/licences/fonts/{parts.owner(entries[place])}.txt"
        assert entries[licence].stat().st_size > 1000


def _shipped() -> Path:
    return ROOT / "resources" / "fonts" / "fonts.toml"


def test_a_required_font_without_a_file_stops_the_build(tmp_path: Path) -> None:
    config = _config(tmp_path, '[[font]]\nname = "Needed"\nfiles = ["needed.ttf"]\n')
    with pytest.raises(SystemExit, match="no file of the font Needed"):
        list(parts.font_entries(config))


def test_a_font_that_the_bundled_list_would_not_find_stops_the_build(tmp_path: Path) -> None:
    font = tmp_path / "other.ttf"
    font.touch()
    config = _config(tmp_path, f'[[font]]\nname = "Other"\nfiles = ["x.ttf", "{font}"]\n')
    with pytest.raises(SystemExit, match=r"does not look for other\.ttf"):
        list(parts.font_entries(config))


def test_licences_of_packages_and_the_whole_texts_go_in() -> None:
    places = {place for place, _, _ in parts.licence_entries()}
    for part in ("sqlalchemy", "fido2", "reportlab", "CPython"):
        assert any(place.startswith(f"resources/licences/python/{part}/") for place in places), part
    assert {f"resources/licences/{name}.txt" for name in parts.WHOLE_TEXTS} <= places


def test_every_text_that_the_notices_name_is_collected() -> None:
    notices = (ROOT / "resources" / "licences" / "third-party.md").read_text(encoding="utf-8")
    places = {place for place, _, _ in parts.licence_entries()}
    for name in re.findall(r"`([\w.-]+\.txt)`", notices):
        assert f"resources/licences/{name}" in places
    for folder in re.findall(r"`python/([\w.-]+)`", notices):
        assert any(place.startswith(f"resources/licences/python/{folder}/") for place in places)


def test_the_bundle_s_environment_holds_no_server_and_no_test_tool() -> None:
    lock = (ROOT / "requirements-bundle.lock").read_text(encoding="utf-8")
    names = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    assert {"pyinstaller", "sqlcipher3"} <= names
    assert names.isdisjoint({"starlette", "uvicorn", "psycopg", "pytest", "hypothesis"})


def test_pins_are_those_that_are_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    tested = pins("requirements.lock")
    for name in ("requirements-runtime.lock", "requirements-bundle.lock"):
        assert pins(name).items() <= tested.items()
    assert sys.version_info[:2] >= (3, 11)


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),  # the screen, over the network
        ("PySide6/Qt/plugins/platforms/libqlinuxfb.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6\\plugins\\platforms\\qminimal.dll", False),
        ("PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", True),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("resources/style/madoguchi.qss", True),
    ],
)
def test_only_the_plugins_that_are_needed_ship(place: str, kept: bool) -> None:
    assert parts.is_needed_plugin(place) is kept
    here = [] if kept else [f"no plugin of ours: {place}"]
    assert contents.faults(MODULES, [*FILES, place]) == here

"""What the Windows bundle is made from: wheels, version resource, manifest, installer, fonts.

The texts are read by what will read them there (PyInstaller's own code, pip's own tags) where that
runs here; nothing is asked of a network.
"""

from __future__ import annotations

import configparser
import importlib.util
import re
import shutil
import sys
import tomllib
import types
from pathlib import Path, PureWindowsPath
from types import ModuleType
from xml.etree import ElementTree

import pytest

from app.core.version import VERSION
from app.main import default_data

ROOT = Path(__file__).resolve().parents[2]


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


wheels = _load("windows_wheels")
windows = _load("windows_parts")
contents = _load("bundle_contents")
parts = _load("bundle_parts")
LOCK = (ROOT / "requirements-bundle.lock").read_text(encoding="utf-8")
LIST = (ROOT / ".ci" / "windows-wheels.txt").read_text(encoding="utf-8")


class TestWheels:
    def test_every_package_of_the_bundle_has_one(self) -> None:
        assert wheels.faults(LOCK, LIST) == []

    def test_the_packages_are_those_of_windows(self) -> None:
        names = {package.name for package in wheels.locked(LOCK) if package.on_windows}
        assert {"pyside6-essentials", "sqlcipher3", "pywin32-ctypes", "pefile"} <= names
        assert not names & {"secretstorage", "jeepney", "macholib", "psycopg", "pytest"}
        direct = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for wanted in direct["dependencies"]:
            name = re.split(r"[=;]", wanted)[0].strip().lower()
            assert (name in names) is ("linux" not in wanted), wanted

    @pytest.mark.parametrize("name", ["sqlcipher3", "altgraph", "pywin32_ctypes"])
    def test_one_that_is_missing_is_told(self, name: str) -> None:
        less = "".join(line for line in LIST.splitlines(True) if not line.startswith(name))
        told = name.replace("_", "-")
        assert wheels.faults(LOCK, less) == [f"{told}: no wheel for win_amd64"]

    @pytest.mark.parametrize(
        ("was", "becomes", "told"),
        [
            ("cp312-cp312-win_amd64", "cp312-cp312-manylinux_2_28_x86_64", "not for win_amd64"),
            ("cp312-cp312-win_amd64", "cp312-cp312-win_arm64", "not for win_amd64"),
            ("cp312-cp312-win_amd64", "cp313-cp313-win_amd64", "not for win_amd64"),
            ("sqlcipher3-0.6.4", "sqlcipher3-0.6.3", "the lock says"),
            ("sqlcipher3-0.6.4", "secretstorage-0.6.4", "not of the Windows bundle"),
        ],
    )
    def test_another_wheel_is_told(self, was: str, becomes: str, told: str) -> None:
        line = next(line for line in LIST.splitlines(True) if line.startswith("sqlcipher3"))
        (fault, *_) = wheels.faults(LOCK, LIST.replace(line, line.replace(was, becomes)))
        assert told in fault

    def test_another_hash_is_told(self) -> None:
        line = next(line for line in LIST.splitlines() if line.startswith("sqlcipher3"))
        file, digest = line.split()
        other = digest[:-1] + ("0" if digest[-1] != "0" else "1")
        (fault,) = wheels.faults(LOCK, LIST.replace(digest, other))
        assert fault == f"{file}: its hash does not stand in the lock"

    def test_names_and_hashes_stand_there_and_no_address(self) -> None:
        for line in LIST.splitlines()[1:]:
            assert re.fullmatch(r"[\w.+-]+\.whl  [0-9a-f]{64}", line), line
        assert "//" not in LIST


class TestVersion:
    @pytest.fixture
    def versioninfo(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        """PyInstaller's own reader; what it imports of Windows is not used by reading."""
        import PyInstaller.compat

        monkeypatch.setitem(sys.modules, "pefile", types.ModuleType("pefile"))
        monkeypatch.setattr(PyInstaller.compat, "win32api", None, raising=False)
        monkeypatch.setattr(PyInstaller.compat, "pywintypes", None, raising=False)
        return importlib.import_module("PyInstaller.utils.win32.versioninfo")

    def test_windows_reads_the_program_s_own_version(
        self, versioninfo: ModuleType, tmp_path: Path
    ) -> None:
        file = windows.write_version_resource("12.3.4", tmp_path / "build")
        info = versioninfo.load_version_info_from_text_file(str(file))
        raw = info.toRaw()
        for text in ("12.3.4.0", "12.3.4", "窓口", "madoguchi.exe"):
            assert text.encode("utf-16-le") in raw
        assert (info.ffi.fileVersionMS, info.ffi.fileVersionLS) == (12 << 16 | 3, 4 << 16)

    def test_the_build_gives_it_its_own(self, versioninfo: ModuleType, tmp_path: Path) -> None:
        file = windows.write_version_resource(VERSION, tmp_path)
        assert (
            VERSION.encode("utf-16-le")
            in versioninfo.load_version_info_from_text_file(str(file)).toRaw()
        )


class TestManifest:
    def settings(self) -> dict[str, str]:
        """What stands in the manifest that PyInstaller makes of ours."""
        from PyInstaller.utils.win32.winmanifest import create_application_manifest

        whole = create_application_manifest(windows.MANIFEST.read_bytes(), False, False)
        tree = ElementTree.fromstring(whole)
        (level,) = tree.iter("{urn:schemas-microsoft-com:asm.v3}requestedExecutionLevel")
        found = {"level": level.get("level", "")}
        for settings in tree.iter("{urn:schemas-microsoft-com:asm.v3}windowsSettings"):
            for setting in settings:
                found[setting.tag.partition("}")[2]] = (setting.text or "").strip()
        return found

    def test_paths_may_be_long_and_texts_are_utf_8(self) -> None:
        settings = self.settings()
        assert settings["longPathAware"] == "true"
        assert settings["activeCodePage"] == "UTF-8"
        assert settings["dpiAwareness"] == "PerMonitorV2"

    def test_no_administrator_is_asked_for(self) -> None:
        assert self.settings()["level"] == "asInvoker"


class Installer:
    """The installer's sections, as Inno Setup reads them: keys of [Setup], lines elsewhere."""

    text = (ROOT / ".ci" / "madoguchi.iss").read_text(encoding="utf-8")

    @classmethod
    def setup(cls) -> dict[str, str]:
        reader = configparser.ConfigParser(strict=True, comment_prefixes=(";", "#"), delimiters="=")
        reader.optionxform = str  # type: ignore[assignment, method-assign]
        (part,) = re.findall(r"^\[Setup\]\n(.*?)^\[", cls.text, re.DOTALL | re.MULTILINE)
        reader.read_string("[Setup]\n" + part, "setup")
        return dict(reader["Setup"])

    @classmethod
    def lines(cls, section: str) -> list[str]:
        found = re.search(rf"^\[{section}\]\n(.*?)(^\[|\Z)", cls.text, re.DOTALL | re.MULTILINE)
        assert found, section
        return [line for line in found[1].splitlines() if line and not line.startswith(";")]


class TestInstaller:
    def test_the_counter_s_account_may_not_write_where_the_program_lies(self) -> None:
        setup = Installer.setup()
        assert setup["PrivilegesRequired"] == "admin"
        assert "PrivilegesRequiredOverridesAllowed" not in setup
        assert setup["DefaultDirName"].startswith("{autopf}\\")
        assert setup["DisableDirPage"] == "yes"
        assert setup["ArchitecturesInstallIn64BitMode"] == "x64compatible"
        assert "Permissions:" not in Installer.text

    def test_the_data_are_the_account_s_and_left_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sections = re.findall(r"^\[(\w+)\]", Installer.text, re.MULTILINE)
        assert not set(sections) & {"Dirs", "UninstallDelete", "Registry", "Code"}
        for line in Installer.lines("InstallDelete"):
            assert 'Name: "{app}\\_internal"' in line
        for line in Installer.lines("Files"):
            assert 'DestDir: "{app}"' in line
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.delenv("MADOGUCHI_DATA", raising=False)
        monkeypatch.setenv("LOCALAPPDATA", "C:\\Users\\係 髙﨑\\AppData\\Local")
        assert PureWindowsPath(default_data()).name.endswith("Madoguchi")
        assert str(default_data()).startswith("C:\\Users\\係 髙﨑\\AppData\\Local")

    def test_the_version_is_the_program_s(self) -> None:
        assert Installer.setup()["AppVersion"] == "{#Version}"
        assert VERSION not in Installer.text
        assert 'GetStringFileInfo(Program, "ProductVersion")' in Installer.text

    def test_every_shortcut_is_a_command_of_the_program(self) -> None:
        from app.main import parser

        text = parser().format_help()
        commands = set()
        for line in Installer.lines("Icons"):
            found = re.search(r'Parameters: "(?:/k ""\{app\}\\madoguchi\.exe"" )?([\w-]+)"', line)
            assert found, line
            commands.add(found[1])
        assert commands == {"run", "found", "self-check"}
        assert all(command in text for command in commands)

    def test_it_runs_only_where_the_manifest_holds(self) -> None:
        assert tuple(map(int, Installer.setup()["MinVersion"].split("."))) >= (10, 0, 18362)

    def test_what_it_packs_is_what_the_recipe_builds(self) -> None:
        recipe = (ROOT / "build.spec").read_text(encoding="utf-8")
        assert 'COLLECT(exe, analysis.binaries, analysis.datas, name="madoguchi")' in recipe
        assert 'Source: "..\\dist\\madoguchi\\*"' in Installer.text


class TestRecipe:
    def test_the_steps_are_those_of_the_other_bundle(self) -> None:
        steps = (ROOT / ".ci" / "bundle.cmd").read_text(encoding="utf-8")
        version = "{}.{}".format(*wheels.PYTHON)
        assert f"py -{version} -m venv" in steps
        for step in (
            "--require-hashes -r requirements-bundle.lock",
            "windows_wheels.py",
            "PyInstaller --noconfirm --log-level WARN build.spec",
            "bundle_contents.py",
            "madoguchi.exe self-check",
            "madoguchi.iss",
        ):
            assert step in steps
        told = [
            line for line in steps.splitlines() if not line.startswith(("@", "rem", "set", "cd"))
        ]
        assert all(line.endswith("|| exit /b 1") for line in told)

    def test_windows_lines_end_as_cmd_wants_them(self) -> None:
        attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8")
        assert "*.cmd text eol=crlf" in attributes

    @pytest.mark.parametrize("system", ["linux", "win32"])
    def test_what_qt_needs_on_each_system_is_asked_for(self, system: str) -> None:
        files = contents.needed_files(system)
        assert contents.faults(contents.NEEDED_MODULES, files, system) == []
        for needed in contents.OF_A_SYSTEM[system]:
            less = [file for file in files if file != needed]
            told = contents.faults(contents.NEEDED_MODULES, less, system)
            assert told == [f"is missing: {needed}"]

    def test_fonts_and_licences_are_asked_for_on_every_system(self) -> None:
        needed = contents.needed_files("win32")
        for name in ("fonts/ipaexm.ttf", "fonts/BIZUDGothic-Regular.ttf", "licences/GPL-3.txt"):
            assert f"_internal/resources/{name}" in needed


class TestCarrying:
    def test_fonts_and_texts_are_carried_to_a_machine_without_packages(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config = ROOT / "resources" / "fonts" / "fonts.toml"
        parts.carry(config, tmp_path)
        fonts = tmp_path / "resources" / "fonts"
        there = fonts / "fonts.toml"
        # There no font lies where Debian's packages put it
        there.write_text(
            config.read_text(encoding="utf-8").replace("/usr/share/", "/nowhere/"), "utf-8"
        )
        required = [
            font["files"][0]
            for font in tomllib.loads(there.read_text(encoding="utf-8"))["font"]
            if font.get("required", True)
        ]
        assert list(parts.font_entries(there)) == []  # all lie in ``resources`` already
        for name in required:
            assert (fonts / name).stat().st_size > 100_000
            assert parts.licence_beside(fonts / name).stat().st_size > 1000
        monkeypatch.setattr(parts, "COMMON", tmp_path / "none")
        monkeypatch.setattr(parts, "LICENCES", tmp_path / "resources" / "licences")
        assert not [place for place, _, _ in parts.licence_entries() if place.endswith("GPL-3.txt")]

    def test_a_carried_font_without_its_licence_stops_the_build(self, tmp_path: Path) -> None:
        (tmp_path / "x.ttf").touch()
        config = tmp_path / "fonts.toml"
        config.write_text('[[font]]\nname = "X"\nfiles = ["x.ttf"]\n', encoding="utf-8")
        with pytest.raises(SystemExit, match=r"x\.ttf has no x\.ttf\.licence\.txt"):
            list(parts.font_entries(config))

    def test_a_licence_without_its_text_stops_the_build(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parts, "COMMON", tmp_path / "none")
        monkeypatch.setattr(parts, "LICENCES", tmp_path)
        for name in parts.WHOLE_TEXTS[1:]:
            shutil.copyfile(f"/usr/share/common-licenses/{name}", tmp_path / f"{name}.txt")
        with pytest.raises(SystemExit, match=f"no text of the licence {parts.WHOLE_TEXTS[0]}"):
            list(parts.licence_entries())

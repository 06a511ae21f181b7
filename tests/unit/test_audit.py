"""`make audit`: what the feed knows is told, with the feed's date; no feed is no clean bill."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


audit = _load()


def advisory(folder: Path, name: str, package: str, **values: Any) -> None:
    ecosystem = values.pop("ecosystem", "PyPI")
    affected = {"package": {"ecosystem": ecosystem, "name": package}, **values.pop("of", {})}
    said = {"id": name, "modified": "2026-11-01T00:00:00Z", "affected": [affected], **values}
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(said), encoding="utf-8")


def span(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{kind: at} for kind, at in events]}]}


def told(folder: Path, version: str, *, name: str = "pyrage", inside: str = "") -> list[str]:
    found, _, _ = audit.audit([audit.Part(name, version, inside)], folder)
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("version", "known"),
    [("1.3.9", False), ("1.4.0", True), ("1.4.5", True), ("1.4.6", False), ("2.0rc1", True)],
)
def test_the_last_event_before_a_version_decides(tmp_path: Path, version: str, known: bool) -> None:
    of = span(("introduced", "1.4.0"), ("fixed", "1.4.6"), ("introduced", "2.0a1"))
    advisory(tmp_path, "PYSEC-1", "PyRage", of=of)
    assert told(tmp_path, version) == (["PYSEC-1"] if known else [])


def test_the_last_affected_version_is_affected(tmp_path: Path) -> None:
    advisory(tmp_path, "A", "pyrage", of=span(("introduced", "0"), ("last_affected", "1.4.0")))
    assert told(tmp_path, "1.4.0") == ["A"] and told(tmp_path, "1.4.1") == []


def test_versions_by_name_others_packages_and_withdrawn_ones(tmp_path: Path) -> None:
    advisory(tmp_path, "A", "pyrage", of={"versions": ["1.0"]})
    advisory(tmp_path, "B", "other", of={"versions": ["1.0"]})
    advisory(tmp_path, "C", "pyrage", of={"versions": ["1.0"]}, withdrawn="2026-01-01T00:00:00Z")
    assert told(tmp_path, "1.0") == ["A"]


def test_what_is_compiled_in_is_looked_up_by_its_own_number(tmp_path: Path) -> None:
    of = span(("introduced", "3.6.0"), ("fixed", "3.6.1"))
    advisory(tmp_path, "CVE-1", "openssl", ecosystem="Bitnami", of=of)
    advisory(tmp_path, "DSA-1", "openssl", ecosystem="Debian:12", of=of)
    assert told(tmp_path, "3.6.0", name="openssl", inside="sqlcipher3") == ["CVE-1"]
    assert told(tmp_path, "3.6.1", name="openssl", inside="sqlcipher3") == []


def test_an_advisory_whose_versions_nobody_can_read_is_told(tmp_path: Path) -> None:
    advisory(tmp_path, "A", "pyrage", of=span(("introduced", "one-ish")))
    assert told(tmp_path, "1.0") == ["A"]


def test_every_lock_is_read_and_every_openssl_named() -> None:
    names = {part.name for part in audit.locked()}
    assert {"sqlcipher3", "cryptography", "pyinstaller", "hypothesis", "uvicorn"} <= names
    inside = {(part.name, part.inside) for part in audit.compiled_in()}
    assert {("openssl", "sqlcipher3"), ("openssl", "cryptography"), ("openssl", "Python")} <= inside
    assert all(part.version.count(".") == 2 for part in audit.compiled_in())


@pytest.mark.parametrize("feed", ["none", "empty", "clean", "known"])
def test_only_a_feed_that_says_something_gives_a_clean_bill(
    tmp_path: Path, feed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "feed"
    if feed != "none":
        place.mkdir()
    if feed == "clean":
        advisory(place, "A", "nothing-of-ours", of={"versions": ["1"]})
    if feed == "known":
        advisory(place, "A", "sqlcipher3", of=span(("introduced", "0")), summary="bad")
    monkeypatch.setenv("MADOGUCHI_ADVISORIES", str(place))
    code = audit.main()
    said = capsys.readouterr().out
    assert code == {"none": 2, "empty": 2, "clean": 0, "known": 1}[feed]
    assert ("NOT CHECKED" in said) is (feed in ("none", "empty"))
    assert ("2026-11-01" in said) is (feed in ("clean", "known"))
    assert ("KNOWN: sqlcipher3" in said and "A bad" in said) is (feed == "known")

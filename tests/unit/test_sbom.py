"""The bundle's list of parts names every locked package with its hashes, and every font."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / ".ci" / "sbom.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_of_the_bundle_is_in_it_with_its_hashes(made: ModuleType) -> None:
    whole = json.loads(json.dumps(made.sbom()))
    assert (whole["bomFormat"], whole["specVersion"]) == ("CycloneDX", "1.5")
    named = {one["name"]: one for one in whole["components"] if one["type"] == "library"}
    for name in ("reportlab", "uharfbuzz", "sqlcipher3", "pyside6-essentials", "pyrage"):
        assert re.fullmatch(r"[0-9a-f]{64}", named[name]["hashes"][0]["content"]), name
        assert named[name]["purl"] == f"pkg:pypi/{name}@{named[name]['version']}"
        assert named[name]["licenses"][0]["license"]["name"]
    assert not made.BUILD_TOOLS & set(named)
    refs = [one["bom-ref"] for one in whole["components"]]
    assert len(set(refs)) == len(refs) and whole["dependencies"][0]["dependsOn"] == refs


def test_the_fonts_are_in_it_by_their_own_hash(made: ModuleType) -> None:
    fonts = [one for one in made.sbom()["components"] if one["type"] == "data"]
    assert len(fonts) >= 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", one["hashes"][0]["content"]) for one in fonts)


def test_the_build_takes_it_along_and_the_listing_asks_for_it() -> None:
    assert "write_sbom" in (ROOT / "build.spec").read_text()
    assert "sbom.cdx.json" in (ROOT / ".ci" / "bundle_contents.py").read_text()

"""The bundle's list of parts (SBOM, CycloneDX 1.5 JSON): every package of the environment that it
is built from, with version, licence and the hashes of the lock, and every font with its own hash.

python .ci/sbom.py FILE    writes it; the build takes it along as sbom.cdx.json
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]
from bundle_parts import BUILD_TOOLS  # noqa: E402

from app.core.version import VERSION  # noqa: E402

LOCK = ROOT / "requirements-bundle.lock"
FONTS = ROOT / "resources" / "fonts" / "fonts.toml"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom() -> dict[str, Any]:
    """The whole document. The same environment gives the same one: it holds no time and no
    serial number."""
    components = sorted((*_packages(), *_fonts()), key=lambda one: (one["type"], one["name"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "madoguchi",
                "name": "madoguchi",
                "version": VERSION,
            }
        },
        "components": components,
        "dependencies": [{"ref": "madoguchi", "dependsOn": [one["bom-ref"] for one in components]}],
    }


def hashes_by_name() -> dict[str, list[str]]:
    """The hashes that the lock allows for each package, by its normal name."""
    text = LOCK.read_text(encoding="utf-8")
    places = list(_PIN.finditer(text))
    ends = [one.start() for one in places[1:]] + [len(text)]
    return {
        normal(one[1]): _HASH.findall(text[one.end() : end])
        for one, end in zip(places, ends, strict=True)
    }


def normal(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _packages() -> Iterator[dict[str, Any]]:
    locked = hashes_by_name()
    for one in distributions():
        name = normal(one.metadata["Name"])
        if name in BUILD_TOOLS or name == "madoguchi":
            continue
        yield {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{one.version}",
            "name": name,
            "version": one.version,
            "purl": f"pkg:pypi/{name}@{one.version}",
            "licenses": [{"license": {"name": _licence(one)}}],
            "hashes": [{"alg": "SHA-256", "content": each} for each in locked.get(name, [])],
        }


def _licence(one: Distribution) -> str:
    told = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in one.metadata.get_all("Classifier", [])
        if each.startswith("License ::")
    ]
    first = told.strip().splitlines()[0] if told.strip() else ""
    return (first if 0 < len(first) < 80 else "") or ", ".join(classifiers) or "see the licences"


def _fonts() -> Iterator[dict[str, Any]]:
    for font in tomllib.loads(FONTS.read_text(encoding="utf-8"))["font"]:
        places = [FONTS.parent / name for name in font["files"]]
        found = next((place for place in places if place.is_file()), None)
        if found is not None:
            digest = hashlib.sha256(found.read_bytes()).hexdigest()
            yield {
                "type": "data",
                "bom-ref": f"font:{font['name']}",
                "name": font["name"],
                "version": digest[:12],
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }


def main(target: Path) -> Path:
    """Write the list to ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(sbom(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    main(Path(sys.argv[1]))

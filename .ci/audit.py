"""`make audit`: known vulnerabilities of every locked package and of what is compiled into them.

No network: the advisories are a feed that the machine has, a folder of OSV files (one JSON each, as
the PyPA advisory database and osv.dev give them). MADOGUCHI_ADVISORIES names it; else it is
looked for in FEEDS. The date told is that of the newest advisory, because a feed that nobody
brought up to date finds nothing new.

Ends with 0 when nothing is known, 1 when something is, 2 when there is no feed to ask.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-runtime.lock", "requirements-bundle.lock")
FEEDS = (Path("/var/lib/madoguchi/advisories"), Path("/usr/share/osv"))
CLEAN, KNOWN, NO_FEED = 0, 1, 2
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_NUMBER = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is shipped: ``name`` as the feed calls it, and inside what it comes."""

    name: str
    version: str
    inside: str = ""

    @property
    def ecosystems(self) -> tuple[str, ...]:
        """Whose advisories count: a distribution's are about its own packages."""
        return ("Bitnami", "OSS-Fuzz", "") if self.inside else ("PyPI",)


@dataclass(frozen=True, slots=True)
class Finding:
    """One advisory that concerns a part."""

    part: Part
    id: str
    summary: str


def locked(root: Path = ROOT) -> list[Part]:
    """Every package of every lock, once."""
    found = {
        (canonicalize_name(name), version)
        for lock in LOCKS
        for name, version in _LOCKED.findall((root / lock).read_text(encoding="utf-8"))
    }
    return [Part(name, version) for name, version in sorted(found)]


def compiled_in() -> Iterator[Part]:
    """The OpenSSL of every library that brings one, and the engine under the store, by what each
    says of itself when it is loaded."""
    from cryptography.hazmat.backends.openssl import backend
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    try:
        connection.execute("PRAGMA key = 'x'")
        ((provider,),) = connection.execute("PRAGMA cipher_provider_version")
        ((cipher,),) = connection.execute("PRAGMA cipher_version")
    finally:
        connection.close()
    yield from (
        Part("openssl", _number(provider), "sqlcipher3"),
        Part("openssl", _number(backend.openssl_version_text()), "cryptography"),
        Part("openssl", _number(ssl.OPENSSL_VERSION), "Python"),
        Part("sqlcipher", _number(cipher), "sqlcipher3"),
        Part("sqlite", dbapi2.sqlite_version, "sqlcipher3"),
    )


def advisories(feed: Path) -> Iterator[Mapping[str, Any]]:
    """Every advisory of the feed; a file that is none ends the audit (ValueError)."""
    for file in sorted(feed.rglob("*.json")):
        said = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict) or "id" not in said:
            raise ValueError(f"{file.name} is no OSV advisory")
        yield said


def concerns(advisory: Mapping[str, Any], part: Part) -> bool:
    """Whether this version of the part is affected, and the advisory was not withdrawn."""
    if advisory.get("withdrawn"):
        return False
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        if canonicalize_name(str(package.get("name", ""))) != canonicalize_name(part.name):
            continue
        if str(package.get("ecosystem", "")) not in part.ecosystems:
            continue
        if part.version in affected.get("versions", ()):
            return True
        if any(_in_range(span, part.version) for span in affected.get("ranges", ())):
            return True
    return False


def _in_range(span: Mapping[str, Any], version: str) -> bool:
    """OSV's own rule: the last event at or before the version decides."""
    if span.get("type") not in ("ECOSYSTEM", "SEMVER"):
        return False
    mine, inside = Version(version), False
    events: list[tuple[Version, int, bool]] = []
    for event in span.get("events", ()):
        for kind, said in event.items():
            if kind in ("introduced", "fixed", "last_affected"):
                at = Version("0" if said == "0" else str(said))
                events.append((at, kind == "last_affected", kind == "introduced"))
    for at, after, begins in sorted(events):
        if at < mine or (at == mine and not after):
            inside = begins
    return inside


def audit(parts: list[Part], feed: Path) -> tuple[list[Finding], str, int]:
    """What is known of the parts, the date of the newest advisory, and how many there are."""
    found, newest, count = [], "", 0
    for advisory in advisories(feed):
        count += 1
        newest = max(newest, str(advisory.get("modified", "")))
        for part in parts:
            summary = str(advisory.get("summary", ""))
            try:
                if not concerns(advisory, part):
                    continue
            except InvalidVersion as cause:  # somebody has to look at it
                summary = f"(its versions cannot be read: {cause}) {summary}"
            found.append(Finding(part, str(advisory["id"]), summary))
    return found, newest[:10], count


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    return found[0] if found else "0"


def _feed() -> Path | None:
    named = os.environ.get("MADOGUCHI_ADVISORIES")
    places = (Path(named),) if named else FEEDS
    return next((place for place in places if place.is_dir()), None)


def main() -> int:
    """Print what is shipped beside the locks, then what is known."""
    inside = list(compiled_in())
    parts = [*locked(), *inside]
    print(f"{len(parts) - len(inside)} locked packages; compiled in:")
    for part in inside:
        print(f"  {part.name} {part.version} in {part.inside}")
    feed = _feed()
    if feed is None:
        print("NOT CHECKED: this machine has no feed of advisories (MADOGUCHI_ADVISORIES).")
        return NO_FEED
    found, newest, count = audit(parts, feed)
    print(f"feed: {feed}, {count} advisories, the newest of {newest or 'no date'}")
    if not count:
        print("NOT CHECKED: the feed is empty.")
        return NO_FEED
    for one in found:
        where = f" in {one.part.inside}" if one.part.inside else ""
        print(f"KNOWN: {one.part.name} {one.part.version}{where}: {one.id} {one.summary}")
    print(f"{len(found)} known vulnerabilities")
    return KNOWN if found else CLEAN


if __name__ == "__main__":
    sys.exit(main())

"""Has every package of the Windows bundle a wheel there? The list of names and hashes.

python .ci/windows_wheels.py            checks `.ci/windows-wheels.txt` against the lock, offline
python .ci/windows_wheels.py --fetch    asks pip for each wheel, one by one, and writes the list

A line of the list is a wheel's file name and its SHA-256. The lock (`requirements-bundle.lock`)
says which packages and versions the bundle is made from; a package whose marker does not hold on
Windows is not asked for. To be run with `--fetch` after `make lock`.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-bundle.lock"
LIST = ROOT / ".ci" / "windows-wheels.txt"
PYTHON = (3, 12)
"""The Python that the Windows bundle is built with."""
PLATFORM = "win_amd64"
WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": f"{PYTHON[0]}.{PYTHON[1]}.0",
    "python_version": f"{PYTHON[0]}.{PYTHON[1]}",
    "sys_platform": "win32",
}

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pinned:
    """One package of the lock: any of ``hashes`` is a file of this version."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    @property
    def on_windows(self) -> bool:
        """Whether the Windows bundle holds it."""
        return not self.marker or Marker(self.marker).evaluate(WINDOWS)


def locked(lock: str) -> Iterator[Pinned]:
    """Every package of a lock's text."""
    entry: tuple[str, str, str] | None = None
    hashes: set[str] = set()
    for line in lock.splitlines():
        if line[:1].strip() and (head := _PINNED.match(line)):
            if entry:
                yield Pinned(*entry, frozenset(hashes))
            entry, hashes = (canonicalize_name(head[1]), head[2], head[3] or ""), set()
        hashes.update(_HASH.findall(line))
    if entry:
        yield Pinned(*entry, frozenset(hashes))


def tags() -> frozenset[Tag]:
    """What this Python on 64-bit Windows takes."""
    interpreter = f"cp{PYTHON[0]}{PYTHON[1]}"
    own = cpython_tags(PYTHON, platforms=[PLATFORM])
    return frozenset((*own, *compatible_tags(PYTHON, interpreter, [PLATFORM])))


def faults(lock: str, wheels: str) -> list[str]:
    """What the list of wheels and the lock do not agree on."""
    wanted = {package.name: package for package in locked(lock) if package.on_windows}
    wrong, seen, taken = [], set(), tags()
    for line in filter(None, (line.partition("#")[0].strip() for line in wheels.splitlines())):
        file, digest = line.split()
        name, version, _, wheel_tags = parse_wheel_filename(file)
        package = wanted.get(name)
        if package is None:
            wrong.append(f"{file}: not of the Windows bundle")
            continue
        seen.add(name)
        if str(version) != package.version:
            wrong.append(f"{file}: the lock says {package.version}")
        if not wheel_tags & taken:
            wrong.append(f"{file}: not for {PLATFORM}")
        if digest not in package.hashes:
            wrong.append(f"{file}: its hash does not stand in the lock")
    wrong += [f"{name}: no wheel for {PLATFORM}" for name in sorted(wanted.keys() - seen)]
    return wrong


def fetch(package: Pinned) -> str:
    """The line of this package, as pip finds it; raises ``CalledProcessError``."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted(package.hashes))
        wanted.write_text(f"{package.name}=={package.version} {hashes}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
        command += ["--platform", PLATFORM, "--implementation", "cp"]
        command += ["--python-version", f"{PYTHON[0]}.{PYTHON[1]}"]
        subprocess.run([*command, "--dest", folder, "-r", str(wanted)], check=True)  # noqa: S603
        (wheel,) = Path(folder).glob("*.whl")
        return f"{wheel.name}  {hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def main(arguments: list[str]) -> int:
    """0 when every package has its wheel; else 1 and the faults on stderr."""
    lock = LOCK.read_text(encoding="utf-8")
    if arguments == ["--fetch"]:
        lines, missing = [], []
        for package in locked(lock):
            if package.on_windows:
                try:
                    lines.append(fetch(package))
                except subprocess.CalledProcessError:
                    missing.append(package.name)
        version = ".".join(map(str, PYTHON))
        head = f"# Wheels of the Windows bundle (Python {version}, {PLATFORM}), by `--fetch`.\n"
        LIST.write_text(head + "".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
        print("\n".join(f"{name}: pip finds no wheel" for name in missing), file=sys.stderr)
    wrong = faults(lock, LIST.read_text(encoding="utf-8"))
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

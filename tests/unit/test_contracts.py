"""The import contracts of DESIGN 2 hold, and each of them bites."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROBES = {
    "one-way": ("app/core/clock.py", "import app.wire.codec"),
    "security-one-way": ("app/security/staff/hours.py", "import app.security.gate.gate"),
    "rules-one-way": ("app/rules/calendar/days.py", "import app.rules.levy.months"),
    "areas-are-apart": ("app/functions/own/spec.py", "import app.functions.admin.spec"),
    "peers-know-the-wire-only": ("app/peers/union/office/texts.py", "import db.work"),
    "peers-and-training-apart": ("app/training/chance.py", "import app.peers.union.office.texts"),
    "training-stands-alone": ("app/training/people.py", "import httpx"),
    "product-without-peers": ("app/sync/states.py", "import app.training.chance"),
    "rules-are-pure": ("app/rules/money.py", "import sqlalchemy"),
    "core-is-bare": ("app/core/text.py", "import sqlalchemy"),
    "qt-in-screens": ("app/persons/show.py", "from PySide6 import QtCore"),
    "services-without-qt": ("app/sync/work.py", "import app.ui.base.theme"),
    "no-statements-in-screens": ("app/persons/screens/search.py", "import sqlalchemy"),
    "vault-opens-stores": ("db/search.py", "import db.engine"),
    "sqlcipher-in-the-engine": ("db/work.py", "import sqlcipher3"),
    "the-only-sockets": ("app/security/authenticators/worker.py", "import socket"),
    "fido2-at-the-authenticators": ("app/security/entry/login.py", "import fido2"),
    "keyring-in-one-module": ("app/security/entry/vestibule.py", "import keyring"),
    "forms-know-rules-and-core": ("forms/press.py", "import app.rules.copay.judgement"),
    "reportlab-in-forms": ("app/ui/base/preview.py", "import reportlab"),
}


def _contracts(folder: Path) -> dict[str, bool]:
    """Contract id → kept, as lint-imports says in ``folder``."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    settings = configparser.ConfigParser()
    settings.read(folder / ".importlinter")
    found = {}
    for section in settings.sections():
        _, _, name = section.rpartition(":")
        title = settings[section].get("name")
        if title is None:
            continue
        (verdict,) = re.findall(rf"^{re.escape(title)} *(KEPT|BROKEN)", done.stdout, re.MULTILINE)
        found[name] = verdict == "KEPT"
    return found


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """A copy of the code in which every contract is broken once."""
    folder = tmp_path_factory.mktemp("contracts")
    for package in ("app", "db", "forms"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / ".importlinter", folder)
    for file, line in PROBES.values():
        with (folder / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    return _contracts(folder)


def test_the_code_keeps_every_contract() -> None:
    kept = _contracts(ROOT)
    assert kept == dict.fromkeys(kept, True)
    assert set(kept) == set(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_each_contract_is_broken_by_its_probe(name: str, probed: dict[str, bool]) -> None:
    assert probed[name] is False

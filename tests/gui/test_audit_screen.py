"""The page of the auditor's packet: period and folder, told at the field, the words at the end."""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from app.functions.records.audit import service as audit
from app.functions.records.audit.sections import MachineLine
from app.functions.records.screens.audit import AuditScreen
from app.security.journal.findings import UnionWord
from app.security.packets import SealedPacket
from tests.support.founded import PASSWORDS
from tests.support.office import Office, founded_office


@pytest.mark.req("SEC-165")
def test_the_packet_is_made_from_the_page_and_its_words_are_shown(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine, the papers and the seal have tests of their own: here they are quick."""
    around = audit.Around(
        lambda: [MachineLine("○", "画面", "よい")], lambda: nullcontext(UnionWord())
    )
    monkeypatch.setattr(audit, "_pdf", lambda *_: b"%PDF")
    monkeypatch.setattr(
        audit, "write_packet", lambda path, packet: SealedPacket(path, "abcde-fghjk-mnpqr-stuvw")
    )
    monkeypatch.setattr("app.start.counter.around", lambda *_: around)
    _, office = founded_office(tmp_path)
    with closing(office):
        office.log_in("S201", PASSWORDS["S201"])
        _make(office, tmp_path)


def _make(office: Office, folder: Path) -> None:
    screen = office.choose(audit.MAKE_VIEW, AuditScreen)
    nowhere = folder / ("long" * 30) / "none"  # longer than a field of words: nothing is cut off
    screen.folder.set_value(str(nowhere))
    assert screen.folder.value() == str(nowhere)
    office.picture("audit")
    office.go_on()
    office.until(lambda: "ありません" in screen.folder.error)
    screen.folder.set_value(str(folder))
    office.go_on()
    office.until(lambda: screen.made is not None)
    office.picture("audit-done")
    said = [label.text() for label in screen.findChildren(QLabel)]
    assert any("abcde-fghjk-mnpqr-stuvw" in text for text in said)

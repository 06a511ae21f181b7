"""One sealed file for whoever mends a fault, and nobody's data in it (SEC-104)."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.log import LOG_NAME, keep_in_file
from app.core.packet import Packet
from app.core.shown import log_incident
from app.demo.keys import ReadyPerson
from app.demo.people import FOUNDERS
from app.functions.records.ledgers import LEDGERS
from app.security import packets
from app.start import diagnostics
from app.start.diagnostics import make_diagnostics
from app.start.self_check import CheckResult, Level
from app.start.talk import Talk
from db.tables.persons import insured, person
from db.tables.records import ledger_entry
from tests.support.log_lines import LogLines
from tests.support.stories import Story

FIRST = FOUNDERS[0]


class Broken(Exception):
    """A library's error that holds what it had in its hands."""


@pytest.mark.req("SEC-104", "FORM-83")
def test_versions_self_check_log_and_counts_and_nobody(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_log: LogLines
) -> None:
    expected_log.expect("bug incident=")
    with story.desk() as desk:
        desk.issued(story.movers[0])
        persons, covered = desk.rows(person), desk.rows(insured)
    before = list(logging.getLogger().handlers)
    keep_in_file(story.data / "log")
    try:
        raise Broken(f"{persons[0].name} {covered[0].insured_number}")
    except Broken as error:
        incident = log_incident(error, logging.getLogger("madoguchi"))
    for handler in set(logging.getLogger().handlers) - set(before):
        handler.close()
        logging.getLogger().removeHandler(handler)
    found = [CheckResult(Level.WARNING, "スワップ", f"/home/{persons[0].name}")]
    monkeypatch.setattr(diagnostics, "self_check", lambda machine: iter(found))
    kept: list[Packet] = []

    def write(path: Path, made: Packet) -> packets.SealedPacket:
        kept.append(made)
        return packets.SealedPacket(path, "words")

    monkeypatch.setattr(diagnostics, "write_packet", write)
    said: list[str] = []
    drawer = story.drawer()
    drawer.insert(FIRST.staff_id)

    def ask(question: str) -> str:
        whom = {"職員番号": FIRST.staff_id, "渡す相手（会社と担当者）": "保守の会社　担当"}
        return whom.get(question, incident)

    talk = Talk(ask, lambda _: FIRST.password, said.append)
    key = drawer.authenticator(ReadyPerson())
    folder = tmp_path / "out"
    folder.mkdir()
    assert make_diagnostics(story.data, folder, talk, story.parts(), lambda _: key) == 0

    (packet,) = kept
    assert {"versions.json", "self-check.txt", "counts.json", LOG_NAME} <= set(packet.files)
    assert incident.encode() in packet.files[LOG_NAME] and b"Broken" in packet.files[LOG_NAME]
    counts = json.loads(packet.files["counts.json"])
    assert counts["rows"]["person"] == len(persons) and counts["journal"]["lines"] > 0
    whole = packet.as_zip() + b"".join(packet.files.values())
    held = {one.name for one in persons} | {one.kana for one in persons}
    held |= {one.insured_number for one in covered} | {one.birth_written for one in persons}
    assert len(held) > 5 and not [one for one in held - {""} if one.encode() in whole]

    with story.desk(FIRST) as desk:
        (line,) = [one for one in desk.rows(ledger_entry) if one.ledger == LEDGERS["handings"].id]
    assert incident in line.cells and "保守の会社" in line.cells
    assert any(line.record_id in text for text in said)


def test_a_store_that_does_not_open_has_its_diagnostics_too(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostics, "self_check", lambda machine: iter(()))
    monkeypatch.setattr(
        diagnostics, "write_packet", lambda path, made: packets.SealedPacket(path, "w")
    )
    said: list[str] = []
    talk = Talk(pytest.fail, pytest.fail, said.append)
    assert make_diagnostics(story.data, tmp_path, talk, closed=True) == 0
    assert any("手で書いて" in text for text in said)
    with pytest.raises(UserError, match=r"packet\.folder"):
        make_diagnostics(story.data, tmp_path / "none", talk, closed=True)

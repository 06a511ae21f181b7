"""The auditor's packet of a period: made by one command, opened by its words (SEC-165)."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.demo.keys import ReadyPerson
from app.demo.people import FOUNDERS
from app.functions.records.audit.checklist import CHECKS
from app.security.packets import open_packet
from app.start.packets import make_audit_packet, open_sealed
from app.start.self_check import CheckResult, Level
from app.start.talk import Talk
from db.tables.persons import insured, person
from tests.support.stories import Story, text_of

FIRST = FOUNDERS[0]
DAYS = date(2026, 11, 1), date(2026, 11, 20)


def made(story: Story, folder: Path, days: tuple[date, date] = DAYS) -> list[str]:
    said: list[str] = []
    drawer = story.drawer()
    drawer.insert(FIRST.staff_id)
    talk = Talk(lambda _: FIRST.staff_id, lambda _: FIRST.password, said.append)
    key = drawer.authenticator(ReadyPerson())
    assert make_audit_packet(story.data, days, folder, talk, story.parts(), lambda _: key) == 0
    return said


@pytest.mark.req("SEC-163", "SEC-165", "FORM-88")
def test_everything_of_a_period_in_one_sealed_file_without_an_insured_person(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One visit, the packet, and every file of it read: a story for the whole of it."""
    with story.desk() as desk:
        desk.issued(story.movers[0])
        persons, covered = desk.rows(person), desk.rows(insured)
    found = [
        CheckResult(Level.OK, "画面", "よい"),
        CheckResult(Level.WARNING, "スワップ", "暗号化なし"),
    ]
    monkeypatch.setattr("app.start.packets.self_check", lambda machine: iter(found))
    folder = tmp_path / "audit"
    folder.mkdir()
    said = made(story, folder)
    (file,) = folder.iterdir()
    (words,) = [one.partition("： ")[2] for one in said if one.startswith("開く合言葉")]
    packet = open_packet(file, words)

    tables = {
        name: list(csv.reader(io.StringIO(packet.files[name].decode("utf-8-sig"))))
        for name in packet.files
        if name.endswith(".csv")
    }
    keys = {re.sub(r"^\d+-", "", name.removesuffix(".csv")) for name in tables}
    assert {"users", "rights", "media", "log", "reviews", "proof", "machine"} <= keys
    assert {"ledger-erasures", "ledger-incidents", "ledger-training", "checklist"} <= keys
    assert {name.replace(".csv", ".pdf") for name in tables} <= set(packet.files)

    by_key = {re.sub(r"^\d+-", "", name.removesuffix(".csv")): t for name, t in tables.items()}
    assert any(row[0].startswith("S101") for row in by_key["users"])
    assert any(row[0] == "月ごと" and "■" in row[1] for row in by_key["log"])
    assert by_key["proof"][1][:2] == ["検証", "不備なし"]
    assert any(row[2] == story.template.fingerprint or row[1] == story.template.fingerprint
               for row in by_key["proof"])  # fmt: skip
    answers = {row[1]: row[2] for row in by_key["checklist"][1:]}
    assert len(answers) == len(CHECKS)
    assert answers["操作記録が書き換えられていない"] == "適"
    assert answers["操作記録を定期に点検している"] == "否"  # nobody signed a review
    assert answers["端末の注意に対応した"] == "否"  # the swap
    assert answers["紙を鍵のある所に保管し、裁断・溶解している"] == ""  # nobody but a person knows

    texts = [text for table in tables.values() for row in table for text in row]
    texts += [text_of(content) for name, content in packet.files.items() if name[-3:] == "pdf"]
    whole = "\n".join(texts)
    held = {one.name for one in persons} | {one.kana for one in persons}
    held |= {one.birth_written for one in persons} | {one.insured_number for one in covered}
    assert len(held) > 20
    assert [one for one in held if one and one in whole] == []

    # the act that signed it is in the journal, over the digest of the table of contents
    with story.desk(FIRST) as desk:
        lines = list(desk.script.terminal.journal.newest_first())
    assert packet.digest in {line.entry.document_digest for line in lines}
    monkeypatch.setattr("app.start.packets.open_packet", lambda _file, _words: packet)
    opened: list[str] = []
    talk = Talk(lambda _: "", lambda _: words, opened.append)
    assert open_sealed(file, tmp_path / "opened", talk) == 0
    assert packet.digest.hex() in opened[-1]


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((DAYS[1], DAYS[0]), "audit.days"),
        ((DAYS[0], date(2027, 1, 1)), "audit.days"),
        ((date(2024, 1, 1), DAYS[1]), "audit.days"),
        (DAYS, "packet.folder"),
    ],
)
def test_a_wrong_period_or_folder_is_told_before_anybody_logs_in(
    story: Story, tmp_path: Path, days: tuple[date, date], code: str
) -> None:
    talk = Talk(pytest.fail, pytest.fail, pytest.fail)
    with pytest.raises(UserError) as refused:
        make_audit_packet(story.data, days, tmp_path / "none", talk, story.parts())
    assert refused.value.code == code

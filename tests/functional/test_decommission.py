"""A terminal ends: everything up, withdrawn at the union, destroyed, certified (SEC-158)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.demo.keys import ReadyPerson
from app.demo.people import FOUNDERS
from app.security.keys.os_keyring import OsKeyring
from app.security.vault import removal
from app.start import decommission as command_of
from app.start.compose import make_parts
from app.start.talk import Talk
from app.sync.faults import line_fault
from tests.support.stories import Story, text_of

FIRST, SECOND = FOUNDERS


def command(
    story: Story, *, number: str = "T01", reason: str = "機器の更新", alone: bool = False
) -> str:
    """``madoguchi decommission`` at the keyboard, by both founders; what it said."""
    said: list[str] = []
    drawer = story.drawer()
    answers = {"もう一人": SECOND.staff_id, "職員番号": FIRST.staff_id, "理由": reason}

    def ask(question: str) -> str:
        found = next((told for part, told in answers.items() if part in question), number)
        if found == SECOND.staff_id:
            drawer.insert(SECOND.staff_id)
        return found

    drawer.insert(FIRST.staff_id)
    talk = Talk(ask, lambda question: FIRST.password, said.append)
    parts = story.parts()
    code = command_of.decommission(
        story.data, talk, parts, lambda _: drawer.authenticator(ReadyPerson()), alone=alone
    )
    assert code == 0
    return "\n".join(said)


def left(story: Story) -> set[str]:
    """What still lies in the data directory."""
    found = (one.relative_to(story.data).as_posix() for one in story.data.rglob("*"))
    return {one for one in found if not one.startswith(("log", "lock"))}


@pytest.mark.req("SEC-158", "SEC-147", "FORM-80")
def test_a_terminal_ends_and_the_union_has_the_copy_of_its_certificate(story: Story) -> None:
    """One visit, a refusal without a line, the end: a story for the whole of it."""
    with story.desk() as desk:
        desk.issued(story.movers[0])
    story.stop_union()
    with pytest.raises(UserError) as refused:
        command(story)
    assert refused.value.code == "removal.no_contact" and (story.data / "store.db").exists()
    story.start_union()
    with pytest.raises(UserError) as refused:
        command(story, number="T99")
    assert refused.value.code == "removal.other" and (story.data / "store.db").exists()
    with pytest.raises(UserError) as refused:
        command(story, reason="長い理由" * 11)
    assert refused.value.code == "removal.reason" and (story.data / "store.db").exists()

    said = command(story)
    assert "広域連合に、廃止と消去の終わりを届けました" in said
    assert left(story) == {removal.CERTIFICATE}
    pdf = (story.data / removal.CERTIFICATE).read_bytes()
    paper = text_of(pdf)
    for words in ("消去証明書", "機器の更新", "S201", "S202", "保存データ", "届出済み", "見本"):
        assert words in paper, words
    ((terminal, state),) = story.union_rows("SELECT id, state FROM terminal WHERE id = 'T01'")
    assert state == "withdrawn"
    (copy,) = story.union.first.act("ended")
    assert copy["reason"] == "機器の更新" and copy["decided_by"] == ["S201", "S202"]
    assert copy["done_at"] and copy["paper_number"] in paper
    ((statement,),) = story.union_rows(
        "SELECT done_statement FROM ended_terminal WHERE terminal = ?", terminal
    )
    assert hashlib.sha256(pdf).digest() in bytes(statement)
    # every line of the journal went up before: what a segment does not hold yet is its very end
    ((lines,),) = story.union_rows("SELECT max(number) FROM journal_head WHERE terminal = 'T01'")
    ((sealed,),) = story.union_rows("SELECT max(last) FROM journal_segment WHERE terminal = 'T01'")
    assert lines == copy["head"] and 0 < lines - sealed <= 30
    with pytest.raises(EnvironmentFault) as gone:
        make_parts(story.data, story.clock, OsKeyring)
    assert gone.value.code == "settings.missing"


@pytest.mark.req("SEC-158")
def test_without_a_line_for_good_it_ends_and_the_certificate_says_what_was_not_told(
    story: Story,
) -> None:
    story.stop_union()
    said = command(story, alone=True)
    assert "届けられませんでした" in said and "登録の取消" in said
    paper = text_of((story.data / removal.CERTIFICATE).read_bytes())
    assert "届け出られなかった" in paper and left(story) == {removal.CERTIFICATE}
    story.start_union()
    assert story.union.first.act("ended") == []


@pytest.mark.req("SEC-158")
def test_cut_short_after_the_union_was_told_the_next_start_certifies_it(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> str:
        raise line_fault("cut")  # the power went before anything was destroyed

    monkeypatch.setattr(command_of, "destroy", cut)
    with pytest.raises(EnvironmentFault):
        command(story)
    monkeypatch.undo()
    (copy,) = story.union.first.act("ended")
    assert not copy["done_at"]
    with pytest.raises(EnvironmentFault) as gone:
        make_parts(story.data, story.clock, OsKeyring)
    assert gone.value.code == "terminal.removed" and removal.CERTIFICATE in gone.value.remedy
    assert left(story) == {removal.CERTIFICATE}
    paper = text_of((story.data / removal.CERTIFICATE).read_bytes())
    assert copy["paper_number"] in paper and "届出済み" in paper


def test_files_are_written_over_before_they_go(tmp_path: Path) -> None:
    secret = b"a sealed page" * 100
    held = (tmp_path / "one").open("w+b")  # the same cells, still readable through this handle
    held.write(secret)
    held.flush()
    removal._destroy(tmp_path / "one")
    held.seek(0)
    assert secret not in held.read() and not (tmp_path / "one").exists()
    held.close()

"""A person asks for her own data (開示): decided by two, put together, printed (FORM-89)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from app.core.errors import UserError
from app.functions.records.disclosure import service
from app.functions.records.disclosure.service import ACCESSES, Disclosed
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import Place
from app.security.refusals import Refusal
from db.tables.cases import case_file
from db.tables.persons import insured, restriction
from db.tables.printing import print_line
from tests.support.counter import Counter
from tests.support.ledger_examples import list_desk, typed

LEDGER = LEDGERS["disclosures"]


def asked(counter: Counter, person_id: str, what: str = "disclosure", decided: str = "part") -> str:
    """A request that the head decided; its record's id."""
    world = counter.world
    session = world.session("supervisor")
    key = ""
    for step, said in (("asked", {"asked_what": what}), ("decided", {"decided": decided})):
        cells = typed(LEDGER.step(step), **said)
        place = Place(key, step, person="" if key else person_id)
        prepared = book.prepare_entry(world.gate, session, LEDGER, place, cells)
        key = book.perform_entry(world.gate, prepared, world.approvals(prepared))
    return key


def packet(counter: Counter, record: str, *held_back: str) -> Disclosed:
    world = counter.world
    desk = list_desk(world, world.session("supervisor"))
    return service.read(desk, world.journal, record, held_back)


def of(counter: Counter) -> str:
    """Whose certificate was issued."""
    counter.settle(counter.issued())
    return str(counter.rows(insured)[0].person_id)


@pytest.mark.req("FORM-89")
def test_her_data_her_papers_and_who_looked_in_words(counter: Counter) -> None:
    whom = of(counter)
    record = asked(counter, whom)
    found = packet(counter, record)
    said = {(title, label): text for title, label, text, _ in found.rows if title}
    number = counter.rows(insured)[0].insured_number
    assert said["資格", "被保険者番号"] == number
    assert said["氏名など", "性別"] in ("男", "女")  # in words, not as a code
    assert ("発行した紙", "番号") in said and said["発行した紙", "状態"] == "発行済み"
    looked = [
        text for title, label, text, _ in found.rows if (title, label) == ("利用の記録", "扱った")
    ]
    assert any("発行" in text for text in looked)
    titles = {title for title, *_ in found.rows}
    assert {"受けた届出・申請", "広域連合の決定", "台帳の記入", "載せていないもの"} <= titles
    text = "\n".join(" ".join(row) for row in found.rows)
    with counter.world.hands_on("case_file") as work:
        work.run(update(case_file).values(draft='{"heir_name":"相続　太郎","payer_phone":"0251"}'))
    after = "\n".join(" ".join(row) for row in packet(counter, record).rows)
    assert "辻" in text and "相続　太郎" not in after and "0251" not in after
    staff = {one.staff_name for one in [counter.world.session("clerk")]}
    assert not [name for name in staff if name in text]  # the office answers, not the clerk


@pytest.mark.req("FORM-89")
def test_it_is_printed_by_touch_and_leaves_its_line(counter: Counter) -> None:
    record = asked(counter, of(counter))
    world = counter.world
    desk = list_desk(world, world.session("supervisor"))
    found = service.read(desk, world.journal, record, (ACCESSES, "address"))
    held = [row for row in found.rows if row[1] == "伏せたもの"]
    assert {row[0] for row in held} == {"利用の記録", "住所"}
    number, rendered = service.render(desk, found)
    prepared = service.prepare(desk, found, number, rendered)
    service.perform(desk, prepared, world.approvals(prepared), number, rendered)
    assert [one for one in counter.rows(print_line) if one.number == number]


@pytest.mark.parametrize(("what", "decided"), [("disclosure", "none"), ("correction", "all")])
def test_nothing_is_given_that_was_not_decided(counter: Counter, what: str, decided: str) -> None:
    record = asked(counter, of(counter), what, decided)
    with pytest.raises(UserError, match=r"disclosure\.not_decided"):
        packet(counter, record)
    with pytest.raises(UserError, match=r"disclosure\.not_decided"):
        packet(counter, "T01-1-999999")


@pytest.mark.req("SEC-94")
def test_of_a_person_under_support_measures_nothing_leaves(counter: Counter) -> None:
    whom = of(counter)
    record = asked(counter, whom)
    with counter.world.hands_on("restriction") as work:
        work.run(
            insert(restriction).values(
                id="R-1", person_id=whom, kind="support", from_on="2026-01-01", until_on=""
            )
        )
    with pytest.raises(Refusal, match=r"support\.closed"):
        packet(counter, record)
    assert not [one for one in counter.rows(print_line) if one.form_id == "FORM-N33"]

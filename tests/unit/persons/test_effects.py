"""The verbs of a decision's effect: each writes current state and history, or lists why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from app.core.clock import JST
from app.core.errors import Bug
from app.core.text import search_key
from app.functions.files.insured import receiver
from app.persons import effects, history
from app.persons.facts import KINDS
from app.persons.writing import Writer
from app.rules.calendar.wareki import Eras
from app.wire.files import FILES
from db import search
from db.tables.cases import check_entry, decision
from db.tables.certificates import certificate
from db.tables.history import fact
from db.tables.persons import address, household_member, insured, person, restriction
from forms.catalog import find_decided_form
from tests.support.sendings import sample
from tests.support.world import World, shared_tables
from tests.unit.persons.conftest import undone

ERAS = Eras(shared_tables()["eras"])
START = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
TODAY = START.date()
HER = replace(
    sample("FILE-17")[0],
    support_measure="0",
    former_atena="",
    acquired_on="2020-05-03",
    copay_from="2026-08-01",
    limit_from="2026-08-01",
    state_on="",
)


@pytest.fixture
def work(world: World) -> Iterator[Any]:
    with undone(world) as made:
        made.at = START - timedelta(days=1)
        receiver(world.tables)(made, FILES["FILE-17"], [HER])
        made.at = START
        yield made


@pytest.fixture
def her(work: Any) -> str:
    return str(work.one(select(person)).id)


@pytest.fixture
def writer(work: Any) -> Writer:
    return effects.writer_of_decision(work, "U15-D-7", ERAS)


def seen(work: Any, her: str, day: str = "2026-11-16", known_on: date = TODAY) -> history.AsOf:
    found = history.as_of(work, her, date.fromisoformat(day), known_on)
    assert found is not None
    return found


YESTERDAY = TODAY - timedelta(days=1)


def test_a_death_ends_the_period_the_next_day_and_stops_the_mail(
    work: Any, her: str, writer: Writer
) -> None:
    loss = effects.Loss("2026-11-11", "LOS_DEATH", "3", event_on="2026-11-10", stops_mail=True)
    assert effects.loses(writer, her, loss).taken
    (period,) = work.all(select(insured))
    assert (period.lost_on, period.loss_reason) == ("2026-11-11", "LOS_DEATH")
    row = work.one(select(person))
    assert (row.state, row.state_on) == ("3", "2026-11-10")
    assert seen(work, her, "2026-11-10").is_insured
    after = seen(work, her, "2026-11-11")
    assert not after.is_insured and after.value("copay") == {}
    assert after.value("eligibility") == {"loss_reason": "LOS_DEATH"}
    assert after.value("mail") == {"stopped": "LOS_DEATH"}
    assert seen(work, her, "2026-11-09").value("mail") == {}
    before = seen(work, her, "2026-11-11", YESTERDAY)
    assert before.is_insured and before.value("state") == {"state": "1"}


def test_a_loss_taken_back_leaves_both_in_the_history(work: Any, her: str, writer: Writer) -> None:
    effects.loses(writer, her, effects.Loss("2026-11-11", "LOS_OUT"))
    work.at = START + timedelta(days=1)
    again = effects.writer_of_decision(work, "U15-D-8", ERAS)
    assert effects.loses(again, her, effects.Loss("", "")).taken
    assert seen(work, her, "2026-11-12", TODAY + timedelta(days=1)).is_insured
    assert not seen(work, her, "2026-11-12", TODAY).is_insured
    refs = [known.origin.ref for known in history.history(work, her)]
    assert {"U15-D-7", "U15-D-8"} <= set(refs)


@pytest.mark.parametrize(("day", "cause"), [("2019-01-01", "not_insured"), ("", "no_loss")])
def test_a_loss_without_a_period_is_listed(work: Any, world: World, day: str, cause: str) -> None:
    nobody = replace(
        HER, atena_number="000000000777777", insured_number="", acquired_on="", copay_ratio=""
    )
    receiver(world.tables)(work, FILES["FILE-17"], [replace(nobody, birth_sort="1950-01-01")])
    (other,) = [row.id for row in work.all(select(person)) if row.birth_sort == "1950-01-01"]
    writer = effects.writer_of_decision(work, "U15-D-9", ERAS)
    done = effects.loses(writer, other, effects.Loss(day, "LOS_OUT"), case_id="T01-1-9")
    assert [one.cause for one in done.contradictions] == [cause]
    (entry,) = work.all(select(check_entry))
    assert (entry.cause, entry.person_id, entry.case_id) == (cause, other, "T01-1-9")


CHANGED = {
    "name": ("", {"name": "新姓　花子", "kana": "シンセイ　ハナコ"}),
    "alias": ("", {"alias": "通称　花", "alias_kana": "ツウショウ　ハナ"}),
    "phone": ("", {"phone": "09000001111"}),
    "state": ("", {"state": "2"}),
    "birth": (
        "",
        {
            "birth_written": "昭和20年5月4日",
            "birth_sort": "1945-05-04",
            "birth_precision": "day",
            "sex": "2",
            "person_kind": "2",
        },
    ),
    "address": (
        "mailing",
        {"municipality_code": "152994", "postal_code": "9990002", "written": "送付先1番"},
    ),
    "household": (
        "152994",
        {"household_number": "000000000009876", "relation": "世帯主", "is_head": "1"},
    ),
    "copay": ("", {"ratio": "3", "provisional": "1"}),
    "limit": ("", {"limit_class": "low1"}),
    "restriction": ("R-1", {"kind": "support_measure", "until_on": "2027-10-31"}),
    "mail": ("", {"stopped": "LOS_DEATH"}),
    "disability": ("", {"proof": "mental_2", "proof_until": "2028-03-31"}),
    "disease": ("", {"disease": "1"}),
    "paper": ("T01-1-1", {"paper": "eligibility_certificate", "reason": "lost", "copy": "2"}),
    "payment": ("U15-D-1", {"benefit": "funeral", "amount": "50000", "payee": "長男"}),
    "role": (
        "heir",
        {"role": "heir", "name": "髙橋　一郎", "relation": "子", "phone": "0250", "case_id": "C-1"},
    ),
    "note": ("1", {"text": "電話で確認"}),
    "former_name": ("", {"former_name": "旧姓", "former_name_kana": "キュウセイ"}),
    "delivery": ("certificates", {"addressee": "見本　一郎", "to_postal_code": "9990003"}),
    "heir": ("", {"heir_name": "見本　一郎", "heir_relation": "子"}),
    "account": ("", {"bank_code": "0001", "account_number": "0123456"}),
    "tax_agent": ("", {"agent_name": "見本　一郎", "agent_postal_code": "9990003"}),
    "marks": ("", {"limit_printed": "1", "long_stay_on": "2026-12-01"}),
    "copay_exemption": ("", {"cause": "disaster", "months": "6"}),
    "former_dependant": ("", {"insurer": "見本健康保険組合", "dependant_until": "2026-10-31"}),
    "nondisclosure": ("", {"ground": "本人の申出"}),
    "special_treatment": ("", {"ground": "arrears", "noticed_on": "2026-10-01"}),
}


def test_every_kind_of_fact_is_tried() -> None:
    assert set(CHANGED) == set(KINDS) - {"eligibility"}


@pytest.mark.parametrize("kind", sorted(CHANGED))
def test_a_change_stands_now_and_in_the_past(work: Any, her: str, kind: str) -> None:
    subject, value = CHANGED[kind]
    whole = {name: value.get(name, "") for name in KINDS[kind].items if name in value}
    writer = effects.writer_of_decision(work, "U15-D-7", ERAS, reason="届出")
    effects.changes(writer, her, kind, value, since="2026-11-10", subject=subject)
    assert seen(work, her).value(kind, subject).items() >= whole.items()
    assert seen(work, her, "2026-11-09").value(kind, subject) != value
    assert seen(work, her, "2026-11-16", YESTERDAY).value(kind, subject) != value
    if KINDS[kind].in_store:
        row = work.one(select(person).where(person.c.id == her))
        spans = history.current_lines(work, {her: row}, frozenset((kind,)))[her]
        assert '"' in spans[(kind, subject)][-1].value
        assert all(text in spans[(kind, subject)][-1].value for text in whole.values())
    (known,) = [
        one
        for one in history.history(work, her)
        if (one.kind, one.subject) == (kind, subject) and one.value.items() >= whole.items()
    ]
    assert (known.reason, known.origin.kind, known.origin.ref) == ("届出", "decision", "U15-D-7")
    assert known.replaces


@pytest.mark.parametrize("kind", ["address", "household", "restriction", "copay"])
def test_nothing_holds_any_more(work: Any, her: str, writer: Writer, kind: str) -> None:
    subject, value = CHANGED[kind]
    effects.changes(writer, her, kind, value, since="2026-11-01", subject=subject)
    effects.changes(writer, her, kind, {}, since="2026-11-10", subject=subject)
    assert seen(work, her, "2026-11-09").value(kind, subject)
    assert seen(work, her, "2026-11-10").value(kind, subject) == {}
    if kind == "address":
        assert [row.kind for row in work.all(select(address))] == ["current"]
    if kind == "household":
        assert work.all(select(household_member)) == []
    if kind == "restriction":
        assert work.one(select(restriction)).lifted_at == "2026-11-10"


def test_a_correction_of_past_days_leaves_the_present(work: Any, her: str, writer: Writer) -> None:
    effects.changes(
        writer,
        her,
        "phone",
        {"phone": "0250009999"},
        since="2026-01-01",
        until="2026-02-01",
    )
    assert work.one(select(person)).phone == HER.phone
    assert seen(work, her, "2026-01-15").value("phone") == {"phone": "0250009999"}
    assert seen(work, her, "2026-02-01").value("phone") == {"phone": HER.phone}
    assert seen(work, her, "2025-12-31").value("phone") == {"phone": HER.phone}


def test_a_changed_name_is_found_by_the_search(work: Any, her: str, writer: Writer) -> None:
    _, value = CHANGED["name"]
    effects.changes(writer, her, "name", value, since="2026-11-10")
    assert work.one(select(person)).name_key == search_key("新姓　花子")
    found = select(person.c.id).where(
        text("row_number IN (SELECT rowid FROM name_grams WHERE name_grams MATCH :gram)")
    )
    gram = search._query(search_key("新姓"))
    assert [row.id for row in work.all(found, {"gram": gram})] == [her]


def test_recognitions_papers_payments_and_notes(work: Any, her: str, writer: Writer) -> None:
    effects.recognises(
        writer, her, "disease", {"disease": "1"}, since="2026-11-01", until="2027-11-01"
    )
    effects.issues(
        writer,
        her,
        "eligibility_certificate",
        on="2026-11-16",
        ref="T01-1-5",
        reason="lost",
        copy=2,
    )
    effects.pays(writer, her, effects.Payment("funeral", 50_000, "長男", "2026-11-16", "U15-D-7"))
    effects.notes(writer, her, "電話で確認した", on="2026-11-16", ref="1")
    found = seen(work, her)
    assert found.value("disease") == {"disease": "1"}
    assert seen(work, her, "2027-11-01").value("disease") == {}
    assert found.value("paper", "T01-1-5")["copy"] == "2"
    assert found.value("payment", "U15-D-7")["amount"] == "50000"
    assert found.value("note", "1") == {"text": "電話で確認した"}


STATES = {"N-1": "issued", "N-2": "void", "N-3": "reserved", "N-4": "issued"}


def test_papers_are_void_and_their_numbers_told(world: World) -> None:
    with undone(world, "eligibility.receive_decision") as work:
        receiver(world.tables)(work, FILES["FILE-17"], [HER])
        her = str(work.one(select(person)).id)
        names = ("id", "outcome", "record", "digest", "received_at")
        work.run(insert(decision).values(**dict.fromkeys(names, "{}")))
        names = ("form_id", "reserved_by", "reserved_at")  # type: ignore[assignment]
        values = dict.fromkeys(names, "x") | {"decision_id": "{}", "person_id": her}
        for number, state in STATES.items():
            work.run(insert(certificate).values(number=number, state=state, **values))
        burden = find_decided_form("burden_certificate", date(2026, 11, 20))
        assert burden is not None
        attests = {**values, "form_id": burden.id, "number": "N-5", "state": "issued"}
        work.run(insert(certificate).values(**attests))
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        assert effects.voids(writer, her, "資格喪失", apart_from=("N-4",)) == ("N-1", "N-3")
        rows = {row.number: (row.state, row.cause) for row in work.all(select(certificate))}
        assert rows["N-1"] == rows["N-3"] == ("void", "資格喪失")
        assert (rows["N-2"], rows["N-4"]) == (("void", ""), ("issued", ""))
        assert rows["N-5"] == ("issued", "")  # what it certifies was so on its day


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", {"fax": "1"}), ("eligibility", {"insured_number": "1"})],
)
def test_an_item_that_no_kind_has_is_our_own_mistake(
    work: Any, her: str, writer: Writer, kind: str, value: dict[str, str]
) -> None:
    with pytest.raises(Bug, match="unknown_item"):
        effects.changes(writer, her, kind, value, since="2026-11-10")
    assert work.all(select(fact)) == []


def test_somebody_who_is_not_here_is_our_own_mistake(writer: Writer) -> None:
    with pytest.raises(Bug, match="unknown_id"):
        effects.loses(writer, "P-404", effects.Loss("2026-11-11", "LOS_OUT"))
    with pytest.raises(Bug, match="unknown_id"):
        effects.changes(writer, "P-404", "phone", {"phone": "1"}, since="2026-11-11")


def test_the_register_as_of_a_day_is_everybody_as_of_that_day(work: Any, world: World) -> None:
    others = [
        replace(
            HER,
            atena_number=f"{number:015d}",
            insured_number=f"{number:08d}",
            household_number=f"{number:015d}",
            address=f"見本{number}番",
        )
        for number in range(1, 8)
    ]
    receiver(world.tables)(work, FILES["FILE-17"], others)
    work.at = START + timedelta(days=2)
    moved = [
        replace(
            one,
            address="新しい所",
            lost_on="2026-11-01",
            loss_reason="LOS_OUT",
            copay_ratio="",
            copay_from="",
        )
        for one in others[:3]
    ]
    receiver(world.tables)(work, FILES["FILE-17"], moved)
    ids = [row.id for row in work.all(select(person.c.id).order_by(person.c.id))]
    for known_on in (YESTERDAY, TODAY, TODAY + timedelta(days=2)):
        for day in (date(2026, 10, 31), date(2026, 11, 2), TODAY + timedelta(days=2)):
            for kind in ("address", "eligibility", "copay", "name"):
                register = list(history.register_as_of(work, kind, day, known_on))
                alone = [
                    (person_id, subject, value)
                    for person_id in ids
                    if (found := history.as_of(work, person_id, day, known_on)) is not None
                    for subject, value in found.values(kind).items()
                ]
                assert register == alone
    insured_now = [
        value
        for _, _, value in history.register_as_of(
            work, "eligibility", date(2026, 11, 2), TODAY + timedelta(days=2)
        )
        if "insured_number" in value
    ]
    assert len(insured_now) == 5

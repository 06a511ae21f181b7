"""支援措置: what is hidden of a restricted person wherever somebody looks, what is stopped, and
what opens it for a while (DOMAIN 7.3, SEC-94)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.cases import decisions, drafts, sending, slips, whom
from app.cases.about import said_of
from app.catalog import CATALOG
from app.core.errors import Bug, UserError
from app.functions.eligibility.kinds.changing import MOVE_WITHIN
from app.functions.eligibility.kinds.leaving import DEATH
from app.functions.printing import applications
from app.persons import restrictions, show
from app.security.control.state import SUPPORT
from app.security.refusals import Refusal
from app.security.spec import Actor, Kind
from app.security.waiting import Waits
from db.items import HIDDEN, HIDDEN_DETAIL
from db.named import NOBODY
from db.shown import GUARDED
from db.tables import METADATA
from db.tables.cases import case_file
from db.tables.persons import address, household_member, person, restriction
from tests.support.counter import Counter, Resident, put_residents
from tests.support.examples import attempt_of
from tests.support.kinds import SCENES
from tests.support.verbs import shared_press
from tests.support.world import World, world_in

DAY = date(2026, 11, 16)
CANARY = "かくれが"
HUSBAND = Resident(
    id="P-2",
    name="髙橋　一郎",
    kana="タカハシ　イチロウ",
    sex="1",
    phone="",
    atena_number="000000000000009",
    insured_number="00000991",
)


def restrict(world: World, person_id: str = "P-1", until: str = "2027-11-15") -> None:
    """As another desk's act or the union's file would, past the gate."""
    with world.hands_on("restriction") as work:
        work.run(
            insert(restriction).values(
                id=f"R-{person_id}",
                person_id=person_id,
                kind=SUPPORT,
                from_on="2026-11-16",
                until_on=until,
            )
        )


def open_(world: World, reason: str = "own_visit") -> None:
    session = world.session("supervisor")
    prepared = restrictions.prepare_open(world.gate, session, "P-1", reason)
    restrictions.perform_open(world.gate, prepared, tuple(world.approvals(prepared)))


def page(world: World, person_id: str = "P-1", who: str = "supervisor") -> show.PersonView:
    world.sessions.get(world.session(who)).verified_at = world.clock.monotonic()
    return show.open_person(
        world.gate,
        world.session(who),
        person_id,
        world.tables,
        world.clock.now().date(),
        by_number=False,
        confirmed=False,
    )


# -- one mechanism, where rows are read --------------------------------------------------------


def _filled(world: World) -> None:
    """Every guarded column of every guarded table says ``CANARY`` of P-1."""
    from tests.support.counter import PERSON_TABLES  # the tables that residents fill

    put_residents(world, Resident(phone=CANARY, written=CANARY))
    values = dict.fromkeys(("draft", "record", "detail", "desk", "why"), CANARY)
    with world.hands_on(*GUARDED, *PERSON_TABLES, "print_batch") as work:
        work.run(update(address).values(building=CANARY, postal_code=CANARY, since=CANARY))
        work.run(update(person).values(alias=CANARY, alias_kana=CANARY))
        work.run(update(household_member).values(relation=CANARY, household_number="77"))
        for table in set(GUARDED) - {"person", "address", "household_member", "insured"}:
            work.run(insert(METADATA.tables[table]).values(**_row(table, values)))


def _row(table: str, values: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in METADATA.tables[table].columns:
        if column.name in ("person_id", "one_id", "other_id"):
            row[column.name] = "P-1"
        elif column.name == "atena_number":
            row[column.name] = Resident().atena_number
        elif column.name == "municipality_code":
            row[column.name] = "152994"
        elif column.name in values:
            text = f'{{"address":"{CANARY}"}}' if column.name in ("draft", "record") else CANARY
            row[column.name] = text
        elif column.name == "value":
            row[column.name] = f'{{"written":"{CANARY}"}}'
        elif column.name == "step":
            row[column.name] = "found"
        elif column.name == "kind" and table == "fact":
            row[column.name] = "address"
        elif not column.nullable and column.server_default is None:
            row[column.name] = 1 if column.type.python_type is int else "x"
    return row


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as world:
        with world.hands_on("print_batch", "case_file") as work:
            batch = METADATA.tables["print_batch"]
            work.run(insert(batch).values(**{**_row("print_batch", {}), "id": "x"}))
        _filled(world)
        yield world


@pytest.mark.req("SEC-94")
def test_whatever_a_function_reads_for_somebodys_eyes_tells_nothing_of_her(filled: World) -> None:
    """Over every function of the catalogue that looks: all rows of all that it may read, so that a
    screen that is written tomorrow reads no more than this."""
    looks = [one for one in CATALOG.values() if one.kind is Kind.INQUIRE]
    assert len(looks) > 30
    for restricted in (False, True):
        if restricted:
            restrict(filled)
        told = {one.id for one in looks if CANARY in _all_rows(filled, one.reads)}
        read = {one.id for one in looks if set(_tables(one.reads)) & set(GUARDED)}
        assert told == (set() if restricted else told & read)
        assert restricted or len(told) > 10, "else the canaries prove nothing"


def _tables(reads: tuple[str, ...]) -> list[str]:
    return [name for name in reads if "." not in name]


def _all_rows(world: World, reads: tuple[str, ...]) -> str:
    with world.store.view(reads) as work:
        return "".join(
            repr(work.all(select(METADATA.tables[name]))) for name in dict.fromkeys(_tables(reads))
        )


def test_the_tables_themselves_are_closed_to_a_view(filled: World) -> None:
    restrict(filled)
    with filled.store.view(("address",)) as work:
        assert [row.written for row in work.all(select(address))] == [""]
        with pytest.raises(Bug):
            work.whole.all(select(address))
    with filled.store.view(("address",), whole=True) as work:
        assert [row.written for row in work.whole.all(select(address))] == [CANARY]
    with filled.store.view(("address",), opened=("P-1",)) as work:
        assert [row.written for row in work.all(select(address))] == [CANARY]
    with filled.store.view(("address",)) as work:
        assert [row.written for row in work.all(select(address))] == [""], "closed with its unit"


def test_only_these_functions_read_what_is_hidden() -> None:
    """Each of them compares or sends; a paper of the union is compared page by page, and a page
    that names her is left out. Whoever adds one says here why nothing of it is shown."""
    hidden = {one.id.partition(".")[2] for one in CATALOG.values() if one.reads_hidden}
    assert hidden == {
        *("load_case", "show_sitting", "show_rejection", "show_decision", "show_union_paper")
    }


@pytest.mark.req("SEC-94")
def test_every_view_of_a_restricted_person_gives_nothing_of_her(tmp_path: Path) -> None:
    """Each view's own example, on a person who is restricted in the moment before it looks. Some
    seconds, because it goes once through every view that shows persons."""
    secrets = (Resident().written, Resident().phone, Resident().household_number)
    looked = 0
    for function in CATALOG.values():
        reads = {name.partition(".")[0] for name in function.reads}
        if function.kind is not Kind.INQUIRE or function.actor is not Actor.STAFF:
            continue
        if not reads & {"address", "household_member", "fact", "case_file", "decision"}:
            continue
        with world_in(tmp_path / function.id) as world:
            attempt = attempt_of(world, function)
            if attempt.view is None:
                continue
            with world.store.view(("person",)) as work:
                there = [row.id for row in work.all(select(person))]
            for person_id in there:
                restrict(world, person_id)
            try:
                shown = repr(attempt.view(world.session(attempt.who)))
            except Refusal as stopped:
                assert stopped.code == "support.closed"
                continue
            looked += 1
            assert not [one for one in secrets if one in shown], function.id
    assert looked > 6


# -- typed, read again, compared, sent ---------------------------------------------------------


@pytest.fixture
def mover(counter: Counter) -> Counter:
    counter.kind = MOVE_WITHIN
    return counter


def _entry(**changed: str) -> dict[str, str]:
    return {**SCENES["move_within"].entry, "notifier": "person", **changed}


@pytest.mark.req("SEC-94")
def test_what_was_typed_is_hidden_when_it_is_read_again_and_sent_whole(mover: Counter) -> None:
    world = mover.world
    put_residents(world, Resident(care=True), HUSBAND)
    case = mover.begin(person_id="P-1")
    assert case.care and case.whom is not None and case.whom.address == ""
    kept = mover.key_in(case, _entry())
    typed = SCENES["move_within"].entry["new_address"]
    assert kept.values["new_address"] == HIDDEN and typed not in repr(kept)
    again = mover.load(kept.id)
    assert again.values["new_address"] == HIDDEN and typed not in repr(again)
    # saved once more as the screen has it: what was hidden is what was typed before
    again = mover.key_in(again, {**again.values, "new_building": "コーポ別"})
    with world.hands_on("case_file") as work:
        draft = work.scalar(select(case_file.c.draft).where(case_file.c.id == case.id))
    assert typed in draft and "コーポ別" in draft and HIDDEN not in draft
    lines = sending.summary(again, world.tables, DAY)
    assert typed not in repr(lines) and HIDDEN in repr(lines)
    prepared = mover.prepare_send(again)
    assert typed not in prepared.sentence
    sent = sending.perform_send(
        world.gate, prepared, tuple(mover.approvals(prepared)), MOVE_WITHIN, world.tables
    )
    assert mover.engine.send_now(sent.outbox_id).accepted
    received = [record for _id, records in mover.union.taken for record in records]
    assert [getattr(one, "new_address", "") for one in received] == [typed], (
        "the union gets what was typed"
    )


@pytest.mark.req("SEC-119")
@pytest.mark.parametrize("differs", [False, True])
def test_the_comparison_says_same_or_different_and_not_what(mover: Counter, differs: bool) -> None:
    put_residents(mover.world, Resident(care=True))
    scene = SCENES["move_within"]
    decided = "別の町1" if differs else scene.entry["new_address"]
    mover.answers.append(
        lambda record: dataclasses.replace(
            scene.answer(record),
            address=decided,  # type: ignore[call-arg]
        )
    )
    view = mover.answered(mover.looked_first(mover.key_in(mover.begin(person_id="P-1"), _entry())))
    typed = SCENES["move_within"].entry["new_address"]
    assert typed not in repr(view) and "別の町1" not in repr(view)
    lines = {line.label: line for line in decisions.compare(view, mover.tables, DAY)}
    line = next(one for label, one in lines.items() if "住所" in label)
    assert (line.keyed, line.decided) == (HIDDEN, "違う" if differs else "同じ")
    assert line.agrees is not differs
    assert lines["氏名"].keyed == Resident().name


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize(
    ("changed", "field"),
    [({"notifier": "household"}, "notifier"), ({"channel": "phone"}, "channel")],
)
def test_proxies_household_and_telephone_wait_for_the_opening(
    mover: Counter, changed: dict[str, str], field: str
) -> None:
    world = mover.world
    put_residents(world, Resident(care=True))
    case = mover.key_in(mover.begin(person_id="P-1"), _entry(**changed))
    with pytest.raises(UserError) as refused:
        mover.prepare_send(case)
    assert (refused.value.code, refused.value.field) == ("cases.not_ready", field)


def test_a_household_does_not_tell_of_a_restricted_member(counter: Counter) -> None:
    """The one at the counter may be the head of the household whom she fled."""
    world = counter.world
    put_residents(world, Resident(care=True), HUSBAND)
    assert page(world, "P-2").household == ()
    with world.gate.view("eligibility.load_case", world.session("clerk")) as work:
        whole = whom.with_members(work.whole, whom.read_whom(work.whole, "P-2"))
        through_the_views = whom.with_members(work, whom.read_whom(work, "P-2"))
    assert [one.person_id for one in whole.members] == ["P-2", "P-1"]
    assert [one.person_id for one in through_the_views.members] == ["P-2"]
    assert [one.person_id for one in whom.shown(whole, NOBODY).members] == ["P-2"]
    hers = whom.shown(dataclasses.replace(whole, care=True), NOBODY)
    assert (hers.address, hers.household, hers.members, hers.roles) == ("", "", (), ())
    assert said_of(hers, ("members",)) == {"members": ""}, "so what is sent is read whole"


# -- named where the case is somebody else's -----------------------------------------------------

HER_PHONE = "0250-77-0001"
HEIR = {"heir_name": "高橋タケ", "heir_relation": "妻", "heir_phone": HER_PHONE}


@pytest.mark.req("SEC-94")
def test_named_in_somebody_elses_case_she_is_hidden_there_and_sent_whole(counter: Counter) -> None:
    """She inherits of the husband: neither his case nor, once it is decided, his page tells where
    she is reached, however her name was written; whoever has opened her sees it."""
    world = counter.world
    counter.kind = DEATH
    put_residents(world, Resident(care=True), HUSBAND)
    case = counter.begin(person_id="P-2")
    kept = counter.key_in(case, {**SCENES["death"].entry, **HEIR})
    assert (kept.values["heir_name"], kept.values["heir_phone"]) == (HIDDEN, HIDDEN)
    assert kept.values["heir_relation"] == "妻" and kept.whom.address == HUSBAND.written
    again = counter.key_in(counter.load(kept.id), dict(counter.load(kept.id).values))
    assert again.hides and HER_PHONE not in repr(again)
    view = counter.answered(again)
    sent = [record for _id, records in counter.union.taken for record in records]
    assert [one.heir_name for one in sent] == [HEIR["heir_name"]], "the union gets what was typed"
    assert HEIR["heir_name"] not in repr(view) and sent[0].heir_phone not in repr(view)
    shown = page(world, "P-2")
    assert [who for _role, who in shown.roles] == [f"{HIDDEN}（妻）"]
    assert sent[0].heir_phone not in repr(shown)
    with pytest.raises(Refusal, match=r"support\.named"):
        counter.slip(view.case_id)
    assert counter.printer.sheets == []
    open_(world)
    assert [who for _role, who in page(world, "P-2").roles] == ["高橋タケ（妻）　0250770001"]
    supervisor = world.session("supervisor")
    whole = drafts.load_case(world.gate, supervisor, DEATH, view.case_id)
    slips.print_slip(world.gate, supervisor, whole, counter.drawing, counter.printer, counter.at)
    assert len(counter.printer.sheets) == 1


def test_the_check_list_names_nobody_restricted_in_another_ones_line(counter: Counter) -> None:
    world = counter.world
    put_residents(world, Resident(care=True), HUSBAND)
    told = "世帯主が高橋タケ様と違います。"
    with world.hands_on("check_entry") as work:
        row = {**_row("check_entry", {}), "person_id": "P-2", "case_id": None, "detail": told}
        work.run(insert(METADATA.tables["check_entry"]).values({**row, "atena_number": ""}))
    with world.store.view(("check_entry",)) as work:
        (line,) = work.all(select(METADATA.tables["check_entry"]))
    assert line.detail == HIDDEN_DETAIL
    with world.store.view(("check_entry",), opened=("P-1",)) as work:
        (line,) = work.all(select(METADATA.tables["check_entry"]))
    assert line.detail == told


# -- set at once, opened for a while, never ended by itself ------------------------------------


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize("who", ["clerk", "branch"])
def test_any_clerk_sets_a_provisional_measure_at_once(counter: Counter, who: str) -> None:
    world = counter.world
    put_residents(world, Resident())
    assert page(world).line.address
    prepared = restrictions.prepare_provisional(world.gate, world.session(who), "P-1")
    restrictions.perform_provisional(world.gate, prepared, (world.own(prepared),))
    assert page(world).line.care and page(world).line.address == ""
    with pytest.raises(Refusal, match=r"right\.none"):
        restrictions.prepare_open(world.gate, world.session(who), "P-1", "own_visit")
    with pytest.raises(UserError) as twice:
        prepared = restrictions.prepare_provisional(world.gate, world.session(who), "P-1")
        restrictions.perform_provisional(world.gate, prepared, (world.own(prepared),))
    assert twice.value.code == "persons.support_already"
    world.later(days=28)
    assert page(world).line.care, "it does not end by itself"


def test_decided_in_the_place_of_a_provisional_one_and_prolonged_before_its_end(
    counter: Counter,
) -> None:
    """Never lifted in between: there is no moment in which the address is shown."""
    world = counter.world
    put_residents(world, Resident())
    clerk = world.session("clerk")
    prepared = restrictions.prepare_provisional(world.gate, clerk, "P-1")
    restrictions.perform_provisional(world.gate, prepared, (world.own(prepared),))

    def decide(until: date) -> None:
        made = restrictions.prepare_mark(world.gate, clerk, "P-1", DAY, until)
        restrictions.perform_mark(world.gate, made, (world.own(made),))

    decide(date(2026, 12, 20))
    assert _held(world) == [("support_measure", "2026-12-20")]
    with pytest.raises(UserError, match="すでに"):
        decide(date(2027, 12, 20))
    world.later(days=7)
    decide(date(2027, 12, 20))
    assert _held(world) == [("support_measure", "2027-12-20")]


def _held(world: World) -> list[tuple[str, str]]:
    with world.store.view(("restriction",)) as work:
        rows = work.all(select(restriction).where(restriction.c.lifted_at == ""))
    return [(row.kind, row.until_on) for row in rows]


@pytest.mark.parametrize(
    ("until", "state"),
    [
        ("2027-11-15", ""),
        ("2026-12-16", "まもなく期間が終わる"),
        ("2026-11-16", "まもなく期間が終わる"),
        ("2026-11-15", "期間が過ぎた"),
    ],
)
def test_the_day_board_warns_before_and_after_the_end(
    counter: Counter, until: str, state: str
) -> None:
    world = counter.world
    put_residents(world, Resident())
    restrict(world, until=until)
    from app.persons.waiting import WAITS

    with world.gate.view("day.show", world.session("clerk")) as work:
        lines: list[Waits] = list(WAITS[0].lines(work))
    assert [line.state for line in lines] == ([state] if state else [])


@pytest.mark.req("SEC-94")
def test_opened_for_a_reason_to_one_session_and_closed_by_itself(counter: Counter) -> None:
    world = counter.world
    put_residents(world, Resident(care=True), HUSBAND)
    open_(world)
    seen = page(world)
    assert seen.opened and seen.line.address == Resident().written and seen.phone
    assert page(world, who="clerk").line.care, "opened to her who opened, to nobody else"
    world.later(minutes=14)
    assert page(world).opened
    world.later(minutes=1)
    closed = page(world)
    assert closed.line.care and not closed.opened
    assert Resident().written not in repr(closed)
    open_(world)
    restrictions.close(world.gate, world.session("supervisor"), "P-1")
    assert page(world).line.care
    last = [line.entry for line in world.journal.lines(1)][-8:]
    assert [e.subject.key for e in last if e.function_id == "persons.open_support"]


@pytest.mark.req("SEC-94")
def test_what_waits_for_the_post_or_in_a_batch_stays_here_from_that_moment(filled: World) -> None:
    """The address on it may be the one she left; a batch that was built is built again without."""
    letters, batches = METADATA.tables["mail_item"], METADATA.tables["batch_item"]
    papers, sent = METADATA.tables["certificate"], METADATA.tables["decision"]
    with filled.hands_on("mail_item", "batch_item", "certificate", "decision") as work:
        work.run(update(batches).values(state="built"))
        decided = work.scalar(select(sent.c.id))
        paper = {**_row("certificate", {}), "number": "N-1", "decision_id": decided}
        work.run(insert(papers).values(**{**paper, "case_id": None}))
        for key, state in (("L-1", "waiting"), ("L-2", "posted")):
            row = {**_row("mail_item", {}), "id": key, "state": state, "certificate_number": "N-1"}
            work.run(insert(letters).values(**row))
    session = filled.session("clerk")
    prepared = restrictions.prepare_provisional(filled.gate, session, "P-1")
    restrictions.perform_provisional(filled.gate, prepared, (filled.own(prepared),))
    with filled.store.view(("mail_item", "batch_item")) as work:
        states = {row.id: row.state for row in work.all(select(letters))}
        assert states == {"L-1": "stopped", "L-2": "posted"}
        assert [(row.state, row.cause) for row in work.all(select(batches))] == [
            ("held", "restricted")
        ]


# -- nothing leaves the counter ----------------------------------------------------------------


@pytest.mark.req("SEC-94")
def test_a_measure_set_between_the_preview_and_the_print_stops_the_print(counter: Counter) -> None:
    from app.cases import issuing

    world = counter.world
    view = counter.compare(counter.decided())
    proof = issuing.reserve_and_draw(world.gate, world.session("clerk"), view, counter.drawing)
    prepared = issuing.prepare_issue(world.gate, world.session("clerk"), proof, view)
    given = tuple(world.approvals(prepared))
    restrict(world, view.person_id)
    with pytest.raises(Refusal, match=r"support\.closed"):
        issuing.perform_issue(world.gate, prepared, given, proof, counter.printer)
    assert counter.printer.sheets == []
    with pytest.raises(Refusal, match=r"support\.closed"):
        issuing.prepare_issue(world.gate, world.session("clerk"), proof, view)


def test_no_picture_of_a_paper_and_no_application_either(counter: Counter) -> None:
    from app.cases import issuing

    world = counter.world
    view = counter.compare(counter.decided())
    restrict(world, view.person_id)
    with pytest.raises(Refusal, match=r"support\.closed"):
        issuing.reserve_and_draw(world.gate, world.session("clerk"), view, counter.drawing)
    with pytest.raises(Refusal, match=r"support\.closed"):
        applications.print_application(
            world.gate,
            world.session("clerk"),
            view.person_id,
            "FORM-30",
            counter.drawing,
            counter.printer,
            "見本県",
        )
    assert counter.printer.sheets == [] and shared_press() is not None


def test_every_print_asks_by_a_subject_that_the_gate_can_look_up() -> None:
    """A print about somebody whose subject the gate cannot follow would leave unasked: each
    print's subject is a person, a case or a paper, or a list without anybody's data."""
    lists = {
        *("admin.print_ledger", "records.print_report"),
        *("printing.print_list", "printing.release_batch", "printing.print_part"),
        "printing.seal_batch",  # of a batch, whose restricted persons are left out
        "printing.reprint_batch_sheet",  # of a batch, whose restricted persons are held back
        *("files.print_faults", "files.print_media_ledger"),  # by line and column of a file
        "records.audit_packet",  # counts and staff, no insured person
        "records.print_registers",  # forms and functions, nobody's data
        "records.print_ledger",  # what a view showed: no free words about a restricted person
        "printing.print_part",  # released by two; who was pulled since is stopped before the post
        "levy.print_trial",  # what a visitor said of nobody in the store
        "printing.print_union_paper",  # asks itself, page by page, whether one names her
        "eligibility.print_notice",  # asks itself, in the act, that nobody on it is restricted
    }
    prints = {one.id for one in CATALOG.values() if one.leaves_counter}
    assert lists < prints
    assert {one.partition(".")[2] for one in prints - lists} == {
        *("print_slip", "issue_certificate", "print_issue_slip", "reprint_sheet"),
        *("print_next_steps", "explain", "print_disclosed"),
        *("reserve_certificate", "show_certificate", "fill_in", "application", "take_back"),
        "print_screen",  # whose screen it is, where it is one person's
    }, "say here by what subject the gate finds whose paper the new print is"

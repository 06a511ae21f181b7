"""A counter in a world: a union that answers, a press, a printer that keeps what it got.

``counter_in(tmp_path)`` gives a terminal enrolled with a union in memory. The union decides by
``Counter.decides``; its decision travels as a container through the real engine and handler.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.cases import checks, decisions, drafts, issuing, second_look, sending
from app.cases.kind import CaseKind
from app.cases.state import SUMMARY
from app.core.canon import canonical_json
from app.core.errors import EnvironmentFault
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.values.reader import Reader
from app.security.acts.prepared import PreparedAct
from app.security.keys.my_number import MyNumbers
from app.start.compose import handlers
from app.sync.engine import Engine
from app.wire.bodies import coverage
from app.wire.bodies.coverage import Coverage
from app.wire.bodies.move_in import MoveIn
from app.wire.files import sent_in
from app.wire.layout import columns
from app.wire.records import DecisionHead
from db import search
from db.tables.persons import (
    address,
    atena,
    household,
    household_member,
    insured,
    person,
    restriction,
)
from forms.fonts import load_fonts
from forms.press import Press
from tests.support.line import LoopUnion, engine_of, enrol
from tests.support.world import NUMBER_KEY, World, new_world, open_world, shared_tables

TODAY = "2026-11-16"
NUMBER = "000001234560"  # plainly artificial, its check digit is right
OTHER_NUMBER = "000000000019"
PERSON_TABLES = (
    "person",
    "atena",
    "insured",
    "address",
    "household",
    "household_member",
    "restriction",
    "watermark",
)

ENTRY: Mapping[str, str] = {
    "kana": "つじさき　たかこ",
    "name": "辻󠄀﨑　髙子",
    "birth_written": "S20.5.3",
    "sex": "2",
    "person_kind": "1",
    "phone": "0250-00-1234",
    "event_on": "R8.11.10",
    "notified_on": "R8.11.16",
    "accepted_on": "R8.11.16",
    "processed_on": "R8.11.16",
    "atena_number": "000000000123455",
    "household_number": "000000000001234",
    "relation": "母",
    "is_head": "0",
    "postal_code": "999-0001",
    "address": "見本県見本市見本町一丁目2番3号",
    "building": "コーポ見本101",
    "former_municipality_code": "131016",
    "former_address": "東京都千代田区見本1-1",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
    "number_check": "number_card",
    "purpose_explained": "1",
    "copay_paper": "1",
    "copay_paper_on": "R8.11.5",
    "copay_taxed": "1",
    "copay_taxable_income": "280,000",
    "copay_revenue": "2,500,000",
    "copay_pension_other": "2,000,000",
    "copay_base_income": "650,000",
    "card_use": "not_registered",
    "delivery": "counter",
    "municipality_code": "152994",
}
"""What the clerk keys for a woman of 81 who moved in from another prefecture."""


class KeepingPrinter:
    """Keeps every sheet; raises while ``broken``."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bytes]] = []
        self.broken = False

    def spool(self, pdf: bytes, number: str) -> None:
        if self.broken:
            raise EnvironmentFault("print.refused", "印刷できません。", "直してください。")
        self.sheets.append((number, pdf))


@dataclass
class Counter:
    """One desk. ``answers`` turn a notification into what the union decides, oldest first;
    with none left every notification is accepted as ``accept`` says. ``rejections`` are causes
    and sentences with which the union does not even take the next sendings."""

    world: World
    union: LoopUnion
    printer: KeepingPrinter = field(default_factory=KeepingPrinter)
    answers: list[Callable[[Any], DecisionHead]] = field(default_factory=list)
    rejections: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0
    kind: CaseKind = MOVE_IN

    def __post_init__(self) -> None:
        self.union.judge = self._judge
        self.press = shared_press()

    @property
    def _scene(self) -> Any:
        from tests.support.kinds import SCENES  # it is made of what stands here

        return SCENES[self.kind.code]

    @property
    def engine(self) -> Engine:
        """The engine of this terminal, with the handlers of every area."""
        return engine_of(self.world, self.union, handlers=handlers(self.world.tables))

    # -- what the union does -----------------------------------------------------------

    def _judge(self, outbox_id: str, records: tuple[Any, ...]) -> tuple[str, str]:
        if self.rejections:
            return self.rejections.pop(0)
        for record in records:
            answer = self.answers.pop(0) if self.answers else self._scene.answer
            self.decide(answer(record), notification_id=outbox_id)
        return "", ""

    def decide(self, record: DecisionHead, **changed: str) -> DecisionHead:
        """Put a decision there for the terminal."""
        self.made += 1
        made = replace(record, decision_id=f"U15-1-{self.made:06d}", **changed)
        self.union.announce(sent_in(made.kind).answered_in, [made])
        return made

    def fetch(self) -> None:
        """Take in what the union has put there; fails when anything was set aside."""
        report = self.engine.contact()
        assert report.problem is None, report.problem
        assert all(one.problem is None for one in report.received), report.received

    # -- what a clerk does -------------------------------------------------------------

    def open(self, who: str = "clerk", **changed: str) -> drafts.KeyedCase:
        """Open a case and key everything; ``changed`` replaces fields of the entry."""
        world, session = self.world, self.world.session(who)
        scene, kind = self._scene, self.kind
        values = {**scene.entry, **changed}
        if scene.resident is not None and not self.rows(person):
            put_residents(world, scene.resident)
        person_id = scene.resident.id if scene.resident is not None else ""
        case = drafts.open_case(world.gate, session, kind, {}, person_id=person_id)
        if kind.asks_number and values["number_check"] != "none":
            case = drafts.keep_number(world.gate, session, case, NUMBER)
        return drafts.save_draft(world.gate, session, case, values, SUMMARY)

    def entry_of(self, case_id: str) -> Any:
        """What the case's sending says, as the union reads it."""
        world, kind = self.world, self.kind
        case = drafts.load_case(world.gate, world.session(), kind, case_id)
        about = case.whom.atena_number if case.whom is not None else ""
        text = canonical_json(dict(case.values))
        content = sending.SendNotification(case_id, kind.code, about, text, False, ())
        reader = Reader.of(world.tables, world.clock.now().date())
        return sending.to_record(kind, content, "", reader)

    def warnings(self, case: drafts.KeyedCase) -> list[str]:
        """The codes of the warnings of a case."""
        today = self.world.clock.now().date()
        found = checks.check_all(case.kind, sending.entered(case, self.world.tables, today))
        return [finding.code for finding in found if finding.level == "warning"]

    def prepare_send(
        self, case: drafts.KeyedCase, who: str = "clerk", **options: Any
    ) -> PreparedAct:
        """The draft of a sending with every warning answered."""
        world = self.world
        options = {"answered": self.warnings(case)} | options
        return sending.prepare_send(
            world.gate,
            world.session(who),
            case,
            tables=world.tables,
            today=world.clock.now().date(),
            **options,
        )

    def send(self, case: drafts.KeyedCase, who: str = "clerk") -> sending.Sent:
        """Touch and put the notification into the outbox."""
        prepared = self.prepare_send(case, who)
        given = tuple(self.world.approvals(prepared))
        return sending.perform_send(self.world.gate, prepared, given, self.kind, self.world.tables)

    def show(self, case_id: str, who: str = "clerk") -> decisions.DecisionView:
        """The case with its decision."""
        return decisions.show(self.world.gate, self.world.session(who), self.kind, case_id)

    def decided(self, who: str = "clerk", **changed: str) -> decisions.DecisionView:
        """A case keyed, sent, decided and come back."""
        sent = self.send(self.open(who, **changed), who)
        assert self.engine.send_now(sent.outbox_id).accepted
        return self.show(sent.case_id, who)

    def rejected(self, who: str = "clerk", **changed: str) -> str:
        """A case keyed and sent that the union did not take; its id."""
        self.rejections.append(("atena_number", "宛名番号の検査数字が合いません"))
        sent = self.send(self.open(who, **changed), who)
        assert not self.engine.send_now(sent.outbox_id).accepted
        return sent.case_id

    def compared(self, who: str = "clerk", **changed: str) -> decisions.DecisionView:
        """The same, compared on the screen."""
        view = self.decided(who, **changed)
        decisions.confirm_comparison(self.world.gate, self.world.session(who), view)
        return self.show(view.case_id, who)

    def proof(self, view: decisions.DecisionView, who: str = "clerk") -> issuing.DrawnPaper:
        """Number reserved, paper drawn and proved."""
        world = self.world
        return issuing.reserve_and_draw(
            world.gate,
            world.session(who),
            view,
            issuing.Drawing(world.tables, self.press, training=True),
        )

    def issue(
        self, proof: issuing.DrawnPaper, view: decisions.DecisionView, who: str = "clerk"
    ) -> issuing.Issued:
        """Touch over the PDF, row, spool."""
        world = self.world
        prepared = issuing.prepare_issue(world.gate, world.session(who), proof, view)
        given = tuple(world.approvals(prepared))
        return issuing.perform_issue(world.gate, prepared, given, proof, self.printer)

    def issued(self, who: str = "clerk", **changed: str) -> issuing.Issued:
        """A whole visit up to the sheet in the printer."""
        view = self.compared(who, **changed)
        return self.issue(self.proof(view, who), view, who)

    def settle(self, issued: issuing.Issued, *, good: bool = True, cause: str = "") -> None:
        """Confirm the sheet, or call it spoilt."""
        issuing.settle_sheet(
            self.world.gate,
            self.world.session("clerk"),
            issued,
            good=good,
            cause=cause,
        )

    def look(self, case_id: str, who: str = "supervisor") -> None:
        """The second look."""
        world = self.world
        view = self.show(case_id, who)
        prepared = second_look.prepare_second_look(world.gate, world.session(who), view)
        second_look.perform_second_look(
            world.gate, prepared, tuple(world.approvals(prepared)), self.kind
        )

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with self.world.store.view((table.name,)) as work:
            return work.all(select(table))

    def reopened(self) -> Counter:
        """The same terminal after the program was closed and started again."""
        self.world.close()
        world = open_world(self.world.paths.data, start=self.world.clock.now())
        world.signers = self.world.signers  # a key's counter never falls
        return Counter(
            world, self.union, self.printer, self.answers, made=self.made, kind=self.kind
        )


@contextmanager
def counter_in(folder: Path) -> Iterator[Counter]:
    """A counter of its own in ``folder``, closed at the end."""
    counter = Counter(new_world(folder), LoopUnion())
    enrol(counter.world, counter.union)
    try:
        yield counter
    finally:
        counter.world.close()


@functools.cache
def shared_press() -> Press:
    """The press, made once: it reads fonts."""
    return Press(load_fonts(), shared_tables())


def accepted(record: MoveIn) -> Coverage:
    """The decision that takes everything from the notification."""
    made: Coverage = coverage.LAYOUTS[-1].new(
        kind=record.kind,
        decision_id="",
        notification_id="",
        case_id=record.case_id,
        outcome="accepted",
        decided_at="2026-11-16T10:00:30+09:00",
        supersedes="",
        reasons="",
        reason_text="",
        municipality_code=record.municipality_code,
        atena_number=record.atena_number,
        person_kind=record.person_kind,
        name=record.name,
        kana=record.kana,
        birth_written=record.birth_written,
        birth_sort=record.birth_sort,
        sex=record.sex,
        postal_code=record.postal_code,
        address=record.address,
        building=record.building,
        insured_number="01234565",
        insurer_number="39152996",
        insurer_name="見本県後期高齢者医療広域連合",
        acquired_on=record.event_on,
        acquisition_reason="ACQ_IN",
        copay_ratio="2",
        copay_from=record.event_on,
        provisional="0",
        income_state="paper",
        limit_class="general2",
        limit_from=record.event_on,
        limit_printed="0",
        long_stay_on="",
        disease_kind="",
        disease_from="",
        paper="eligibility_certificate",
        expires_on="2027-07-31",
        issue_on=TODAY,
        address_printed="0",
        delivery=record.delivery,
        grounds="",
        grounds_clerk="課税所得 280,000円のため 2割（一般Ⅱ）",
        grounds_aloud="窓口でのお支払いは 2割です。",
    )
    return made


def refused(record: MoveIn) -> DecisionHead:
    """The decision that refuses: a head alone."""
    taken = accepted(record)
    head = {item.name: getattr(taken, item.name) for item in columns(DecisionHead)}
    return DecisionHead(
        **head
        | {
            "body": "",
            "body_version": "",
            "outcome": "refused",
            "reasons": "special_address",
            "reason_text": "前にお住まいの広域連合の被保険者のままです。",
            "insured_number": "",
            "grounds_clerk": "",
            "grounds_aloud": "",
        }
    )


def pending(record: MoveIn) -> DecisionHead:
    """The decision that says to wait."""
    return replace(refused(record), outcome="pending", reasons="", reason_text="審査中です。")


@dataclass(frozen=True)
class Resident:
    """Somebody the store knows: what a scene puts there past the gate."""

    id: str = "P-1"
    name: str = "髙橋　タケ"
    kana: str = "タカハシ　タケ"
    birth_written: str = "昭和10年5月3日"
    birth_sort: str = "1935-05-03"
    sex: str = "2"
    phone: str = "0250-11-2233"
    state: str = "1"
    atena_number: str = "000000000004567"
    household_number: str = "000000000000077"
    insured_number: str = "00000990"
    written: str = "見本県見本市港町5番地"
    care: bool = False
    my_number: str = ""
    kind: str = "1"
    alias: str = ""
    birth_precision: str = "day"


def put_residents(world: World, *residents: Resident) -> None:
    """Make them known to the store, as the daily file would."""
    with world.hands_on(*PERSON_TABLES, "my_number", "store_fact") as work:
        for one in residents:
            _put(work, one)
            if one.my_number:
                MyNumbers(work, NUMBER_KEY).put("person", one.id, one.my_number)


def _put(work: Any, one: Resident) -> None:
    place = {"municipality_code": "152994"}
    household_number = {**place, "household_number": one.household_number}
    search.insert_persons(
        work,
        [
            {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "kana": one.kana,
                "alias": one.alias,
                "birth_written": one.birth_written,
                "birth_sort": one.birth_sort,
                "birth_precision": one.birth_precision,
                "sex": one.sex,
                "phone": one.phone,
                "state": one.state,
            }
        ],
    )
    work.run(
        insert(atena).values(**place, atena_number=one.atena_number, person_id=one.id, current=True)
    )
    work.run(
        insert(address).values(
            **place, person_id=one.id, kind="current", postal_code="9990001", written=one.written
        )
    )
    known = select(household).where(household.c.household_number == one.household_number)
    if work.first(known) is None:
        work.run(insert(household).values(**household_number))
    work.run(
        insert(household_member).values(
            **household_number, person_id=one.id, relation="世帯員", is_head=False
        )
    )
    if one.insured_number:
        work.run(
            insert(insured).values(
                insured_number=one.insured_number,
                acquired_on="2010-05-03",
                person_id=one.id,
                insurer_number="39152996",
                acquisition_reason="ACQ_AGE",
                copay_ratio="1",
                copay_from="2026-08-01",
            )
        )
    if one.care:
        work.run(
            insert(restriction).values(
                id=f"R-{one.id}",
                person_id=one.id,
                kind="support_measure",
                from_on="2026-04-01",
                until_on="2027-03-31",
            )
        )

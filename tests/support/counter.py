"""A counter in a world: a union that answers, a press, a printer that keeps what it got.

``counter_in(tmp_path)`` gives a terminal enrolled with a union in memory. The union decides by
``Counter.decides``; its decision travels as a container through the real engine and handler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.cases import drafts, sending, slips
from app.cases.kind import CaseKind
from app.core.canon import canonical_json
from app.core.errors import EnvironmentFault
from app.core.tables import Tables
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.values.reader import Reader
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import Gate
from app.security.keys.my_number import MyNumbers
from app.security.staff.session import Session
from app.start.compose import handlers
from app.sync.engine import Engine
from app.wire.bodies import coverage
from app.wire.bodies.coverage import Coverage
from app.wire.bodies.move_in import MoveIn
from app.wire.files import sent_in
from app.wire.layout import columns
from app.wire.records import CaseHead, DecisionHead
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
from db.work import Store
from tests.support.line import LoopUnion, engine_of, enrol
from tests.support.verbs import Verbs, shared_press
from tests.support.world import NUMBER_KEY, World, new_world, open_world

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
class Counter(Verbs):
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
    second = "supervisor"

    def __post_init__(self) -> None:
        self.union.judge = self._judge
        self.press = shared_press()

    @property
    def _scene(self) -> Any:
        from tests.support.kinds import SCENES  # it is made of what stands here

        return SCENES[self.kind.code]

    # -- what it is made of ------------------------------------------------------------

    @property
    def gate(self) -> Gate:
        return self.world.gate

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def tables(self) -> Tables:
        return self.world.tables

    @property
    def at(self) -> slips.At:
        return slips.At(self.world.clock.now(), "見本市役所　保険年金課", "000-000-0000")

    @property
    def engine(self) -> Engine:
        return engine_of(self.world, self.union, handlers=handlers(self.world.tables))

    @contextmanager
    def logged_in(self, who: str = "") -> Iterator[Session]:
        yield self.world.session(who or "clerk")

    def approvals(self, prepared: PreparedAct) -> list[Approval]:
        return self.world.approvals(prepared)

    def entered(self, whom: Any = None, **changed: str) -> drafts.KeyedCase:
        """Keyed as the scene of the kind says."""
        scene = self._scene
        values = {**scene.entry, **changed}
        if scene.resident is not None and not self.rows(person):
            put_residents(self.world, scene.resident)
        asks = self.kind.asks_number and values["number_check"] != "none"
        case = self.begin(
            person_id=scene.resident.id if scene.resident is not None else "",
            number=NUMBER if asks else "",
        )
        return self.key_in(case, values)

    # -- what the union does -----------------------------------------------------------

    def _judge(self, outbox_id: str, records: tuple[Any, ...]) -> tuple[str, str]:
        if self.rejections:
            return self.rejections.pop(0)
        for record in (one for one in records if isinstance(one, CaseHead)):
            answer = self.answers.pop(0) if self.answers else self._scene.answer
            self.decide(answer(record), notification_id=outbox_id)
        return "", ""

    def decide(self, record: DecisionHead, **changed: str) -> DecisionHead:
        """Put a decision there for the terminal."""
        self.made += 1
        made = replace(record, decision_id=f"U15-1-{self.made:06d}", **changed)
        self.union.announce(sent_in(made.kind).answered_in, [made])
        return made

    def rejected(self, **changed: str) -> str:
        """A case keyed and sent that the union did not take; its id."""
        self.rejections.append(("atena_number", "宛名番号の検査数字が合いません"))
        sent = self.sent(**changed)
        assert not self.engine.send_now(sent.outbox_id).accepted
        return sent.case_id

    def entry_of(self, case_id: str) -> Any:
        """What the case's sending says, as the union reads it."""
        case, kind = self.load(case_id), self.kind
        about = sending.about_of(case)
        text = canonical_json(dict(case.values))
        content = sending.SendNotification(case_id, kind.code, about, text, False, ())
        return sending.to_record(kind, content, "", Reader.of(self.tables, self.today))

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
    is_head: bool = False


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
            **household_number, person_id=one.id, relation="世帯員", is_head=one.is_head
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

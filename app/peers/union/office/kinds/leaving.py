"""喪失 on the union's side (高確法53条): from which day, why, and what changes with it.

Every reason of loss is judged by ``app.rules.eligibility.loss``; a kind says which reason it is
and what of its body the rule has to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.core.errors import MadoguchiError
from app.peers.union.office import history
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
)
from app.peers.union.office.checks import DATES, DEAD, INSURED, four_dates, insured_person, told
from app.peers.union.office.persons import (
    change_person,
    end_coverage,
    get_person,
    open_coverage,
)
from app.peers.union.office.rejudging import rejudge_others
from app.rules.calendar.days import day_before
from app.rules.eligibility.address_exception import Dwelling, insurer_of
from app.rules.eligibility.loss import LossFacts, lose
from app.rules.eligibility.reasons import EligibilityError, LossReason
from app.wire.bodies import loss

GONE, REMOVED = "2", "9"
"""住民状態: moved out; removed from the register."""


def _as_it_is(facts: LossFacts, record: Any) -> LossFacts:
    return facts


def _nothing_against(office: Office, case: Case, facts: LossFacts) -> tuple[RefusalReason, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reason of loss. ``state``: the person's 住民状態 from the event on, "" unchanged;
    ``ends``: the recognition that is given up with it;
    ``tells``: what of the body the rule is told; ``against``: what else stands against it;
    ``refusals``: what it may be refused for beside what any loss may."""

    code: str
    reason: LossReason
    words: str
    state: str = ""
    tells: Callable[[LossFacts, Any], LossFacts] = _as_it_is
    against: Callable[[Office, Case, LossFacts], tuple[RefusalReason, ...]] = _nothing_against
    refusals: tuple[str, ...] = ()
    ends: str = ""

    def check(self, office: Office, case: Case) -> Checked:
        """Whether she lives and is insured here, and the loss that follows."""
        row, current, findings = insured_person(office, case)
        if row is None or current is None:
            return Checked(refused=tuple(findings))
        findings = four_dates(office, case, row.birth_sort)
        if findings:
            return Checked(refused=tuple(findings))
        facts = LossFacts(
            row.atena_number,
            date.fromisoformat(row.birth_sort),
            date.fromisoformat(current.acquired_on),
            self.reason,
            date.fromisoformat(case.record.event_on),
            notified_on=date.fromisoformat(case.record.notified_on),
        )
        facts = self.tells(facts, case.record)
        against = self.against(office, case, facts)
        if against:
            return Checked(refused=against)
        try:
            return Checked(person=row, facts=(lose(facts, office.system.practice), current))
        except EligibilityError as cause:
            return Checked(refused=(told(cause.cause, cause),))

    def decide(self, office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
        """The loss and its article."""
        lost, current = checked.facts
        day = lost.day.isoformat()
        values = {
            "insured_number": current.insured_number,
            "event_on": case.record.event_on,
            "lost_on": day,
            "loss_reason": lost.reason.value,
            "article": lost.article,
            "state": self.state or get_person(office.connection, person_id).state,
            "paper_due": "1" if case.record.paper_return == "later" else "0",
            "grounds_clerk": f"{self.words}（{day}）に資格を喪失（{lost.article}）",
        }
        return Answer(person_id, loss.LAYOUTS[-1], values)

    def effect(self, office: Office, case: Case, answer: Answer) -> None:
        """The coverage ends, the person's state changes, the household is judged anew."""
        connection, event, values = office.connection, case.record.event_on, answer.values
        row = get_person(connection, answer.person_id)
        current = open_coverage(connection, answer.person_id)
        assert current is not None, "checked in this very transaction"
        end_coverage(connection, current.id, values["lost_on"], values["loss_reason"])
        if self.state:
            state = {"state": self.state, "state_on": event}
            change_person(connection, row.id, state, since=event, reason=case.record.kind)
        if self.ends:
            last_day = day_before(values["lost_on"])
            history.ends(connection, row.id, (self.ends, ""), last_day, case.record.kind)
        place = (row.municipality_code, row.household_number)
        since = date.fromisoformat(min(event, values["lost_on"]))
        rejudge_others(office.system, connection, *place, since, row.id)

    @property
    def kind(self) -> OfficeKind:
        """As the registry has it: the register must repeat the event where it knows it."""
        says = ("event_on",) if self.state else None
        return OfficeKind(
            self.code,
            self.check,
            self.decide,
            self.effect,
            register_says=says,
            refusals=(*INSURED, *DATES, "before_acquisition", *self.refusals),
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _moved(facts: LossFacts, record: Any) -> LossFacts:
    elsewhere = _day(record.elsewhere_from)
    return replace(facts, other_union_from=elsewhere, confirmed=record.confirmed == "1")


def _stays_insured_here(office: Office, case: Case, facts: LossFacts) -> tuple[RefusalReason, ...]:
    """Inside the prefecture nothing is lost; nor into a facility of 住所地特例 (55条)."""
    record, system = case.record, office.system
    ours = {row.text("code") for row in system.tables["municipalities"].rows(system.today())}
    union = record.to_municipality_code[:2]
    if record.to_municipality_code in ours or union == system.setup.prefecture:
        return (RefusalReason("same_prefecture_out"),)
    if not record.to_facility:
        return ()
    moved = date.fromisoformat(record.elsewhere_from or record.event_on)
    try:
        stays = kept_by_facility(office, record, moved, facts.birth, facts.acquired_on)
    except MadoguchiError as cause:
        return (told("dates_disorder", cause),)
    return (RefusalReason("special_address_kept"),) if stays else ()


def kept_by_facility(
    office: Office, record: Any, moved: date, birth: date, acquired_on: date
) -> bool:
    """Whether the facility that the record names keeps her with this union from the day ``moved``
    on (55条). Raises MadoguchiError where the rule cannot tell."""
    system = office.system
    facility = Dwelling(
        record.to_municipality_code[:2],
        moved,
        record.to_facility,
        small_regional=record.small_regional == "1",
        paid_home=record.paid_home == "1",
    )
    lived = (Dwelling(system.setup.prefecture, birth), facility)
    table = system.tables["address_exception_facilities"]
    # she is insured here already, so what her insurance was before 75 does not matter
    insurer = insurer_of(
        lived, table, moved, acquired_on, under_nhi=True, person=record.atena_number
    )
    return insurer.union == system.setup.prefecture


def _went_home(facts: LossFacts, record: Any) -> LossFacts:
    return replace(facts, other_union_from=_day(record.elsewhere_from))


_LEAVING = (
    Leaving("death", LossReason.DEATH, "死亡日の翌日", DEAD),
    Leaving(
        "move_out",
        LossReason.MOVE_OUT,
        "県外転出",
        GONE,
        _moved,
        _stays_insured_here,
        ("planned_departure", "same_prefecture_out", "special_address_kept"),
    ),
    Leaving(
        "move_out_abroad",
        LossReason.ABROAD,
        "国外転出の翌日",
        GONE,
        lambda facts, record: replace(facts, confirmed=record.confirmed == "1"),
        refusals=("planned_departure",),
    ),
    Leaving("welfare_start", LossReason.WELFARE, "保護を開始した日"),
    Leaving("exemption", LossReason.EXCLUSION, "適用除外に該当した日の翌日"),
    Leaving(
        "disability_withdrawal",
        LossReason.DISABILITY_WITHDRAWN,
        "障害認定の撤回",
        refusals=("not_prospective", "disability_after_75"),
        ends="disability",
    ),
    Leaving(
        "disability_end",
        LossReason.DISABILITY_END,
        "障害の状態でなくなった日の翌日",
        refusals=("disability_after_75",),
        ends="disability",
    ),
    Leaving(
        "special_address_end",
        LossReason.ADDRESS_EXCEPTION_END,
        "住所地特例が終わった日",
        GONE,
        _went_home,
        ends="address_exception",
    ),
    Leaving(
        "ex_officio_loss",
        LossReason.EX_OFFICIO,
        "職権による喪失",
        tells=lambda facts, record: replace(facts, base=LossReason(record.base)),
        refusals=("base_missing", "not_prospective", "disability_after_75"),
    ),
    Leaving(
        "whereabouts",
        LossReason.EX_OFFICIO,
        "居所が分からなくなった日の翌日",
        REMOVED,
        lambda facts, record: replace(facts, base=LossReason.MOVE_OUT),
    ),
    Leaving(
        "acquisition_cancelled",
        LossReason.EX_OFFICIO,
        "資格を取得した日",
        tells=lambda facts, record: replace(
            facts, base=LossReason.OTHER, event_on=facts.acquired_on
        ),
    ),
)

KINDS = tuple(one.kind for one in _LEAVING)
GIVEN_UP = tuple(sorted({one.ends for one in _LEAVING} - {""}))
"""The recognitions that some loss ends; taken back with it, they hold again."""

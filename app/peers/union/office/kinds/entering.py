"""取得 on the union's side (高確法52条): from which day, at which share, and on which paper.

Newcomers are made known first (``office.newcomers``); residents are known already. Every reason
of acquisition is judged by ``app.rules.eligibility.acquisition``; a kind adds what its own papers
have to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.core.errors import MadoguchiError
from app.peers.union.office import history, newcomers
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, DEAD, before_last_loss, four_dates, told
from app.peers.union.office.coverages import Acquired, cover, insure
from app.peers.union.office.kinds.leaving import GIVEN_UP
from app.peers.union.office.persons import (
    PersonRow,
    change_person,
    coverages_of,
    get_person,
    insured_by,
    open_coverage,
    reopen_coverage,
)
from app.peers.union.office.rejudging import rejudge_others
from app.rules.calendar.days import day_of_75
from app.rules.eligibility.acquisition import CARRIED_OVER_FROM, AcquisitionFacts, acquire
from app.rules.eligibility.disability import DisabilityProof, recognise
from app.rules.eligibility.reasons import EligibilityError
from app.rules.eligibility.residence import Stay, require_stay

_LIVING = "1"
_RESIDENT = ("unknown_person", "already_dead", "not_resident", "already_insured")
_BY_RULE = ("before_system", "too_young", "before_last_loss", "income_unconfirmed")
_STAY = ("stay_not_registered", "stay_excluded", "stay_too_short")
_ANYWHERE = (*newcomers.REFUSALS, "too_young", "income_unconfirmed")
_ARRIVING = (*newcomers.REFUSALS, "outside_area", *newcomers.JUDGED, "income_unconfirmed")


def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """Number the person, open the coverage, and judge the share and the paper."""
    return cover(office, case, person_id, insure(office, case, person_id, checked.facts))


def household(office: Office, case: Case, answer: Answer) -> None:
    """The others of the household are judged anew from the following month (世帯異動)."""
    row = get_person(office.connection, answer.person_id)
    place = (row.municipality_code, row.household_number)
    since = date.fromisoformat(case.record.event_on)
    rejudge_others(office.system, office.connection, *place, since, row.id)


# -- newcomers ---------------------------------------------------------------------------------


def _from_abroad(office: Office, case: Case) -> Checked:
    known, findings = newcomers.against(office, case)
    return newcomers.judged(office, case, known, findings)


def _foreigner(office: Office, case: Case) -> Checked:
    known, findings = newcomers.against(office, case)
    findings += _stay(office, case)
    return newcomers.judged(office, case, known, findings)


def _stay(office: Office, case: Case) -> list[RefusalReason]:
    """Whether the stay founds eligibility (則9条; DOMAIN 2.3)."""
    record, tables = case.record, office.system.tables
    day = date.fromisoformat(record.event_on)
    period = tables["stay_periods"].at(day, code=record.stay)
    stay = Stay(
        record.status,
        months=period.number("months"),
        days=period.number("days"),
        unlimited=period.flag("unlimited"),
        proved_longer=record.proved_longer == "1",
        medical_or_leisure=record.leisure == "1",
    )
    try:
        require_stay(stay, tables["residence_statuses"], day, person=record.atena_number)
    except EligibilityError as cause:
        return [told(cause.cause, cause)]
    return []


def _special_address(office: Office, case: Case) -> Checked:
    """55条の2: from the 75th birthday, wherever the facility stands."""
    known, findings = newcomers.against(office, case, elsewhere=True)
    if findings:
        return Checked(refused=tuple(findings))
    record = case.record
    birth = date.fromisoformat(record.birth_sort)
    carried = day_of_75(birth) >= CARRIED_OVER_FROM
    facts = AcquisitionFacts(
        record.atena_number,
        birth,
        newcomers.reason_of(office.system, record),
        event_on=None if carried else date.fromisoformat(record.event_on),
        under_nhi=record.under_nhi == "1",
    )
    return _acquired(office, known, facts)


def _acquired(office: Office, known: PersonRow | None, facts: AcquisitionFacts) -> Checked:
    try:
        acquisition = acquire(facts, office.system.practice)
    except EligibilityError as cause:
        return Checked(refused=(told(cause.cause, cause),))
    if acquisition.day > office.system.today():
        return Checked(refused=(RefusalReason("too_young"),))
    twice = before_last_loss(office.connection, known, acquisition.day)
    return Checked(refused=twice, person=known, facts=acquisition)


def _move_within(office: Office, case: Case) -> Checked:
    """県内転入: the coverage goes on under the new municipality's 保険者番号 (DOMAIN 1.3)."""
    record = case.record
    birth = newcomers.written_birth(office.system, record)
    mover = insured_by(office.connection, record.former_insured_number)
    fits = (
        mover is not None
        and mover.municipality_code == record.former_municipality_code
        and mover.municipality_code != record.municipality_code
        and newcomers.may_be_same(mover, record, office.system.eras)
    )
    findings = four_dates(office, case, record.birth_sort)
    if not fits or birth is None:
        findings.append(RefusalReason("not_elsewhere_here"))
    holder = find_whom(office, case)
    if holder is not None and mover is not None and holder.id != mover.id:
        findings.append(RefusalReason("atena_elsewhere"))
    findings += newcomers.household_there(office.connection, record)
    if findings:
        return Checked(refused=tuple(findings))
    assert mover is not None, "what does not fit is refused"
    return Checked(person=mover, facts=open_coverage(office.connection, mover.id))


def _covered_on(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """The share and paper of somebody whose coverage goes on."""
    row = checked.facts
    day = date.fromisoformat(row.acquired_on)
    return cover(office, case, person_id, Acquired(day, row.acquisition_reason, row.insured_number))


# -- residents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Becoming:
    """A known resident who becomes insured. ``against``: what the kind's own papers say against
    it; ``refusals``: what it may be refused for beside what any of them may; ``decide``: what it
    decides."""

    code: str
    against: Callable[[Office, Case], list[RefusalReason]] = lambda office, case: []
    refusals: tuple[str, ...] = ()
    decide: Callable[[Office, Case, Checked, int], Answer] = decide

    def check(self, office: Office, case: Case) -> Checked:
        """Whether she lives here, is not insured, and from which day she is."""
        row, findings = _resident(office, case)
        if row is None or findings:
            return Checked(refused=tuple(findings))
        findings = self.against(office, case)
        if findings:
            return Checked(refused=tuple(findings))
        record = case.record
        facts = AcquisitionFacts(
            record.atena_number,
            date.fromisoformat(row.birth_sort),
            newcomers.reason_of(office.system, record),
            date.fromisoformat(record.event_on),
            received_on=date.fromisoformat(record.accepted_on),
        )
        return _acquired(office, row, facts)

    @property
    def kind(self) -> OfficeKind:
        """As the registry has it."""
        return OfficeKind(
            self.code,
            self.check,
            self.decide,
            household,
            refusals=(*_RESIDENT, *DATES, *_BY_RULE, *self.refusals),
        )


def _resident(office: Office, case: Case) -> tuple[PersonRow | None, list[RefusalReason]]:
    row = find_whom(office, case)
    if row is None:
        return None, [RefusalReason("unknown_person")]
    if row.state == DEAD:
        return row, [RefusalReason("already_dead", f"死亡日は {row.state_on} です。")]
    if row.state != _LIVING:
        return row, [RefusalReason("not_resident", f"{row.state_on} から")]
    if open_coverage(office.connection, row.id) is not None:
        return row, [RefusalReason("already_insured")]
    return row, four_dates(office, case, row.birth_sort)


def _proof(office: Office, case: Case) -> list[RefusalReason]:
    """Whether the paper shown is of a degree that is recognised (令別表; DOMAIN 2.5)."""
    record, tables, row = case.record, office.system.tables, find_whom(office, case)
    assert row is not None, "a resident"
    event = date.fromisoformat(record.event_on)
    shown = tables["disability_proofs"].at(event, code=record.proof)
    until = date.fromisoformat(record.proof_until) if record.proof_until else None
    proof = DisabilityProof(shown.text("kind"), shown.text("grade"), until)
    birth = date.fromisoformat(row.birth_sort)
    degrees = tables["disability_degrees"]
    try:
        recognise(proof, degrees, birth, event, person=record.atena_number)
    except EligibilityError as cause:
        return [told(cause.cause, cause)]
    except MadoguchiError as cause:
        return [told("degree_too_light", cause)]
    return []


def _recognised(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """The recognition holds from the day on which it makes somebody insured."""
    record, since = case.record, checked.facts.day.isoformat()
    value = {"proof": record.proof, "proof_until": record.proof_until}
    history.say(office.connection, person_id, ("disability", ""), value, since=since)
    return decide(office, case, checked, person_id)


def _lost(office: Office, case: Case) -> Checked:
    """取消し of a loss: the last coverage must have ended, and goes on."""
    row = find_whom(office, case)
    if row is None:
        return Checked(refused=(RefusalReason("unknown_person"),))
    findings = four_dates(office, case, row.birth_sort)
    if open_coverage(office.connection, row.id) is not None:
        findings.append(RefusalReason("no_loss"))
    periods = coverages_of(office.connection, [row.id]).get(row.id, [])
    if not periods:
        findings.append(RefusalReason("no_loss"))
    if findings:
        return Checked(refused=tuple(findings))
    return Checked(person=row, facts=periods[-1])


def _reopened(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    row = checked.facts
    loss = history.loss_of(office.connection, person_id, row.lost_on)
    for fact in GIVEN_UP:
        history.take_back(office.connection, person_id, (fact, ""), loss, case.record.kind)
    reopen_coverage(office.connection, row.id)
    if get_person(office.connection, person_id).state != _LIVING:
        state = {"state": _LIVING, "state_on": row.acquired_on}
        change_person(office.connection, person_id, state, since=row.lost_on)
    return _covered_on(office, case, checked, person_id)


def _newcomer(
    code: str,
    check: Callable[[Office, Case], Checked],
    make: Callable[[Office, Case, Checked, int], Answer] = decide,
    *,
    refusals: tuple[str, ...] = _ARRIVING,
) -> OfficeKind:
    return OfficeKind(
        code,
        check,
        make,
        household,
        whom=newcomers.register,
        register_says=newcomers.REGISTER_SAYS,
        refusals=refusals,
    )


KINDS = (
    _newcomer("move_in_abroad", _from_abroad),
    _newcomer("foreigner", _foreigner, refusals=(*_ARRIVING, *_STAY)),
    _newcomer(
        "move_in_within",
        _move_within,
        _covered_on,
        refusals=(
            *DATES,
            "not_elsewhere_here",
            "atena_elsewhere",
            "household_unknown",
            "income_unconfirmed",
        ),
    ),
    _newcomer(
        "special_address",
        _special_address,
        refusals=(*_ANYWHERE, "before_system", "not_carried_over", "before_last_loss"),
    ),
    *(
        one.kind
        for one in (
            Becoming(
                "disability",
                _proof,
                ("degree_too_light", "proof_expired", "disability_after_75"),
                _recognised,
            ),
            Becoming("welfare_end", refusals=("under_age",)),
            Becoming("exemption_end", refusals=("under_age",)),
            Becoming("longer_stay", _stay, ("under_age", *_STAY)),
            Becoming("ex_officio", refusals=("under_age",)),
        )
    ),
    OfficeKind(
        "loss_cancelled",
        _lost,
        _reopened,
        household,
        refusals=("unknown_person", *DATES, "no_loss", "income_unconfirmed"),
    ),
)

"""年齢到達 (高確法52条1号; DOMAIN 2.2): who turns 75 is insured from that day, notified by nobody.

The resident register says who; 年齢到達の宛名情報 (FILE-12) says before who of them is exempt, and
from which insurance they come. Each daily run looks at the days since the municipality's last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, select

from app.peers.union.office.cards import ExpiredProofError, Papers, held_of
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.holding import hold, holds
from app.peers.union.office.persons import PersonRow, add_coverage, coverages_of
from app.peers.union.office.rejudging import (
    CARDS,
    PROOF_EXPIRED,
    rejudge_next_year,
    rejudge_others,
)
from app.peers.union.office.shares import judge_household, put_share
from app.peers.union.office.stopping import REGISTER
from app.peers.union.system import System, next_value
from app.peers.union.tables import coverage, origin, person, share
from app.rules.calendar.days import anniversary, day_of_75, judgement_year
from app.rules.copay.days import class_mark_from
from app.rules.eligibility.acquisition import AcquisitionFacts, acquire
from app.rules.eligibility.reasons import AcquisitionReason
from app.rules.errors import RuleError
from app.wire.files import FILES
from app.wire.records import AgeReachedRecord

_RESIDENT = ("1", "2")
"""個人区分 of those who are residents: 住登外 (3) are insured where they live."""
_LIVING = "1"
_AGE = 75


def reach_75(system: System, connection: Connection, municipality: str) -> int:
    """Insure everybody of the municipality who turned 75 since its last daily run: number, share,
    paper, the others of the household. Whoever is exempt, or cannot be judged, is on the check
    list. How many were listed."""
    told = _told(connection, municipality)
    listed = 0
    for row in _who(connection, municipality, _last_run(system, connection, municipality), system):
        against = _against(connection, row, told.get(row.atena_number))
        if against:
            listed += _list(system, connection, row, *against)
            continue
        whole = connection.begin_nested()
        try:
            _insure(system, connection, row)
        except RuleError as cause:
            whole.rollback()
            listed += _list(system, connection, row, "household_impossible", cause.message)
        else:
            whole.commit()
    return listed


def _against(
    connection: Connection, row: PersonRow, said: AgeReachedRecord | None
) -> tuple[str, str] | None:
    """Why somebody who turned 75 is not insured by it: cause and words of the check list."""
    earlier = coverages_of(connection, [row.id]).get(row.id, [])
    exempt = bool(earlier) and earlier[-1].loss_reason in ("LOS_WELF", "LOS_EXEMPT")
    if exempt or (said is not None and said.exempt == "1"):
        words = "75歳に到達しましたが、適用除外の方です。資格を取得していません。"
        return "reached_exempt", words
    if row.birth_precision != "day":
        words = "生年月日が不詳のため、75歳に到達する日が分かりません。資格を取得していません。"
        return "reached_unsettled", words
    return None


def _last_run(system: System, connection: Connection, municipality: str) -> date:
    """The day of the municipality's daily run before this one; yesterday for the first."""
    runs = connection.execute(
        select(origin.c.at)
        .where(origin.c.kind == "file", origin.c.ref.in_(REGISTER), origin.c.by == municipality)
        .order_by(origin.c.id.desc())
        .limit(2)
    ).all()
    if len(runs) < 2:
        return system.today() - timedelta(days=1)
    return date.fromisoformat(runs[1].at[:10])


def _told(connection: Connection, municipality: str) -> dict[str, AgeReachedRecord]:
    """What FILE-12 said of each, by atena number."""
    return {one.atena_number: one for one in holds(connection, FILES["FILE-12"], municipality)}


def _who(
    connection: Connection, municipality: str, after: date, system: System
) -> Iterator[PersonRow]:
    """Residents who turned 75 later than ``after`` and are not insured yet (障害認定)."""
    today = system.today()
    oldest = anniversary(after, -_AGE).isoformat()
    youngest = anniversary(today + timedelta(days=1), -_AGE).isoformat()
    insured = select(coverage.c.person_id).where(
        coverage.c.person_id == person.c.id, coverage.c.lost_on == ""
    )
    rows = connection.execute(
        select(person)
        .where(
            person.c.municipality_code == municipality,
            person.c.state == _LIVING,
            person.c.person_kind.in_(_RESIDENT),
            person.c.birth_sort >= oldest,
            person.c.birth_sort <= youngest,
            ~insured.exists(),
        )
        .order_by(person.c.id)
    ).all()
    for row in rows:
        if after < day_of_75(date.fromisoformat(row.birth_sort)) <= today:
            yield row


def _insure(system: System, connection: Connection, row: PersonRow) -> None:
    facts = AcquisitionFacts(
        row.atena_number, date.fromisoformat(row.birth_sort), AcquisitionReason.AGE
    )
    acquired = acquire(facts, system.practice)
    add_coverage(connection, row.id, acquired.day.isoformat(), acquired.reason.value)
    judged_on = max(acquired.day, date(judgement_year(system.today()), 8, 1))
    place = (row.municipality_code, row.household_number)
    judged = judge_household(system, connection, *place, judged_on)
    asked = judged.missing != "" and not judged.undeclared
    if asked:
        detail = "75歳に到達した方の世帯に、所得の分からない方がいます。所得を確かめてください。"
        _list(system, connection, row, "income_missing", detail)
    if not (asked and system.practice.income_unknown == "post_later"):
        own_class = judged.decision.class_of(row.atena_number).value
        limit_from = class_mark_from(acquired.day, acquired.day)
        put_share(connection, row.id, judged, own_class, judged_on, limit_from)
        _card(system, connection, row, judged_on)
        rejudge_next_year(system, connection, place)
    rejudge_others(system, connection, *place, acquired.day, row.id)


def _card(system: System, connection: Connection, row: PersonRow, day: date) -> None:
    """The first paper, in FILE-18."""
    on = max(day, system.today()).isoformat()
    covered = coverages_of(connection, [row.id])[row.id]
    held_share = connection.execute(
        select(share).where(share.c.person_id == row.id, share.c.copay_from == day.isoformat())
    ).one()
    papers = Papers(system, connection, [row.id], day)
    issue_id = f"{system.setup.id}-S-{next_value(connection, 'card'):08d}"
    try:
        record = papers.record(held_of(row, covered, held_share, on), issue_id, "acquired")
    except ExpiredProofError:
        _list(system, connection, row, "proof_expired", PROOF_EXPIRED)
        return
    hold(connection, FILES[CARDS], row.municipality_code, [record])


def _list(system: System, connection: Connection, row: PersonRow, cause: str, detail: str) -> int:
    entry = CheckEntry(cause, row.municipality_code, row.atena_number)
    return int(list_entry(system, connection, entry, detail))

"""What the union's officials find out about a claim that waits: the assessed cost of 療養費
(基準額), 公金受取口座 that was asked for; and the reckoning of 高額療養費 from a month's receipts.

What is found is kept beside the claim, which is then decided again: it is accepted, refused, or
goes on waiting for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.core.errors import UserError
from app.peers.union.office import benefits, receipts
from app.peers.union.office.benefits import ACCOUNT
from app.peers.union.office.case import Case, Office
from app.peers.union.office.decisions import answer_case, kept_case, last_decision, tell_without
from app.peers.union.office.history import bring
from app.peers.union.office.kinds import KINDS
from app.peers.union.system import UNION_ACTOR, System, log_act
from app.peers.union.tables import claim_finding, decision, notification, person, treatment
from app.rules.calendar.days import month_start, next_month_start
from app.rules.errors import RuleError
from app.rules.values import accounts

_WAITS = ("claim_assessed", "account_awaited")


def waiting(system: System) -> list[dict[str, object]]:
    """The claims that wait for an official, oldest first: for what, and what they say."""
    newest = decision.alias()
    superseded = select(newest.c.supersedes).where(newest.c.supersedes != "")
    with system.database.read() as connection:
        rows = connection.execute(
            select(decision.c.notification_id, decision.c.reasons, notification.c.record)
            .join(notification, notification.c.id == decision.c.notification_id)
            .where(decision.c.reasons.in_(_WAITS), decision.c.outcome == "pending")
            .where(decision.c.id.not_in(superseded))
            .order_by(decision.c.id)
        )
        return [
            {
                "notification_id": row.notification_id,
                "reasons": row.reasons,
                "atena_number": said["atena_number"],
                "kind": said["kind"],
                "event_on": said["event_on"],
                "paid": said.get("paid", ""),
            }
            for row in rows
            for said in (json.loads(row.record),)
        ]


def assess(
    system: System,
    operator: str,
    notification_id: str,
    *,
    standard: int | None,
    paid: int | None = None,
    necessary: bool = True,
) -> str:
    """Enter the assessed cost (基準額), what was paid in yen where the claim says another currency,
    and whether there was a need. Returns the id of the new decision.

    Raises UserError ``union.not_waiting``."""
    found = {"standard": standard, "paid": paid, "not_necessary": int(not necessary)}
    return _found(system, operator, notification_id, found)


def tell_account(
    system: System, operator: str, notification_id: str, account: Mapping[str, Any]
) -> str:
    """Enter 公金受取口座 as it was answered, {} for none. Returns the id of the new decision.

    Raises UserError ``union.not_waiting``, ``union.account`` for one that is none."""
    if account and (set(account) != set(ACCOUNT) or not accounts.bank_name(account["bank_code"])):
        raise UserError(
            "union.account",
            "答えの口座に、足りない項目か、一覧にない金融機関があります。",
            "金融機関・支店・種類・番号・名義を確かめてください。登録がないときは空にします。",
        )
    text = json.dumps(dict(account), ensure_ascii=False)
    return _found(system, operator, notification_id, {"account": text})


def answered(
    office: Office, case: Case, person_id: int, outcome: str, content: Mapping[str, str]
) -> None:
    """What 中間サーバー answered on 公金受取口座 (items ``account.…``): the claim goes on."""
    account = {name: content.get(f"account.{name}", "") for name in ACCOUNT}
    known = outcome == "answered" and bool(account["account_number"])
    text = json.dumps(account if known else {}, ensure_ascii=False)
    _keep_found(office, case, person_id, UNION_ACTOR, {"account": text})


def _found(system: System, operator: str, notification_id: str, found: Mapping[str, object]) -> str:
    with system.database.write() as connection:
        case, person_id = kept_case(connection, notification_id)
        before = last_decision(connection, notification_id)
        if before is None or before.outcome != "pending" or before.reasons not in _WAITS:
            raise UserError(
                "union.not_waiting",
                "この申請は、審査も口座の照会も待っていません。",
                "審査を待つ申請の一覧で番号を確かめてください。",
            )
        log_act(system, connection, operator, "claim_finding", notification_id)
        return _keep_found(Office(system, connection), case, person_id, operator, found)


def _keep_found(
    office: Office, case: Case, person_id: int, by: str, found: Mapping[str, object]
) -> str:
    """What was found out is kept beside the claim, which is decided again."""
    system, connection = office.system, office.connection
    before = last_decision(connection, case.id)
    mine = claim_finding.c.notification_id == case.id
    earlier = connection.execute(select(claim_finding).where(mine)).first()
    values = dict(earlier._mapping) if earlier is not None else {}
    values |= {"notification_id": case.id, "found_by": by}
    values |= {"found_at": system.now(), **found}
    connection.execute(delete(claim_finding).where(mine))
    connection.execute(insert(claim_finding).values(values))
    bring(system, connection, "official", case.id, by)
    return _again(office, case, person_id, "" if before is None else before.decision_id)


def _again(office: Office, case: Case, person_id: int, before: str) -> str:
    kind = KINDS[case.record.kind]
    checked = kind.check(office, case)
    if checked.refused:
        return tell_without(
            office, case, "refused", checked.refused, person_id=person_id, supersedes=before
        )
    if checked.pending:
        return tell_without(
            office, case, "pending", checked.pending, person_id=person_id, supersedes=before
        )
    answer = kind.decide(office, case, checked, person_id)
    kind.effect(office, case, answer)
    return answer_case(office, case, answer, before)


def reckon_month(system: System, operator: str, municipality: str, month: date) -> dict[str, int]:
    """高額療養費 of a month for every household of a municipality that has receipts: what is due is
    kept as a right that can be claimed; reckoned again, only the difference is. A household that
    cannot be reckoned is counted and left.

    Raises UserError ``union.month_open`` for a month that is not over."""
    first = month_start(month)
    if next_month_start(first) > system.today():
        raise UserError(
            "union.month_open",
            f"{first:%Y年%m月}は、まだ終わっていません。",
            "終わった月を指定してください。",
        )
    with system.database.write() as connection:
        log_act(system, connection, operator, "reckon_month", municipality, month=f"{first:%Y-%m}")
        counts = {"persons": 0, "made": 0, "left": 0}
        for place in _places(connection, municipality, first):
            try:
                found = receipts.month_of(system, connection, place, first)
            except RuleError:
                counts["left"] += 1
                continue
            for person_id, part in found.items():
                counts["persons"] += 1
                if part.benefit:
                    counts["made"] += bool(_keep(system, connection, person_id, part))
        return counts


def _places(connection: Connection, municipality: str, first: date) -> list[tuple[str, str]]:
    days = (treatment.c.treated_on >= first.isoformat(),
            treatment.c.treated_on < next_month_start(first).isoformat())  # fmt: skip
    rows = connection.execute(
        select(person.c.household_number)
        .join(treatment, treatment.c.person_id == person.c.id)
        .where(person.c.municipality_code == municipality, *days)
        .distinct()
        .order_by(person.c.household_number)
    )
    return [(municipality, number) for number in rows.scalars()]


def _keep(
    system: System, connection: Connection, person_id: int, part: receipts.PersonsMonth
) -> int:
    right = benefits.Right(
        receipts.HIGH_COST,
        f"{part.month:%Y-%m}",
        part.benefit,
        part.steps,
        benefits.claim_until(system, "high_cost", part.month),
        part.counts,
    )
    return benefits.put_right(system, connection, person_id, right)

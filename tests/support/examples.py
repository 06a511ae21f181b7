"""An example of every function: how it is called when all is right (DESIGN 3).

The generated test (``tests/security/test_every_function.py``) runs each with all rights and
then takes one thing away after another. To add one: ``EXAMPLES[function id] = callable`` that
sets the scene in a ``World`` and says who attempts what. A function without an entry here is
attempted through the gate itself with an empty handler.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.settings import KEY_MODELS
from app.core.tables import shipped_tables
from app.functions.admin import (
    deputies,
    ledger,
    offices,
    removal,
    rights,
    rights_list,
    shares,
    table_packages,
    terminals,
    upkeep,
)
from app.functions.admin import staff as staff_service
from app.functions.admin.rights_list import GrantLine
from app.functions.own import service as own
from app.functions.records import report
from app.functions.records import service as records
from app.functions.records.review import Month
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import FollowLog, Removal, TakeEnrolment
from app.security.control.joining import Offer
from app.security.control.proof import Prover
from app.security.gate.gate import Session
from app.security.gate.shut_out import reseal_numbers, shut_out_gone
from app.security.keys import keyslots
from app.security.keys.keypairs import OpenedPerson
from app.security.keys.my_number import MyNumbers
from app.security.keys.recovery import RecoveryIssue
from app.security.keys.sealing import seal_under
from app.security.keys.slot_model import encode_person_keys
from app.security.spec import Actor, Function, Kind, StepUp
from app.security.staff.hours import hours_of
from app.security.staff.roles import roles_on
from app.wire.control import ControlHead
from tests.support import keys
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import CASE_EXAMPLES
from tests.support.ledger_examples import LEDGER_EXAMPLES
from tests.support.levy_examples import LEVY_EXAMPLES
from tests.support.list_examples import LIST_EXAMPLES
from tests.support.media_examples import MEDIA_EXAMPLES
from tests.support.paper_examples import PAPER_EXAMPLES
from tests.support.person_examples import PERSON_EXAMPLES
from tests.support.relay_examples import RELAY_EXAMPLES
from tests.support.sending_examples import SENDING_EXAMPLES, paper_desk
from tests.support.signers import Signer
from tests.support.table_packages import package_of, trust
from tests.support.town import offered_town
from tests.support.world import NUMBER_KEY, STAFF, World


def attempt_of(world: World, function: Function) -> Attempt:
    """The example of a function, its own or the gate's plain one."""
    example = EXAMPLES.get(function.id)
    return example(world) if example is not None else _plain(world, function)


def holder_of(world: World, function: Function) -> str:
    """Somebody whose role has the function; else the clerk, who is given the right."""
    day = world.clock.now().date()
    able = {
        r.code for r in roles_on(world.tables, world.catalog, day) if function.id in r.function_ids
    }
    for who, (_, _, code) in STAFF.items():
        if code in able:
            return who
    world.add_grant("clerk", function.id)
    return "clerk"


def _plain(world: World, function: Function) -> Attempt:
    purpose = "notification" if function.purpose else ""
    if function.actor is Actor.SYSTEM:
        return Attempt("", system=lambda: _system(world, function.id))
    who = holder_of(world, function)
    touch = function.step_up is StepUp.TOUCH
    if function.kind is Kind.INQUIRE and not function.writes and not touch:
        return Attempt(who, view=lambda session: _view(world, function.id, session, purpose))
    return Attempt(
        who,
        lambda session: world.gate.prepare(function.id, session, purpose=purpose, sentence="例"),
        lambda prepared, approvals: _act(world, prepared, approvals),
    )


def _view(world: World, function_id: str, session: Session, purpose: str) -> str:
    with world.gate.view(function_id, session, purpose=purpose) as work:
        return work.staff_id


def _act(world: World, prepared: PreparedAct, approvals: Sequence[Approval]) -> int:
    with world.gate.act(prepared, approvals) as work:
        return work.line


def _system(world: World, function_id: str) -> int:
    with world.hand_of(function_id).system(function_id) as work:
        return work.line


def _viewing(who: str, view: Callable[[World, Session], object]) -> Example:
    return lambda world: Attempt(who, view=lambda session: view(world, session))


def _new_grant(world: World, **values: Any) -> tuple[GrantLine, ...]:
    """A right of the clerk to the administrator's function, at the step that is wanted."""
    world.add_grant("clerk", "records.verify", **values)
    (grant,) = world.control.state.grants_of(world.staff_id("clerk"), "records.verify")
    return (GrantLine(grant, "窓口 花子", "操作記録の検証", ""),)


def _request(world: World) -> Attempt:
    today = world.clock.now().date()
    request = rights.Request(
        "S101", "clerk", ("persons.enter",), today, today + timedelta(days=100), "異動"
    )
    return Attempt(
        "supervisor",
        lambda session: rights.prepare_request(
            world.gate, session, request, world.catalog, world.tables
        ),
        lambda prepared, given: rights.perform_request(world.gate, prepared, given, world.catalog),
    )


def _approve(world: World) -> Attempt:
    lines = _new_grant(world, state="requested", approved_by="", effected_by="", effected_at="")
    return Attempt(
        "supervisor2",
        lambda session: rights.prepare_approve(world.gate, session, lines),
        lambda prepared, given: rights.perform_approve(world.gate, prepared, given),
    )


def _effect(world: World) -> Attempt:
    lines = _new_grant(world, state="approved", effected_by="", effected_at="")
    return Attempt(
        "administrator",
        lambda session: rights.prepare_effect(world.gate, session, lines),
        lambda prepared, given: rights.perform_effect(
            world.gate, prepared, given, world.access, world.catalog
        ),
    )


def _confirm(world: World) -> Attempt:
    lines = _new_grant(
        world, state="effective", effected_at=world.clock.now().isoformat(), confirmed_by=""
    )
    return Attempt(
        "supervisor",
        lambda session: rights.prepare_confirm(world.gate, session, lines, world.calendar),
        lambda prepared, given: rights.perform_confirm(world.gate, prepared, given, world.calendar),
    )


def _renew(world: World) -> Attempt:
    lines = _new_grant(world)
    later = date(2027, 6, 30)
    return Attempt(
        "supervisor",
        lambda session: rights.prepare_renew(world.gate, session, lines, later),
        lambda prepared, given: rights.perform_renew(world.gate, prepared, given),
    )


def _revoke(world: World) -> Attempt:
    lines = _new_grant(world)
    return Attempt(
        "supervisor",
        lambda session: rights.prepare_revoke(world.gate, session, lines),
        lambda prepared, given: rights.perform_revoke(world.gate, prepared, given, world.shut_out),
    )


def key_entry(name: str) -> staff_service.KeyEntry:
    """A registered key as the services keep it."""
    signer = Signer.of(name)
    return staff_service.KeyEntry(
        signer.credential_id, signer.public_key, b"", "", "allowed", 0, name
    )


def _register(world: World) -> Attempt:
    fresh = keys.person("S111")
    new = staff_service.NewStaff(
        "S111",
        "新任 四郎",
        "保険年金課",
        False,
        world.clock.now().date(),
        date(2027, 3, 31),
        key_entry("S111"),
        encode_person_keys(fresh),
    )
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_register(world.gate, session, new),
        lambda prepared, given: staff_service.perform_register(
            world.gate, prepared, given, world.access, fresh
        ),
    )


def _add_key(world: World) -> Attempt:
    fresh = keys.person("S101")
    new = staff_service.NewKey("S101", key_entry("spare"), encode_person_keys(fresh))
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_add_key(world.gate, session, new),
        lambda prepared, given: staff_service.perform_add_key(
            world.gate, prepared, given, world.access, fresh
        ),
    )


def _reregister(world: World) -> Attempt:
    fresh = keys.person("S101")
    new = staff_service.Reregistration("S101", key_entry("anew"), encode_person_keys(fresh))
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_reregister(world.gate, session, new),
        lambda prepared, given: staff_service.perform_reregister(
            world.gate, prepared, given, world.access, fresh, admitted=True, numbers=False
        ),
    )


def _lend(world: World) -> Attempt:
    lent = replace(keys.person("S102"), staff_id=keyslots.loan_of("S102"))
    loan = staff_service.LoanKey(
        "S102", key_entry("lent"), encode_person_keys(lent), world.gate.closing()
    )
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_lend(world.gate, session, loan),
        lambda prepared, given: staff_service.perform_lend(
            world.gate, prepared, given, world.access, lent
        ),
    )


def _revoke_key(world: World) -> Attempt:
    lost = staff_service.KeyRevocation("S102", Signer.of("S102").credential_id)
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_revoke_key(world.gate, session, lost),
        lambda prepared, given: staff_service.perform_revoke_key(world.gate, prepared, given),
    )


def _leave(world: World) -> Attempt:
    leaving = staff_service.Leaving("S102", world.clock.now().date(), 1)
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_leave(world.gate, session, leaving),
        lambda prepared, given: staff_service.perform_leave(
            world.gate, prepared, given, world.access
        ),
    )


def _gone_today(world: World) -> object:
    world.change_staff("branch", left_on=world.clock.now().date().isoformat())
    return shut_out_gone(world.scheduler_hand, world.access)


def _reseal(world: World) -> object:
    former = world.access.number_key
    assert former is not None
    with world.hands_on("my_number", "store_fact") as work:
        MyNumbers(work, former).put("person", "P1", "999000000016")
        work.set_fact("number_key_generation", "2")
        work.set_fact("number_key_former", seal_under(former, former, "number_key_former").hex())
    return reseal_numbers(world.scheduler_hand, world.access)


def _office(world: World) -> Attempt:
    change = staff_service.OfficeChange("S102", "保険年金課 給付係", date(2027, 3, 31), 1)
    return Attempt(
        "administrator",
        lambda session: staff_service.prepare_office(world.gate, session, change),
        lambda prepared, given: staff_service.perform_office(world.gate, prepared, given),
    )


def _office_card(world: World) -> Attempt:
    card = offices.OfficeCard(
        "本庁",
        world.clock.now().date(),
        "見本市役所　保険年金課",
        "000-000-0000",
        "平日 8時30分〜17時15分",
        "見本市長　見本　太郎",
        "",
        b"",
        "（公印省略）",
    )
    return Attempt(
        "administrator",
        lambda session: offices.prepare_card(world.gate, session, card),
        lambda prepared, given: offices.perform_card(world.gate, prepared, given),
    )


def _put_tables(world: World) -> Attempt:
    key = Ed25519PrivateKey.generate()
    trust(world, key)
    since = world.clock.now().date() + timedelta(days=1)
    data = package_of(key, since)
    return Attempt(
        "administrator",
        lambda session: table_packages.prepare_put(
            world.gate, session, data, since, shipped_tables()
        ),
        lambda prepared, given: table_packages.perform_put(world.gate, prepared, given),
    )


def _issue_shares(world: World) -> Attempt:
    issue = RecoveryIssue()
    while not issue.done:
        issue.confirm(" ".join(issue.current.words))
    world.access.number_key = NUMBER_KEY
    return Attempt(
        "administrator",
        lambda session: shares.prepare_issue(
            world.gate, session, issue.halves, "保管者の異動", ("S201",), world.access
        ),
        lambda prepared, given: shares.perform_issue(
            world.gate, prepared, given, ("S201",), world.access
        ),
    )


def _vouch(world: World) -> Attempt:
    lines = _new_grant(world, state="requested", approved_by="", effected_by="", effected_at="")
    issue, papers = RecoveryIssue(), []
    while not issue.done:
        papers.append(" ".join(issue.current.words))
        issue.confirm(papers[-1])

    def prepare(session: Session) -> PreparedAct:
        world.control.state.recovery_check = issue.halves.check
        papers_of_two = shares.Papers(papers[0], papers[2])
        return shares.prepare_vouch(world.gate, session, papers_of_two, lines)

    return Attempt(
        "administrator",
        prepare,
        lambda prepared, given: shares.perform_vouch(world.gate, prepared, given),
    )


def _rotate(world: World) -> Attempt:
    change = upkeep.KeyChange(("S102",))
    return Attempt(
        "administrator",
        lambda session: upkeep.prepare_rotate(world.gate, session, change),
        lambda prepared, given: upkeep.perform_rotate(world.gate, prepared, given, world.access),
    )


def _clock(world: World) -> Attempt:
    return Attempt(
        "supervisor",
        lambda session: upkeep.prepare_clock(world.gate, session),
        lambda prepared, given: upkeep.perform_clock(world.gate, prepared, given),
    )


def _hours(world: World) -> Attempt:
    until = world.clock.now() + timedelta(hours=12)
    exception = upkeep.HoursException(until, "月末の処理")
    return Attempt(
        "administrator",
        lambda session: upkeep.prepare_hours(world.gate, session, exception),
        lambda prepared, given: upkeep.perform_hours(world.gate, prepared, given),
    )


def _setting(world: World) -> Attempt:
    change = upkeep.SettingChange("lock.idle_minutes", "3")
    return Attempt(
        "administrator",
        lambda session: upkeep.prepare_setting(world.gate, session, change),
        lambda prepared, given: upkeep.perform_setting(world.gate, prepared, given),
    )


def _supervised_setting(world: World) -> Attempt:
    model = "00000000-0000-4000-8000-000000000001"
    change = upkeep.SettingChange(KEY_MODELS, model)
    return Attempt(
        "administrator",
        lambda session: upkeep.prepare_setting(world.gate, session, change),
        lambda prepared, given: upkeep.perform_setting(world.gate, prepared, given),
    )


def _backup(world: World) -> Attempt:
    return Attempt(
        "administrator",
        lambda session: upkeep.prepare_backup(world.gate, session),
        lambda prepared, given: upkeep.perform_backup(
            world.gate, prepared, given, world.access, world.clock
        ),
    )


def _review(world: World) -> Attempt:
    day, head = world.clock.now().date(), world.journal.head
    review = records.Review(day, day, head.number, head.hash, False)
    return Attempt(
        "administrator",
        lambda session: records.prepare_review(world.gate, session, review),
        lambda prepared, given: records.perform_review(world.gate, prepared, given),
    )


def _report(world: World) -> Attempt:
    day = world.clock.now().date()

    def does(session: Session) -> object:
        month = Month(world.catalog, lambda _moment: True)
        period = records.Period(1, 0, hours_of(world.control.state.in_force), {})
        made = report.Report((day, day), month, period, ())
        return report.print_report(paper_desk(world, session), made)

    return Attempt("administrator", does=does)


def opened_person(world: World, staff_id: str, password: str = "") -> OpenedPerson:
    """This person's keys, opened with password and key as at the door."""
    prf = keys.prf_of(f"key-{staff_id}")
    slots = world.access.slots
    return keyslots.unlock(
        slots, world.access.secret, staff_id, password or f"pw-{staff_id}", prf
    ).person


def _change_password(world: World) -> Attempt:
    opened = opened_person(world, "S101")
    made = world.access.under_password(opened, "Nadeshiko-41-ume", keys.QUICK)
    return Attempt(
        "clerk",
        lambda session: own.prepare_change(world.gate, session, made),
        lambda prepared, given: own.perform_change(
            world.gate, prepared, given, world.access, opened, "Nadeshiko-41-ume", keys.QUICK
        ),
    )


def _follow_log(world: World) -> Attempt:
    """A log of another founding has come, and this terminal follows it."""
    town = offered_town()
    head, at = town.head, town.clock.now().isoformat()
    told = ControlHead(town.municipality, head.number, head.hash, at)
    prover = Prover(world.control.house, verify_assertion)
    offer = Offer(tuple(town.rows), told, town.signed(), prover)
    world.control.offer = offer
    return Attempt(
        holder_of(world, world.catalog["admin.follow_log"]),
        lambda session: world.gate.prepare(
            "admin.follow_log", session, content=FollowLog(offer.code), sentence="例"
        ),
        lambda prepared, given: _act(world, prepared, given),
    )


def _enrolled(world: World) -> Attempt:
    taken = TakeEnrolment("0f1e", "広域連合", "T07", "152994", "counter", "2027-11-16")
    return Attempt(
        holder_of(world, world.catalog["admin.take_enrolment"]),
        lambda session: world.gate.prepare(
            "admin.take_enrolment", session, content=taken, sentence="例"
        ),
        lambda prepared, approvals: _act(world, prepared, approvals),
    )


def _remove_terminal(world: World) -> Attempt:
    wanted = Removal("T01", "統合")
    return Attempt(
        "administrator",
        lambda session: removal.prepare_removal(world.gate, session, wanted),
        lambda prepared, given: removal.perform_removal(world.gate, prepared, given),
    )


def _lines(world: World, session: Session) -> object:
    day = world.clock.now().date()
    wanted = records.Wanted((day, day))
    return records.view_lines(world.gate, session, world.journal, world.catalog, wanted)


EXAMPLES: dict[str, Example] = {
    "admin.list_staff": _viewing(
        "administrator", lambda world, session: staff_service.list_staff(world.gate, session)
    ),
    "admin.list_grants": _viewing(
        "supervisor",
        lambda world, session: rights_list.list_grants(
            world.gate, session, world.catalog, world.calendar
        ),
    ),
    "admin.supervise": _viewing(
        "supervisor",
        lambda world, session: rights_list.list_waiting(
            world.gate, session, world.catalog, world.calendar
        ),
    ),
    "admin.list_settings": _viewing(
        "administrator", lambda world, session: upkeep.list_settings(world.gate, session)
    ),
    "admin.issue_shares": _issue_shares,
    "admin.vouch_by_shares": _vouch,
    "admin.list_offices": _viewing(
        "administrator", lambda world, session: offices.list_cards(world.gate, session)
    ),
    "admin.put_office": _office_card,
    "admin.list_tables": _viewing(
        "administrator", lambda world, session: table_packages.list_packages(world.gate, session)
    ),
    "admin.put_tables": _put_tables,
    "admin.list_deputies": _viewing(
        "administrator",
        lambda world, session: deputies.list_deputies(
            world.gate,
            session,
            world.catalog,
            world.calendar,
        ),
    ),
    "admin.list_terminals": _viewing(
        "administrator", lambda world, session: terminals.list_terminals(world.gate, session)
    ),
    "admin.remove_terminal": _remove_terminal,
    "admin.take_enrolment": _enrolled,
    "admin.ledger": _viewing(
        "administrator",
        lambda world, session: ledger.read_ledger(
            world.gate, session, world.journal, world.catalog, world.calendar
        ),
    ),
    "admin.permission_table": _viewing(
        "administrator",
        lambda world, session: upkeep.show_permission_table(
            world.gate, session, world.tables, world.catalog
        ),
    ),
    "admin.register_staff": _register,
    "admin.add_credential": _add_key,
    "admin.reregister_key": _reregister,
    "admin.lend_key": _lend,
    "admin.revoke_credential": _revoke_key,
    "admin.request_grant": _request,
    "admin.approve_grant": _approve,
    "admin.effect_grant": _effect,
    "admin.confirm_grant": _confirm,
    "admin.renew_grant": _renew,
    "admin.revoke_grant": _revoke,
    "admin.mark_leaver": _leave,
    "admin.rotate_key": _rotate,
    "admin.follow_log": _follow_log,
    "admin.change_office": _office,
    "admin.reseal_numbers": lambda world: Attempt("", system=lambda: _reseal(world)),
    "admin.shut_out_leavers": lambda world: Attempt("", system=lambda: _gone_today(world)),
    "admin.clock": _clock,
    "admin.hours_exception": _hours,
    "admin.change_setting": _setting,
    "admin.change_supervised_setting": _supervised_setting,
    "admin.back_up": _backup,
    "admin.lapse_grants": lambda world: Attempt(
        "", system=lambda: rights.lapse_unconfirmed(world.scheduler_hand, world.calendar)
    ),
    "admin.peer_time": lambda world: Attempt(
        "", system=lambda: upkeep.take_peer_time(world.engine_hand, world.clock.now())
    ),
    "records.view_lines": _viewing("administrator", _lines),
    "records.verify": _viewing(
        "administrator",
        lambda world, session: records.verify_journal(
            world.gate, session, world.journal, verify_assertion
        ),
    ),
    "records.note_review": _review,
    "records.print_report": _report,
    "own.change_password": _change_password,
    **PERSON_EXAMPLES,
    **CASE_EXAMPLES,
    **PAPER_EXAMPLES,
    **LEDGER_EXAMPLES,
    **LEVY_EXAMPLES,
    **LIST_EXAMPLES,
    **MEDIA_EXAMPLES,
    **RELAY_EXAMPLES,
    **SENDING_EXAMPLES,
}

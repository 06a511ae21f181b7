"""What is believed is signed (DESIGN 1.10): rows that somebody with own factors and an outside
tool wrote give no right, and are named. Every test plays an attack on a founded terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import cbor2
import pytest
from sqlalchemy import delete, insert, select, update

from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.relying_party import TRAINING_RP_ID
from app.core.settings import SETTINGS
from app.functions.admin import upkeep
from app.security.acts.approval import Evidence, challenge_of, read_signed
from app.security.acts.content import digest_of, encode
from app.security.authenticators.verify import (
    Profile,
    RegistrationPolicy,
    signed_policy,
    verify_assertion,
)
from app.security.control.deeds import (
    KeyEntry,
    Leaving,
    NewStaff,
    Request,
    Requests,
    SettingChange,
    SupervisedSetting,
)
from app.security.control.log import ControlRow, after, read_row
from app.security.control.proof import Proved, Prover
from app.security.control.rows import TABLES, UNSIGNED, read_log
from app.security.control.state import ORIGIN
from app.security.entry.doorway import Doorway
from app.security.refusals import Refusal
from app.security.staff.session import Session
from app.wire.heads import Head
from db.tables.control import control_row, credential, grant_row, setting, staff
from db.work import Work
from tests.support.founded import FoundedTerminal, found_terminal
from tests.support.signers import Signer

WORK = "persons.open"
CHANGE = SettingChange("lock.idle_minutes", "3")


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def tampered(terminal: FoundedTerminal, change: Callable[[Work], object]) -> None:
    """Somebody with own factors opens the store with an outside tool."""
    door = terminal.login()
    terminal.enter(door, "S202")
    assert door.terminal is not None
    tables = (*TABLES, "control_row")
    with door.terminal.store.update(tables, tables) as work:
        change(work)
    door.close()


def opened(terminal: FoundedTerminal, staff_id: str = "S201") -> tuple[Doorway, Session]:
    door = terminal.login()
    return door, terminal.enter(door, staff_id)


def named(door: Doorway) -> set[tuple[str, str, str]]:
    """The rows that the journal names as unsigned."""
    assert door.terminal is not None
    lines = [line.entry for line in door.terminal.journal.lines()]
    found = [cbor2.loads(one.payload) for one in lines if one.function_id == UNSIGNED]
    return {tuple(row) for row in found[-1]} if found else set()


def a_right(**values: Any) -> dict[str, Any]:
    """A right as a row, with everything that a good one has."""
    return {
        "id": "T01-1-made-up",
        "staff_id": "S201",
        "function_id": WORK,
        "access": "inquire",
        "valid_from": "2026-11-16",
        "valid_to": "2027-03-31",
        "state": "confirmed",
        "reason": "着任",
        "requested_by": "S202",
        "requested_at": "2026-11-16T10:00:00+09:00",
        "approved_by": "S202",
        "effected_by": "S202",
        "effected_at": "2026-11-16T10:00:00+09:00",
        "confirmed_by": "S202",
        "signed_by": 1,
        **values,
    }


@pytest.mark.req("SEC-36", "SEC-40", "SEC-49")
def test_a_right_written_by_hand_gives_nothing_and_is_named(terminal: FoundedTerminal) -> None:
    tampered(terminal, lambda work: work.run(insert(grant_row).values(**a_right())))
    door, session = opened(terminal)
    assert door.terminal is not None
    assert WORK not in door.terminal.gate.permitted(session)
    assert ("grant_row", "T01-1-made-up", "added") in named(door)
    door.close()


def test_a_right_taken_away_by_hand_is_held_all_the_same_and_is_named(
    terminal: FoundedTerminal,
) -> None:
    taken = delete(grant_row).where(grant_row.c.function_id == "admin.change_setting")
    tampered(terminal, lambda work: work.run(taken))
    door, session = opened(terminal)
    assert door.terminal is not None
    assert "admin.change_setting" in door.terminal.gate.permitted(session)
    assert {(table, how) for table, _, how in named(door)} == {("grant_row", "missing")}
    door.close()


def test_a_right_made_longer_by_hand_ends_on_its_day(terminal: FoundedTerminal) -> None:
    longer = update(grant_row).where(grant_row.c.staff_id == "S202").values(valid_to="2029-12-31")
    tampered(terminal, lambda work: work.run(longer))
    terminal.clock.advance(timedelta(hours=1))
    door, _ = opened(terminal)
    assert door.terminal is not None
    held = door.terminal.control.state.grants_of("S202")
    assert {one.valid_to.isoformat() for one in held} == {"2027-06-14"}
    assert {how for table, _, how in named(door) if table == "grant_row"} == {"changed"}
    door.close()


@pytest.mark.req("SEC-23")
def test_a_key_registered_by_hand_signs_nothing(terminal: FoundedTerminal) -> None:
    forged = Signer.of("forged")
    row = {
        "id": forged.credential_id,
        "staff_id": "S201",
        "label": "予備",
        "public_key": forged.public_key,
        "attestation": b"",
        "aaguid": "",
        "attested": "allowed",
        "registered_by": "S202",
        "registered_at": "2026-11-16T10:00:00+09:00",
        "signed_by": 1,
    }
    tampered(terminal, lambda work: work.run(insert(credential).values(**row)))
    door, session = opened(terminal)
    assert door.terminal is not None
    gate = door.terminal.gate
    prepared = gate.prepare("admin.change_setting", session, content=CHANGE)
    assert forged.credential_id not in prepared.credential_ids
    with pytest.raises(Refusal, match=r"approval\.unknown_key"):
        terminal.act_with(gate, prepared, forged.sign(prepared.challenge))
    door.close()


def test_a_public_key_exchanged_by_hand_signs_nothing(terminal: FoundedTerminal) -> None:
    """The attacker's own key in the place of a founder's."""
    forged = Signer.of("forged")
    mine = credential.c.staff_id == "S201"
    exchanged = update(credential).where(mine).values(public_key=forged.public_key)
    tampered(terminal, lambda work: work.run(exchanged))
    door, session = opened(terminal)  # the real key still opens the door
    assert door.terminal is not None
    prepared = door.terminal.gate.prepare("admin.change_setting", session, content=CHANGE)
    answer = replace(forged.sign(prepared.challenge), credential_id=prepared.credential_ids[0])
    with pytest.raises(EnvironmentFault, match=r"assertion\."):
        terminal.act_with(door.terminal.gate, prepared, answer)
    assert {how for table, _, how in named(door) if table == "credential"} == {"changed"}
    door.close()


@pytest.mark.req("SEC-41")
def test_a_leaver_s_row_put_back_by_hand_lets_nobody_in(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    door, session = opened(terminal)
    leaving = leaving_of(door, "S301")
    terminal.sign(door, session, "admin.mark_leaver", leaving, "S202")
    door.close()
    back = update(staff).where(staff.c.id == "S301").values(left_on="")
    tampered(terminal, lambda work: work.run(back))
    door, _ = opened(terminal)
    assert door.terminal is not None
    person = door.terminal.control.state.person("S301")
    assert person.left_on == terminal.clock.now().date()
    assert ("staff", "S301", "changed") in named(door)
    door.close()


@pytest.mark.req("SEC-69")
def test_a_setting_changed_by_hand_is_not_in_force(terminal: FoundedTerminal) -> None:
    row = {"name": "hours.to", "value": "23:00", "set_by": "S202", "set_at": "2026-11-16"}
    tampered(terminal, lambda work: work.run(insert(setting).values(**row)))
    terminal.clock.advance(timedelta(hours=10))
    door, session = opened(terminal)
    assert door.terminal is not None
    assert door.terminal.gate.permitted(session) == {"admin.hours_exception"}
    assert ("setting", "hours.to", "added") in named(door)
    door.close()


def request_of(staff_id: str, terminal: FoundedTerminal) -> Requests:
    today = terminal.clock.now().date()
    until = today + timedelta(days=100)
    return Requests((Request(staff_id, "clerk", ("persons.enter", WORK), today, until, "着任"),))


def newcomer(terminal: FoundedTerminal) -> None:
    """Both founders register a third person."""
    door, session = opened(terminal)
    key = Signer.of("S301")
    entry = KeyEntry(key.credential_id, key.public_key, b"", "", "allowed", 0, "S301")
    today = terminal.clock.now().date()
    new = NewStaff("S301", "新任", "窓口", False, today, today + timedelta(days=90), entry, b"")
    terminal.sign(door, session, "admin.register_staff", new, "S202")
    terminal.sign(door, session, "admin.request_grant", request_of("S301", terminal))
    door.close()


def leaving_of(door: Doorway, staff_id: str) -> Any:
    assert door.terminal is not None
    person = door.terminal.control.state.person(staff_id)
    return Leaving(staff_id, door.terminal.clock.now().date(), person.version)


def bodies(terminal: FoundedTerminal) -> list[tuple[int, bytes, bytes]]:
    """The control log as it lies there."""
    kept: list[tuple[int, bytes, bytes]] = []
    tampered(terminal, lambda work: kept.extend(read_log(work)))
    return kept


def with_content(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """The row with its content exchanged."""
    row = read_row(body)
    content, versions = cbor2.loads(row.what)
    what = cbor2.dumps([change(content), versions], canonical=True)
    return ControlRow(what, row.salt, row.evidence, row.seal).to_bytes()


def believed(terminal: FoundedTerminal, log: list[bytes]) -> Proved:
    """What a log leads to whose chain an attacker with an outside tool made anew."""
    head, rows = ORIGIN, []
    for body in log:
        head = after(head, body)
        rows.append((head.number, head.hash, body))
    return Prover(terminal.rules().house, verify_assertion).replay(rows)


def faults(proved: Proved) -> list[tuple[int, str]]:
    """Which rows count for nothing, and why."""
    return [(one.number, one.code) for one in proved.faults]


def test_a_signed_row_with_other_content_proves_nothing(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    log = [body for _, _, body in bodies(terminal)]

    def wider(content: Any) -> Any:
        content[1]["asked"][0][1]["function_ids"] = ["admin.approve_grant"]
        return content

    log[2] = with_content(log[2], wider)
    proved = believed(terminal, log)
    assert faults(proved) == [(3, "content")]
    assert not proved.state.grants_of("S301")


def test_a_row_of_somebody_without_the_right_proves_nothing(terminal: FoundedTerminal) -> None:
    """A registered person signs an approval with an outside tool and the own key."""
    newcomer(terminal)
    log = [body for _, _, body in bodies(terminal)]
    mine = Signer.of("S301")
    row = read_row(log[2])
    said = read_signed(row.evidence[0].signed)
    content = SettingChange("lock.idle_minutes", "60")
    forged = forged_row(said, content, mine, "S301")
    proved = believed(terminal, [*log, forged])
    assert faults(proved) == [(4, "right")]
    assert not proved.state.settings


def forged_row(said: Any, content: object, key: Signer, staff_id: str, **values: Any) -> bytes:
    """A row signed with this person's own key alone, by an outside tool."""
    what, salt = encode((content, ())), b"s" * 16
    signed = replace(
        said,
        **{
            "function_id": "admin.change_setting",
            "staff_id": staff_id,
            "nonce": b"n" * 16,
            "content_digest": digest_of(salt, what),
            **values,
        },
    ).to_bytes()
    evidence = Evidence.of(signed, key.sign(challenge_of(signed)))
    return ControlRow(what, salt, (evidence,)).to_bytes()


def row_for_another_store(terminal: FoundedTerminal, body: bytes) -> bytes:
    """The same act by the same person's own key, but signed for the store of another desk."""
    row = read_row(body)
    said = read_signed(row.evidence[0].signed)
    signed = replace(said, store_id="S-otherdesk", nonce=b"o" * 16).to_bytes()
    credential_id = row.evidence[0].credential_id
    answer = terminal.keys[said.staff_id].assert_(
        TRAINING_RP_ID, challenge_of(signed), (credential_id,), uv=True, cancel=Event()
    )
    return ControlRow(row.what, row.salt, (Evidence.of(signed, answer),)).to_bytes()


def test_what_somebody_signed_for_another_store_gives_nothing_here(
    terminal: FoundedTerminal,
) -> None:
    """Whoever works at two desks with one key signs at each for that desk alone."""
    newcomer(terminal)
    log = [body for _, _, body in bodies(terminal)]
    proved = believed(terminal, [*log, row_for_another_store(terminal, log[2])])
    assert faults(proved) == [(4, "store")]
    assert len(proved.state.grants_of("S301")) == 2


def test_a_row_replayed_counts_once(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    log = [body for _, _, body in bodies(terminal)]
    proved = believed(terminal, [*log, log[2]])
    assert faults(proved) == [(4, "replayed")]
    assert len(proved.state.grants_of("S301")) == 2


def test_a_row_that_is_missing_ends_the_reading(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    first, _, third = bodies(terminal)
    proved = Prover(terminal.rules().house, verify_assertion).replay([first, third])
    assert faults(proved) == [(3, "chain")]
    assert not proved.state.grants_of("S301")


def test_rows_in_another_order_prove_nothing(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    founding, registration, request = (body for _, _, body in bodies(terminal))
    proved = believed(terminal, [founding, request, registration])
    assert faults(proved) == [(2, "deed")]
    assert not proved.state.grants_of("S301")


@pytest.mark.req("SEC-41", "SEC-105")
def test_a_log_that_lacks_its_newest_rows_opens_nothing(terminal: FoundedTerminal) -> None:
    """A revocation taken out of the log together with its effect on the rows."""
    newcomer(terminal)
    tampered(terminal, lambda work: work.run(delete(control_row).where(control_row.c.number == 3)))
    with pytest.raises(EnvironmentFault, match=r"control\.rows_lost"):
        opened(terminal)


def test_a_log_taken_away_as_a_whole_opens_nothing(terminal: FoundedTerminal) -> None:
    tampered(terminal, lambda work: work.run(delete(control_row)))
    with pytest.raises(EnvironmentFault, match=r"control\.rows_lost"):
        opened(terminal)


def test_a_founding_of_others_is_not_the_one_of_genesis(terminal: FoundedTerminal) -> None:
    (_, _, founding), *_ = bodies(terminal)

    def longer(content: Any) -> Any:
        content[1]["function_ids"].append(WORK)
        return content

    proved = believed(terminal, [with_content(founding, longer)])
    assert faults(proved) == [(1, "genesis")]
    assert not proved.state.people
    assert not proved.state.grants


def test_an_untouched_terminal_names_nothing(terminal: FoundedTerminal) -> None:
    newcomer(terminal)
    door, _ = opened(terminal)
    assert named(door) == set()
    assert door.terminal is not None
    with door.terminal.store.view(("control_row", "grant_row")) as work:
        rows = work.all(select(grant_row).where(grant_row.c.staff_id == "S301"))
        assert {row.signed_by for row in rows} == {3}
        log = read_log(work)
    assert door.terminal.control.state.head == Head(log[-1][0], log[-1][1])
    door.close()


@pytest.mark.req("SEC-25")
@pytest.mark.parametrize(
    ("attested", "taken"),
    [
        ("allowed", True),
        ("seen:S201,S202", True),  # the two who sign
        ("seen:S202,S201", True),
        ("seen:S201,S999", False),  # a name that somebody typed
        ("seen:S998,S999", False),
        ("seen:S201,S301", False),  # the person's own
        ("seen:S201", False),
    ],
)
def test_whoever_saw_a_key_that_no_maker_vouches_for_signs_for_it(
    terminal: FoundedTerminal, attested: str, taken: bool
) -> None:
    door, session = opened(terminal)
    key = Signer.of("S301")
    entry = KeyEntry(key.credential_id, key.public_key, b"", "", attested, 0, "S301")
    today = terminal.clock.now().date()
    new = NewStaff("S301", "新任", "窓口", False, today, today + timedelta(days=90), entry, b"")
    if taken:
        terminal.sign(door, session, "admin.register_staff", new, "S202")
    else:
        with pytest.raises(MadoguchiError) as refused:
            terminal.sign(door, session, "admin.register_staff", new, "S202")
        assert refused.value.code == "staff.witnesses_touch" and refused.value.remedy
    assert door.terminal is not None
    assert ("S301" in door.terminal.control.state.people) is taken
    door.close()


MODEL = "00000000-0000-4000-8000-000000000001"


@pytest.mark.req("SEC-25")
def test_a_model_that_needs_no_witness_is_what_two_signed_and_no_file_s(
    terminal: FoundedTerminal,
) -> None:
    """Whoever edits settings.toml, or signs alone, makes no key an allowed one."""
    of_the_file = RegistrationPolicy(Profile.PRODUCTION, "m1", frozenset((MODEL,)), (b"root",))
    door, session = opened(terminal)
    assert door.terminal is not None
    control = door.terminal.control
    assert signed_policy(of_the_file, control.state.in_force).allowed_aaguids == frozenset()
    assert signed_policy(of_the_file, control.state.in_force).roots == ()
    alone = SettingChange("keys.models", MODEL)
    with pytest.raises(MadoguchiError) as refused:
        terminal.sign(door, session, "admin.change_setting", alone)
    assert refused.value.code == "settings.supervised"
    both = SupervisedSetting("keys.models", MODEL)
    with pytest.raises(MadoguchiError):
        terminal.sign(door, session, "admin.change_supervised_setting", both)
    terminal.sign(door, session, "admin.change_supervised_setting", both, "S202")
    allowed = signed_policy(of_the_file, control.state.in_force)
    assert allowed.allowed_aaguids == {MODEL} and allowed.roots == ()
    door.close()


@pytest.mark.parametrize(
    "value",
    ["", "any", "ABCDEF00-0000-4000-8000-000000000001", f"{MODEL},{MODEL}", f"{MODEL}  {MODEL}"],
)
def test_what_is_no_model_is_not_set(value: str) -> None:
    with pytest.raises(MadoguchiError, match=r"settings\.value"):
        SETTINGS["keys.models"].check(value)


def changed(terminal: FoundedTerminal, door: Doorway, session: Session, minutes: str) -> None:
    assert door.terminal is not None
    change = SettingChange("lock.idle_minutes", minutes)
    terminal.sign(door, session, "admin.change_setting", change)


@pytest.mark.req("SEC-49")
def test_what_is_done_after_the_clock_was_set_back_counts_for_good(
    terminal: FoundedTerminal,
) -> None:
    """The clock was ahead; without the two supervisors an act from now would be out of order."""
    now = terminal.clock.now()
    terminal.clock.set_wall(now + timedelta(days=10))
    door, session = opened(terminal)
    changed(terminal, door, session, "3")
    terminal.clock.set_wall(now)
    with pytest.raises(Refusal, match=r"clock\."):
        changed(terminal, door, session, "4")
    assert door.terminal is not None
    gate = door.terminal.gate
    clock = upkeep.prepare_clock(gate, session)
    upkeep.perform_clock(gate, clock, terminal.touches(gate, clock, "S202"))
    changed(terminal, door, session, "4")
    door.close()
    door, session = opened(terminal)
    assert door.terminal is not None
    assert door.terminal.control.faults == ()
    assert door.terminal.control.state.settings["lock.idle_minutes"].value == "4"
    door.close()

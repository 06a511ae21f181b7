"""The control log proved from its bytes (DESIGN 4): what a terminal reads before anybody is in.

10,000 rights, requested, put in force and checked in 100 signed manifests each, approved in 100
manifests and 500 single touches: 900 rows, every one of them really signed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from app.catalog import CATALOG
from app.core.clock import JST
from app.core.relying_party import TRAINING_RP_ID
from app.security.acts.approval import NO_SUBJECT, Evidence, Role, SignedAct, challenge_of
from app.security.acts.content import digest_of, encode
from app.security.authenticators.verify import verify_assertion
from app.security.control import deeds
from app.security.control.effects import right_of
from app.security.control.log import ControlRow, after
from app.security.control.proof import Prover
from app.security.control.rules import House
from app.security.control.state import ControlState, HeldKey
from app.security.staff.grants import Grant, GrantState, access_of
from app.security.staff.people import Staff
from app.security.staff.roles import role_on
from tests.benchmarks import limits
from tests.benchmarks.frame import Bench, Limit, Row
from tests.support.signers import Signer
from tests.support.world import shared_tables

RIGHTS, MANIFESTS, SINGLE = 10_000, 100, 500
EACH = 20
"""So many rights everybody is given."""
TODAY = date(2026, 11, 16)
UNTIL = TODAY + timedelta(days=180)
AT = datetime(2026, 11, 16, 10, 0, tzinfo=JST).isoformat()
STEPS = {
    "S901": "admin.request_grant",
    "S902": "admin.approve_grant",
    "S903": "admin.effect_grant",
    "S904": "admin.confirm_grant",
}
"""Who takes which step: nobody takes two."""

Kept = tuple[int, bytes, bytes]


def beginning(holders: Sequence[str]) -> ControlState:
    """Four who take the steps, and everybody whose rights are asked for."""
    state = ControlState(rp_id=TRAINING_RP_ID, store_id="S-bench")
    for staff_id in (*STEPS, *holders):
        state.people[staff_id] = Staff(staff_id, staff_id, TODAY, UNTIL, None, TODAY, False, "")
    for staff_id, function_id in STEPS.items():
        key = Signer.of(staff_id)
        entry = deeds.KeyEntry(key.credential_id, key.public_key, b"", "", "", 0, "")
        state.keys[key.credential_id] = HeldKey(staff_id, entry, "S900", AT)
        state.put(
            Grant(
                f"G-{staff_id}",
                staff_id,
                function_id,
                access_of(CATALOG[function_id]).value,
                TODAY,
                UNTIL,
                GrantState.CONFIRMED,
                effected_on=TODAY,
            )
        )
    return state


def signed_row(staff_id: str, content: object, number: int) -> bytes:
    """An act of the step that ``staff_id`` takes, signed by their key."""
    what, salt = encode((content, ())), hashlib.sha256(b"%d" % number).digest()[:16]
    zero = bytes(32)
    said = SignedAct(
        "S-bench",
        "T01",
        1,
        number.to_bytes(16, "big"),
        number,
        zero,
        STEPS[staff_id],
        CATALOG.version,
        staff_id,
        Role.ACTOR,
        NO_SUBJECT,
        "",
        digest_of(salt, what),
        zero,
        zero,
        f"G-{staff_id}",
        AT,
    ).to_bytes()
    evidence = Evidence.of(said, Signer.of(staff_id).sign(challenge_of(said)))
    return ControlRow(what, salt, (evidence,)).to_bytes()


def made_log(start: ControlState, holders: Sequence[str], prover: Prover) -> list[Kept]:
    """The log, step after step; proved while it is made, because each step names what the one
    before made."""
    state, log = start, []
    many = RIGHTS // MANIFESTS
    wanted = role_on(shared_tables(), CATALOG, "clerk", TODAY).function_ids[:EACH]
    whole = [many] * MANIFESTS
    few = [(RIGHTS - SINGLE) // MANIFESTS] * MANIFESTS + [1] * SINGLE

    def put(staff_id: str, content: object) -> None:
        nonlocal state
        body = signed_row(staff_id, content, len(log) + 1)
        head = after(state.head, body)
        log.append((head.number, head.hash, body))
        state = prover.take(state, body)

    for at in range(0, len(holders), many // EACH):
        some = holders[at : at + many // EACH]
        period = ("clerk", wanted, TODAY, UNTIL, "4月の異動")
        put("S901", deeds.Requests(tuple(deeds.Request(one, *period) for one in some)))
    for staff_id, kind, sizes in (
        ("S902", deeds.Approve, few),
        ("S903", deeds.PutInForce, whole),
        ("S904", deeds.Confirm, whole),
    ):
        for rights in _parts(state, sizes):
            put(staff_id, kind(rights))
    return log


def _parts(state: ControlState, sizes: Sequence[int]) -> Iterator[tuple[deeds.Right, ...]]:
    asked = [right_of(one) for one in state.grants.values() if one.staff_id not in STEPS]
    assert len(asked) == sum(sizes)
    at = 0
    for size in sizes:
        yield tuple(asked[at : at + size])
        at += size


def control_rows() -> Iterable[Row]:
    """Seconds of CPU from the bytes of the log to who may do what."""
    house = House.of(CATALOG, shared_tables())
    holders = [f"S{number:04d}" for number in range(1000, 1000 + RIGHTS // EACH)]
    log = made_log(beginning(holders), holders, Prover(house, verify_assertion))
    start, prover = beginning(holders), Prover(house, verify_assertion)
    begun = time.process_time()
    proved = prover.replay(log, start)
    seconds = time.process_time() - begun
    assert not proved.faults, proved.faults[:3]
    held = [one for one in proved.state.grants.values() if one.staff_id not in STEPS]
    assert len(held) == RIGHTS
    assert all(one.state is GrantState.CONFIRMED for one in held)
    limit = Limit("bare checks of the same signatures", len(log) / limits.signature_checks())
    size = sum(len(body) for _, _, body in log) / 1e6
    note = f"{len(log)} rows, {size:.1f} MB, CPU time, one core"
    yield Row("control log: 10,000 rights proved", 1.0, seconds, "s", limit, note=note)


BENCHES = (Bench("control", "The control log proved from its bytes", control_rows),)

"""発送止め: papers that must not leave any more are pulled from every queue and batch at once.

A death does it whatever brings it (a decision, a file of the residents' register); a loss or a
re-issue does it for the papers that become void by it, a support measure (支援措置) for letters and
batches; a move, a changed name, and a letter that
came back, for batches. What has left the house already is seen
to by the letter's return.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from sqlalchemy import func, select, update

from db.tables.certificates import certificate
from db.tables.media import sealed_out
from db.tables.persons import person
from db.tables.printing import batch_item, batch_part, mail_item
from db.work import Rows

READS = ("certificate", "mail_item", "batch_item", "batch_part", "sealed_out")
WRITES = ("certificate", "mail_item", "batch_item", "batch_part", "sealed_out")

DEAD = "3"
"""The resident state of somebody who has died."""
MOVED_AWAY = ("2", "9")
"""The resident states of somebody who does not live here any more."""
DEATH, RESTRICTED, MOVED = "death", "restricted", "moved"
REMOVED, CHANGED, RETURNED = "removed", "changed", "returned"
"""Why a paper of a batch is held back: 死亡, 支援措置, 転出; 転居, 氏名などの変更, 返戻."""

_STOPPING = {"address": REMOVED, "addressee": REMOVED, "name": CHANGED, "birth": CHANGED}
_AT_ONCE = 400


def pull_dead(work: Rows, person_ids: Collection[str]) -> None:
    """Nothing is printed, posted or built for these persons any more."""
    for some in _blocks(person_ids):
        work.run(
            update(certificate)
            .where(certificate.c.person_id.in_(some), certificate.c.state == "reserved")
            .values(state="void", cause="死亡", version=certificate.c.version + 1)
        )
        work.run(
            update(mail_item)
            .where(mail_item.c.person_id.in_(some), mail_item.c.state.in_(["waiting", "checked"]))
            .values(state="stopped", version=mail_item.c.version + 1)
        )
    pull_from_batches(work, person_ids, DEATH)


def pull_restricted(work: Rows, person_ids: Collection[str]) -> None:
    """Nothing goes by post or in a batch to somebody who is under support measures (支援措置) from
    now on: the address on it may be the one she left."""
    for some in _blocks(person_ids):
        work.run(
            update(mail_item)
            .where(mail_item.c.person_id.in_(some), mail_item.c.state.in_(["waiting", "checked"]))
            .values(state="stopped", version=mail_item.c.version + 1)
        )
    pull_from_batches(work, person_ids, RESTRICTED)


def pull_from_batches(work: Rows, person_ids: Collection[str], cause: str) -> None:
    """Nothing is built of a batch for these persons any more; what is built is built again without
    them, and of what is released their letters stay: a part that is not printed yet leaves their
    sheets out, of one that is printed they are taken out by hand."""
    if not person_ids or work.first(select(batch_item.c.position).limit(1)) is None:
        return
    for some in _blocks(person_ids):
        mine = (batch_item.c.person_id.in_(some), batch_item.c.state.in_(["waiting", "built"]))
        numbers = [row.number for row in work.all(select(batch_item.c.number).where(*mine))]
        stop_letters(work, numbers)
        work.run(update(batch_item).where(*mine).values(state="held", cause=cause))


def pull_changed(work: Rows, person_id: str, kind: str, value: Mapping[str, str]) -> None:
    """One fact (``app.persons.facts``) of a person is another from now on: what that stops."""
    state = value.get("state", "")
    if state == DEAD:
        pull_dead(work, (person_id,))
    elif state in MOVED_AWAY:
        pull_from_batches(work, (person_id,), MOVED)
    elif kind == "restriction" and value:
        pull_restricted(work, (person_id,))
    elif kind in _STOPPING:
        pull_from_batches(work, (person_id,), _STOPPING[kind])


def stop_letters(work: Rows, numbers: Collection[str]) -> None:
    """Letters with these papers that have not left stay here; a file that was sealed with them for
    a contractor does not leave either."""
    for some in _blocks(numbers):
        _keep_sealed(work, some)
        work.run(
            update(mail_item)
            .where(
                mail_item.c.certificate_number.in_(some),
                mail_item.c.state.in_(["waiting", "checked"]),
            )
            .values(state="stopped", version=mail_item.c.version + 1)
        )


def _keep_sealed(work: Rows, numbers: Collection[str]) -> None:
    """What is sealed with these papers and has not left is stale; its parts are sealed anew."""
    waiting = select(sealed_out.c.about).where(sealed_out.c.state == "sealed")
    in_part = batch_part.c.part == batch_item.c.part - 1
    rows = work.all(
        select(batch_item.c.batch_id)
        .join(batch_part, (batch_part.c.batch_id == batch_item.c.batch_id) & in_part)
        .where(
            batch_item.c.number.in_(sorted(numbers)),
            batch_item.c.batch_id.in_(waiting),
            batch_part.c.sent_how == "contractor",
        )
        .distinct()
    )
    for batch_id in sorted(row.batch_id for row in rows):
        mine = (sealed_out.c.about == batch_id, sealed_out.c.state == "sealed")
        since = work.scalar(select(func.min(sealed_out.c.sealed_at)).where(*mine))
        work.run(
            update(batch_part)
            .where(
                batch_part.c.batch_id == batch_id,
                batch_part.c.sent_how == "contractor",
                batch_part.c.sent_at >= since,
            )
            .values(sent_at="", sent_how="")
        )
        work.run(
            update(sealed_out).where(*mine).values(state="stale", version=sealed_out.c.version + 1)
        )


def has_died(work: Rows, person_id: str) -> bool:
    """Whether the person is known to have died."""
    state = work.scalar(select(person.c.state).where(person.c.id == person_id))
    return bool(state == DEAD)


def _blocks(keys: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(keys))
    while some := list(islice(rest, _AT_ONCE)):
        yield some

"""発送止め: papers that must not leave any more are pulled from every queue and batch at once.

A death does it whatever brings it (a decision, a file of the residents' register); a loss or a
re-issue does it for the papers that become void by it, a support measure (支援措置) for letters and
batches. What has left the house already is seen
to by the letter's return.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from sqlalchemy import select, update

from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import batch_item, mail_item
from db.work import Rows

READS = ("certificate", "mail_item", "batch_item")
WRITES = ("certificate", "mail_item", "batch_item")

DEAD = "3"
"""The resident state of somebody who has died."""
DEATH = "death"
RESTRICTED = "restricted"

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
        work.run(
            update(batch_item)
            .where(batch_item.c.person_id.in_(some), batch_item.c.state != "held")
            .values(state="held", cause=DEATH)
        )


def pull_restricted(work: Rows, person_ids: Collection[str]) -> None:
    """Nothing goes by post or in a batch to somebody who is under support measures (支援措置) from
    now on: the address on it may be the one she left."""
    for some in _blocks(person_ids):
        work.run(
            update(mail_item)
            .where(mail_item.c.person_id.in_(some), mail_item.c.state.in_(["waiting", "checked"]))
            .values(state="stopped", version=mail_item.c.version + 1)
        )
        work.run(
            update(batch_item)
            .where(batch_item.c.person_id.in_(some), batch_item.c.state != "held")
            .values(state="held", cause=RESTRICTED)
        )


def stop_letters(work: Rows, numbers: Collection[str]) -> None:
    """Letters with these papers that have not left stay here."""
    for some in _blocks(numbers):
        work.run(
            update(mail_item)
            .where(
                mail_item.c.certificate_number.in_(some),
                mail_item.c.state.in_(["waiting", "checked"]),
            )
            .values(state="stopped", version=mail_item.c.version + 1)
        )


def has_died(work: Rows, person_id: str) -> bool:
    """Whether the person is known to have died."""
    state = work.scalar(select(person.c.state).where(person.c.id == person_id))
    return bool(state == DEAD)


def _blocks(keys: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(keys))
    while some := list(islice(rest, _AT_ONCE)):
        yield some

"""The bodies of cases and of their decisions: what each kind has to say beside the common head.

One module a kind of case; a decision's body may serve several kinds. This is all that terminal
and union share about a kind. To add one: its module, and its line in two of the tables below
(docs/howto/add-a-case.md). To change one: another layout with the next version behind the old
one, which goes on being read.
"""

from __future__ import annotations

from app.wire.bodies import (
    coverage,
    death,
    funeral,
    loss,
    move_in,
    payment,
    reissue,
    reissued,
)
from app.wire.layout import Bodies

NOTIFICATIONS: Bodies = {
    "move_in": move_in.LAYOUTS,
    "death": death.LAYOUTS,
    "reissue": reissue.LAYOUTS,
}
"""FILE-01: what is notified, by kind."""

DECISIONS: Bodies = {
    "move_in": coverage.LAYOUTS,
    "death": loss.LAYOUTS,
    "reissue": reissued.LAYOUTS,
}
"""FILE-16: what is decided on it, by the kind of the case."""

CLAIMS: Bodies = {
    "funeral": funeral.LAYOUTS,
}
"""FILE-10: what is claimed, by kind."""

CLAIM_DECISIONS: Bodies = {
    "funeral": payment.LAYOUTS,
}
"""FILE-21: what is decided on it, by the kind of the case."""

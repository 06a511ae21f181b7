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
    entering,
    funeral,
    leaving,
    loss,
    move_in,
    payment,
    reissue,
    reissued,
)
from app.wire.layout import Bodies

NOTIFICATIONS: Bodies = {
    "move_in": move_in.LAYOUTS,
    "move_in_abroad": entering.MOVE_IN_ABROAD,
    "foreigner": entering.FOREIGNER,
    "move_in_within": entering.MOVE_IN_WITHIN,
    "special_address": entering.SPECIAL_ADDRESS,
    "disability": entering.DISABILITY,
    "welfare_end": entering.WELFARE_END,
    "exemption_end": entering.EXEMPTION_END,
    "longer_stay": entering.LONGER_STAY,
    "ex_officio": entering.EX_OFFICIO,
    "loss_cancelled": entering.LOSS_CANCELLED,
    "death": death.LAYOUTS,
    "move_out": leaving.MOVE_OUT,
    "move_out_abroad": leaving.MOVE_OUT_ABROAD,
    "welfare_start": leaving.WELFARE_START,
    "exemption": leaving.EXEMPTION,
    "disability_withdrawal": leaving.DISABILITY_WITHDRAWAL,
    "disability_end": leaving.DISABILITY_END,
    "special_address_end": leaving.SPECIAL_ADDRESS_END,
    "ex_officio_loss": leaving.EX_OFFICIO_LOSS,
    "whereabouts": leaving.WHEREABOUTS,
    "acquisition_cancelled": leaving.ACQUISITION_CANCELLED,
    "reissue": reissue.LAYOUTS,
}
"""FILE-01: what is notified, by kind."""

DECISIONS: Bodies = {
    "move_in": coverage.LAYOUTS,
    "move_in_abroad": coverage.LAYOUTS,
    "foreigner": coverage.LAYOUTS,
    "move_in_within": coverage.LAYOUTS,
    "special_address": coverage.LAYOUTS,
    "disability": coverage.LAYOUTS,
    "welfare_end": coverage.LAYOUTS,
    "exemption_end": coverage.LAYOUTS,
    "longer_stay": coverage.LAYOUTS,
    "ex_officio": coverage.LAYOUTS,
    "loss_cancelled": coverage.LAYOUTS,
    "death": loss.LAYOUTS,
    "move_out": loss.LAYOUTS,
    "move_out_abroad": loss.LAYOUTS,
    "welfare_start": loss.LAYOUTS,
    "exemption": loss.LAYOUTS,
    "disability_withdrawal": loss.LAYOUTS,
    "disability_end": loss.LAYOUTS,
    "special_address_end": loss.LAYOUTS,
    "ex_officio_loss": loss.LAYOUTS,
    "whereabouts": loss.LAYOUTS,
    "acquisition_cancelled": loss.LAYOUTS,
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

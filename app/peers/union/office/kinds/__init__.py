"""KINDS: every kind of case that this union decides, a module for a kind or a family of kinds.

A test holds it against the terminal's registry and the bodies of ``app.wire.bodies``. A kind that
a terminal sends and that is not here is refused as one (``kind_unknown``), nothing is lost. To
add one: its module and its line here (docs/howto/add-a-case.md).
"""

from __future__ import annotations

from app.peers.union.office.case import OfficeKind
from app.peers.union.office.kinds import (
    asking,
    certifying,
    changing,
    claims,
    entering,
    funeral,
    handing_on,
    inquiring,
    leaving,
    move_in,
    protecting,
    recognising,
    reissue,
)

KINDS: dict[str, OfficeKind] = {
    kind.code: kind
    for kind in (
        move_in.KIND,
        *entering.KINDS,
        *leaving.KINDS,
        *changing.KINDS,
        *recognising.KINDS,
        *protecting.KINDS,
        reissue.KIND,
        *certifying.KINDS,
        *handing_on.KINDS,
        *asking.KINDS,
        *inquiring.KINDS,
        funeral.KIND,
        *claims.KINDS,
    )
}

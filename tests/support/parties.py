"""Two ends of a line with keys of their own, and a container between them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.wire.container import (
    Addressee,
    BodyFacts,
    ContainerPlace,
    Header,
    first_place,
    seal_body,
    write_head,
)
from app.wire.files import FILES
from app.wire.keys import recipient_id, signing_id
from app.wire.protocol import stream_of

MUNICIPALITY = "152994"  # 見本県見本市, which does not exist
LAYOUTS = {spec.id: (spec.layout, spec.versions) for spec in FILES.values()}


@dataclass(frozen=True)
class Party:
    """One end: a name, a signing pair and a receiving pair."""

    name: str
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    receiving: pyrage.x25519.Identity = field(default_factory=pyrage.x25519.Identity.generate)

    @property
    def recipient(self) -> str:
        return str(self.receiving.to_public())

    @property
    def public(self) -> bytes:
        return self.signing.public_key().public_bytes_raw()

    @property
    def identities(self) -> dict[str, str]:
        return {recipient_id(self.recipient): str(self.receiving)}

    def listens_to(self, sender: Party, **other) -> Addressee:
        values = {
            "receiver": self.name,
            "municipality": MUNICIPALITY,
            "sender": sender.name,
            "keys": {signing_id(sender.signing): sender.signing.public_key()},
            "layouts": LAYOUTS,
        }
        return Addressee(**{**values, **other})


def container(
    sender: Party,
    receiver: Party,
    archive: Party,
    plain: bytes = b"",
    /,
    *,
    file_id: str = "FILE-24",
    idempotency_id: str = "T01-1-000001",
    place: ContainerPlace | None = None,
    **other,
) -> bytes:
    """A whole container; ``other`` replaces header fields."""
    body = io.BytesIO()
    facts = seal_body(io.BytesIO(plain), body, receiver.recipient, archive.recipient)
    place = place or first_place(1)
    values = {"file_id": file_id, "id": idempotency_id, "place": place, **other}
    return head_of(sender, receiver, facts, **values) + body.getvalue()


def head_of(
    sender: Party,
    receiver: Party,
    facts: BodyFacts,
    /,
    *,
    file_id: str,
    place: ContainerPlace,
    **other,
) -> bytes:
    """The signed head of a container with this body; ``other`` replaces header fields."""
    values = {
        "version": 1,
        "sender": sender.name,
        "receiver": receiver.name,
        "municipality": MUNICIPALITY,
        "file_id": file_id,
        "layout": FILES[file_id].layout,
        "layout_version": FILES[file_id].version,
        "stream": stream_of(file_id),
        "epoch": place.epoch,
        "sequence": place.sequence,
        "previous": place.previous,
        "count": 0,
        "body": facts,
        "created": "2026-11-20T09:00:00+09:00",
        "signing_key": signing_id(sender.signing),
    }
    return write_head(Header(**{**values, **other}), sender.signing)

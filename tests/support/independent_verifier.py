"""Verifies an exported journal by docs/auditing.md alone, and imports nothing of ours."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cbor2 import CBORDecodeError, dumps, loads
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_decode

Fault = tuple[int, str]
ZERO, raw = bytes(32), bytes.fromhex
BROKEN = (InvalidSignature, AssertionError, CBORDecodeError, LookupError, TypeError, ValueError)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def link(before: bytes, number: int, body: bytes) -> bytes:
    return sha(before, number.to_bytes(8, "big"), sha(body))


def answered(cose: bytes, party: str, challenge: bytes, *answer: bytes) -> bool:
    data, client, signature = answer
    with suppress(*BROKEN):
        said, key = json.loads(client), CoseKey.parse(loads(cose))
        told = (said["type"], websafe_decode(said["challenge"]), said["origin"])
        wanted = ("webauthn.get", challenge, f"https://{party}")
        if (
            told != wanted
            or said.get("crossOrigin", False)
            or not isinstance(key, ES256 | EdDSA | RS256)
        ):
            return False
        if len(data) < 37 or data[:32] != sha(party.encode()) or data[32] & 0b11001 != 1:
            return False
        key.verify(data + sha(client), signature)
        return True
    return False


class Journal:
    def __init__(self, text: str) -> None:
        self.rows = [json.loads(line) for line in text.splitlines()]
        self.store = self.rows[0]["store"]
        self.union = [raw(one["public"]) for one in self.all("union_key")]
        self.keys = {raw(o["id"]): (o["staff"], raw(o["public"])) for o in self.all("credential")}
        self.lines = [(o["number"], raw(o["hash"]), raw(o["body"])) for o in self.all("line")]
        self.gone = [part for part in self.all("segment") if part["dropped_at"]]
        self.hashes: dict[int, bytes] = {}
        self.bodies: list[tuple[int, list[Any]]] = []
        self.first, self.party = 1, ""

    def all(self, *kinds: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["kind"] in kinds]

    def faults(self) -> Iterator[Fault]:
        if self.rows[-1] != {"kind": "end", "lines": len(self.lines)}:
            yield 0, "the file does not end as it says"
        stopped = self.segments() or self.chain() or self.places()
        if stopped:
            yield stopped
            return
        for number, _, body in self.lines:
            try:
                self.bodies.append((number, loads(body)))
                assert len(self.bodies[-1][1]) == 21
            except BROKEN:
                yield number, "not a line"
                return
        yield from (*self.genesis(), *self.heads(), *self.acts())

    def segments(self) -> Fault | None:
        number, value = 0, ZERO
        for part in self.gone:
            dates = (part["month"], part["dropped_at"])
            month, then = (int(day[:4]) * 12 + int(day[5:7]) for day in dates)
            follows = (part["first"], part["before"]) == (number + 1, value.hex())
            if then - month <= 13 or not follows or not self.receipted(part):
                return part["first"], "a segment without proof"
            number, value = part["last"], raw(part["hash"])
        self.first, self.hashes = number + 1, {number: value}
        return None

    def receipted(self, part: dict[str, Any]) -> bool:
        try:
            sent = loads(raw(part["receipt"]))
            said = loads(sent["body"])
        except BROKEN:
            return False
        plain = {k: v.hex() if isinstance(v, bytes) else v for k, v in said.items()}
        names = ("month", "first", "last", "before", "hash", "digest")
        same = all(plain[name] == part[name] for name in names) and plain["store"] == self.store
        message = b"madoguchi-statement-v1\0SegmentReceipt\0" + sent["body"]
        return same and self.by_union(sent["signature"], message)

    def by_union(self, signature: bytes, message: bytes) -> bool:
        for key in self.union:
            with suppress(*BROKEN):
                Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
                return True
        return False

    def chain(self) -> Fault | None:
        number, value = self.first - 1, self.hashes[self.first - 1]
        for found, kept, body in self.lines:
            if found == 1 < self.first:
                continue  # genesis stays where its month is gone
            if found != number + 1:
                return number + 1, "missing"
            number, value = found, link(value, found, body)
            if value != kept:
                return found, "changed"
            self.hashes[number] = value
        return None

    def places(self) -> Fault | None:
        for head in sorted(self.all("head", "last_head"), key=lambda one: int(one["number"])):
            here = self.hashes.get(head["number"], b"").hex()
            if head["kind"] == "last_head" and not self.is_signed(head):
                return 1, "not the journal that the union knows"
            if self.is_signed(head) and head["number"] >= self.first and here != head["hash"]:
                return head["number"], "not what the union signed"
        return None

    def is_signed(self, head: dict[str, Any]) -> bool:
        value = raw(head["hash"])
        fields = [head["store"], head["terminal"], head["number"], value, head["at"]]
        message = b"madoguchi-head-v1" + dumps(fields, canonical=True)
        return head["store"] == self.store and self.by_union(raw(head["signature"]), message)

    def genesis(self) -> Iterator[Fault]:
        body = self.bodies[0][1]
        _, _, _, _, self.party, _, persons, *_ = loads(body[19])
        founders = {credential: (staff, cose) for staff, credential, cose in persons}
        self.keys |= founders
        good, first = set(), link(ZERO, 1, self.lines[0][2])
        for signed, key, *answer in body[20]:
            challenge = sha(b"madoguchi-genesis-v1", signed)
            cose = self.keys.get(key, ("", b""))[1]
            if signed == body[19] and answered(cose, self.party, challenge, *answer):
                good.add(key)
        if self.lines[0][:2] != (1, first) or good != set(founders) or len(founders) != 2:
            yield 1, "genesis"
        noted = {one[17] for _, one in self.bodies if one[5] == "journal.segment_dropped"}
        if self.gone and self.gone[-1]["month"] not in noted:
            yield self.gone[-1]["first"], "a segment that no line says was dropped"
        states = [one[19] for _, one in self.bodies if one[5] == "terminal.state"]
        if any(loads(state)[2] != first for state in states):
            yield 1, "not the first line that a later one knew"

    def heads(self) -> Iterator[Fault]:
        kept = {(one["number"], one["hash"], one["signature"]) for one in self.all("head")}
        yield from ((h["number"], "forged") for h in self.all("head") if not self.is_signed(h))
        count, before = 0, b""
        for number, body in self.bodies:
            if (body[4], body[5]) != ("event", "journal.head"):
                continue
            said = loads(body[19])
            if len(said) == 3:  # of the first format
                said = [1, 0, before, "", "", said[0], said[1], "", said[2]]
            elif before and (said[2] != before or (count and said[1] != count + 1)):
                yield number, "heads do not follow one another"
            if (said[5], said[6].hex(), said[8].hex()) not in kept:
                yield number, "a head was taken away"
            count, before = said[1], sha(body[19])

    def acts(self) -> Iterator[Fault]:
        begun: set[int] = set()
        for number, body in self.bodies[1:]:
            if body[4] == "begun":
                begun.add(number)
            elif self.first <= body[12] and body[12] not in begun:
                yield number, "an end without its beginning"
            begun.discard(body[12])
            for signed, credential, *answer in body[20]:
                act, (staff, cose) = loads(signed), self.keys.get(credential, ("", b""))
                said = [act[place] for place in (2, 7, 11, 12, 13, 4, 14, 16)]
                mine = (act[9] == body[6]) == (act[10] == "actor") and act[9] == staff
                there = act[5] < self.first or self.hashes.get(act[5]) == act[6]
                line = [body[2], body[5], *body[8:11], *body[13:16]]
                if said != line or not (mine and there and act[5] < number):
                    yield number, "the approval is of another act"
                elif not answered(cose, self.party, sha(b"madoguchi-act-v1", signed), *answer):
                    yield number, "signature"
        yield from ((number, "no end") for number in sorted(begun))


if __name__ == "__main__":
    wrong = [*Journal(Path(sys.argv[1]).read_text(encoding="utf-8")).faults()]
    sys.exit("\n".join(f"{where}: {what}" for where, what in wrong))

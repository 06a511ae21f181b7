"""Verifies an exported journal by docs/auditing.md alone, and imports nothing of ours."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from cbor2 import CBORDecodeError, dumps, loads
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_decode

Fault = tuple[int, str]
ZERO, raw, moment = bytes(32), bytes.fromhex, datetime.fromisoformat
BROKEN = (InvalidSignature, AssertionError, CBORDecodeError, LookupError, TypeError, ValueError)
NEVER, TOLERANCE = moment("0001-01-02T00:00:00+00:00"), timedelta(minutes=2)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def link(before: bytes, number: int, body: bytes) -> bytes:
    return sha(before, number.to_bytes(8, "big"), sha(body))


def signed_by(key: bytes, signature: bytes, message: bytes) -> bool:
    with suppress(*BROKEN):
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    return False


def answered(cose: bytes, party: str, challenge: bytes, *answer: bytes) -> bool:
    data, client, signature = answer
    with suppress(*BROKEN):
        said, key = json.loads(client), CoseKey.parse(loads(cose))
        told = (said["type"], websafe_decode(said["challenge"]), said["origin"])
        assert told == ("webauthn.get", challenge, f"https://{party}") and len(data) >= 37
        assert not said.get("crossOrigin", False) and isinstance(key, ES256 | EdDSA | RS256)
        assert data[:32] == sha(party.encode()) and data[32] & 0b11001 == 1
        return key.verify(data + sha(client), signature) is None
    return False


class Journal:
    def __init__(self, text: str) -> None:
        self.rows = [json.loads(line) for line in text.splitlines()]
        self.store = self.rows[0]["store"]
        self.keys = {raw(o["id"]): (o["staff"], raw(o["public"])) for o in self.all("credential")}
        self.lines, self.log = self.chained("line"), self.chained("control")
        by_id = groupby(self.all("function"), lambda one: str(one["id"]))
        self.functions = {name: [*ones] for name, ones in by_id}
        self.gone = [part for part in self.all("segment") if part["dropped_at"]]
        self.bodies: list[tuple[int, list[Any]]] = []

    def chained(self, kind: str) -> list[tuple[int, bytes, bytes]]:
        return [(o["number"], raw(o["hash"]), raw(o["body"])) for o in self.all(kind)]

    def all(self, *kinds: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["kind"] in kinds]

    def needs(self, function: str, day: str) -> dict[str, Any]:
        ones = self.functions.get(function, [])
        return next((one for one in ones if not one["until"] or day <= one["until"]), {})

    def by_union(self, signature: bytes, message: bytes) -> bool:
        return any(signed_by(raw(o["public"]), signature, message) for o in self.all("union_key"))

    def faults(self) -> Iterator[Fault]:
        if self.rows[-1] != {"kind": "end", "lines": len(self.lines)}:
            yield 0, "the file does not end as it says"
        try:
            self.chain()
            for number, _, body in self.lines:
                self.bodies.append((number, loads(body)))
                assert len(self.bodies[-1][1]) == 21, (number, "not a line")
            found = [*self.genesis(), *self.heads(), *self.acts()]
        except BROKEN as cause:
            yield cause.args[0] if isinstance(cause, AssertionError) else (0, "not readable")
            return
        yield from found

    def chain(self) -> None:
        number, value = 0, ZERO
        for part in self.gone:
            dates = part["month"], part["dropped_at"]
            month, then = (int(day[:4]) * 12 + int(day[5:7]) for day in dates)
            follows = (part["first"], part["before"]) == (number + 1, value.hex())
            good = then - month > 13 and follows and self.receipted(part)
            assert good, (part["first"], "a segment without proof")
            number, value = part["last"], raw(part["hash"])
        self.first, self.hashes = number + 1, {number: value}
        for found, kept, body in self.lines:
            if found == 1 < self.first:
                continue  # genesis stays where its month is gone
            assert found == number + 1, (number + 1, "missing")
            number, value = found, link(value, found, body)
            assert value == kept, (found, "changed")
            self.hashes[number] = value
        for head in sorted(self.all("head", "last_head"), key=lambda one: int(one["number"])):
            here, signed = self.hashes.get(head["number"], b"").hex(), self.is_signed(head)
            other = signed and head["number"] >= self.first and here != head["hash"]
            assert signed or head["kind"] == "head", (1, "not the journal that the union knows")
            assert not other, (head["number"], "not what the union signed")

    def receipted(self, part: dict[str, Any]) -> bool:
        with suppress(*BROKEN):
            sent = loads(raw(part["receipt"]))
            said = loads(sent["body"])
            plain = {k: v.hex() if isinstance(v, bytes) else v for k, v in said.items()}
            names = ("month", "first", "last", "before", "hash", "digest")
            assert all(plain[name] == part[name] for name in names) and said["store"] == self.store
            message = b"madoguchi-statement-v1\0SegmentReceipt\0" + sent["body"]
            return self.by_union(sent["signature"], message)
        return False

    def is_signed(self, head: dict[str, Any]) -> bool:
        fields = [head["store"], head["terminal"], head["number"], raw(head["hash"]), head["at"]]
        message = b"madoguchi-head-v1" + dumps(fields, canonical=True)
        return head["store"] == self.store and self.by_union(raw(head["signature"]), message)

    def genesis(self) -> Iterator[Fault]:
        body = self.bodies[0][1]
        self.founding, first = loads(body[19]), link(ZERO, 1, self.lines[0][2])
        self.party, persons = self.founding[4], self.founding[6]
        self.keys |= {credential: (staff, cose) for staff, credential, cose in persons}
        good = {one[1] for one in body[20] if one[0] == body[19] and self.founded(one)}
        if self.lines[0][:2] != (1, first) or good != {one[1] for one in persons} or len(good) != 2:
            yield 1, "genesis"
        noted = {one[17] for _, one in self.bodies if one[5] == "journal.segment_dropped"}
        if self.gone and self.gone[-1]["month"] not in noted:
            yield self.gone[-1]["first"], "a segment that no line says was dropped"
        if any(loads(o[19])[2] != first for _, o in self.bodies if o[5] == "terminal.state"):
            yield 1, "not the first line that a later one knew"

    def founded(self, one: list[bytes]) -> bool:
        cose = self.keys.get(one[1], ("", b""))[1]
        return answered(cose, self.party, sha(b"madoguchi-genesis-v1", one[0]), *one[2:])

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
        begun, nonces, counters, mark = set[int](), set[bytes](), dict[bytes, int](), NEVER
        for number, body in self.bodies[1:]:
            at, needs = moment(body[1]), self.needs(body[5], body[1][:10])
            if body[5] == "journal.head" and body[4] == "event" and len(loads(body[19])) > 3:
                mark = max(mark, moment(loads(body[19])[7]))
            mark = at if needs.get("sets_clock") and body[4] == "done" else mark
            if needs.get("by_clock") and body[4] in ("begun", "view"):
                if at < mark - TOLERANCE:
                    yield number, "dated back"
                mark = max(mark, at)
            if body[4] == "begun":
                begun.add(number)
                roles = {loads(one[0])[10]: one[2][32] & 4 for one in body[20]}
                if body[13] in nonces:
                    yield number, "begun twice"
                if needs and (sorted(roles) != needs["roles"] or len(roles) != len(body[20])):
                    yield number, "not approved by those whom it needs"
                elif needs and not all(roles[role] for role in needs["verified"]):
                    yield number, "approved without verification"
                nonces.add(body[13])
            elif self.first <= body[12] and body[12] not in begun:
                yield number, "an end without its beginning"
            begun.discard(body[12])
            for signed, credential, *answer in body[20]:
                act, (staff, cose) = loads(signed), self.keys.get(credential, ("", b""))
                said = [act[place] for place in (2, 7, 11, 12, 13, 4, 14, 16)]
                mine = (act[9] == body[6]) == (act[10] == "actor") and act[9] == staff
                there = act[5] < self.first or self.hashes.get(act[5]) == act[6]
                line = [body[2], body[5], *body[8:11], *body[13:16]]
                then, seen = moment(act[18]), int.from_bytes(answer[0][33:37], "big")
                if said != line or not (mine and there and act[5] < number):
                    yield number, "the approval is of another act"
                elif not answered(cose, self.party, sha(b"madoguchi-act-v1", signed), *answer):
                    yield number, "signature"
                elif at.date() != then.date() or at < then - TOLERANCE:
                    yield number, "signed at another time"
                elif seen + counters.get(credential, 0) and seen <= counters.get(credential, 0):
                    yield number, "a key that does not count on"
                counters[credential] = seen
        yield from ((number, "no end") for number in sorted(begun))

"""Verifies an exported journal by docs/auditing.md alone, and imports nothing of ours."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from cbor2 import dumps, loads

from tests.support.independent_signatures import BROKEN, answered, in_time, link, sha, signed_by

Fault = tuple[int, str]
ZERO, raw, moment = bytes(32), bytes.fromhex, datetime.fromisoformat
NEVER, TOLERANCE = moment("0001-01-02T00:00:00+00:00"), timedelta(minutes=2)


class Journal:
    def __init__(self, text: str) -> None:
        self.rows = [json.loads(line) for line in text.splitlines()]
        self.store = self.rows[0]["store"]
        self.keys = {raw(o["id"]): (o["staff"], raw(o["public"])) for o in self.all("credential")}
        self.lines, self.log = self.chained("line"), self.chained("control")
        self.closed = {day for one in self.all("calendar") for day in one["closed"]}
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
        begun, nonces, mark = set[int](), set[bytes](), NEVER
        self.counters, self.waiting = dict[bytes, int](), list[list[bytes]]()
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
                if needs.get("puts_off"):
                    yield from self.approval(number, body, loads(body[19]), waits=True)
                    self.waiting.append(loads(body[19]))
            elif self.first <= body[12] and body[12] not in begun:
                yield number, "an end without its beginning"
            begun.discard(body[12])
            for one in body[20]:
                yield from self.approval(number, body, one, waits=False)
        yield from ((number, "no end") for number in sorted(begun))

    def approval(
        self, number: int, body: list[Any], one: list[bytes], *, waits: bool
    ) -> Iterator[Fault]:
        signed, credential, *answer = one
        act, (staff, cose) = loads(signed), self.keys.get(credential, ("", b""))
        said = [act[place] for place in (2, 11, 12, 14, 7, 13, 4, 16)]
        line = [body[2], *body[8:10], body[14], body[5], body[10], body[13], body[15]]
        mine = (act[9] == body[6]) == (act[10] == "actor") and act[9] == staff
        there = act[5] < self.first or self.hashes.get(act[5]) == act[6]
        at, then = moment(body[1]), moment(act[18])
        may_wait = act[10] == "actor" and self.needs(act[7], body[1][:10]).get("later", True)
        waited = may_wait and not waits and (one in self.waiting or 1 < act[5] < self.first)
        seen, last = int.from_bytes(answer[0][33:37], "big"), self.counters.get(credential, 0)
        same = (may_wait and said[:4] == line[:4]) if waits else said == line
        if not (same and mine and there and act[5] < number):
            yield number, "the approval is of another act"
        elif not answered(cose, self.party, sha(b"madoguchi-act-v1", signed), *answer):
            yield number, "signature"
        elif waited and at.date() != then.date():
            if not in_time(then.date(), at.date(), self.closed):
                yield number, "seconded at another time than its days"
        elif at.date() != then.date() or at < then - TOLERANCE:
            yield number, "signed at another time"
        elif seen + last and seen <= last and one not in self.waiting:
            yield number, "a key that does not count on"
        if one not in self.waiting:
            self.counters[credential] = max(last, seen)

"""Verifies the control log of an exported journal by docs/auditing.md alone, beside the journal
itself; imports nothing of ours."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cbor2 import loads

from tests.support.independent_signatures import BROKEN, answered, in_time, link, sha, signed_by
from tests.support.independent_verifier import NEVER, TOLERANCE, Fault, Journal, moment

RECOVERY = b"madoguchi-recovery-v2"
LETTERS = str.maketrans("0123456789", "ghijkmnpqr")


class Control(Journal):
    """``faults`` of the journal first; those of a control row stand at line 0, with its number."""

    def faults(self) -> Iterator[Fault]:
        found = [*super().faults()]
        yield from found
        if not found:
            yield from self.rows_of_the_log()

    def rows_of_the_log(self) -> Iterator[Fault]:
        self.staff_keys: dict[bytes, tuple[str, bytes]] = {}
        self.lent: set[bytes] = set()
        self.rights: dict[str, list[Any]] = {}  # staff, function, first day, last day, in force
        self.begun = {body[13]: (n, body[20]) for n, body in self.bodies if body[4] == "begun"}
        self.nonces, self.latest, self.at_line = set[bytes](), NEVER, 0
        number, value, heads = 0, sha(b"madoguchi-control-v1"), {}
        for found, kept, row in self.log:
            number, value = number + 1, link(value, number + 1, row)
            heads[number] = value
            if (found, kept) != (number, value):
                yield 0, f"control row {number} is missing or changed"
                return
            try:
                self.take(number, *loads(row)[1:])
            except BROKEN as cause:
                yield 0, f"control row {number}: {cause.args[0] if cause.args else 'not readable'}"
        for at, body in self.bodies:
            if body[5] == "session.login" or body[4] == "done":
                last, there = loads(body[19]) if body[19] else (0, b"")
                if last and heads.get(last) != there:
                    yield at, "the control log lacks a row that this line knew"

    def take(
        self, number: int, seal: bytes, salt: bytes, what: bytes, approvals: list[list[bytes]]
    ) -> None:
        (deed, said), _versions = loads(what)
        digest = sha(salt, what)
        if deed == "Founding":
            assert number == 1 and seal == self.bodies[0][1][19], "not the founding"
            assert self.founding[9] == digest, "another founding than the founders signed"
            good = {one[1] for one in approvals if one[0] == seal and self.founded(one)}
            assert good == {one[1] for one in self.founding[6]}, "not signed by both founders"
            who, nonce, terminal, epoch = "", salt, self.founding[2], 1
            self.latest = moment(self.founding[8])
        elif deed == "Recovery":
            self.recovered(seal, digest, said, approvals)
            who, nonce, terminal, epoch = "", salt, "", 0
        else:
            act = self.approved(deed, digest, approvals)
            who, nonce, terminal, epoch = act[9], act[4], act[2], act[3]
        assert nonce not in self.nonces, "the same act again"
        self.nonces.add(nonce)
        made = f"{terminal}-{epoch}-{nonce.hex().translate(LETTERS)}"
        self.effect(deed, said, made, str(self.latest.date()), who)

    def approved(self, deed: str, digest: bytes, approvals: list[list[bytes]]) -> list[Any]:
        acts = [loads(one[0]) for one in approvals]
        first, moments = acts[0], {act[10]: act[18] for act in acts}
        at, began = max(map(moment, moments.values())), moment(moments.get("actor", first[18]))
        day, own_day = str(at.date()), str(began.date())
        needs = self.needs(first[7], own_day)
        assert needs.get("deed") == deed, "no function does that"
        assert sorted(act[10] for act in acts) == needs["roles"], "not by those whom it needs"
        assert len({act[9] for act in acts}) == len(acts), "one person twice"
        same = [[*act[:9], *act[11:17]] for act in acts]
        assert all(one == same[0] for one in same) and first[14] == digest, "other content"
        assert first[1] == self.store, "signed for another store"
        waited = needs["later"] and began < at and in_time(began.date(), at.date(), self.closed)
        assert waited or len({*moments.values()}) == 1, "not signed together"
        for act, (signed, credential, *answer) in zip(acts, approvals, strict=True):
            staff, cose = self.staff_keys[credential]
            wanted = [name for name, ones in self.functions.items() if ones[-1]["supervises"]]
            wanted = wanted if act[10] == "supervisor" else [act[7]]
            holder, function, since, until, held = self.rights[act[17]]
            assert (holder, act[9]) == (staff, staff) and function in wanted, "another's right"
            days = since, own_day, day, until  # whoever signed first must still hold it then
            assert held and [*days] == sorted(days), "a right that did not hold that day"
            challenge = sha(b"madoguchi-act-v1", signed)
            assert answered(cose, self.party, challenge, *answer), "signature"
        assert deed == "ClockSet" or at >= self.latest - TOLERANCE, "before the row before"
        self.latest = at if deed == "ClockSet" else max(at, self.latest)
        line, kept = self.begun.get(first[4], (0, approvals))
        assert kept == approvals and (self.first > 1 or line > self.at_line), "not in the journal"
        self.at_line = line or self.at_line
        return first

    def recovered(
        self, seal: bytes, digest: bytes, said: Any, approvals: list[list[bytes]]
    ) -> None:
        signed = approvals[0][0]
        statement, at = loads(signed)
        assert statement == sha(RECOVERY, self.store.encode(), digest), "another recovery"
        assert signed_by(self.founding[10], seal, RECOVERY + signed), "not the recovery key"
        keys = {one[1]["key"][1]["credential_id"]: one[1] for one in said["persons"]}
        assert [one[1] for one in approvals] == [*keys], "not both fresh keys"
        for one in approvals:
            cose = keys[one[1]]["key"][1]["public_key"]
            assert one[0] == signed, "not over the same"
            assert answered(cose, self.party, sha(RECOVERY, signed), *one[2:]), "signature"
        self.latest = max(self.latest, moment(at))

    def effect(self, deed: str, said: Any, made: str, day: str, who: str) -> None:
        """Keys and rights; what else a deed changes concerns no later row."""
        if deed == "Reregistration":
            own = [key for key, (staff, _) in self.staff_keys.items() if staff == said["staff_id"]]
            for key in set(own) - self.lent:
                del self.staff_keys[key]
        if deed == "LoanKey":
            self.lent.add(said["key"][1]["credential_id"])
        for one in [said, *(person[1] for person in said.get("persons", said.get("founders", ())))]:
            if isinstance(key := one.get("key"), list):
                self.staff_keys[key[1]["credential_id"]] = one["staff_id"], key[1]["public_key"]
        ended = said.get("staff_id") if deed == "Leaving" and said["left_on"][1] <= day else ""
        for key, (staff, _) in [*self.staff_keys.items()]:
            if staff == ended or (deed == "KeyRevocation" and key == said["credential_id"]):
                del self.staff_keys[key]
        asked = [one[1] | {"held": False} for one in said.get("asked", ())]
        for _, one in said.get("founders", ()):
            asked.append(one | {"function_ids": said["function_ids"], "held": True})
        each = [(one, function) for one in asked for function in one["function_ids"]]
        for index, (one, function) in enumerate(each):
            days = one["valid_from"][1], one["valid_to"][1]
            self.rights[f"{made}-{index}"] = [one["staff_id"], function, *days, one["held"]]
        for _, right in said.get("rights", ()):
            mine = self.rights[right["grant_id"]]
            if deed == "Renew":
                mine[3] = said["valid_to"][1]
            mine[4] = {"PutInForce": True, "Revoke": False}.get(deed, mine[4])


if __name__ == "__main__":
    wrong = [*Control(Path(sys.argv[1]).read_text(encoding="utf-8")).faults()]
    sys.exit("\n".join(f"{where}: {what}" for where, what in wrong))

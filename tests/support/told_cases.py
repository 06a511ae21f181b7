"""Cases as a terminal sends them, of whatever kind, without a terminal: from what is keyed and what
the address master says to the record on the wire."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cases.sending import SendNotification, to_record
from app.catalog import CASES
from app.core.canon import canonical_json
from app.rules.values.reader import Reader
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from tests.support.kinds import SCENES
from tests.support.union_terminal import MORNING, TABLES

READER = Reader.of(TABLES, MORNING.date())
COMMON = {
    "channel": "counter",
    "notifier": "person",
    "identity_check": "photo_one",
    "delivery": "counter",
    "municipality_code": MUNICIPALITY_CODE,
    "number_check": "none",
    "my_number_absent": "forgotten",
    "purpose_explained": "1",
    "card_use": "not_registered",
    "copay_paper": "0",
}
"""What is keyed in most of them, beside the kind's own fields."""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Teller:
    """Whom a case is about, as the address master has her. ``number`` is the individual number
    that goes along, "" for none."""

    who: int
    home: str
    members: tuple[int, ...] = ()
    died_on: str = ""
    number: str = ""

    def record(
        self, code: str, event_on: date, told: date, keyed: Mapping[str, str], terminal: str = "T99"
    ) -> Any:
        """A case of that kind: an event of ``event_on``, told and processed on ``told``."""
        kind = CASES[code]
        said = {
            "atena_number": atena_of(self.who),
            "household_number": self.home,
            "members": " ".join(map(atena_of, self.members or (self.who,))),
            "insured_number": insured_of(self.who),
            "died_on": self.died_on,
        }
        own = {"is_head": "1", "relation": "世帯主", "municipality_code": MUNICIPALITY_CODE}
        days = dict.fromkeys(("notified_on", "accepted_on", "processed_on"), told.isoformat())
        values = {**COMMON, **SCENES[code].entry, **own, **days, "event_on": event_on.isoformat()}
        number = self.number or (my_number_of(self.who) if kind.for_newcomer else "")
        number = number if kind.asks_number and values["number_check"] != "none" else ""
        if not number:
            values["number_check"] = "none"
        if kind.for_newcomer:
            values |= {name: said[name] for name in ("atena_number", "household_number")}
        values |= keyed
        names = (kind.fields.keys() - {"my_number"}) | {"municipality_code"}
        content = SendNotification(
            f"{terminal}-1-{next(_NUMBERS):06d}",
            code,
            canonical_json({name: said[name] for name in kind.from_register if name in said}),
            canonical_json({name: text for name, text in values.items() if name in names}),
            with_number=bool(number),
            warnings=(),
        )
        return to_record(kind, content, number, READER)

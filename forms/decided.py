"""What a paper is drawn from: a received decision, as the forms see it (CON-07).

No form takes anything that was keyed. The items are those of the decision's layout on the wire;
all are text, days as YYYY-MM-DD.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.calendar.wareki_input import parse_date

_FOREIGN = "2"
"""個人区分 of foreign residents, whose birth date prints in the western calendar (DOMAIN 2.1)."""


class DecidedCoverage(Protocol):
    """A decision on somebody's coverage."""

    @property
    def decision_id(self) -> str: ...
    @property
    def person_kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kana(self) -> str: ...
    @property
    def birth_written(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def building(self) -> str: ...
    @property
    def address_printed(self) -> str: ...
    @property
    def insured_number(self) -> str: ...
    @property
    def insurer_number(self) -> str: ...
    @property
    def insurer_name(self) -> str: ...
    @property
    def acquired_on(self) -> str: ...
    @property
    def copay_ratio(self) -> str: ...
    @property
    def copay_from(self) -> str: ...
    @property
    def provisional(self) -> str: ...
    @property
    def limit_class(self) -> str: ...
    @property
    def limit_from(self) -> str: ...
    @property
    def limit_printed(self) -> str: ...
    @property
    def long_stay_on(self) -> str: ...
    @property
    def disease_kind(self) -> str: ...
    @property
    def disease_from(self) -> str: ...
    @property
    def expires_on(self) -> str: ...
    @property
    def issue_on(self) -> str: ...


def item_of(decision: object, name: str) -> str:
    """An item that only some layouts of a decision have; "" where this one has none."""
    return str(getattr(decision, name, ""))


def mailing(decision: DecidedCoverage) -> dict[str, str]:
    """送付先 for the window of an envelope: post code, address and, where it is another's name, the
    addressee; by the address for letters (送付先) where there is one, else by her own. All "" for a
    paper that does not go by post."""
    if item_of(decision, "delivery") != "post":
        return {"postal_code": "", "mail_address": "", "addressee": ""}
    elsewhere = item_of(decision, "send_address")
    code = item_of(decision, "send_postal_code" if elsewhere else "postal_code")
    own = f"{decision.address}　{decision.building}".rstrip("　")
    name = item_of(decision, "send_name")
    return {
        "postal_code": f"{code[:3]}-{code[3:]}" if len(code) == 7 else "",
        "mail_address": elsewhere or own,
        "addressee": name if name != decision.name else "",
    }


@dataclass(frozen=True, slots=True)
class Printed:
    """The words in which a decision's days, ratio and birth date print."""

    decision: DecidedCoverage
    eras: Eras

    @classmethod
    def of(cls, decision: DecidedCoverage, tables: Tables) -> Printed:
        """The words of ``decision``."""
        return cls(decision, Eras(tables["eras"]))

    def day(self, text: str) -> str:
        """A day in wareki; "" for none."""
        return on_paper(date.fromisoformat(text), self.eras) if text else ""

    @property
    def birth_date(self) -> str:
        """生年月日."""
        birth = parse_date(self.decision.birth_written, self.eras, uncertain=True)
        return on_paper(birth, self.eras, western=self.decision.person_kind == _FOREIGN)

    @property
    def ratio(self) -> str:
        """負担割合, e.g. 「２割」; "" while it is not decided."""
        return f"{self.decision.copay_ratio}割" if self.decision.copay_ratio else ""

    @property
    def special_care(self) -> str:
        """「特別療養費」 for a person whose benefits are paid afterwards only (高確法82条)."""
        return "特別療養費" if item_of(self.decision, "special_care_from") else ""

    @property
    def special_care_from(self) -> str:
        """The day from which that holds."""
        return self.day(item_of(self.decision, "special_care_from"))

    @property
    def provisional(self) -> str:
        """「見込み」 for a ratio decided without the income papers."""
        return "見込み" if self.decision.provisional == "1" else ""

"""同一人の確認: the pairs that were proposed or decided, each side by side, for whoever decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from sqlalchemy import select

from app.core.tables import Tables
from app.persons import same
from app.persons.same import Pair
from app.persons.same_acts import hindrance
from app.persons.show import PersonLine, person_lines
from app.rules.calendar.wareki import Eras, on_screen
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.search import by_ids
from db.tables.persons import insured
from db.work import ReadRows

_OPEN_END = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the comparison: the same said of both."""

    label: str
    left: str
    right: str

    @property
    def alike(self) -> bool:
        """Whether both say the same."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A pair with both persons as a list shows them. ``against`` says why they cannot be one,
    ``beware`` what becomes wrong when they are (SEC-116: periods that overlap)."""

    pair: Pair
    left: PersonLine
    right: PersonLine
    items: tuple[Item, ...]
    against: str
    beware: str

    @property
    def begins_with(self) -> str:
        """Whose number is proposed to be kept: of the two the one who lives here now."""
        left_gone, right_gone = bool(self.left.state), bool(self.right.state)
        return self.right.person_id if left_gone and not right_gone else self.left.person_id


def list_same(gate: Gate, session: Session, tables: Tables, today: date) -> tuple[SideBySide, ...]:
    """Every pair: first those on which somebody must decide, then those that are one, then the
    rest; in each part the newest first."""
    eras = Eras(tables["eras"])
    with gate.view(same.LIST, session, subject=Subject("list", "same")) as work:
        found = sorted(same.pairs(work), key=lambda pair: _ORDER.index(pair.step))
        ids = sorted({one for pair in found for one in (pair.one, pair.other)})
        hits = by_ids(work, ids, opened=work.opened)
        lines = {line.person_id: line for line in person_lines(hits, tables, today)}
        shown = tuple(
            _side_by_side(work, pair, (lines[pair.one], lines[pair.other]), eras)
            for pair in found
            if pair.one in lines and pair.other in lines
        )
        work.note(shown=ids, query_kind="same", numbers=False)
    return shown


_ORDER = (same.Step.FOUND, same.Step.SAME, same.Step.UNDONE, same.Step.APART)


def _side_by_side(
    work: ReadRows, pair: Pair, sides: tuple[PersonLine, PersonLine], eras: Eras
) -> SideBySide:
    left, right = sides
    said = [
        ("氏名", left.name, right.name),
        ("フリガナ", left.kana, right.kana),
        ("通称", left.alias, right.alias),
        ("生年月日", left.birth, right.birth),
        ("性別", left.sex, right.sex),
        ("住所", left.address, right.address),
        ("状態", left.state or "現住民", right.state or "現住民"),
        ("宛名番号", left.atena_number, right.atena_number),
    ]
    periods = [_periods(work, one) for one in (pair.one, pair.other)]
    if not (left.care or right.care):
        mine, other = (_in_words(ones, eras) for ones in periods)
        said.append(("資格の期間", mine, other))
    return SideBySide(
        pair,
        left,
        right,
        tuple(Item(*one) for one in said if any(one[1:])),
        hindrance(work, pair.one, pair.other, eras),
        _overlap(*periods),
    )


def _periods(work: ReadRows, person_id: str) -> list[tuple[str, str, str]]:
    mine = select(insured).where(insured.c.person_id == person_id).order_by(insured.c.acquired_on)
    return [(row.insured_number, row.acquired_on, row.lost_on) for row in work.all(mine)]


def _in_words(periods: Sequence[tuple[str, str, str]], eras: Eras) -> str:
    def day(iso: str) -> str:
        return on_screen(date.fromisoformat(iso), eras) if iso else ""

    return "、".join(f"{number} {day(since)}〜{day(until)}" for number, since, until in periods)


def _overlap(left: Sequence[tuple[str, str, str]], right: Sequence[tuple[str, str, str]]) -> str:
    for one, other in product(left, right):
        until, other_until = one[2] or _OPEN_END, other[2] or _OPEN_END
        if one[0] != other[0] and one[1] < other_until and other[1] < until:
            return (
                f"被保険者番号 {one[0]} と {other[0]} の資格の期間が重なっています。"
                "同じ方にしたら、広域連合に連絡して、どちらかの資格を取り消してもらってください。"
            )
    return ""

"""期割・収納・滞納 (FILE-07 … 09) against the premiums that the union decided (FLOW-405).

The instalments of a premium are its amount, neither more nor less: a file with a person of whom
they are not is refused whole, and names the line. What was collected or is owed of an instalment
that nobody fixed, or more than it, is named on the check list. A year that the union has not levied
yet (仮徴収 before July) is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, select

from app.core.errors import UserError
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.system import System
from app.peers.union.tables import instalment, levy, yearly_run
from app.wire.records import ArrearsRecord, CollectionRecord, InstalmentRecord

_AT_ONCE = 500
_SHOWN = 5
"""Lines that a refusal names."""

Premium = tuple[str, str]
"""被保険者番号 and levy year."""


def check_instalments(
    system: System, connection: Connection, records: Sequence[InstalmentRecord]
) -> None:
    """Keep the instalments, which the file said last; the sum of each person's year is the premium.

    Raises UserError ``union.instalments_sum`` naming the lines of whoever's is not."""
    if not records:
        return
    municipality = records[0].municipality_code
    for start in range(0, len(records), _AT_ONCE):
        _keep(connection, municipality, records[start : start + _AT_ONCE])
    levied = _levied_years(connection, municipality)
    lines: dict[Premium, int] = {}
    for line, record in enumerate(records, start=1):
        if record.levy_year in levied:
            lines.setdefault((record.insured_number, record.levy_year), line)
    sums, amounts = _sums(connection, lines), _amounts(connection, lines)
    wrong = []
    for premium, line in lines.items():
        if premium not in amounts:
            record = records[line - 1]
            _list(system, connection, record, "levy_missing", _NO_LEVY.format(record.levy_year))
        elif premium in sums and sums[premium] != amounts[premium]:
            wrong.append(_WRONG.format(line, *premium, sums[premium], amounts[premium]))
    if wrong:
        more = f"（ほか {len(wrong) - _SHOWN} 人）" if len(wrong) > _SHOWN else ""
        raise UserError(
            "union.instalments_sum",
            f"期割の合計が、決まった保険料額と違います。{'、'.join(wrong[:_SHOWN])}{more}",
            "ファイル全体を取り込んでいません。保険料情報の額で期割を作り直し、次の版として送って"
            "ください。",
        )


_WRONG = "{} 件目 被保険者番号 {}（{}年度）の合計 {:,} 円、保険料額 {:,} 円"
_NO_LEVY = "期割情報にありますが、{}年度の保険料は決まっていません。"
_NO_INSTALMENT = "{}年度 第{}期の期割が届いていません。"
_TOO_MUCH = "{}年度 第{}期の未納額 {} 円が、期割額 {} 円を超えています。"


def check_collected(
    system: System,
    connection: Connection,
    records: Sequence[CollectionRecord] | Sequence[ArrearsRecord],
) -> None:
    """Name what was collected, or is owed, of an instalment that nobody fixed, or more than it."""
    if not records:
        return
    municipality = records[0].municipality_code
    levied = _levied_years(connection, municipality)
    for start in range(0, len(records), _AT_ONCE):
        block = [one for one in records[start : start + _AT_ONCE] if one.levy_year in levied]
        fixed = _fixed(connection, municipality, map(_key, block))
        for record in block:
            of = (record.levy_year, record.period)
            amount = fixed.get(_key(record))
            unpaid = getattr(record, "unpaid", "")
            if amount is None:
                detail = _NO_INSTALMENT.format(*of)
                _list(system, connection, record, "instalment_missing", detail)
            elif unpaid and int(unpaid) > amount:
                detail = _TOO_MUCH.format(*of, unpaid, amount)
                _list(system, connection, record, "instalment_missing", detail)


Record = InstalmentRecord | CollectionRecord | ArrearsRecord


def _key(record: Record) -> str:
    return f"{record.notice_number} {record.equivalent_year} {record.period}"


def _keep(connection: Connection, municipality: str, records: Iterable[InstalmentRecord]) -> None:
    rows = {
        _key(one): {
            "municipality": municipality,
            "key": _key(one),
            "insured_number": one.insured_number,
            "levy_year": one.levy_year,
            "due_on": one.due_on,
            "amount": int(one.amount),
            "provisional": int(one.provisional),
        }
        for one in records
    }
    gone = (instalment.c.municipality == municipality, instalment.c.key.in_(rows))
    connection.execute(delete(instalment).where(*gone))
    connection.execute(insert(instalment), list(rows.values()))


def _levied_years(connection: Connection, municipality: str) -> set[str]:
    """The years of which the union's levy of this municipality is finished."""
    days = select(yearly_run.c.day).where(
        yearly_run.c.kind == "levy",
        yearly_run.c.municipality == municipality,
        yearly_run.c.finished_at != "",
    )
    return {day[:4] for day in connection.execute(days).scalars()}


def _sums(connection: Connection, premiums: Iterable[Premium]) -> dict[Premium, int]:
    """What the instalments of each come to; where only 仮徴収 is fixed yet, nothing is said."""
    found: dict[Premium, int] = {}
    for numbers in _blocks(premiums):
        rows = connection.execute(
            select(
                instalment.c.insured_number,
                instalment.c.levy_year,
                func.sum(instalment.c.amount),
            )
            .where(instalment.c.insured_number.in_(numbers))
            .group_by(instalment.c.insured_number, instalment.c.levy_year)
            .having(func.min(instalment.c.provisional) == 0)
        )
        found |= {(number, year): int(total) for number, year, total in rows}
    return found


def _amounts(connection: Connection, premiums: Iterable[Premium]) -> dict[Premium, int]:
    """The premiums in force."""
    found: dict[Premium, int] = {}
    for numbers in _blocks(premiums):
        rows = connection.execute(
            select(levy.c.insured_number, levy.c.levy_year, levy.c.amount)
            .where(levy.c.insured_number.in_(numbers))
            .order_by(levy.c.number)
        )
        found |= {(number, str(year)): amount for number, year, amount in rows}
    return found


def _blocks(premiums: Iterable[Premium]) -> Iterable[list[str]]:
    numbers = sorted({number for number, _ in premiums})
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


def _fixed(connection: Connection, municipality: str, keys: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        select(instalment.c.key, instalment.c.amount).where(
            instalment.c.municipality == municipality, instalment.c.key.in_(list(keys))
        )
    )
    return dict(rows.tuples().all())


def _list(system: System, connection: Connection, record: Record, cause: str, detail: str) -> None:
    entry = CheckEntry(cause, record.municipality_code, record.atena_number, (),
                       record.insured_number)  # fmt: skip
    list_entry(system, connection, entry, detail)

"""The sections of an auditor's packet that do not stand in the store's rows: what was done, by the
journal; its proof; the machine (SEC-99 … 101, SEC-105, SEC-165)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.functions.records.review import Asked, Month
from app.functions.records.words import SORTS, who_words
from app.security.evidence import Row
from app.security.journal.findings import UNCHECKED, Report

_BAR = 40


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its files' name, its title and its rows."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class MachineLine:
    """One line of the self-check: its sign (○ ⚠ ×), what was looked at, what was found."""

    sign: str
    subject: str
    text: str


def summary(month: Month, names: Mapping[str, str]) -> Section:
    """What was done, by month with a bar, by person, and by what an auditor looks for."""
    rows: list[Row] = []
    whole = month.look(Asked(), 0)
    months = Counter[str]()
    for day, count in whole.by_day:
        months[f"{day:%Y-%m}"] += count
    most = max(months.values(), default=1)
    for name, count in sorted(months.items()):
        rows.append(("月ごと", "■" * max(1, count * _BAR // most), name, f"{count:,}"))
    for text, sort in SORTS:
        found = month.look(Asked(sort=sort), 0)
        rows.append((text, "合計", "", f"{found.total:,}"))
        for staff_id, count in found.by_staff:
            called = f"{who_words(staff_id)}　{names.get(staff_id, '')}".strip("　")
            rows.append((text, called, "", f"{count:,}"))
    for one in month.often():
        said = f"{one.staff_id}　ふだん {one.usual:,}件"
        rows.append(("頻度の高い日", said, one.day.isoformat(), f"{one.count:,}"))
    return Section("log", "操作記録の集計", tuple(rows))


def reviews(month: Month) -> Section:
    """The reviews that were signed in the period."""
    rows = [
        (f"{one.line}行", _over(one.key, one.staff_id), one.at[:16], "1") for one in month.reviews
    ]
    return Section("reviews", "点検記録", tuple(rows))


def proof(report: Report) -> Section:
    """What the proof of the journal found, with its anchors."""
    rows: list[Row] = [
        ("検証", "不備なし" if report.whole else "不備あり", "", f"{report.lines:,}"),
        ("署名", "承認の署名", "", f"{report.signatures:,}"),
        ("確認印", "広域連合の確認印", report.window.since[:16], f"{report.heads:,}"),
        ("最初の行の照合コード", report.fingerprint, "", "1"),
        ("先頭", report.head.hash.hex(), "", f"{report.head.number:,}"),
        ("確認印より後の行", "この検証だけでは言えない行", "", f"{report.window.lines:,}"),
    ]
    rows += [("不備", one.message, "", str(one.line)) for one in report.findings]
    rows += [("調べていないこと", UNCHECKED[code], "", "") for code in report.unchecked]
    return Section("proof", "操作記録の検証", tuple(rows))


def machine(lines: Iterable[MachineLine]) -> Section:
    """The self-check of the deployment."""
    return Section("machine", "端末の自己点検", tuple(_machine(lines)))


def _machine(lines: Iterable[MachineLine]) -> Iterator[Row]:
    for one in lines:
        yield (f"{one.sign} {one.subject}", one.text, "", "")


def _over(key: str, staff_id: str) -> str:
    parts = key.split("_")
    if len(parts) != 3:  # a line of no review of ours: the proof says what is wrong with it
        return f"{staff_id}　{key}"
    first, last, code = parts
    found = "異常あり" if code == "irregular" else "異常なし"
    return f"{staff_id}　{first}から{last}まで　{found}"

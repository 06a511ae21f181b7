"""Every kind of case on one page (届出・申請の種別), rendered from CASES.

``madoguchi manual --cases`` prints it; ``docs/cases.md`` is that text, kept current by a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.cases.about import Household, Newcomer, Payer
from app.cases.beginning import ELIGIBILITY_STATES, WAYS
from app.cases.entry import EntryField
from app.cases.kind import CaseKind, Kinds, Look
from app.catalog import CASES
from app.core.tables import Tables

_PREFACE = """\
# 届出・申請の種別

この文書は種別の宣言から作られています（`madoguchi manual --cases`）。手で直しません。
{day} 現在のコード表によります。種別を足すには `docs/howto/add-a-case.md`。

| 種別 | コード | だれについて | 送り | 決定 | 決定で変わること | 証 |
|---|---|---|---|---|---|---|
"""
LOOKS = {
    Look.BY_SETTING: "設定による（送信の前か、その日のうち）",
    Look.BEFORE: "送信の前",
    Look.NONE: "なし",
}


def cases_book(day: date, tables: Tables, kinds: Kinds = CASES) -> str:
    """The whole page as Markdown."""
    rows = "".join(_row(kind) for kind in kinds.values())
    chapters = ("\n".join(_chapter(kind, day, tables)) for kind in kinds.values())
    return _PREFACE.format(day=day) + rows + "".join(f"\n{one}\n" for one in chapters)


def _row(kind: CaseKind) -> str:
    cells = (
        kind.label,
        f"`{kind.code}`",
        _about(kind),
        f"{kind.sent_in.id} `{kind.body.id}` 第 {kind.body.version} 版",
        f"{kind.answered_in.id} `{kind.answer.id}` 第 {kind.answer.version} 版",
        kind.effect.words,
        "決定のとおり" if kind.papers else "なし",
    )
    return f"| {' | '.join(cells)} |\n"


def _about(kind: CaseKind) -> str:
    about = kind.about
    if isinstance(about, Newcomer):
        return "ここにまだいない方"
    who = "・".join(ELIGIBILITY_STATES[one] for one in about.states)
    if isinstance(about, Household):
        return f"{who}の世帯"
    return f"{who}の分を納める方（本人のほか）" if isinstance(about, Payer) else who


def _chapter(kind: CaseKind, day: date, tables: Tables) -> Iterator[str]:
    yield f"## {kind.label}"
    yield ""
    yield f"{kind.help}"
    yield ""
    yield f"- 根拠: {kind.source}"
    yield f"- 始め方: {'、'.join(WAYS[one] for one in kind.beginnings)}"
    yield f"- 機能: `{kind.opening}`、`{kind.sending}`" + (
        f"、`{kind.supervised_sending}`（{kind.second_look.supervised_label}）"
        if kind.has_supervised_sending
        else ""
    )
    yield f"- 署名する文: 「{kind.sentence}」"
    yield f"- 二人目の確認: {LOOKS[kind.second_look.look]}"
    for document in kind.documents:
        yield f"- 書類: {document.words}"
    for after in kind.follow_up:
        due = f"（{after.days}日以内）" if after.days is not None else ""
        yield f"- 後に続くこと: {after.label}{due} — {after.next_step}"
    yield from _kept(kind, day, tables)
    yield ""
    yield "| 画面 | 項目 | 入れ方 | 必須 |"
    yield "|---|---|---|---|"
    for page in kind.pages:
        for field in page.fields:
            yield f"| {page.title} | {field.label.strip('　')} | {_how(field)} | {_must(field)} |"
    yield ""
    yield f"見比べるもの: {'、'.join(_compared(kind))}。"
    yield ""
    yield "却下・保留の理由:"
    yield ""
    for code in kind.refusals:
        yield f"- `{code}` {tables['refusal_reasons'].label(code, day)}"


def _kept(kind: CaseKind, day: date, tables: Tables) -> Iterator[str]:
    """Which persons in a role stay with the person, and which are offered."""
    words = tables["person_roles"]
    if kind.keeps_roles:
        roles = "・".join(words.label(role, day) for role in kind.keeps_roles)
        yield f"- 後の手続のために残る方: {roles}"
    if not isinstance(kind.about, Newcomer):
        for role, _ in kind.about.from_roles:
            yield f"- 初めから入っている方: 届け出られている{words.label(role, day)}"


def _compared(kind: CaseKind) -> Iterator[str]:
    for item in kind.answered:
        field = kind.fields.get(item.name)
        yield item.label or (field.label.strip("　") if field is not None else item.name)


def _how(field: EntryField) -> str:
    return f"`{field.codes}` から選ぶ" if field.codes else str(field.kind)


def _must(field: EntryField) -> str:
    if field.needed is not None:
        return "場合による"
    return "○" if field.required else ""

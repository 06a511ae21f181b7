"""Two texts from one decision's grounds: the clerk's, and the one to read aloud.

The clerk's text names persons, amounts and lines. The one to read aloud is heard by others at
the counter: it tells the rule and the outcome in plain words, the visitor's own figures and no one
else's; somebody else of the household is 「同じ世帯の別の被保険者の方」 and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.core.tables import Unconfirmed
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.copay.judgement import CopayDecision, Ground, GroundKind, LimitClass

CLASS_WORDS: Mapping[LimitClass, str] = {
    LimitClass.EARNER3: "現役並みⅢ",
    LimitClass.EARNER2: "現役並みⅡ",
    LimitClass.EARNER1: "現役並みⅠ",
    LimitClass.GENERAL2: "一般Ⅱ",
    LimitClass.GENERAL1: "一般Ⅰ",
    LimitClass.LOW2: "区分Ⅱ",
    LimitClass.LOW1: "区分Ⅰ",
    LimitClass.LOW1_PENSION: "区分Ⅰ（老福）",
    LimitClass.LOW1_BORDER: "区分Ⅰ（境）",
}


def yen(amount: int) -> str:
    """「145万円」「382万9,999円」: as an amount is spoken."""
    man, rest = divmod(amount, 10_000)
    if man == 0:
        return f"{rest:,}円"
    return f"{man:,}万円" if rest == 0 else f"{man:,}万{rest:,}円"


def for_clerk(decision: CopayDecision, names: Mapping[str, str], eras: Eras) -> str:
    """The grounds line by line, with amounts. ``names`` turns neutral keys into what the clerk
    should read (a key without an entry is shown as it is)."""

    def who(ground: Ground) -> str:
        return "・".join(names.get(key, key) for key in ground.persons)

    lines = [f"判定日 {on_paper(decision.judged_on, eras)}"]
    lines += [_CLERK[ground.kind](ground, who(ground), eras) for ground in decision.grounds]
    outcome = f"→ {decision.ratio}割、{CLASS_WORDS[decision.limit_class]}"
    if decision.provisional:
        outcome += "（見込み。所得が分かりしだい判定し直す）"
    lines.append(outcome)
    lines += [f"→ {names.get(key, key)}: {CLASS_WORDS[own]}" for key, own in decision.own_classes]
    if decision.ratio == 3 and decision.release_from is not None:
        lines.append(f"→ {on_paper(decision.release_from, eras)}から判定し直す（基準収入額適用）")
    return "\n".join(lines)


def unconfirmed_lines(rows: Sequence[Unconfirmed]) -> str:
    """For the clerk: the tables of which a row was used that nobody confirmed yet, a line each;
    "" when everything is confirmed. Never read aloud."""
    titles = tuple(dict.fromkeys(row.title for row in rows))
    if not titles:
        return ""
    return "\n".join(("※公の文書で確認できていない基準:", *(f"　・{title}" for title in titles)))


def to_read_aloud(decision: CopayDecision, eras: Eras, own: str = "") -> str:
    """What the clerk says to the person: the outcome and the reason that decided it. ``own`` is
    the person's own key: only figures that are this person's alone are said; "" says none."""
    sentences = [f"窓口でのお支払いは、かかった医療費の{decision.ratio}割です。"]
    if decision.provisional:
        sentences.append(
            "前にお住まいだった市区町村の所得がまだ確認できていないため、見込みの割合です。"
            "確認できしだい、割合が変わるときはお知らせします。"
        )
        return "".join(sentences)
    sentences.append(_spoken_reason(decision, own))
    released = decision.ratio == 3 and _ground(decision, GroundKind.APPLICATION)
    if released:
        if decision.release_from is None:
            sentences.append("収入の合計が基準より少ないため、申請をすると割合が下がります。")
        else:
            sentences.append(
                f"ご申請により、{on_paper(decision.release_from, eras)}から割合が下がります。"
            )
    return "".join(sentences)


def _ground(decision: CopayDecision, kind: GroundKind) -> Ground | None:
    return next((ground for ground in decision.grounds if ground.kind is kind), None)


def _met(decision: CopayDecision, kind: GroundKind) -> bool:
    ground = _ground(decision, kind)
    return ground is not None and ground.met


def _spoken_reason(decision: CopayDecision, own: str) -> str:
    if _met(decision, GroundKind.UNTAXED_HOUSEHOLD):
        if _met(decision, GroundKind.NO_INCOME):
            return "世帯の全員が住民税非課税で、所得がないためです。"
        return "世帯の全員が住民税非課税のためです。"
    if decision.ratio == 3:
        line = _line(decision, GroundKind.THREE_LINE)
        somebody = f"世帯の被保険者の中に、住民税の課税所得が{line}以上の方がいる"
        told = _told(decision, GroundKind.THREE_LINE, own, "住民税の課税所得", "以上")
        return f"{told}のためです。" if told else f"{somebody}ためです。"
    if decision.ratio == 2:
        two, income = (_line(decision, k) for k in (GroundKind.TWO_LINE, GroundKind.TWO_INCOME))
        first = _told(decision, GroundKind.TWO_LINE, own, "課税所得", "以上")
        second = _told(decision, GroundKind.TWO_INCOME, own, _SUM, "以上")
        return (
            f"{f'{first}あり' if first else f'世帯の被保険者の中に課税所得が{two}以上の方がいて'}、"
            f"{second or f'{_SUM}が{income}以上'}のためです。"
        )
    if _ground(decision, GroundKind.TWO_INCOME) is not None:
        income = _line(decision, GroundKind.TWO_INCOME)
        told = _told(decision, GroundKind.TWO_INCOME, own, _SUM, "未満")
        return f"{told or f'世帯の被保険者の{_SUM}が{income}未満'}のためです。"
    two = _line(decision, GroundKind.TWO_LINE)
    own_alone = _own_amount(decision, GroundKind.TWO_LINE, own)
    if own_alone and _one_insured(decision, own):
        return f"ご自身の課税所得が{own_alone}で、{two}未満のためです。"
    return f"世帯の被保険者の課税所得が、全員{two}未満のためです。"


_SUM = "年金収入とその他の所得の合計"


def _told(decision: CopayDecision, kind: GroundKind, own: str, what: str, side: str) -> str:
    """Whose figure it is that decided: the visitor's own with its amount, or another's of the
    household without; "" where that cannot be said (several together, or ``own`` is not known)."""
    ground, line = _ground(decision, kind), _line(decision, kind)
    if amount := _own_amount(decision, kind, own):
        return f"ご自身の{what}が{amount}で、{line}{side}"
    if own and ground is not None and len(ground.persons) == 1:
        return f"同じ世帯の別の被保険者の方の{what}が{line}{side}"
    return ""


def _own_amount(decision: CopayDecision, kind: GroundKind, own: str) -> str:
    ground = _ground(decision, kind)
    if not own or ground is None or ground.persons != (own,) or ground.amount is None:
        return ""
    return yen(ground.amount)


def _one_insured(decision: CopayDecision, own: str) -> bool:
    """Whether nobody else is named in any ground: then "all" is the visitor alone."""
    return all(set(ground.persons) <= {own} for ground in decision.grounds)


def _line(decision: CopayDecision, kind: GroundKind) -> str:
    ground = _ground(decision, kind)
    assert ground is not None and ground.line is not None, "this decision asked that question"
    return yen(ground.line)


def _against(title: str, least: str) -> Callable[[Ground, str, Eras], str]:
    """「課税所得 P1 145万円 ≧ 145万円」: an amount against its line; ``least`` met means ≧ or ≦."""

    def text(ground: Ground, who: str, _: Eras) -> str:
        signs = {"≧": ("≧", "＜"), "＜": ("＜", "≧"), "≦": ("≦", "＞")}[least]
        sign = signs[0] if ground.met else signs[1]
        return f"{title}（{who}）{yen(ground.amount or 0)} {sign} {yen(ground.line or 0)}"

    return text


def _release(ground: Ground, who: str, eras: Eras) -> str:
    born = "" if ground.day is None else f"、{on_paper(ground.day, eras)}以後生まれの被保険者あり"
    sums = _against("旧ただし書所得の合計", "≦")(ground, who, eras)
    return f"{sums}{born} → {'3割にしない' if ground.met else '該当しない'}"


def _application(ground: Ground, _: str, eras: Eras) -> str:
    if ground.day is None:
        return "基準収入額適用の申請: なし（申請が必要）"
    return f"基準収入額適用の申請: {on_paper(ground.day, eras)}から適用"


_CLERK: Mapping[GroundKind, Callable[[Ground, str, Eras], str]] = {
    GroundKind.UNTAXED_HOUSEHOLD: lambda g, who, _: (
        "世帯全員が住民税非課税" if g.met else f"住民税課税の世帯員あり（{who}）"
    ),
    GroundKind.THREE_LINE: _against("課税所得の最高", "≧"),
    GroundKind.CHILD_DEDUCTION: lambda g, who, _: (
        f"調整控除（{who}）課税所得 {yen(g.line or 0)} から {yen(g.amount or 0)} を引く"
    ),
    GroundKind.RELEASE_BASE_INCOME: _release,
    GroundKind.STANDARD_SINGLE: _against("収入額", "＜"),
    GroundKind.STANDARD_WITH_ELDERLY: _against("70〜74歳の世帯員と合わせた収入額", "＜"),
    GroundKind.STANDARD_FAMILY: _against("被保険者の収入額の合計", "＜"),
    GroundKind.APPLICATION: _application,
    GroundKind.TWO_LINE: _against("課税所得の最高", "≧"),
    GroundKind.TWO_INCOME: _against("年金収入＋その他の合計所得金額", "≧"),
    GroundKind.EARNER2_LINE: _against("課税所得の最高", "≧"),
    GroundKind.EARNER3_LINE: _against("課税所得の最高", "≧"),
    GroundKind.NO_INCOME: lambda g, who, _: (
        "世帯全員の所得が0円（区分Ⅰ）" if g.met else f"所得のある世帯員あり（{who}）"
    ),
    GroundKind.WELFARE_PENSION: lambda _, who, __: f"老齢福祉年金の受給者（{who}）",
    GroundKind.BORDERLINE: lambda _, who, __: f"境界層該当（{who}）",
    GroundKind.INCOME_UNKNOWN: lambda _, who, __: f"所得未確認（{who}）" if who else "所得未確認",
}

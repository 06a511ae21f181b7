"""給付の申請 beside 葬祭費 (FLOW-604 … 607, FORM-17, 22, 23; DOMAIN 5.5): taken in here, decided by
the union from receipts and certificates; the notice to the payee is its paper (CON-08).

Every claim says who is paid and by which account in the same page; a kind adds what it asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import answers, blocks, money_rules, page_rules
from app.cases.about import KnownPerson
from app.cases.answers import Compared
from app.cases.effects import KeepsAccount, Pays, Together
from app.cases.entry import Entered, EntryField, EntryPage, FieldKind, Finding, Rule, error, warning
from app.cases.kind import CaseKind, Document
from app.persons.eligibility_state import DEAD, INSURED, LOST

_COMMON = (
    "unknown_person",
    "event_in_future",
    "event_before_birth",
    "dates_disorder",
    "claim_twice",
    "claim_lapsed",
    "claim_dates",
    "no_account",
    "account_awaited",
    "public_account_none",
    "nothing_due",
)
_RECEIPT = Document("領収書（原本）")


def _paid_to(rule: str, since: str) -> EntryPage:
    """受取人と振込先. ``rule`` is the row of ``limitation_periods`` by which the claim lapses,
    counted from the field ``since``."""
    return EntryPage(
        "account",
        "受取人と振込先",
        "受け取る方と、振込先の口座を選んでください。",
        blocks.claim_payee_fields(),
        (money_rules.payee_of_dead, money_rules.claim_limit(rule, since)),
        step="振込先",
    )


def _claim(code: str, label: str, *own: EntryField, event: str, **said: Any) -> CaseKind:
    """``event`` is what its day is called; ``limit`` the row of ``limitation_periods`` and the
    field it counts from; ``rules`` are those of its own fields."""
    limit: tuple[str, str] = said.pop("limit", ("benefit", "paid_on"))
    rules: tuple[Rule, ...] = said.pop("rules", ())
    refusals: tuple[str, ...] = said.pop("refusals", ())
    papers: tuple[Document, ...] = said.pop("papers", ())
    content = EntryPage(
        "content",
        "申請の内容",
        "申請書と添付の書類を見ながら入れてください。",
        (*own, *blocks.four_dates(event)),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
            *rules,
        ),
        step="内容",
    )
    common: dict[str, Any] = {
        "area": "benefits",
        "group": "給付",
        "about": KnownPerson(states=(INSURED, LOST, DEAD), from_roles=(("heir", "payee"),)),
        "pages": (content, _paid_to(*limit), blocks.notifier()),
        "documents": (
            Document(f"{label.partition('の')[0]}支給申請書"),
            *papers,
            Document("振込先の口座が分かるもの", required=False),
        ),
        "sentence": f"{{name}} 様（{{birth}}生）の{label}を、広域連合へ送ります。",
        "compared": (*answers.PERSON, Compared("event_on")),
        "told": answers.PAID,
        "effect": Pays(),
        "refusals": (*_COMMON, *refusals),
    }
    return CaseKind(code=f"claim_{code}", label=label, **common | said)


_ASSESSED = ("not_insured_on_day", "claim_assessed", "not_necessary")


def _expense(
    code: str, label: str, *own: EntryField, event: str = "診療・施術の初日", **said: Any
) -> CaseKind:
    """療養費: when, where, what was paid and when. The union assesses it."""
    fields = (
        *own,
        EntryField("institution", said.pop("where", "医療機関・施術所"), FieldKind.TEXT, 60,
                   required=True),
        EntryField("treated_until", "診療・施術の最後の日", FieldKind.DAY,
                   note="一日だけなら空けておきます"),
        EntryField("paid_on", "費用を支払った日", FieldKind.DAY, required=True,
                   explained=money_rules.until("benefit")),
        EntryField("paid", "支払った額（円）", FieldKind.MONEY, 9, required=True),
    )  # fmt: skip
    said["rules"] = (
        page_rules.not_in_future("paid_on", "treated_until"),
        page_rules.not_before("treated_until", "event_on", "before_first"),
        page_rules.not_before("paid_on", "event_on", "before_first"),
        *said.pop("rules", ()),
    )
    said["refusals"] = (*_ASSESSED, *said.pop("refusals", ()))
    said["papers"] = (_RECEIPT, *said.pop("papers", ()))
    said.setdefault("source", "高確法77条・160条、FLOW-604 … 607、FORM-17、DOMAIN 5.5")
    said["compared"] = (*answers.PERSON, Compared("event_on"))
    return _claim(code, label, *fields, event=event, **said)


def _ordered(code: str, label: str, paper: str, **said: Any) -> CaseKind:
    fields = (
        EntryField("ordered_on", f"{paper}の日", FieldKind.DAY, required=True),
        EntryField("disease", "傷病名", FieldKind.TEXT, 60, required=True),
    )
    said["rules"] = (page_rules.not_in_future("ordered_on"), _ordered_before)
    said["papers"] = (Document(paper), *said.pop("papers", ()))
    said.setdefault("help", f"{label}を受け付けます。広域連合が審査して、額を決定します。")
    return _expense(code, label, *fields, **said)


def _ordered_before(entered: Entered) -> Iterator[Finding]:
    """A doctor ordered it before it was made or done."""
    ordered, event = entered.day("ordered_on"), entered.day("event_on")
    if ordered and event and ordered.sort_date > event.sort_date:
        yield error(
            "ordered_on",
            "after_event",
            f"{entered.label('ordered_on')}が{entered.label('event_on')}より後です。",
            "医師の意見や同意の前に行ったものは支給されません。日付を書類で確かめてください。",
        )


def _transport_grounds(entered: Entered) -> Iterator[Finding]:
    """All three grounds of the law hold, or nothing can be paid."""
    names = ("suitable_care", "hard_to_move", "urgent")
    missing = [entered.label(name) for name in names if entered.text(name) != "1"]
    if missing:
        yield warning(
            "urgent",
            "transport_grounds",
            f"移送費の要件のうち「{'」「'.join(missing)}」が確かめられていません。",
            "医師の意見書で確かめてください。三つがそろわないと、支給されない見込みです。",
        )


_YEAR = EntryField(
    "year", "計算期間の始まりの年（西暦）", FieldKind.DIGITS, 4, required=True,
    note="8月1日から翌年7月31日まで。令和7年8月からの1年なら 2025",
    rule=money_rules.period_over,
)  # fmt: skip
_OTHER_INSURER = (
    EntryField("other_insurer", "前の医療保険者番号", FieldKind.DIGITS, 8,
               note="期間の途中で加入したとき。自己負担額証明書のとおり"),
    EntryField("other_certificate", "　証明書番号", FieldKind.TEXT, 20,
               shown=money_rules.is_filled("other_insurer")),
    EntryField("other_burden", "　自己負担額（円）", FieldKind.MONEY, 9,
               shown=money_rules.is_filled("other_insurer"),
               needed=money_rules.is_filled("other_insurer")),
)  # fmt: skip
_CERTIFICATE = Document("前の保険者の自己負担額証明書", required=False)
_SUMMED = ("period_open", "receipts_missing", "burden_impossible", "amount_undecided")

KINDS: tuple[CaseKind, ...] = (
    _ordered(
        "brace",
        "療養費（補装具）の申請",
        "医師の意見書・装着証明書",
        event="装具を購入した日",
        where="製作所",
    ),
    _ordered("acupuncture", "療養費（はり・きゅう）の申請", "医師の同意書"),
    _ordered("massage", "療養費（あん摩・マッサージ）の申請", "医師の同意書"),
    _expense(
        "abroad",
        "海外療養費の申請",
        EntryField("country", "受診した国", FieldKind.TEXT, 60, required=True),
        EntryField("amount_abroad", "現地で支払った額と通貨", FieldKind.TEXT, 40, required=True),
        EntryField("left_on", "出国した日", FieldKind.DAY, required=True),
        EntryField(
            "investigated",
            "現地への照会の同意書",
            FieldKind.FLAG,
            note="現地の医療機関への照会に同意する書面を受け取った",
            required=True,
        ),
        rules=(page_rules.not_before("event_on", "left_on", "before_leaving"),),
        papers=(
            Document("診療内容明細書と領収明細書（日本語の訳を付けたもの）"),
            Document("パスポート（出入国の日の分かるもの）"),
        ),
        help="海外で急に受診した費用の申請を受け付けます。額は支給決定の日の為替で決まります。",
    ),
    _expense(
        "without_paper",
        "療養費（受診時）の申請",
        EntryField(
            "ground",
            "書類を出せなかった理由",
            FieldKind.CHOICE,
            codes="no_paper_grounds",
            required=True,
        ),
        papers=(Document("診療報酬明細書（レセプト）の写し"),),
        help="資格確認書などを出せず、全額を払って受診した費用の申請を受け付けます。",
    ),
    _expense(
        "transport",
        "移送費の申請",
        EntryField("moved_from", "移送の始まり", FieldKind.TEXT, 100, required=True),
        EntryField("moved_to", "移送先", FieldKind.TEXT, 100, required=True),
        EntryField(
            "suitable_care", "適切な療養", FieldKind.FLAG, note="適切な療養を受けるためだった"
        ),
        EntryField("hard_to_move", "移動の困難", FieldKind.FLAG, note="移動が著しく困難だった"),
        EntryField("urgent", "緊急", FieldKind.FLAG, note="緊急その他やむを得なかった"),
        event="移送した日",
        where="運送した事業者",
        rules=(_transport_grounds,),
        papers=(Document("医師の意見書（移送の必要）"),),
        source="高確法83条・160条、FLOW-604 … 607、DOMAIN 5.5",
        help="歩けない方が医師の指示で移された費用の申請を受け付けます。広域連合が審査します。",
    ),
    _claim(
        "high_cost",
        "高額療養費の初回の申請",
        event="申請の日",
        limit=("", ""),
        refusals=("receipts_missing", "amount_undecided"),
        effect=Together((Pays(), KeepsAccount())),
        source="高確法84条・160条、FLOW-604 … 607、DOMAIN 3.5 … 3.7・5.5",
        help="高額療養費を初めて受ける方の口座を受け付けます。申請は月ごとに送ります。",
    ),
    _claim(
        "outpatient_year",
        "外来年間合算の申請",
        _YEAR,
        *_OTHER_INSURER,
        event="申請の日",
        limit=("", ""),
        refusals=_SUMMED,
        papers=(_CERTIFICATE,),
        source="高確令14条の2、FORM-11・23、DOMAIN 3.5 … 3.7",
        help="8月から翌年7月までの外来の自己負担が多かった方の申請を受け付けます。",
    ),
    _claim(
        "combined",
        "高額介護合算療養費の申請",
        _YEAR,
        *_OTHER_INSURER,
        EntryField("care_certificate", "介護の証明書番号", FieldKind.TEXT, 20, required=True),
        EntryField("care_burden", "介護の自己負担額（円）", FieldKind.MONEY, 9, required=True),
        EntryField(
            "several_care", "介護の利用者", FieldKind.FLAG, note="世帯に介護の利用者が二人以上いる"
        ),
        event="申請の日",
        limit=("", ""),
        refusals=_SUMMED,
        papers=(Document("介護保険の自己負担額証明書"), _CERTIFICATE),
        source="高確法85条・160条、FORM-11・22、DOMAIN 3.9",
        help="8月から翌年7月までの医療と介護の自己負担を合わせた給付の申請を受け付けます。",
    ),
    _claim(
        "meals",
        "食事療養差額の申請",
        EntryField("hospital", "入院した医療機関", FieldKind.TEXT, 60, required=True),
        EntryField("stayed_until", "差額の最後の日", FieldKind.DAY, required=True),
        EntryField("meals", "食数", FieldKind.COUNT, 4, required=True),
        EntryField("paid", "支払った食事代（円）", FieldKind.MONEY, 9, required=True),
        EntryField(
            "paid_on",
            "支払った日",
            FieldKind.DAY,
            required=True,
            explained=money_rules.until("benefit"),
        ),
        EntryField(
            "reason",
            "減額されなかった理由",
            FieldKind.CHOICE,
            codes="meal_differences",
            required=True,
        ),
        event="差額の初日",
        rules=(
            page_rules.not_in_future("paid_on", "stayed_until"),
            page_rules.not_before("stayed_until", "event_on", "before_first"),
            money_rules.three_meals_a_day,
        ),
        refusals=("not_insured_on_day", "amount_undecided"),
        papers=(_RECEIPT,),
        source="高確法74条・160条、DOMAIN 3.10・5.5",
        help="入院の食事代を減額されずに払った方の、差額の申請を受け付けます。",
    ),
    _claim(
        "copay_refund",
        "一部負担金の還付の請求",
        event="請求の日",
        limit=("", ""),
        source="高確法67条・160条、DOMAIN 3.2（負担割合の更正）",
        help="負担割合が下がり、多く払った一部負担金を返す請求を受け付けます。",
    ),
)

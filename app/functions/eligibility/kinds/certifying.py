"""証明書の請求 (DOMAIN 2.6, 5.5): certificates of what the union knows, for somebody insured or who
was; the paper follows the decision, nothing of the person changes."""

from __future__ import annotations

from app.cases import answers, blocks, page_rules, reasons
from app.cases.about import KnownPerson
from app.cases.effects import OrdersPaper
from app.cases.entry import EntryField, FieldKind
from app.cases.kind import CaseKind, Document
from app.functions.eligibility.kinds.families import page
from app.persons.eligibility_state import INSURED, LOST


def _certifying(
    code: str, paper: str, title: str, help_: str, settles: tuple[str, ...] = ()
) -> CaseKind:
    fields = (
        EntryField("shown_to", "提出先", FieldKind.TEXT, 60, required=True,
                   note="転入先の市区町村、勤め先の健康保険など"),
        blocks.delivery_field(),
    )  # fmt: skip
    return CaseKind(
        code=code,
        area="eligibility",
        group="証明書",
        label=f"{title}の請求",
        help=help_,
        source="DOMAIN 2.6・5.5（青森広域規則 二号様式ほか）",
        about=KnownPerson(states=(INSURED, LOST)),
        pages=(page("請求の日", fields, page_rules.weak_is_posted), blocks.notifier()),
        documents=(Document("証明書の請求書"),),
        sentence=f"{{name}} 様（{{birth}}生）の{title}の交付を、広域連合へ申請します。",
        compared=answers.PERSON,
        told=answers.COVERAGE,
        effect=OrdersPaper(),
        papers=(paper,),
        settles=settles,
        refusals=(
            "unknown_person",
            "already_dead",
            "never_insured",
            *reasons.DATES,
            "nothing_to_certify",
        ),
    )


KINDS = (
    _certifying(
        "move_out_papers",
        "move_out_set",
        "転出先に出す証明書の一式",
        "県外へ転出する方に、負担区分等・障害認定・特定疾病・被扶養者の証明書のうち要るものを"
        "まとめて交付します。",
        ("moving_papers",),
    ),
    _certifying(
        "burden_paper",
        "burden_certificate",
        "負担区分等証明書",
        "転入先で負担割合を決めるための証明書です。",
    ),
    _certifying(
        "disability_paper",
        "disability_certificate",
        "障害認定証明書",
        "障害認定を受けていることの証明書です。",
    ),
    _certifying(
        "disease_paper",
        "disease_certificate",
        "特定疾病認定証明書",
        "特定疾病の認定を受けている証明書です。",
    ),
    _certifying(
        "dependant_paper",
        "dependant_certificate",
        "被扶養者証明書",
        "被扶養者であった方の証明書です。",
    ),
    _certifying(
        "coverage_paper",
        "coverage_certificate",
        "資格取得・喪失証明書",
        "資格の取得日と喪失日の証明書です。",
    ),
)

"""県外転入 (FLOW-101 … 108; 高確法50条・52条): somebody who moved in from another prefecture.

The union decides from which day the person is insured, at which share, and which paper follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.cases import answers, blocks, page_rules
from app.cases.about import Newcomer
from app.cases.answers import Compared
from app.cases.effects import Acquires
from app.cases.entry import (
    Entered,
    EntryField,
    EntryPage,
    FieldKind,
    Finding,
    warning,
    when,
)
from app.cases.kind import CaseKind, Document
from app.core.errors import UserError
from app.functions.eligibility.kinds.newcomer import (
    COMPARED,
    PERSON_PAGE,
    SECOND_LOOK,
    former_place_name,
    place_page,
)
from app.rules.values.amounts import amount


def income_known(entered: Entered) -> Iterator[Finding]:
    """Without 負担区分等証明書 the union decides before it knows the income."""
    if entered.text("copay_paper") != "1":
        yield warning(
            "copay_paper",
            "income_unknown",
            "負担区分等証明書がないため、所得が分からないまま決定されます。",
            "お持ちでないか尋ねてください。広域連合が前の住所地に照会します。",
        )


_INCOMES = ("copay_taxable_income", "copay_base_income")


def incomes(entered: Entered) -> Iterator[Finding]:
    """Income is what is left of revenue, and base income of income: neither is above it."""
    if entered.text("copay_paper") != "1":
        return
    revenue = _yen(entered, "copay_revenue")
    for name in _INCOMES:
        income = _yen(entered, name)
        if revenue is not None and income is not None and income > revenue:
            label = entered.label(name).removesuffix("（円）")
            yield warning(
                name,
                f"{name}_above_revenue",
                f"{label}が収入額を上回っています。",
                "欄の取り違えや桁の間違いがないか、証明書と見比べてください。",
            )
    if _yen(entered, "copay_taxable_income") and entered.text("copay_all_income_zero") == "1":
        yield warning(
            "copay_all_income_zero",
            "income_not_zero",
            "「所得なし」ですが、課税所得が入っています。",
            "証明書の課税所得と、区分Ⅰの記載を見比べてください。",
        )


def _yen(entered: Entered, name: str) -> int | None:
    try:
        return int(amount(entered.text(name), "").normal)
    except UserError:
        return None


MOVE_IN = CaseKind(
    code="move_in",
    area="eligibility",
    group="資格の取得",
    label="県外転入の届出",
    help="県外から転入した方の届出を、案内に沿って入れます。"
    "途中でやめても、書きかけは暗号化して保存します。",
    source="高確法50条・52条・54条、FLOW-101 … 108、DOMAIN 2.3",
    about=Newcomer(),
    pages=(
        PERSON_PAGE,
        place_page(
            "異動日（転入日）",
            EntryField(
                "former_municipality_code",
                "前住所地の市区町村コード",
                FieldKind.MUNICIPALITY,
                6,
                required=True,
                note="6桁。市区町村の名前でも入れられます",
                fills=former_place_name,
            ),
            EntryField("former_address", "前住所", FieldKind.ADDRESS, 200, required=True),
            EntryField(
                "former_insured_number",
                "前の被保険者番号",
                FieldKind.INSURED,
                8,
                note="8桁。分からなければ空けておきます",
            ),
            rules=(
                page_rules.late(
                    "異動日から14日を過ぎた届出です。資格は異動日にさかのぼります。",
                    "保険料もさかのぼることを説明してください。",
                ),
                page_rules.former_place,
            ),
        ),
        blocks.notifier(with_number=True, who="person"),
        EntryPage(
            "papers",
            "前住所地の証明書",
            "持参された証明書にチェックを入れ、書かれているとおりに入れてください。"
            "なければそのまま次へ。",
            (
                EntryField(
                    "copay_paper", "負担区分等証明書", FieldKind.FLAG, note="持参された", yes="あり"
                ),
                *(
                    EntryField(
                        name,
                        label,
                        kind,
                        width,
                        codes=codes,
                        shown=when("copay_paper", "1"),
                        needed=when("copay_paper", "1") if needed else (lambda values: False),
                    )
                    for name, label, kind, width, codes, needed in (
                        ("copay_paper_on", "　証明年月日", FieldKind.DAY, 10, "", True),
                        ("copay_taxed", "　住民税が課税", FieldKind.FLAG, 1, "", False),
                        ("copay_taxable_income", "　課税所得（円）", FieldKind.MONEY, 10, "", True),
                        ("copay_revenue", "　収入額（円）", FieldKind.MONEY, 10, "", True),
                        (
                            "copay_pension_other",
                            "　年金収入＋その他の合計所得（円）",
                            FieldKind.MONEY,
                            10,
                            "",
                            True,
                        ),
                        (
                            "copay_base_income",
                            "　旧ただし書所得（円）",
                            FieldKind.MONEY,
                            10,
                            "",
                            True,
                        ),
                        (
                            "copay_all_income_zero",
                            "　所得なし（区分Ⅰ）",
                            FieldKind.FLAG,
                            1,
                            "",
                            False,
                        ),
                        (
                            "copay_class",
                            "　負担区分（記載があれば）",
                            FieldKind.CHOICE,
                            10,
                            "limit_classes",
                            False,
                        ),
                    )
                ),
                EntryField(
                    "disability_paper",
                    "障害認定証明書",
                    FieldKind.FLAG,
                    note="持参された",
                    yes="あり",
                ),
                EntryField(
                    "disability_on",
                    "　認定年月日",
                    FieldKind.DAY,
                    shown=when("disability_paper", "1"),
                    needed=when("disability_paper", "1"),
                ),
                EntryField(
                    "disability_until",
                    "　有効期限",
                    FieldKind.DAY,
                    shown=when("disability_paper", "1"),
                ),
                EntryField(
                    "disease_paper",
                    "特定疾病認定証明書",
                    FieldKind.FLAG,
                    note="持参された",
                    yes="あり",
                ),
                EntryField(
                    "disease_kind",
                    "　特定疾病区分",
                    FieldKind.CHOICE,
                    codes="specified_diseases",
                    shown=when("disease_paper", "1"),
                    needed=when("disease_paper", "1"),
                ),
                EntryField(
                    "disease_on",
                    "　認定年月日",
                    FieldKind.DAY,
                    shown=when("disease_paper", "1"),
                    needed=when("disease_paper", "1"),
                ),
                EntryField(
                    "dependant_paper",
                    "被扶養者証明書",
                    FieldKind.FLAG,
                    note="持参された",
                    yes="あり",
                ),
                EntryField(
                    "dependant_until",
                    "　被扶養者でなくなった日",
                    FieldKind.DAY,
                    shown=when("dependant_paper", "1"),
                    needed=when("dependant_paper", "1"),
                ),
                EntryField(
                    "card_use",
                    "マイナ保険証の利用登録",
                    FieldKind.CHOICE,
                    codes="card_uses",
                    required=True,
                ),
                blocks.delivery_field(),
            ),
            (
                income_known,
                page_rules.weak_is_posted,
                page_rules.not_in_future("copay_paper_on", "disability_on", "disease_on"),
                incomes,
            ),
            step="証明書",
        ),
    ),
    documents=(
        Document("転入通知（写し）", or_by="住民記録"),
        Document("負担区分等証明書", or_by="前住所地の広域連合", required=False),
        Document("障害認定証明書", or_by="前住所地の広域連合", required=False),
        Document("特定疾病認定証明書", or_by="前住所地の広域連合", required=False),
        Document("被扶養者証明書", required=False),
    ),
    sentence="{name} 様の県外転入の届出を、広域連合へ送ります。",
    second_look=SECOND_LOOK,
    compared=(
        *COMPARED,
        Compared("copay_class", decided="limit_class", if_keyed=True),
    ),
    told=answers.COVERAGE,
    effect=Acquires(),
    papers=("eligibility_certificate", "eligibility_notice"),
    refusals=(
        "too_young",
        "event_in_future",
        "event_before_birth",
        "dates_disorder",
        "already_insured",
        "number_elsewhere",
        "number_differs",
        "number_invalid",
        "atena_elsewhere",
        "special_address",
        "outside_area",
        "exempt",
        "same_prefecture",
        "disability_paper_missing",
        "birth_undetermined",
        "household_unknown",
        "not_acquired",
        "before_last_loss",
        "income_unconfirmed",
    ),
)

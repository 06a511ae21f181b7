"""Income, premium and its collection (FILE-06 … 09, 20, 44; DATA-29, DATA-30)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.layout import Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedIncome:
    """The income of one person and one year as the municipality of 1 January assessed it.
    Amounts in yen; business and real estate may be negative (``app.rules.income.Incomes``)."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    tax_year: str = column("課税年度", Kind.YEAR, 4, required=True)
    state: str = column("申告の状態", Kind.CODE, codes="declaration_states", required=True)
    taxed: str = column("住民税の課税", Kind.CODE, codes="resident_taxes", required=True)
    pension_revenue: str = column("公的年金等収入", Kind.YEN, 10)
    pension: str = column("公的年金等に係る雑所得", Kind.YEN, 10)
    salary_revenue: str = column("給与収入（専従者給与を除く）", Kind.YEN, 10)
    salary: str = column("給与所得", Kind.YEN, 10)
    family_salary: str = column("うち専従者給与に係る所得", Kind.YEN, 10)
    business_revenue: str = column("事業収入", Kind.YEN, 10)
    business: str = column("事業所得", Kind.SIGNED, 10)
    family_deduction: str = column("事業専従者控除", Kind.YEN, 10)
    real_estate_revenue: str = column("不動産収入", Kind.YEN, 10)
    real_estate: str = column("不動産所得", Kind.SIGNED, 10)
    interest: str = column("利子所得", Kind.YEN, 10)
    dividend: str = column("配当所得", Kind.YEN, 10)
    other: str = column("一時所得・その他の雑所得", Kind.YEN, 10)
    transfer: str = column("譲渡所得", Kind.YEN, 10)
    transfer_revenue: str = column("譲渡の収入", Kind.YEN, 10)
    transfer_deduction: str = column("譲渡所得の特別控除", Kind.YEN, 10)
    forestry: str = column("山林所得", Kind.YEN, 10)
    retirement: str = column("退職所得", Kind.YEN, 10)
    carried_loss: str = column("純損失などの繰越控除", Kind.YEN, 10)
    carried_family: str = column("うち専従者控除で生じた額", Kind.YEN, 10)
    casualty_loss: str = column("雑損失の繰越控除", Kind.YEN, 10)
    total: str = column("合計所得金額", Kind.YEN, 10)
    taxable: str = column("課税標準額", Kind.YEN, 10)
    revenue: str = column("収入の合計（基準収入額の判定）", Kind.YEN, 10)
    children_under_16: str = column("16歳未満の扶養の人数", Kind.NUMBER, 2)
    children_16_to_18: str = column("16歳から18歳の扶養の人数", Kind.NUMBER, 2)
    changed_on: str = column("更正日", Kind.DAY)
    assessed_on: str = column("課税の決定日", Kind.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeRecord(AssessedIncome):
    """FILE-06 所得・課税情報: what premium and share of an insured person's household rest on."""

    insured_number: str = column("被保険者番号", Kind.DIGITS, 8)
    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    from_municipality: str = column("1月1日の市区町村コード", Kind.MUNICIPALITY, 6)
    cause: str = column("作成の事由", Kind.CODE, codes="income_causes", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRecord(AssessedIncome):
    """FILE-44 個人住民税に関する情報: from the tax office's system to the municipal system."""

    taxpayer_number: str = column("納税義務者番号", Kind.ID, 20)
    income_levy: str = column("所得割額", Kind.YEN, 10)
    per_capita_levy: str = column("均等割額", Kind.YEN, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentRecord:
    """FILE-07 期割情報: one instalment of a premium as the municipality fixed it."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    levy_year: str = column("賦課年度", Kind.YEAR, 4, required=True)
    equivalent_year: str = column("相当年度", Kind.YEAR, 4, required=True)
    notice_number: str = column("通知書番号", Kind.ID, 20, required=True)
    method: str = column("徴収方法", Kind.CODE, codes="payment_methods", required=True)
    period: str = column("期別", Kind.NUMBER, 2, required=True)
    month: str = column("徴収月", Kind.MONTH, 7, required=True)
    due_on: str = column("納期限", Kind.DAY, required=True)
    amount: str = column("期割額", Kind.YEN, 10, required=True)
    child_amount: str = column("うち子ども分", Kind.YEN, 10)
    provisional: str = column("仮徴収", Kind.FLAG, required=True)
    pension_code: str = column("年金コード", Kind.DIGITS, 4)
    cause: str = column("異動の事由", Kind.CODE, codes="instalment_causes", required=True)
    fixed_on: str = column("決定日", Kind.DAY, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRecord:
    """FILE-08 収納情報: one payment, refund or appropriation, or the undoing of one."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    entry_id: str = column("収納の整理番号", Kind.ID, 40, required=True)
    levy_year: str = column("賦課年度", Kind.YEAR, 4, required=True)
    equivalent_year: str = column("相当年度", Kind.YEAR, 4, required=True)
    notice_number: str = column("通知書番号", Kind.ID, 20, required=True)
    period: str = column("期別", Kind.NUMBER, 2, required=True)
    method: str = column("徴収方法", Kind.CODE, codes="payment_methods", required=True)
    kind: str = column("収納の種類", Kind.CODE, codes="collection_kinds", required=True)
    amount: str = column("保険料", Kind.YEN, 10, required=True)
    late_charge: str = column("延滞金", Kind.YEN, 10)
    refund_interest: str = column("還付加算金", Kind.YEN, 10)
    received_on: str = column("領収日", Kind.DAY, required=True)
    credited_on: str = column("収納日", Kind.DAY, required=True)
    place: str = column("納めた場所", Kind.CODE, codes="payment_places", required=True)
    to_notice_number: str = column("充当先の通知書番号", Kind.ID, 20)
    to_period: str = column("充当先の期別", Kind.NUMBER, 2)
    undoes: str = column("取り消す収納の整理番号", Kind.ID, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrearsRecord:
    """FILE-09 滞納者情報: one instalment that is not paid, and what was done about it."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    levy_year: str = column("賦課年度", Kind.YEAR, 4, required=True)
    equivalent_year: str = column("相当年度", Kind.YEAR, 4, required=True)
    notice_number: str = column("通知書番号", Kind.ID, 20, required=True)
    period: str = column("期別", Kind.NUMBER, 2, required=True)
    due_on: str = column("納期限", Kind.DAY, required=True)
    unpaid: str = column("未納額", Kind.YEN, 10, required=True)
    late_charge: str = column("延滞金", Kind.YEN, 10)
    state: str = column("滞納の状態", Kind.CODE, codes="arrears_states", required=True)
    demanded_on: str = column("督促日", Kind.DAY)
    reminded_on: str = column("催告日", Kind.DAY)
    deferred_from: str = column("徴収猶予の開始日", Kind.DAY)
    deferred_until: str = column("徴収猶予の終了日", Kind.DAY)
    promised_on: str = column("分納誓約日", Kind.DAY)
    seized_on: str = column("差押日", Kind.DAY)
    lapses_on: str = column("時効の完成日", Kind.DAY)
    written_off_on: str = column("不納欠損日", Kind.DAY)
    as_of: str = column("基準日", Kind.DAY, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumRecord:
    """FILE-20 保険料情報: one person's premium of one year and what it was reckoned from."""

    municipality_code: str = column("市区町村コード", Kind.MUNICIPALITY, 6, required=True)
    atena_number: str = column("宛名番号", Kind.RESIDENT, 15, required=True)
    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    levy_id: str = column("賦課の番号", Kind.ID, 40, required=True)
    levy_year: str = column("賦課年度", Kind.YEAR, 4, required=True)
    equivalent_year: str = column("相当年度", Kind.YEAR, 4, required=True)
    cause: str = column("賦課の事由", Kind.CODE, codes="levy_causes", required=True)
    decided_on: str = column("賦課決定日", Kind.DAY, required=True)
    month_from: str = column("賦課の開始月", Kind.MONTH, 7, required=True)
    month_to: str = column("賦課の終了月", Kind.MONTH, 7, required=True)
    months: str = column("月数", Kind.NUMBER, 2, required=True)
    income_state: str = column("所得の状態", Kind.CODE, codes="income_states", required=True)
    base: str = column("賦課のもととなる所得", Kind.YEN, 10, required=True)
    judged: str = column("軽減判定所得", Kind.YEN, 10)
    reduction: str = column("均等割の軽減", Kind.CODE, codes="reduction_classes", required=True)
    former_dependant: str = column("被扶養者であった", Kind.FLAG, required=True)
    medical_per_capita: str = column("医療分 均等割", Kind.YEN, 10, required=True)
    medical_reduced: str = column("医療分 軽減額", Kind.YEN, 10, required=True)
    medical_income: str = column("医療分 所得割", Kind.YEN, 10, required=True)
    medical_capped: str = column("医療分 限度額の適用", Kind.FLAG, required=True)
    medical: str = column("医療分 保険料", Kind.YEN, 10, required=True)
    child_per_capita: str = column("子ども分 均等割", Kind.YEN, 10)
    child_reduced: str = column("子ども分 軽減額", Kind.YEN, 10)
    child_income: str = column("子ども分 所得割", Kind.YEN, 10)
    child_capped: str = column("子ども分 限度額の適用", Kind.FLAG)
    child: str = column("子ども分 保険料", Kind.YEN, 10)
    exempted: str = column("減免額", Kind.YEN, 10)
    amount: str = column("保険料額", Kind.YEN, 10, required=True)
    previous_amount: str = column("変更前の保険料額", Kind.YEN, 10)
    provisional: str = column("見込み", Kind.FLAG, required=True)

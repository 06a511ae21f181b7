"""県外転入の届出: everything of somebody who was not here, with 個人番号 (FLOW-103, FLOW-104)."""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.bodies.newcomer import Newcomer
from app.wire.layout import BodyLayout, Kind, column


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveIn(Newcomer):
    """Where the newcomer was before, and what the former union's papers say."""

    former_municipality_code: str = column("前住所地市区町村コード", Kind.MUNICIPALITY, 6)
    former_address: str = column("前住所", Kind.TEXT, 200)
    former_insured_number: str = column("前の被保険者番号", Kind.DIGITS, 8)
    number_check: str = column("番号確認", Kind.CODE, codes="number_checks", required=True)
    delivery: str = column("交付方法", Kind.CODE, codes="deliveries", required=True)
    card_use: str = column("マイナ保険証の利用登録", Kind.CODE, codes="card_uses", required=True)
    # 負担区分等証明書 of the former union
    copay_paper: str = column("負担区分等証明書", Kind.FLAG, required=True)
    copay_paper_on: str = column("同 証明年月日", Kind.DAY)
    copay_taxed: str = column("同 住民税課税", Kind.FLAG)
    copay_taxable_income: str = column("同 課税所得（円）", Kind.YEN, 10)
    copay_revenue: str = column("同 収入額（円）", Kind.YEN, 10)
    copay_pension_other: str = column("同 年金収入とその他の合計所得金額（円）", Kind.YEN, 10)
    copay_base_income: str = column("同 旧ただし書所得（円）", Kind.YEN, 10)
    copay_all_income_zero: str = column("同 所得なし（区分Ⅰ）", Kind.FLAG)
    copay_class: str = column("同 負担区分", Kind.CODE, codes="limit_classes")
    # 障害認定証明書, 特定疾病認定証明書, 被扶養者証明書
    disability_paper: str = column("障害認定証明書", Kind.FLAG, required=True)
    disability_on: str = column("同 認定年月日", Kind.DAY)
    disability_until: str = column("同 有効期限", Kind.DAY)
    disease_paper: str = column("特定疾病認定証明書", Kind.FLAG, required=True)
    disease_kind: str = column("同 区分", Kind.CODE, codes="specified_diseases")
    disease_on: str = column("同 認定年月日", Kind.DAY)
    dependant_paper: str = column("被扶養者証明書", Kind.FLAG, required=True)
    dependant_until: str = column("同 被扶養者でなくなった日", Kind.DAY)


LAYOUTS = (BodyLayout("move_in", 1, "県外転入の届出", MoveIn),)

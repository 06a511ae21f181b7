"""The guided entry of the notification of moving in (県外転入の届出): its pages and fields.

One declaration: the screen renders it, the checks walk it, and the FILE-01 record is filled
from it. A form shows exactly these fields and no free one (SEC-11, SEC-12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.rules.values.reader import Asked, ValueKind

Values = Mapping[str, str]
"""The draft: field name to text; absent is the empty string."""


FieldKind = ValueKind
"""How a field is keyed and checked: by the kind of its value."""


@dataclass(frozen=True, slots=True)
class EntryField:
    """One field: its record column, words, kind and when it is shown and required.

    ``codes`` is a code table; ``width`` digits or visible characters; ``shown`` and
    ``needed`` look at the values keyed so far.
    """

    name: str
    label: str
    kind: FieldKind
    width: int = 100
    codes: str = ""
    note: str = ""
    required: bool = False
    read_only: bool = False
    shown: Callable[[Values], bool] = lambda values: True
    needed: Callable[[Values], bool] | None = None

    @property
    def asked(self) -> Asked:
        """The field as the check of its kind is asked."""
        return Asked(self.label.strip("　"), self.width, self.codes)

    def is_required(self, values: Values) -> bool:
        """Whether the field must be filled, given what is keyed so far."""
        if not self.shown(values):
            return False
        return self.needed(values) if self.needed is not None else self.required


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One step of the guided entry: its words and fields; ``lead`` says what to do."""

    id: str
    title: str
    lead: str
    fields: tuple[EntryField, ...]


def _is(name: str, *wanted: str) -> Callable[[Values], bool]:
    return lambda values: values.get(name, "") in wanted


def _by_post_or_wire(values: Values) -> bool:
    return values.get("channel", "") in ("post", "electronic")


PERSON_PAGE = EntryPage(
    "person",
    "被保険者となる方",
    "転入通知（写し）を見ながら、届け出られた方の氏名・生年月日などを入れてください。",
    (
        EntryField(
            "kana",
            "フリガナ",
            FieldKind.KANA,
            needed=lambda values: values.get("person_kind", "") != "2",
            note="姓と名の間を空けます。外国人住民でカナがない方は空けておきます",
        ),
        EntryField(
            "name",
            "氏名",
            FieldKind.NAME,
            required=True,
            note="異体字は転入通知のとおりに。下に印字される字形が出ます",
        ),
        EntryField(
            "birth_written",
            "生年月日",
            FieldKind.BIRTH,
            60,
            required=True,
            note="例　S20.5.3　昭和20年5月3日　1945-05-03　不詳はそのまま",
        ),
        EntryField("sex", "性別", FieldKind.CHOICE, codes="sexes", required=True),
        EntryField(
            "person_kind", "個人区分", FieldKind.CHOICE, codes="person_kinds", required=True
        ),
        EntryField(
            "alias",
            "通称",
            FieldKind.NAME,
            shown=_is("person_kind", "2"),
            note="外国人住民で通称がある場合",
        ),
        EntryField(
            "alias_kana",
            "通称フリガナ",
            FieldKind.KANA,
            shown=_is("person_kind", "2"),
            note="通称で探せるように",
        ),
        EntryField("phone", "電話番号", FieldKind.PHONE, 20, note="市外局番から"),
    ),
)

MOVE_PAGE = EntryPage(
    "move",
    "異動と住所",
    "住民記録で付いた宛名番号・世帯番号と、新旧の住所を入れてください。",
    (
        EntryField("event_on", "異動日（転入日）", FieldKind.DAY, required=True),
        EntryField("notified_on", "届出日", FieldKind.DAY, required=True),
        EntryField("accepted_on", "受付日", FieldKind.DAY, required=True),
        EntryField("processed_on", "処理日", FieldKind.DAY, required=True, read_only=True),
        EntryField("atena_number", "宛名番号", FieldKind.ATENA, 15, required=True),
        EntryField("household_number", "世帯番号", FieldKind.HOUSEHOLD, 15, required=True),
        EntryField("relation", "世帯主との続柄", FieldKind.TEXT, 20, required=True),
        EntryField("is_head", "世帯主", FieldKind.FLAG, note="本人が世帯主のとき"),
        EntryField("postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True, note="7桁"),
        EntryField("address", "住所", FieldKind.ADDRESS, 200, required=True),
        EntryField("building", "方書", FieldKind.ADDRESS),
        EntryField(
            "facility_code",
            "入所施設コード",
            FieldKind.FACILITY,
            20,
            note="住所が施設のときだけ（住所地特例の確認）",
        ),
        EntryField(
            "former_municipality_code",
            "前住所地の市区町村コード",
            FieldKind.MUNICIPALITY,
            6,
            required=True,
            note="6桁",
        ),
        EntryField("former_address", "前住所", FieldKind.ADDRESS, 200, required=True),
        EntryField(
            "former_insured_number",
            "前の被保険者番号",
            FieldKind.INSURED,
            8,
            note="8桁。分からなければ空けておきます",
        ),
    ),
)

IDENTITY_PAGE = EntryPage(
    "identity",
    "届出人と本人確認",
    "窓口の方の身元と、本人の個人番号を確認し、確認した書類を選んでください。",
    (
        EntryField("channel", "受付経路", FieldKind.CHOICE, codes="channels", required=True),
        EntryField("notifier", "届出人", FieldKind.CHOICE, codes="notifiers", required=True),
        EntryField(
            "proxy_basis",
            "代理権の確認",
            FieldKind.CHOICE,
            codes="proxy_bases",
            shown=_is("notifier", "proxy"),
            needed=_is("notifier", "proxy"),
        ),
        EntryField(
            "identity_check", "身元確認", FieldKind.CHOICE, codes="identity_checks", required=True
        ),
        EntryField(
            "copies_received",
            "写しの確認",
            FieldKind.FLAG,
            note="郵送・電子のとき：本人確認書類の写しを受け取った",
            shown=_by_post_or_wire,
            needed=_by_post_or_wire,
        ),
        EntryField(
            "number_check", "番号確認", FieldKind.CHOICE, codes="number_checks", required=True
        ),
        EntryField(
            "my_number",
            "個人番号",
            FieldKind.MY_NUMBER,
            12,
            note="12桁",
            shown=lambda values: values.get("number_check", "") not in ("", "none"),
            needed=lambda values: values.get("number_check", "") not in ("", "none"),
        ),
        EntryField(
            "my_number_absent",
            "個人番号がない理由",
            FieldKind.CHOICE,
            codes="number_absent_reasons",
            shown=_is("number_check", "none"),
            needed=_is("number_check", "none"),
        ),
        EntryField(
            "purpose_explained",
            "利用目的の説明",
            FieldKind.FLAG,
            note="「個人番号は、後期高齢者医療の資格の管理と給付のために使います。」と説明した",
            required=True,
        ),
    ),
)

PAPERS_PAGE = EntryPage(
    "papers",
    "前住所地の証明書",
    "持参された証明書にチェックを入れ、書かれているとおりに入れてください。なければそのまま次へ。",
    (
        EntryField("copay_paper", "負担区分等証明書", FieldKind.FLAG, note="持参された"),
        *(
            EntryField(
                name,
                label,
                kind,
                width,
                codes=codes,
                shown=_is("copay_paper", "1"),
                needed=_is("copay_paper", "1") if needed else (lambda values: False),
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
                ("copay_base_income", "　旧ただし書所得（円）", FieldKind.MONEY, 10, "", True),
                ("copay_all_income_zero", "　所得なし（区分Ⅰ）", FieldKind.FLAG, 1, "", False),
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
        EntryField("disability_paper", "障害認定証明書", FieldKind.FLAG, note="持参された"),
        EntryField(
            "disability_on",
            "　認定年月日",
            FieldKind.DAY,
            shown=_is("disability_paper", "1"),
            needed=_is("disability_paper", "1"),
        ),
        EntryField(
            "disability_until", "　有効期限", FieldKind.DAY, shown=_is("disability_paper", "1")
        ),
        EntryField("disease_paper", "特定疾病認定証明書", FieldKind.FLAG, note="持参された"),
        EntryField(
            "disease_kind",
            "　特定疾病区分",
            FieldKind.CHOICE,
            codes="specified_diseases",
            shown=_is("disease_paper", "1"),
            needed=_is("disease_paper", "1"),
        ),
        EntryField(
            "disease_on",
            "　認定年月日",
            FieldKind.DAY,
            shown=_is("disease_paper", "1"),
            needed=_is("disease_paper", "1"),
        ),
        EntryField("dependant_paper", "被扶養者証明書", FieldKind.FLAG, note="持参された"),
        EntryField(
            "dependant_until",
            "　被扶養者でなくなった日",
            FieldKind.DAY,
            shown=_is("dependant_paper", "1"),
            needed=_is("dependant_paper", "1"),
        ),
        EntryField(
            "card_use",
            "マイナ保険証の利用登録",
            FieldKind.CHOICE,
            codes="card_uses",
            required=True,
        ),
        EntryField("delivery", "交付方法", FieldKind.CHOICE, codes="deliveries", required=True),
    ),
)

PAGES: tuple[EntryPage, ...] = (PERSON_PAGE, MOVE_PAGE, IDENTITY_PAGE, PAPERS_PAGE)
FIELDS: dict[str, EntryField] = {field.name: field for page in PAGES for field in page.fields}

LOCAL_ONLY = frozenset({"purpose_explained", "copies_received"})
"""Fields that the case keeps and the notification does not carry (SEC-17, SEC-18)."""

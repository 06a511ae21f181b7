"""Blocks: parts of pages that many kinds of case share, with their fields and their rules.

A kind puts a block where a page belongs, or unpacks ``…_fields`` into a page of its own. What a
block sends stands in the common head (``app.wire.records.CaseHead``).
"""

from __future__ import annotations

from dataclasses import replace

from app.cases import belonging, money_rules, page_rules
from app.cases.about import PAID_BY, PAYER_KNOWN
from app.cases.entry import (
    NUMBER,
    TODAY,
    Belongs,
    Entered,
    EntryField,
    EntryPage,
    FieldKind,
    Owner,
    Rule,
    Thing,
    Values,
    Whose,
    when,
)

EVENT_ON, NOTIFIED_ON, NOTIFIER, DELIVERY = "event_on", "notified_on", "notifier", "delivery"
NUMBER_CHECK = "number_check"
"""Fields of the blocks that are told again elsewhere, where a kind has them."""


def four_dates(event: str, note: str = "") -> tuple[EntryField, ...]:
    """異動日 (called ``event`` here), 届出日, 受付日 and 処理日 (DOMAIN 2.1)."""
    return (
        EntryField(EVENT_ON, event, FieldKind.DAY, required=True, note=note),
        EntryField(NOTIFIED_ON, "届出日", FieldKind.DAY, required=True, first=TODAY),
        EntryField("accepted_on", "受付日", FieldKind.DAY, required=True, first=TODAY),
        EntryField("processed_on", "処理日", FieldKind.DAY, required=True, read_only=True),
    )


FOUR_DATES: tuple[Rule, ...] = (page_rules.four_dates,)
"""The rules of ``four_dates``."""


def _by_post_or_wire(values: Values) -> bool:
    return values.get("channel", "") in ("post", "electronic")


def notifier_fields(who: str = "") -> tuple[EntryField, ...]:
    """Channel, who brings it (``who`` is preset), and by what that person was identified (SEC-02,
    SEC-18)."""
    return (
        EntryField(
            "channel",
            "受付経路",
            FieldKind.CHOICE,
            codes="channels",
            required=True,
            first="counter",
        ),
        EntryField(
            NOTIFIER, "届出人", FieldKind.CHOICE, codes="notifiers", required=True, first=who
        ),
        EntryField(
            "proxy_basis",
            "代理権の確認",
            FieldKind.CHOICE,
            codes="proxy_bases",
            shown=when(NOTIFIER, "proxy"),
            needed=when(NOTIFIER, "proxy"),
        ),
        EntryField(
            "identity_check", "身元確認", FieldKind.CHOICE, codes="identity_checks", required=True
        ),
        *_papers_shown(),
        *_heard(),
        EntryField(
            "copies_received",
            "写しの確認",
            FieldKind.FLAG,
            note="郵送・電子のとき：本人確認書類の写しを受け取った",
            shown=_by_post_or_wire,
            needed=_by_post_or_wire,
            kept_here=True,
        ),
    )


def _papers_shown() -> tuple[EntryField, ...]:
    """The papers without a picture, whose points the program counts (DOMAIN 7.1)."""
    two = when("identity_check", "plain_two")
    return tuple(
        EntryField(
            name,
            label,
            FieldKind.CHOICE,
            codes="identity_papers",
            shown=two,
            needed=two,
            kept_here=True,
        )
        for name, label in zip(
            page_rules.PAPERS_SHOWN, ("　見せてもらった書類", "　2枚目の書類"), strict=True
        )
    )


def _heard() -> tuple[EntryField, ...]:
    """電話: what the caller said of herself, held against the address master, and the number that
    was called back. None of it leaves the counter."""
    by_phone = when("identity_check", "three_facts")

    def heard(name: str, label: str, kind: FieldKind, width: int, note: str = "") -> EntryField:
        return EntryField(
            name, label, kind, width, note=note, shown=by_phone, needed=by_phone, kept_here=True
        )

    return (
        heard("heard_kana", "　聞き取ったフリガナ", FieldKind.KANA, 100),
        heard("heard_birth", "　聞き取った生年月日", FieldKind.DAY, 20),
        heard("heard_postal", "　聞き取った郵便番号", FieldKind.POSTAL, 7, "住所の郵便番号。7桁"),
        heard(
            "called_back",
            "　かけ直した電話番号",
            FieldKind.PHONE,
            20,
            "いったん切り、登録の番号か案内した番号へかけ直します",
        ),
    )


def _has_number(values: Values) -> bool:
    return values.get(NUMBER_CHECK, "") not in ("", "none")


def number_fields() -> tuple[EntryField, ...]:
    """個人番号: how it was checked, the number itself, why there is none, and that the purpose
    was explained (SEC-01, SEC-03, SEC-17)."""
    return (
        EntryField(
            NUMBER_CHECK, "番号確認", FieldKind.CHOICE, codes="number_checks", required=True
        ),
        EntryField(
            NUMBER,
            "個人番号",
            FieldKind.MY_NUMBER,
            12,
            note="12桁",
            shown=_has_number,
            needed=_has_number,
        ),
        EntryField(
            "my_number_absent",
            "個人番号がない理由",
            FieldKind.CHOICE,
            codes="number_absent_reasons",
            shown=when(NUMBER_CHECK, "none"),
            needed=when(NUMBER_CHECK, "none"),
        ),
        EntryField(
            "purpose_explained",
            "利用目的の説明",
            FieldKind.FLAG,
            note="「個人番号は、後期高齢者医療の資格の管理と給付のために使います。」と説明した",
            required=True,
            kept_here=True,
        ),
    )


def notifier(*, with_number: bool = False, who: str = "") -> EntryPage:
    """The page of who stands here; with 個人番号 where the kind asks for it. ``who`` brings it,
    unless the clerk says otherwise."""
    if with_number:
        return EntryPage(
            "identity",
            "届出人と本人確認",
            "窓口の方の身元と、本人の個人番号を確認し、確認した書類を選んでください。",
            (*notifier_fields(who), *number_fields()),
            (page_rules.support_measures, page_rules.identification, page_rules.number_absent),
            step="本人確認",
        )
    return EntryPage(
        "identity",
        "届出人と本人確認",
        "窓口の方の身元を確認し、確認した書類を選んでください。",
        notifier_fields(who),
        (page_rules.support_measures, page_rules.identification),
        step="本人確認",
    )


def delivery_field() -> EntryField:
    """交付方法 of a paper that may follow."""
    return EntryField(
        DELIVERY,
        "交付方法",
        FieldKind.CHOICE,
        codes="deliveries",
        required=True,
        first="counter",
    )


def role(prefix: str, label: str, *, required: bool = False) -> tuple[EntryField, ...]:
    """A person in a role (喪主, 相続人 …): name, relation and telephone; absent yet when the name
    is empty, unless ``required``."""
    name = f"{prefix}_name"

    def named(values: Values) -> bool:
        return bool(values.get(name, ""))

    return (
        EntryField(name, label, FieldKind.NAME, required=required),
        EntryField(
            f"{prefix}_relation",
            "　亡くなった方との続柄",
            FieldKind.TEXT,
            20,
            shown=named,
            needed=named,
        ),
        EntryField(f"{prefix}_phone", "　電話番号", FieldKind.PHONE, 20, shown=named),
    )


def payee_fields(role: str) -> tuple[EntryField, ...]:
    """申請者 of a benefit of somebody who died (called ``role`` here: 喪主, 相続人 …), who need
    not be in any register here: name, relation, address and telephone."""
    return (
        EntryField("payee_kana", "申請者のフリガナ", FieldKind.KANA, required=True),
        EntryField("payee_name", f"申請者（{role}）の氏名", FieldKind.NAME, required=True),
        EntryField("payee_relation", "亡くなった方との続柄", FieldKind.TEXT, 20, required=True),
        EntryField("payee_postal_code", "郵便番号", FieldKind.POSTAL, 7, required=True),
        EntryField("payee_address", "住所", FieldKind.ADDRESS, 200, required=True),
        EntryField("payee_phone", "電話番号", FieldKind.PHONE, 20),
    )


def payer_fields() -> tuple[EntryField, ...]:
    """納める方 of a kind about a payer: keyed only where the payer is in no register here."""

    def unknown(values: Values) -> bool:
        return values.get(PAYER_KNOWN, "") != "1"

    def keyed(item: str, label: str, kind: FieldKind, width: int = 100) -> EntryField:
        return EntryField(f"{PAID_BY}_{item}", label, kind, width, shown=unknown, needed=unknown)

    return (
        keyed("kana", "納める方のフリガナ", FieldKind.KANA),
        keyed("name", "納める方の氏名", FieldKind.NAME),
        keyed("relation", "被保険者との続柄", FieldKind.TEXT, 20),
        EntryField(f"{PAID_BY}_phone", "納める方の電話番号", FieldKind.PHONE, 20),
    )


def _payee(entered: Entered) -> Owner | None:
    """Who receives a benefit: whom the case is about, or who is named."""
    if entered.text("payee") == "other":
        return Owner("受取人", entered.text("payee_name"), entered.text("payee_kana"))
    return belonging.of_person(entered)


def claim_payee_fields() -> tuple[EntryField, ...]:
    """受取人と振込先 of a benefit: the person herself or somebody named, by the account that is
    registered, one that is keyed, or 公金受取口座 where she agrees (SEC-134)."""
    other, public = when("payee", "other"), when("account_from", "public")

    def named(item: str, label: str, kind: FieldKind, width: int = 100) -> EntryField:
        return EntryField(f"payee_{item}", label, kind, width, shown=other, needed=other)

    return (
        EntryField("payee", "受取人", FieldKind.CHOICE, codes="claim_payees", required=True,
                   first="self"),
        named("kana", "　フリガナ", FieldKind.KANA),
        named("name", "　氏名", FieldKind.NAME),
        named("relation", "　本人との関係", FieldKind.TEXT, 20),
        named("postal_code", "　郵便番号", FieldKind.POSTAL, 7),
        named("address", "　住所", FieldKind.ADDRESS, 200),
        EntryField("payee_phone", "　電話番号", FieldKind.PHONE, 20, shown=other),
        EntryField("account_from", "振込先", FieldKind.CHOICE, codes="account_sources",
                   required=True, first="keyed", rule=money_rules.account_of_payee),
        EntryField("consent", "　照会への同意", FieldKind.FLAG, shown=public, needed=public,
                   note="公金受取口座を国に照会することに、本人が同意した"),
        *(shown_when(one, "account_from", "keyed") for one in account_fields(_payee)),
    )  # fmt: skip


def shown_when(field: EntryField, name: str, *wanted: str) -> EntryField:
    """``field``, asked for only while the field ``name`` has one of these values."""
    asked = when(name, *wanted)
    return replace(field, shown=asked, needed=asked if field.required else None)


def account_fields(whose: Whose) -> tuple[EntryField, ...]:
    """振込先 of ``whose`` account: bank, branch, type, number and the holder's kana."""
    return (
        EntryField(
            "bank_code",
            "金融機関",
            FieldKind.BANK,
            4,
            required=True,
            note="名前（漢字・カナ）か4桁のコード",
            rule=money_rules.bank_listed,
        ),
        EntryField(
            "branch_code",
            "支店",
            FieldKind.BRANCH,
            3,
            required=True,
            note="名前か3桁のコード。ゆうちょは通帳の記号5桁",
            beside="bank_code",
            rule=money_rules.branch_listed,
        ),
        EntryField(
            "account_number",
            "口座番号",
            FieldKind.ACCOUNT_NUMBER,
            7,
            required=True,
            note="7桁。足りないときは前に0。ゆうちょの記号のときは通帳の番号",
            beside="branch_code",
        ),
        EntryField(
            "account_type",
            "口座の種類",
            FieldKind.CHOICE,
            codes="account_types",
            required=True,
            first="1",
            rule=money_rules.type_of_symbol,
        ),
        EntryField(
            "holder_kana",
            "口座名義（カナ）",
            FieldKind.KANA,
            40,
            required=True,
            belongs=Belongs(Thing.ACCOUNT_HOLDER, whose),
        ),
    )

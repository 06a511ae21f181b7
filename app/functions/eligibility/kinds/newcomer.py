"""Pages of a newcomer: who it is, and where the person lives now (FLOW-101 … 103).

Every kind of case about somebody who was not here unpacks them; what is sent stands in the body
``app.wire.bodies.newcomer``.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.cases import belonging, blocks, households, page_rules
from app.cases.answers import Compared
from app.cases.entry import (
    Entered,
    EntryField,
    EntryPage,
    FieldKind,
    Finding,
    Rule,
    Values,
    error,
    warning,
    when,
)
from app.cases.households import NUMBER_FIELD, number_of
from app.cases.kind import SecondLook
from app.core.text import name_words
from app.rules.calendar import days
from app.rules.values.reader import Reader
from db.items import HIDDEN


def birth(entered: Entered) -> Iterator[Finding]:
    """A birth date in the past; who is under 75 needs the former union's recognition."""
    written = entered.day("birth_written")
    if written is None:
        return
    if written.sort_date > entered.today:
        yield error(
            "birth_written",
            "birth_future",
            "生年月日が今日より後の日です。",
            "元号と年を確かめてください。",
        )
    elif written.is_unknown:
        yield warning(
            "birth_written",
            "birth_unknown",
            "生年月日に不詳があるか、暦にない日です。年齢は広域連合が判断します。",
            "転入通知の記載のとおりか確かめてください。",
        )
    elif (
        entered.today < days.day_of_75(written.sort_date)
        and entered.text("disability_paper") != "1"
    ):
        yield warning(
            "birth_written",
            "under_75",
            "75歳に達していません。障害認定証明書がなければ却下されます。",
            "生年月日と、障害認定証明書の有無を確かめてください。",
        )


def given_name(entered: Entered) -> Iterator[Finding]:
    """The kana has a family name and a given name, as the union's files and the search need."""
    kana = entered.text("kana")
    if kana and kana != HIDDEN and len(name_words(kana)) < 2 and not _is_foreign(entered):
        yield warning(
            "kana",
            "kana_one_word",
            f"フリガナ「{kana}」に、姓と名の区切りがありません。",
            "名が抜けていないか確かめ、姓と名の間を空けてください。",
        )


def _is_foreign(entered: Entered) -> bool:
    return entered.text("person_kind") == "2"


def in_our_area(entered: Entered) -> Iterator[Finding]:
    """The new address is in the municipality of this counter, as far as the address names one."""
    written = entered.text("address")
    here = entered.text("municipality_code")
    table = entered.tables["municipalities"]
    ours = table.find(entered.today, code=here) if here else None
    if ours is None or not written or written == HIDDEN:
        return
    prefecture, town = ours.text("prefecture"), ours.text("label")
    if written.startswith((prefecture + town, town)):
        return
    named = [
        row.text("prefecture") + row.text("label")
        for row in table.rows(entered.today)
        if row.text("code") != here
        and written.startswith((row.text("prefecture") + row.text("label"), row.text("label")))
    ]
    if named or _begins_elsewhere(written, prefecture, entered):
        where = f"{named[0]}の" if named else ""
        yield warning(
            "address",
            "address_elsewhere",
            f"住所が{where}{town}の外です。この窓口への転入になりません。",
            f"旧住所と新住所を取り違えていないか、{prefecture}{town}からの住所か確かめてください。",
        )


def _begins_elsewhere(written: str, prefecture: str, entered: Entered) -> bool:
    """Whether the address begins with a prefecture, another one or ours with another town."""
    names = {row.text("label") for row in entered.tables["prefectures"].rows(entered.today)}
    return written.startswith(tuple(names | {prefecture}))


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
            "person_kind",
            "個人区分",
            FieldKind.CHOICE,
            codes="person_kinds",
            required=True,
            first="1",
        ),
        EntryField(
            "alias",
            "通称",
            FieldKind.NAME,
            shown=when("person_kind", "2"),
            note="外国人住民で通称がある場合",
        ),
        EntryField(
            "alias_kana",
            "通称フリガナ",
            FieldKind.KANA,
            shown=when("person_kind", "2"),
            note="通称で探せるように",
        ),
        EntryField("phone", "電話番号", FieldKind.PHONE, 20, note="市外局番から"),
    ),
    (birth, given_name),
    step="本人",
)
"""Who the newcomer is."""


def household_here(entered: Entered) -> Iterator[Finding]:
    """Who joins a household names one that is known here, who heads one a new one."""
    household = entered.household
    if household is None or number_of(entered.text(NUMBER_FIELD)) != household.number:
        return
    heads = entered.text("is_head") == "1"
    if not household.members and not heads:
        yield warning(
            NUMBER_FIELD,
            "household_unknown",
            "この世帯番号の世帯は、この端末で知られていません。",
            "番号を書類と見比べてください。本人だけの新しい世帯なら「世帯主」にチェックを"
            "入れてください。",
        )
    elif heads and household.head:
        yield warning(
            NUMBER_FIELD,
            "household_has_head",
            f"この世帯番号の世帯主は {household.head} 様です。",
            "世帯番号を取り違えていないか、世帯主のチェックが正しいか確かめてください。",
        )


RELATIONS = ("世帯主", "妻", "夫", "母", "父", "妻の母", "夫の母", "子", "同居人")
"""The usual relations to the head (続柄), each under its digit; any other is typed."""


def former_place_name(code: str, reader: Reader) -> Values:
    """Where a former address begins, by the municipality's code."""
    row = reader.tables["municipalities"].find(reader.day, code=code)
    return {} if row is None else {"former_address": row.text("prefecture") + row.text("label")}


def place_page(
    event: str, *after: EntryField, rules: tuple[Rule, ...] = (), elsewhere: bool = False
) -> EntryPage:
    """Since when and where the newcomer lives; ``after`` are the kind's own fields. ``elsewhere``:
    she may live in another municipality."""
    return EntryPage(
        "move",
        "異動と住所",
        "住民記録で付いた宛名番号・世帯番号と、新旧の住所を入れてください。",
        (
            *blocks.four_dates(event),
            EntryField(
                "atena_number",
                "宛名番号",
                FieldKind.ATENA,
                15,
                required=True,
                belongs=belonging.NEWCOMERS_ATENA,
            ),
            EntryField(
                NUMBER_FIELD,
                "世帯番号",
                FieldKind.HOUSEHOLD,
                15,
                required=True,
                looks_up=households.found,
            ),
            EntryField(
                "relation",
                "世帯主との続柄",
                FieldKind.TEXT,
                20,
                required=True,
                offers=RELATIONS,
            ),
            EntryField("is_head", "世帯主", FieldKind.FLAG, note="本人が世帯主のとき", first="0"),
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
            *after,
        ),
        (
            *blocks.FOUR_DATES,
            page_rules.not_before("event_on", "birth_written", "before_birth"),
            page_rules.facility,
            *(() if elsewhere else (in_our_area, household_here)),
            *rules,
        ),
        step="異動・住所",
    )


def gives_number_to_unregistered(values: Values) -> bool:
    """Whether the entry gives an individual number to an unregistered resident (住登外),
    which always needs two checkers and a supervisor (SEC-14)."""
    checked = values.get("number_check", "")
    return values.get("person_kind", "") == "3" and checked not in ("", "none")


SECOND_LOOK = SecondLook(
    supervised=gives_number_to_unregistered, supervised_label="住登外の方の個人番号"
)
COMPARED = (
    Compared("name", is_name=True),
    Compared("kana"),
    Compared("birth_written", is_birth=True),
    Compared("sex"),
    Compared("address", is_name=True),
    Compared("building", is_name=True),
    Compared("atena_number"),
    Compared("event_on", decided="acquired_on"),
)
"""What of the decision is compared with what was keyed of a newcomer."""

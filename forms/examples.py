"""Synthetic persons of an invented municipality, of which the forms' examples are made.

They are in the product because a filled example stands beside every application (ADD-13) and
the test page of a printer shows them; none of them exists.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from forms.certificates.seal import SealCharacters

SEAL = SealCharacters(("架空県後期", "高齢者医療", "広域連合長", "之印"))


@dataclass(frozen=True, slots=True)
class PersonExample:
    """One synthetic person, in the names that the data of the forms use."""

    insured_number: str
    name: str
    name_kana: str
    sex: str
    birth_date: str
    postal_code: str
    address: str
    phone: str
    issued_on: str = "令和8年11月21日"
    insurer_number: str = "39999997"
    insurer_name: str = "架空県後期高齢者医療広域連合"

    def items(self, data: type, *without: str) -> dict[str, Any]:
        """The items that ``data`` has an attribute for, but for those named."""
        wanted = {field.name for field in fields(data)} - set(without)
        own = {field.name for field in fields(self)}
        return {name: getattr(self, name) for name in sorted(own & wanted)}


TYPICAL = PersonExample(
    insured_number="01234567",
    name="葛\U000e0102城　美智子",
    name_kana="カツラギ　ミチコ",
    sex="女",
    birth_date="昭和20年5月3日",
    postal_code="000-0001",
    address="架空県見本市中央町一丁目2番3号",
    phone="000-000-0001",
)
LONG = PersonExample(
    insured_number="98765432",
    name="アレクサンドラ　マリア　デ・ラ・クルス　髙﨑　𠮷之\U000e0100介",
    name_kana="アレクサンドラ　マリア　デ・ラ・クルス　タカサキ　ヨシノスケ",
    sex="男",
    birth_date="昭和20年10月10日",
    postal_code="000-0002",
    address="架空県見本市中央区桜が丘三丁目12番34号　見本市営住宅あおぞら団地第２号棟305号室",
    phone="000-0000-0002",
    issued_on="令和8年11月21日",
    insurer_name="架空県北部中央地域後期高齢者医療広域連合",
)
ODD = PersonExample(
    insured_number="00000018",
    name="邉\U000e010f　𣘺",
    name_kana="",
    sex="女",
    birth_date="1945年5月3日",
    postal_code="000-0003",
    address="架空県見本市字辻\U000e0100ノ上壱番地",
    phone="",
)

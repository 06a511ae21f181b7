"""住所地特例者に関する連絡票 (FORM-N9): from union to union about somebody in a facility who stays
with the union of the former address (DOMAIN 2.6; 法55条). N9 is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.tables import Tables
from forms.certificates.certified import PERSON_ROWS, Certified, certified, example_of
from forms.decided import DecidedCoverage, Printed, item_of
from forms.examples import LONG, ODD, TYPICAL
from forms.form import DECISION, NOTICE, Examples, Form
from forms.items import item
from forms.letters import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressExceptionData(Certified):
    """What the other union must know."""

    to_office: str = item("あて先")
    event: str = item("連絡の内容")
    event_on: str = item("異動年月日")
    facility_name: str = item("施設の名称", required=False)
    facility_address: str = item("施設の所在地", required=False)
    former_address: str = item("施設に入る前の住所", required=False)


LETTER = Letter(
    title="後期高齢者医療住所地特例者に関する連絡票",
    lead=(
        "高齢者の医療の確保に関する法律第55条（第55条の2）の規定による被保険者について、"
        "次のとおり連絡します。",
    ),
    rows=(
        *PERSON_ROWS,
        "event",
        "event_on",
        "facility_name",
        "facility_address",
        "former_address",
    ),
    notes=("この連絡票に記載された個人情報は、住所地特例の事務の目的以外に使用しないでください。",),
    to="to_office",
)


def exception_of(decision: DecidedCoverage, number: str, tables: Tables) -> AddressExceptionData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return AddressExceptionData(
        **certified(decision, number, tables) | {"postal_code": "", "mail_address": ""},
        to_office=item_of(decision, "other_union"),
        event=item_of(decision, "exception_event"),
        event_on=printed.day(item_of(decision, "event_on")),
        facility_name=item_of(decision, "facility_name"),
        facility_address=item_of(decision, "facility_address"),
        former_address=item_of(decision, "former_address"),
    )


def _example(person: object, number: int) -> dict[str, object]:
    items = example_of(person, AddressExceptionData, number)  # type: ignore[arg-type]
    return {**items, "postal_code": "", "mail_address": ""}


_TYPICAL = AddressExceptionData(
    **_example(TYPICAL, 79),  # type: ignore[arg-type]
    to_office="隣架県後期高齢者医療広域連合",
    event="施設への入所による住所地特例の適用",
    event_on="令和8年11月16日",
    facility_name="特別養護老人ホーム見本園",
    facility_address="隣架県試験市海辺町五丁目6番",
    former_address="架空県見本市中央町一丁目2番3号",
)

FORM = Form(
    id="FORM-N9",
    title="住所地特例者に関する連絡票",
    kind=NOTICE,
    data=AddressExceptionData,
    draw=LETTER.draw,
    source=DECISION,
    numbered=True,
    paper="FORM-N9",
    decided="address_exception_notice",
    attests=True,
    from_decision=exception_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **_example(LONG, 80),  # type: ignore[arg-type]
            to_office="架空県及び隣架県中央北部地域後期高齢者医療広域連合",
            event="国民健康保険の住所地特例の適用を受けていた方の75歳到達による引継ぎ",
            facility_name="社会福祉法人見本福祉会　介護老人保健施設ケアホームあおぞら桜が丘",
            facility_address="隣架県試験市中央区桜が丘西三丁目12番34号　あおぞら福祉プラザ西館５階",
        ),
        oddest=replace(
            _TYPICAL,
            **_example(ODD, 81),  # type: ignore[arg-type]
            facility_name="",
            facility_address="",
            former_address="",
            event="住所地特例の終了",
        ),
    ),
)

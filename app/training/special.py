"""The special cases every training municipality has, one row per person (issue 2, item 10)."""

from __future__ import annotations

from dataclasses import dataclass

from app.training.people import Income, income_of

_PENSION = income_of(1_450_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a special person must be; the rest is drawn.

    ``coverage``: auto (insured if 75 or over), none, disability, returned (left and came back).
    """

    case: str
    name: str
    kana: str
    sex: str
    age: int = 0
    month: int = 4
    day: int = 10
    relation: str = "世帯主"
    kind: str = "1"
    alias: str = ""
    alias_kana: str = ""
    birth_written: str = ""
    birth_sort: str = ""  # the working day the officials decided, where nothing is known
    days_to_75: int = 0
    state: str = "1"
    event: str = "ex_officio_entry"
    event_days_ago: int = 2000
    loss_reason: str = ""
    coverage: str = "auto"
    former_atena: tuple[int, ...] = ()
    without_number: bool = False
    supported: bool = False
    income: Income | None = _PENSION
    card_use: str = "not_registered"


def _unknown(name: str, kana: str, written: str, sort: str = "") -> Wanted:
    return Wanted(
        case="unknown_birth", name=name, kana=kana, sex="2", birth_written=written, birth_sort=sort
    )


_SAME_NAME = (
    Wanted(case="same_name", name="佐藤　清", kana="サトウ　キヨシ", sex="1", age=79),
    Wanted(case="same_name", name="佐藤　清", kana="サトウ　キヨシ", sex="1", age=79),
)

SPECIAL_HOUSEHOLDS: tuple[tuple[Wanted, ...], ...] = (
    # The households that the three movers of the visit join (app.training.movers).
    (
        Wanted(
            case="joined_1",
            name="髙橋　浩",
            kana="タカハシ　ヒロシ",
            sex="1",
            age=57,
            coverage="none",
            income=Income(
                taxed=True,
                revenue=5_200_000,
                other_income=3_720_000,
                total_income=3_720_000,
                base_income=3_290_000,
                taxable_income=2_600_000,
            ),
        ),
        Wanted(
            case="joined_1",
            name="髙橋　由美子",
            kana="タカハシ　ユミコ",
            sex="2",
            age=54,
            relation="妻",
            coverage="none",
            income=Income(),
        ),
        Wanted(
            case="joined_1",
            name="髙橋　拓海",
            kana="タカハシ　タクミ",
            sex="1",
            age=19,
            relation="子",
            coverage="none",
            income=Income(),
        ),
    ),
    (
        Wanted(
            case="joined_2",
            name="大野　直美",
            kana="オオノ　ナオミ",
            sex="2",
            age=52,
            coverage="none",
            income=Income(
                taxed=True,
                revenue=3_600_000,
                other_income=2_440_000,
                total_income=2_440_000,
                base_income=2_010_000,
                taxable_income=1_500_000,
            ),
        ),
    ),
    (
        Wanted(
            case="joined_3",
            name="渡\u9089\U000e010f　誠",
            kana="ワタナベ　マコト",
            sex="1",
            age=61,
            coverage="none",
            income=Income(revenue=950_000, other_income=300_000, total_income=300_000),
        ),
    ),
    # Whom the clerk must rule out: the first mover's name, another birth date.
    (
        Wanted(
            case="namesake",
            name="髙橋　和子",
            kana="タカハシ　カズコ",
            sex="2",
            age=78,
            month=9,
            day=21,
        ),
    ),
    (_SAME_NAME[0],),
    (_SAME_NAME[1],),
    (
        Wanted(case="same_kana", name="佐々木　実", kana="ササキ　ミノル", sex="1", age=78),
        Wanted(
            case="same_kana",
            name="佐々木　稔",
            kana="ササキ　ミノル",
            sex="1",
            age=52,
            relation="子",
            coverage="none",
        ),
    ),
    (
        Wanted(
            case="two_atena",
            name="山本　千代子",
            kana="ヤマモト　チヨコ",
            sex="2",
            age=80,
            former_atena=(8_000_001,),
        ),
    ),
    (
        Wanted(
            case="two_atena",
            name="木村　武雄",
            kana="キムラ　タケオ",
            sex="1",
            age=83,
            former_atena=(8_000_002, 8_000_003),
            coverage="returned",
        ),
    ),
    (
        Wanted(
            case="dead",
            name="中村　ハル",
            kana="ナカムラ　ハル",
            sex="2",
            age=91,
            state="3",
            event="death",
            event_days_ago=40,
            loss_reason="LOS_DEATH",
        ),
    ),
    (
        Wanted(
            case="moved_out",
            name="小川　喜一",
            kana="オガワ　キイチ",
            sex="1",
            age=82,
            state="2",
            event="move_out",
            event_days_ago=90,
            loss_reason="LOS_OUT",
        ),
    ),
    (_unknown("石川　ミツ", "イシカワ　ミツ", "昭和15年頃"),),
    (_unknown("林　キヨ", "ハヤシ　キヨ", "推定昭和10年5月1日"),),
    (_unknown("清水　トシ", "シミズ　トシ", "年月日不詳", "1940-07-01"),),
    (_unknown("森　タケ", "モリ　タケ", "昭和12年月日不詳"),),
    (_unknown("池田　よし", "イケダ　ヨシ", "昭和8年3月日不詳"),),
    (_unknown("前田　ふみ", "マエダ　フミ", "昭和9年2月29日"),),
    (_unknown("本間　咲", "ホンマ　サキ", "昭和11年10月上旬"),),
    # 大正15年12月25日: the border day in its older spelling, a plain day of the calendar.
    (
        Wanted(
            case="border_day",
            name="関　タケ",
            kana="セキ　タケ",
            sex="2",
            birth_written="大正15年12月25日",
        ),
    ),
    (
        Wanted(
            case="foreigner",
            name="NGUYEN VAN MAU",
            kana="グエン　ヴァン　マウ",
            sex="1",
            age=77,
            kind="2",
            alias="見本　文夫",
            alias_kana="ミホン　フミオ",
        ),
        Wanted(
            case="foreigner",
            name="TRAN THI MAU",
            kana="",  # the register has no kana of many foreign residents
            sex="2",
            age=73,
            kind="2",
            relation="妻",
            coverage="none",
        ),
    ),
    # DV: both stand in one household; only the wife is protected.
    (
        Wanted(case="measure_other", name="村上　勝", kana="ムラカミ　マサル", sex="1", age=83),
        Wanted(
            case="support_measure",
            name="村上　静江",
            kana="ムラカミ　シズエ",
            sex="2",
            age=79,
            relation="妻",
            supported=True,
            card_use="registered",
        ),
    ),
    (
        Wanted(
            case="undeclared",
            name="遠藤　久",
            kana="エンドウ　ヒサシ",
            sex="1",
            age=78,
            income=Income(declared=False),
        ),
    ),
    (
        Wanted(
            case="aged_65_74",
            name="藤井　博",
            kana="フジイ　ヒロシ",
            sex="1",
            age=70,
            coverage="none",
        ),
        Wanted(
            case="aged_65_74",
            name="藤井　文子",
            kana="フジイ　フミコ",
            sex="2",
            age=67,
            relation="妻",
            coverage="none",
        ),
    ),
    (
        Wanted(
            case="disability",
            name="三浦　正雄",
            kana="ミウラ　マサオ",
            sex="1",
            age=69,
            coverage="disability",
        ),
    ),
    (
        Wanted(
            case="turning_75",
            name="原田　節子",
            kana="ハラダ　セツコ",
            sex="2",
            days_to_75=20,
            coverage="none",
        ),
    ),
    (
        Wanted(
            case="welfare",
            name="岡本　四郎",
            kana="オカモト　シロウ",
            sex="1",
            age=81,
            event_days_ago=300,
            loss_reason="LOS_WELF",
        ),
    ),
    (
        Wanted(
            case="unregistered",
            name="竹内　フミ",
            kana="タケウチ　フミ",
            sex="2",
            age=86,
            kind="3",
            without_number=True,
        ),
    ),
    (
        Wanted(
            case="earner",
            name="\U00020bb7村　栄一",
            kana="ヨシムラ　エイイチ",
            sex="1",
            age=84,
            income=income_of(2_400_000, 9_000_000, 5_600_000),
        ),
    ),
    (
        Wanted(
            case="general2",
            name="宮﨑　豊",
            kana="ミヤザキ　ユタカ",
            sex="1",
            age=79,
            income=income_of(2_600_000),
        ),
        Wanted(
            case="general2",
            name="宮﨑　幸子",
            kana="ミヤザキ　サチコ",
            sex="2",
            age=77,
            relation="妻",
            income=income_of(900_000),
        ),
    ),
    (
        Wanted(
            case="low1",
            name="\u845b\U000e0102西　キヨ",
            kana="カサイ　キヨ",
            sex="2",
            age=88,
            income=income_of(780_000),
        ),
    ),
    (
        Wanted(
            case="low2",
            name="\u8fbb\U000e0100　八重",
            kana="ツジ　ヤエ",
            sex="2",
            age=80,
            income=income_of(1_400_000),
        ),
    ),
)

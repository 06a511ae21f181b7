"""Functions of finding and showing a person (被保険者の照会)."""

from __future__ import annotations

from app.persons import history, memory, reaching, stopping, waiting
from app.security.spec import Area, Function, Kind, MyNumber, Need, SecondPerson, StepUp

AREA = Area("persons", "照会", 10, waiting.WAITS)

_SHOWN = (
    "person",
    "atena",
    "insured",
    "address",
    "restriction",
    "household_member",
    "household",
    "watermark",
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="persons.search",
        area="persons",
        kind=Kind.INQUIRE,
        label="検索",
        help="氏名（漢字・カナ）、生年月日、被保険者番号、宛名番号、電話番号のどれでも、"
        "一つの欄に入れて探します。見つかった方は、氏名・生年月日・住所を見比べて選びます。",
        reads=_SHOWN,
        needs=(Need.FILLED,),
        screen="app.persons.screens.search:SearchScreen",
        menu=True,
        searches=True,
    ),
    Function(
        id=reaching.LIST,
        area="persons",
        kind=Kind.INQUIRE,
        label="75歳になる方",
        help="月を選んで、75歳になり後期高齢者医療の被保険者になる方を一覧します（年齢到達）。"
        "届出はいりません。一人を開くと、いつ、どの書類が、どこに届くかと、読み上げることが出ます。",
        step_up=StepUp.RECENT,
        reads=reaching.READS,
        needs=(Need.FILLED,),
        screen="app.persons.screens.reaching:ReachingScreen",
        menu=True,
    ),
    Function(
        id="persons.search_by_number",
        area="persons",
        kind=Kind.INQUIRE,
        label="個人番号による検索",
        help="個人番号で探します。個人番号を使う事務の権限がある職員だけが使えます。",
        step_up=StepUp.RECENT,
        purpose=True,
        my_number=MyNumber.SEARCH,
        reads=(*_SHOWN, "my_number"),
        needs=(Need.FILLED,),
    ),
    Function(
        id="persons.open",
        area="persons",
        kind=Kind.INQUIRE,
        label="個人の照会",
        help="一人の資格・住所・世帯を開きます。だれの情報をいつ開いたかが記録されます。",
        step_up=StepUp.RECENT,
        reads=(
            *_SHOWN,
            *history.READS,
            "case_file",
            "certificate",
            "my_number.owner_kind",
            "my_number.owner_id",
        ),
        screen="app.persons.screens.person:PersonScreen",
    ),
    Function(
        id="persons.show_my_number",
        area="persons",
        kind=Kind.INQUIRE,
        label="個人番号の表示",
        help="確認のために個人番号を別の画面に出します。目的を選び、キーに触れます。",
        step_up=StepUp.TOUCH,
        purpose=True,
        my_number=MyNumber.SHOW,
        reads=("person", "my_number", "restriction"),
    ),
    Function(
        id="persons.mark_support",
        area="persons",
        deed="MarkSupport",
        kind=Kind.UPDATE,
        label="支援措置の登録",
        help="支援措置の対象の方に取扱注意を付けます。仮支援措置の決定と、終了日の1か月前からの"
        "延長も、ここでします。期間を過ぎても自動では外れません。",
        step_up=StepUp.TOUCH,
        reads=(*memory.READS, *stopping.READS, "restriction"),
        writes=(*memory.WRITES, *stopping.WRITES, "restriction"),
    ),
    Function(
        id="persons.mark_provisional",
        area="persons",
        deed="MarkProvisional",
        kind=Kind.UPDATE,
        label="仮支援措置の登録",
        help="支援措置の申出があったとき、決定を待たずに、その場で取扱注意を付けます。だれでも付けられ、"
        "外すことはできません。",
        step_up=StepUp.TOUCH,
        reads=(*memory.READS, *stopping.READS, "restriction"),
        writes=(*memory.WRITES, *stopping.WRITES, "restriction"),
    ),
    Function(
        id="persons.open_support",
        area="persons",
        kind=Kind.UPDATE,
        label="支援措置の一時解除",
        help="理由を選び、取扱注意の方の表示・印刷・回答を、この端末のこのログインで15分間だけ"
        "できるようにします。15分たつと自動で元に戻ります。",
        step_up=StepUp.TOUCH,
        reads=("person", "restriction"),
        writes=("restriction_opening",),
    ),
    Function(
        id="persons.close_support",
        area="persons",
        kind=Kind.UPDATE,
        label="一時解除の終了",
        help="一時解除した取扱注意の方を、時間を待たずに元に戻します。",
        writes=("restriction_opening",),
    ),
    Function(
        id="persons.lift_support",
        area="persons",
        deed="LiftSupport",
        kind=Kind.UPDATE,
        label="支援措置の解除",
        help="取扱注意を外します。キーに触れ、責任者の確認が要ります。",
        step_up=StepUp.TOUCH,
        second_person=SecondPerson.SUPERVISOR,
        reads=(*memory.READS, "restriction"),
        writes=(*memory.WRITES, "restriction"),
    ),
)

"""Functions of the unattended relay (中継, 連携サーバー): its standing order, and its own work.

An area of its own, whose rights the founders have with the founding: a relay has nobody else.
"""

from __future__ import annotations

from app.security.spec import Actor, Area, Function, Kind, SecondPerson, StepUp
from app.sync.terminal_keys import LINE_FACTS

AREA = Area("relay", "中継", 72, by_founding=True)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="relay.order",
        area="relay",
        kind=Kind.ADMINISTER,
        label="中継への常時の指示",
        help="人のいない中継（連携サーバー）に、どのファイルをいつまで送り受けしてよいかを、二人で"
        "指示します（一年まで。madoguchi relay order）。",
        step_up=StepUp.TOUCH,
        second_person=SecondPerson.SUPERVISOR,
        reads=(
            "standing_order",
            "store_fact.profile",
            "store_fact.municipality_code",
            LINE_FACTS,
            "terminal_key",
            "courier",
        ),
        writes=("standing_order", "store_fact.relay.folder", "courier"),
    ),
    Function(
        id="relay.withdraw",
        area="relay",
        kind=Kind.ADMINISTER,
        label="中継への指示の取りやめ",
        help="中継への常時の指示を取りやめます。中継は次の送受信から何もしません"
        "（madoguchi relay withdraw）。",
        step_up=StepUp.TOUCH,
        reads=("standing_order",),
        writes=("standing_order",),
    ),
    Function(
        id="relay.carry",
        area="relay",
        kind=Kind.SEND,
        label="中継の送受信",
        help="常時の指示のとおりに、封をしたままのファイルを広域連合へ送り、届いたものを置きます"
        "（中継が行います）。",
        actor=Actor.SYSTEM,
        reads=(
            "standing_order",
            "store_fact.relay.folder",
            "store_fact.epoch",
            LINE_FACTS,
            "terminal_key",
            "courier",
            "outbox",
            "stream_state",
        ),
        writes=("outbox", "stream_state"),
    ),
)

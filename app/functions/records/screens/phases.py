"""受付の件数と時間: bars by day, counts by kind, the parts of a visit; nothing can be opened."""

from __future__ import annotations

from app.functions.records import phases
from app.functions.records.phases import LEAST, Phase, Sums
from app.functions.records.screens.bars import Bars
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page
from app.ui.base.tables import fill, list_table
from app.ui.base.theme import grown

_PHASES = ("来庁の段階", "件数", "合計", "平均")
_PHASE_WIDTHS = (240, 120, 180)
_KINDS = ("手続", "件数")
_KIND_WIDTHS = (420,)


class PhasesScreen(Page):
    """Sums of the last days."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "件数と時間",
            f"この30日の合計です。職員ごと・来庁者ごとの数は出ません（{LEAST}件に満たない段階は"
            "時間を出しません）。",
        )
        self._desk = desk
        self.sums: Sums | None = None
        self.body.addWidget(_title("一日ごとの受付"))
        self.bars = Bars("一日ごとの受付の件数")
        self.body.addWidget(self.bars)
        self.body.addWidget(_title("来庁の段階ごとの時間"))
        self.phases = list_table("来庁の段階ごとの時間", _PHASES, _PHASE_WIDTHS)
        self.phases.setMinimumHeight(grown(240))  # all five parts are seen
        self.body.addWidget(self.phases, 2)
        self.body.addWidget(_title("手続ごとの件数"))
        self.kinds = list_table("手続ごとの件数", _KINDS, _KIND_WIDTHS)
        self.body.addWidget(self.kinds, 2)
        self.action("読み直す", "F5", self.load)
        self.load()

    def first_focus(self) -> None:
        self.phases.setFocus()

    def load(self) -> None:
        """Read the sums."""
        desk = self._desk
        journal = desk.door_of_staff.terminal.journal
        openings = frozenset(kind.opening for kind in desk.kinds.values())
        desk.run(
            self,
            lambda: phases.show(desk.gate, desk.session, journal.newest_first(), openings),
            self._show,
        )

    def _show(self, found: Sums) -> None:
        self.sums = found
        self.bars.show_counts(
            [count for _, count in found.days], [f"{day.day}日" for day, _ in found.days]
        )
        fill(self.phases, [_cells(one) for one in found.phases])
        kinds = self._desk.kinds
        labels = {code: kinds[code].label if code in kinds else code for code, _ in found.kinds}
        fill(self.kinds, [(labels[code], f"{count:,}件") for code, count in found.kinds])


def _cells(one: Phase) -> tuple[str, ...]:
    if one.seconds is None or one.mean is None:
        few = f"{LEAST}件に満たない"
        return one.label, few, "―", "―"
    return one.label, f"{one.visits:,}件", _spoken(one.seconds), _spoken(one.mean)


def _spoken(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    said = f"{hours}時間{minutes}分" if hours else f"{minutes}分{rest}秒"
    return said if hours or minutes else f"{rest}秒"


def _title(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setObjectName("fieldLabel")
    return label

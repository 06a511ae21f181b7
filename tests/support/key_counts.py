"""How many keys a case takes at the counter, pressed on the real entry screen.

Counted by the rule of the desk: a key event is 1; text that comes by an input method is its romaji
letters plus 1 for each conversion and 1 for each commit (one of each a word); a choice is 1. From
the opened person (``BEGUN`` for choosing the case; a newcomer's begins at the menu) to the sending,
and behind it what the decision and its paper take (``AFTER``, ``PAPER``); a touch is no key.
Keyed is what the scene of the kind says (``tests.support.kinds``), read off papers; identification
is that of a member of the household who shows one paper with a picture.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QInputDialog

from app.cases.entry import EntryField, FieldKind
from app.cases.kind import CaseKind
from app.cases.screens.entry import EntryScreen
from app.catalog import CASES
from app.ui.base.fields import ChoiceField, Field, FlagField
from tests.support.counter import NUMBER, Counter, counter_in, put_residents
from tests.support.desk import Room
from tests.support.kinds import SCENES
from tests.support.look import Bot

BEGUN = 10
"""Alt+B, two signs of the case's name through the input method, Enter."""
FROM_MENU = 2
"""Alt and the number of the menu's line, or its two digits."""
AFTER, PAPER = 1, 3
"""Ctrl+Enter for the comparison; with a paper, to the drawing, the issue and the good sheet."""

READINGS: Mapping[str, str] = {
    "見本県": "mihonken", "見本市": "mihonshi", "見本町": "mihonchou", "一丁目": "icchoume",
    "番地": "banchi", "番": "ban", "号": "gou", "港町": "minatomachi", "山手": "yamate",
    "本町": "honchou", "東京都": "toukyouto", "千代田区": "chiyodaku", "見本": "mihon",
    "髙橋": "takahashi", "一郎": "ichirou", "花子": "hanako", "花": "hana", "母": "haha",
    "子": "ko", "夫": "otto", "世帯主": "setainushi", "旧": "kyuu", "例示": "reiji",
    "国民健康保険": "kokuminkenkouhoken", "福祉事務所": "fukushijimusho", "里": "sato",
    "住民票": "juuminhyou", "写": "utsu", "死亡届": "shiboutodoke", "取下": "torisa",
    "除票": "johyou", "近隣": "kinrin", "方": "kata", "姿": "sugata", "見": "mi",
    "保険年金課長": "hokennenkinkachou", "転入届": "tennyuutodoke", "取消": "torike",
    "病院": "byouin", "健康保険組合": "kenkouhokenkumiai", "本人": "honnin", "申出": "moushide",
    "家": "ie", "中": "naka", "区役所": "kuyakusho", "必要": "hitsuyou", "保第": "hodai",
    "千第": "sendai", "交差点": "kousaten", "辻󠄀﨑": "tsujisaki", "髙子": "takako", "丁目": "choume",
    "治療院": "chiryouin", "変形性膝関節症": "henkeiseihizakansetsushou",
}  # fmt: skip
_UNREAD = "kana"
"""A sign that has no reading here counts as two kana, as most do."""
_SMALL, _VOWELS = "ゃゅょぁぃぅぇぉっャュョァィゥェォッ", "あいうえおアイウエオー"
_READ = re.compile("|".join(sorted(map(re.escape, READINGS), key=len, reverse=True)))


def ime_keys(text: str) -> int:
    """Keys of a text that comes by an input method."""
    words = [word for word in re.split("[　 ]", text) if word]
    romaji = _READ.sub(lambda found: READINGS[found.group()], text)
    romaji = re.sub("[\u4e00-\u9fff]", _UNREAD, romaji)
    single = _SMALL + _VOWELS + "　"
    letters = sum(1 if one in single or one.isascii() else 2 for one in romaji)
    return letters + 2 * len(words)


def typed(declared: EntryField, text: str) -> str:
    """What a clerk types of an ASCII text: no separators that the field does not need, and a day
    of this year by month and day."""
    if declared.kind is FieldKind.DAY:
        found = re.fullmatch(r"R8\.(\d+)\.(\d+)", text)
        return f"{int(found[1]):02}{int(found[2]):02}" if found else text
    if declared.kind in (FieldKind.NAME, FieldKind.ADDRESS, FieldKind.TEXT):
        return text
    return re.sub("[-,]", "", text)


@dataclass
class Clerk:
    """Keys in the open entry and counts the keys; ``detail`` are those of each field."""

    room: Room
    keys: int = 0
    detail: dict[str, int] = field(default_factory=dict)

    def fill_page(self, entry: EntryScreen, values: Mapping[str, str]) -> None:
        """Key what the page wants and does not hold, from where the cursor stands."""
        form = entry.form
        assert form is not None
        names = [one.name for one in form.page.fields]
        declared = {one.name: one for one in form.page.fields}

        def wanted() -> list[str]:
            return [one for one in names if self._differs(form, declared[one], values)]

        at = names.index(form.where.field) if form.where.field in names else 0
        while missing := wanted():
            following = [one for one in missing if names.index(one) >= at]
            target = following[0] if following else missing[0]
            shown = [one for one in names if not form.field(one).isHidden()]
            self.keys += abs(shown.index(target) - self._place(shown, names, at))
            before = self.keys
            self._enter(form.field(target), declared[target], values[target])
            self.detail[target] = self.keys - before
            at = names.index(target)
            assert not self._differs(form, declared[target], values), (target, values[target])

    @staticmethod
    def _place(shown: list[str], names: list[str], at: int) -> int:
        return next((n for n, one in enumerate(shown) if names.index(one) >= at), 0)

    @staticmethod
    def _differs(form: Any, declared: EntryField, values: Mapping[str, str]) -> bool:
        asked = form.field(declared.name)
        text = values.get(declared.name, "")
        if declared.read_only or asked.isHidden() or declared.name == "processed_on":
            return False
        if isinstance(asked, FlagField):
            return text == "1" and asked.value() != "1"
        if isinstance(asked, ChoiceField):
            return bool(text) and asked.value() != text
        return bool(text) and not asked.value()

    def _enter(self, asked: Field, declared: EntryField, text: str) -> None:
        asked.setFocus()
        if isinstance(asked, ChoiceField):
            self.keys += 1
            asked.set_value(text)
        elif isinstance(asked, FlagField):
            self.keys += 1
            asked.set_value("1")
        else:
            said = typed(declared, text)
            self.keys += len(said) if said.isascii() else ime_keys(said)
            asked.set_value(text)

    def go_on(self, entry: EntryScreen) -> None:
        """To the next page."""
        at = entry.step
        self.keys += 1  # Ctrl+Enter
        entry.next_button.click()
        self.room.until(lambda: entry.step > at or bool(self._errors(entry)))
        assert entry.step > at, self._errors(entry)

    @staticmethod
    def _errors(entry: EntryScreen) -> list[str]:
        form = entry.form
        if form is None:
            return []
        return [
            f"{one.name}: {form.field(one.name).error}"
            for one in form.page.fields
            if form.field(one.name).error
        ]


def keys_of(counter: Counter, room: Room, kind: CaseKind, **also: str) -> Clerk:
    """Key a case of the kind from the opened person to the summary, and count to its end;
    ``also`` is keyed beside what the scene says."""
    scene = SCENES[kind.code]
    if scene.resident is not None:
        put_residents(counter.world, scene.resident)
    person_id = scene.resident.id if scene.resident is not None else ""
    entry: EntryScreen = room.add(EntryScreen(room.desk(), kind.code, person_id=person_id))
    clerk = Clerk(room, FROM_MENU if kind.for_newcomer else BEGUN)
    choose_payer(room, entry, clerk)
    room.until(lambda: entry.form is not None)
    values = {"identity_check": "photo_one", "my_number": NUMBER, **scene.entry, **also}
    while entry.form is not None:
        clerk.fill_page(entry, values)
        clerk.go_on(entry)
    for answer in entry.answers():
        clerk.keys += 2  # to it, and the answer
        answer.setChecked(True)
    clerk.keys += 1 + (PAPER if kind.papers else AFTER)
    return clerk


def choose_payer(room: Room, entry: EntryScreen, clerk: Clerk) -> None:
    """Who pays, where the case asks: somebody of no register, the last line."""
    room.until(lambda: entry.form is not None or entry.findChild(QInputDialog) is not None)
    dialog = entry.findChild(QInputDialog)
    if dialog is not None:
        clerk.keys += 2
        dialog.textValueSelected.emit(dialog.comboBoxItems()[-1])
        dialog.deleteLater()
        room.settle()


DEATH = {"mourner_name": "見本　一郎", "mourner_relation": "子"}
"""Of a death the 喪主 is named, as at nearly every one."""


def main() -> None:
    """Say as JSON, of every kind: all its keys, and those of what is keyed alone."""
    from app.start.running import make_application
    from forms.fonts import load_fonts

    make_application(load_fonts())
    found: dict[str, tuple[int, int]] = {}
    for code, kind in CASES.items():
        with tempfile.TemporaryDirectory() as folder, counter_in(Path(folder) / "here") as counter:
            counter.kind, room = kind, Room(counter, Bot())
            clerk = keys_of(counter, room, kind, **(DEATH if code == "death" else {}))
            found[code] = clerk.keys, sum(clerk.detail.values())
            room.operations.close()
            room.printing.close()
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # widgets that nobody owns are not taken down one by one


if __name__ == "__main__":
    main()

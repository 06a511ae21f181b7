"""窓口の表示と公印: what the papers of this office say, and the form that changes it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.errors import UserError
from app.functions.admin import offices
from app.functions.admin.offices import LABELS, OfficeCard, PutCard
from app.functions.admin.screens.parts import eras_of, shown_day
from app.rules.calendar.wareki import Eras
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.form_parts import DayField, needed
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("いつから", "窓口の名称", "発行者", "公印", "決めた二人", "状態")
_WIDTHS = (110, 300, 190, 150, 150)
_CHANGE = "admin.put_office"
_SEAL_SIDE = 120
_IMAGE, _OMITTED = "image", "omitted"
_MOST_READ = 1_000_000


class OfficesScreen(Page):
    """What was put in force from which day; all of the chosen one stands below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "窓口の表示と公印",
            "受付票や受領書に印刷される窓口の名称・電話・受付時間・発行者・公印です。",
        )
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self.lines: tuple[PutCard, ...] = ()
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.table = list_table("窓口の表示", _COLUMNS, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_more())
        self.body.addWidget(self.table, 1)
        frame, self._more = card()
        self.body.addWidget(frame)
        self.action("読み直す", "F5", self.load)
        self.button = self.action("変更する", "Ctrl+Return", lambda: desk.go(_CHANGE), primary=True)
        self.button.setVisible(False)
        self.button.setEnabled(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read what is signed."""
        desk = self._desk

        def work() -> tuple[tuple[PutCard, ...], bool]:
            may = _CHANGE in desk.gate.permitted(desk.session)
            return offices.list_cards(desk.gate, desk.session), may

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[PutCard, ...], bool]) -> None:
        self.lines, may_change = found
        self.button.setVisible(may_change)
        self.button.setEnabled(may_change)
        desk = self._desk
        now = offices.in_force(self.lines, desk.office.name, desk.clock.now().date())
        clear(self._told)
        if now is None:
            self._told.addWidget(
                box(
                    "warn",
                    f"まだ二人で決めた表示がありません。初期設定の名称「{desk.office.name}」と"
                    f"電話「{desk.office.phone}」を印刷します。発行者と公印は印刷しません。",
                )
            )
        fill(self.table, [self._cells(one, now) for one in self.lines])
        if self.lines:
            choose(self.table, [self.lines.index(now) if now is not None else 0])
        self._tell_more()

    def _cells(self, one: PutCard, now: PutCard | None) -> tuple[str, ...]:
        shown = one.card
        coming = shown.since > self._desk.clock.now().date()
        elsewhere = shown.place != self._desk.office.name
        state = f"ほかの窓口（{shown.place}）" if elsewhere else "これから" if coming else "過去"
        return (
            shown_day(shown.since.isoformat(), self._eras),
            shown.name,
            shown.deputy or shown.issuer,
            "画像" if shown.seal else shown.omission,
            f"{one.set_by}・{one.second}",
            "いま有効" if one is now else state,
        )

    @property
    def chosen(self) -> PutCard | None:
        """What the chosen line says."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _tell_more(self) -> None:
        clear(self._more)
        one = self.chosen
        if one is None:
            return
        shown = one.card
        self._more.addWidget(PlainLabel(f"{shown.name}　電話 {shown.phone}　受付 {shown.hours}"))
        instead = f"（職務代理者　{shown.deputy}）" if shown.deputy else ""
        self._more.addWidget(PlainLabel(f"発行者　{shown.issuer}{instead}"))
        if shown.seal:
            self._more.addWidget(_seal_label(shown.seal))
        seal = offices.mark_of(shown.seal) if shown.seal else shown.omission
        self._more.addWidget(PlainLabel(seal))
        when = shown_day(one.set_at, self._eras)
        self._more.addWidget(PlainLabel(f"{when} に {one.set_by} と {one.second} が決めました。"))


class ChangeOfficeCardScreen(ActForm):
    """The same as it is now, to be changed; the operator and a supervisor touch."""

    def __init__(self, desk: Desk) -> None:
        self._eras: Eras = eras_of(desk.tables)
        self._kept = b""
        self._make_fields()
        super().__init__(
            desk,
            "窓口の表示と公印の変更",
            "印刷されるとおりに入れて Ctrl+Enter。あなたと責任者がもう一人、キーに触れます。"
            "決めた日より前に作った書類は変わりません。",
            "決める",
            self._all(),
        )
        self.since.set_day(desk.clock.now().date())
        self._choose_file = QPushButton("画像を選ぶ…")
        self._choose_file.clicked.connect(self._pick)
        self.preview = PlainLabel("")
        self.mark = PlainLabel("")
        row = QHBoxLayout()
        row.addWidget(self._choose_file)
        row.addWidget(self.preview)
        row.addWidget(self.mark)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self.notes.addWidget(holder)
        self.seal.changed.connect(self._show_seal)
        self.file.changed.connect(self._show_seal)
        self._fill(desk.office.name, desk.office.phone)
        desk.run(self, lambda: offices.list_cards(desk.gate, desk.session), self._loaded)

    def _make_fields(self) -> None:
        self.since = DayField("since", LABELS["since"], self._eras, note="今日から1年以内。")
        self.name = _text("name", 40, required=True)
        self.phone = _text("phone", 30, required=True)
        self.hours = _text("hours", 30, note="「平日 8時30分〜17時15分」のように。")
        self.issuer = _text("issuer", 30, required=True, note="「見本市長　見本　太郎」のように。")
        self.deputy = _text(
            "deputy",
            40,
            note="代理が置かれている間だけ。「見本市長職務代理者　副市長…」のように。",
        )
        self.seal = ChoiceField(
            "seal_kind", "公印", [(_OMITTED, "省略する"), (_IMAGE, "画像を印刷する")], required=True
        )
        self.omission = _text("omission", 12, note="省略するときに印刷する文言。")
        self.file = TextField(
            "seal",
            LABELS["seal"],
            note="印影だけを切り取ったPNG。下のボタンで選べます。空ならいまの画像のまま。",
            limit=400,
        )

    def _all(self) -> tuple[Field, ...]:
        return (
            self.since,
            self.name,
            self.phone,
            self.hours,
            self.issuer,
            self.deputy,
            self.seal,
            self.omission,
            self.file,
        )

    def leave(self) -> None:
        self._desk.go("admin.list_offices")

    def _fill(self, name: str, phone: str) -> None:
        self.name.set_value(name)
        self.phone.set_value(phone)
        self.seal.set_value(_OMITTED)
        self.omission.set_value("（公印省略）")
        self._show_seal()

    def _loaded(self, cards: tuple[PutCard, ...]) -> None:
        desk = self._desk
        now = offices.in_force(cards, desk.office.name, desk.clock.now().date())
        if now is None:
            return
        for name in ("name", "phone", "hours", "issuer", "deputy", "omission"):
            getattr(self, name).set_value(getattr(now.card, name))
        self._kept = now.card.seal
        self.seal.set_value(_IMAGE if self._kept else _OMITTED)
        self._show_seal()

    def _pick(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, "公印の画像", "", "PNG (*.png)")
        if chosen:
            self.seal.set_value(_IMAGE)
            self.file.set_value(chosen)

    def _show_seal(self) -> None:
        wanted = self.seal.value() == _IMAGE
        self.omission.setVisible(not wanted)
        self.file.setVisible(wanted)
        self._choose_file.setVisible(wanted)
        self.preview.clear()
        self.mark.setText("")
        if wanted:
            with suppress(UserError):  # told when it is put in force
                seal = self._seal()
                _show(self.preview, seal)
                self.mark.setText(offices.mark_of(seal) if seal else "")

    def _seal(self) -> bytes:
        """The picture that is meant. Raises ``UserError`` ``office.seal``."""
        path = self.file.value()
        if not path:
            return self._kept
        try:
            with Path(path).open("rb") as file:
                return file.read(_MOST_READ)
        except (OSError, ValueError) as cause:
            raise UserError(
                "office.seal",
                "公印の画像のファイルを開けません。",
                "ファイルの場所と、このOSアカウントで読めることを確かめてください。",
                field="seal",
            ) from cause

    def steps(self) -> Steps[None]:
        desk = self._desk
        wanted = needed(self.seal) == _IMAGE
        seal = self._seal() if wanted else b""
        if wanted and not seal:
            raise UserError(
                "office.seal",
                "公印の画像が選ばれていません。",
                "「画像を選ぶ」から選ぶか、「省略する」を選んでください。",
                field="seal",
            )
        made = OfficeCard(
            desk.office.name,
            self.since.day(),
            needed(self.name),
            needed(self.phone),
            self.hours.value(),
            needed(self.issuer),
            self.deputy.value(),
            seal,
            "" if wanted else needed(self.omission),
        )
        return self.act(
            lambda: offices.prepare_card(desk.gate, desk.session, made),
            lambda prepared, given: offices.perform_card(desk.gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        day = shown_day(self.since.day().isoformat(), self._eras)
        self._desk.say(f"窓口の表示と公印を決めました（{day} から）。")
        self._desk.go("admin.list_offices")


def _text(name: str, limit: int, *, required: bool = False, note: str = "") -> TextField:
    return TextField(name, LABELS[name], required=required, note=note, limit=limit)


def _seal_label(seal: bytes) -> PlainLabel:
    label = PlainLabel()
    label.setAccessibleName("公印の画像")
    _show(label, seal)
    return label


def _show(label: PlainLabel, seal: bytes) -> None:
    picture = QPixmap()
    picture.loadFromData(seal, "PNG")
    if not picture.isNull():
        side = Qt.AspectRatioMode.KeepAspectRatio
        smooth = Qt.TransformationMode.SmoothTransformation
        label.setPixmap(picture.scaled(_SEAL_SIDE, _SEAL_SIDE, side, smooth))

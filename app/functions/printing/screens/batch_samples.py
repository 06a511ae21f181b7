"""見本の確認: each sample as it will be printed, beside the decision that it must show. Two persons
look, each for himself."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core.paths import Paths
from app.functions.printing import batch, batch_view
from app.functions.printing.batch_view import Sample
from app.rules.calendar.wareki import Eras, on_paper
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.preview import PaperPreview


class SamplesScreen(Page):
    """One sample after the other; only when all were shown can it be said that they were seen."""

    def __init__(self, desk: Desk, batch_id: str) -> None:
        super().__init__("見本の確認", "見本を開いています。")
        self._desk = desk
        self._batch_id = batch_id
        self._root = Paths(desk.engine.folder.parent).batches
        self._painter = NamePainter(desk.fonts)
        self._eras = Eras(desk.tables["eras"])
        self.samples: tuple[Sample, ...] = ()
        self.at = 0
        self.shown: set[int] = set()
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", lambda: desk.go("printing.show_batch"))
        self.wrong_button = self.action("違いがある", "Alt+X", self._wrong)
        self.before_button = self.action("前の見本", "PgUp", lambda: self._turn(-1))
        self.next_button = self.action("次の見本", "PgDown", lambda: self._turn(1))
        self.main_button = self.action("確かめた", "Ctrl+Return", self._seen, primary=True)
        self.main_button.setEnabled(False)
        desk.run(self, lambda: batch_view.samples(desk.gate, desk.session, batch_id), self._loaded)

    def _loaded(self, samples: tuple[Sample, ...]) -> None:
        self.samples = samples
        if samples:
            self._open()
        else:
            self.lead.setText("見本がありません。作成が終わっているかを確かめてください。")

    def _turn(self, by: int) -> None:
        if self.samples and not self._desk.operations.busy:
            self.at = min(max(self.at + by, 0), len(self.samples) - 1)
            self._open()

    def _open(self) -> None:
        desk, sample = self._desk, self.samples[self.at]
        desk.run(
            self,
            lambda: batch_view.sample_sheet(
                desk.gate, desk.session, self._batch_id, self._root, sample
            ),
            lambda pdf: self._show(sample, pdf),
        )

    def _show(self, sample: Sample, pdf: bytes) -> None:
        self.shown.add(sample.position)
        clear(self._place)
        count = len(self.samples)
        self.lead.setText(
            f"見本 {self.at + 1}／{count}（第{sample.part + 1}部）。左の券面と右の決定を、一字ずつ"
            "見比べてください。"
        )
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        self.preview = PaperPreview(pdf)
        row.addWidget(self.preview, 1)
        row.addWidget(self._decided(sample))
        self._place.addWidget(holder)
        left = count - len(self.shown)
        self.before_button.setEnabled(self.at > 0)
        self.next_button.setEnabled(self.at < count - 1)
        self.main_button.setEnabled(left == 0)
        (self.main_button if left == 0 else self.next_button).setFocus()

    def _decided(self, sample: Sample) -> QWidget:
        """What the decision says, in the order of the paper."""
        one, tables = sample.card, self._desk.tables
        issued = date.fromisoformat(one.issue_on)
        frame, layout = card()
        frame.setFixedWidth(430)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        limit = tables["limit_classes"].label(one.limit_class, issued) if one.limit_class else ""
        lines = (
            ("有効期限", self._day(one.expires_on)),
            ("被保険者番号", one.insured_number),
            ("氏名", one.name),
            ("性別", tables["sexes"].label(one.sex, issued)),
            ("生年月日", one.birth_written),
            ("資格取得年月日", self._day(one.acquired_on)),
            ("負担割合", f"{one.copay_ratio}割"),
            ("発効期日", self._day(one.copay_from)),
            ("限度区分", limit if one.limit_printed == "1" else "（記載しない）"),
            ("保険者番号", one.insurer_number),
            ("保険者名", one.insurer_name),
            ("発行番号", sample.number),
        )
        for at, (title, text) in enumerate(lines):
            label = PlainLabel(title)
            label.setObjectName("fieldLabel")
            grid.addWidget(label, at, 0)
            if title == "氏名":
                grid.addWidget(NameLabel(self._painter, text, 22), at, 1)
                continue
            value = PlainLabel(text)
            value.setWordWrap(True)
            grid.addWidget(value, at, 1)
        layout.addLayout(grid)
        layout.addWidget(box("ok", "この券面は、封をした印刷用ファイルから取り出したものです。"))
        layout.addStretch(1)
        return frame

    def _day(self, text: str) -> str:
        return on_paper(date.fromisoformat(text), self._eras) if text else ""

    def _seen(self) -> None:
        desk = self._desk
        if len(self.shown) < len(self.samples) or desk.operations.busy:
            return
        positions = tuple(sorted(self.shown))

        def seen(_none: None) -> None:
            desk.say("見本を確かめたことを記録しました。")
            desk.go("printing.show_batch")

        desk.carry_out(
            self,
            lambda: batch.prepare_seen(
                desk.gate, desk.session, self._batch_id, self._root, positions
            ),
            lambda prepared, given: batch.perform_seen(desk.gate, prepared, given),
            seen,
        )

    def _wrong(self) -> None:
        """What is not right is not released: the batch is given up, with the reason."""
        clear(self._place)
        self.main_button.setEnabled(False)
        self.shown.clear()
        self._place.addWidget(
            box(
                "stop",
                "この一括印刷は発行しないでください。違っていた項目と発行番号を控え、広域連合と"
                "システム管理者に知らせます。一覧に戻り、Alt+E で取りやめます。",
            )
        )
        self._place.addStretch(1)

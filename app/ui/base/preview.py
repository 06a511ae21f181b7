"""A PDF shown as the picture that the paper will be (DESIGN 7: preview before the touch)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from app.ui.base.labels import PlainLabel
from forms.preview import preview

_DPI = 200


class PaperPreview(PlainLabel):
    """One page (from 0), as large as the place allows."""

    def __init__(self, pdf: bytes, page: int = 0) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAccessibleName("券面")
        drawn = preview(pdf, page, _DPI)
        image = QImage(
            drawn.rgba,
            drawn.width,
            drawn.height,
            drawn.width * 4,
            QImage.Format.Format_RGBA8888,
        )
        self._whole = QPixmap.fromImage(image)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._whole.isNull():
            self.setPixmap(
                self._whole.scaled(
                    self.size(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )

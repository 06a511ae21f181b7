"""The login form: staff id, password, then the key (SEC-20 … 25). It only collects; who may
come in is decided by ``app.security.staff.session``."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.signs import plain
from app.ui.base.labels import ActionButton, PlainLabel, announce
from app.ui.base.monitors import free_space
from app.ui.base.pages import card
from app.ui.base.secret import SecretEdit
from app.ui.base.theme import grown

_TYPED = frozenset((QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride, QEvent.Type.InputMethod))


class LoginForm(QWidget):
    """``submit(staff_id, password)`` is called by Enter in the last field or the button."""

    def __init__(
        self,
        submit: Callable[[str, str], None],
        *,
        heading: str = "ログイン",
        staff_id: str = "",
        note: str = "職員番号とパスワードを入れ、案内が出たらセキュリティキーに触れてください。",
    ) -> None:
        super().__init__()
        self._submit = submit
        self._pause: QTimer | None = None
        outer = QVBoxLayout(self)
        outer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        frame, layout = card()
        frame.setFixedWidth(min(grown(520), free_space().width() - 40))
        layout.setContentsMargins(36, 28, 36, 28)
        title = PlainLabel(heading)
        title.setObjectName("title")
        layout.addWidget(title)
        self.note = PlainLabel(note)
        self.note.setObjectName("lead")
        self.note.setWordWrap(True)
        layout.addWidget(self.note)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        self.staff = SecretEdit(staff_id, echo=QLineEdit.EchoMode.Normal)
        self.staff.setAccessibleName("職員番号")
        self.staff.setReadOnly(bool(staff_id))
        self.password = SecretEdit(echo=QLineEdit.EchoMode.Password, digits=False)
        self.password.setAccessibleName("パスワード")
        form.addRow("職員番号", self.staff)
        form.addRow("パスワード", self.password)
        layout.addLayout(form)
        self.message = PlainLabel("")
        self.message.setObjectName("fieldError")
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(grown(64))
        layout.addWidget(self.message)
        self.button = ActionButton(
            f"{'窓口に戻る' if staff_id else 'ログイン'}（キーに触れる）  [Enter]"
        )
        self.button.setObjectName("primary")
        layout.addWidget(self.button)
        outer.addWidget(frame)
        self.staff.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._go)
        self.button.clicked.connect(self._go)

    def first_focus(self) -> None:
        """Typing begins at the first empty field."""
        (self.password if self.staff.isReadOnly() else self.staff).setFocus()

    def wait_for_a_pause(self, milliseconds: int) -> None:
        """Take no key until nobody has typed for so long: who was typing when the form came up
        was not typing a password."""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(milliseconds)
        self._pause.start()
        for one in (self.staff, self.password, self.button):
            one.installEventFilter(self)

    @property
    def is_waiting_for_a_pause(self) -> bool:
        """Whether no key is taken yet."""
        return self._pause is not None and self._pause.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._pause is None or not self._pause.isActive() or event.type() not in _TYPED:
            return super().eventFilter(watched, event)
        self._pause.start()
        self.tell("画面が切り替わったときに打っていた文字は、ここには入りません。")
        return True

    def tell(self, text: str) -> None:
        """Say this under the fields, and have it spoken; "" takes it away."""
        self.message.setText(text)
        announce(self.message, text)

    def submit_to(self, submit: Callable[[str, str], None]) -> None:
        """Whom the next submission goes to."""
        self._submit = submit

    def set_busy(self, busy: bool, text: str = "") -> None:
        """While the key is awaited the fields rest."""
        for widget in (self.staff, self.password, self.button):
            widget.setEnabled(not busy)
        if busy:
            self.tell(text)

    def refuse(self, message: str, remedy: str) -> None:
        """Say why not; the password is cleared, the id stays."""
        self.set_busy(False)
        self.tell(f"{message}\n{remedy}")
        self.password.clear()
        self.password.setFocus()

    def _go(self) -> None:
        staff, password = plain(self.staff.text()), self.password.text()
        if not staff:
            self.tell("職員番号を入れてください。")
            self.staff.setFocus()
        elif not password:
            self.tell("パスワードを入れてください。")
            self.password.setFocus()
        else:
            self.tell("")
            self._submit(staff, password)

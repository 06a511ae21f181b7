"""Functions of one's own account (自分の設定)."""

from __future__ import annotations

from app.functions.own import waiting
from app.security.spec import Area, Function, Kind, StepUp

AREA = Area("own", "自分の設定", 95, waiting.WAITS, before_registration=True, by_founding=True)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="own.change_password",
        area="own",
        with_old_password=True,
        kind=Kind.UPDATE,
        label="パスワードの変更",
        help="自分のパスワードを変更します。有効期限までに変更しないと職員番号が失効します。",
        step_up=StepUp.TOUCH,
        reads=("staff", "setting", "preference"),
        writes=("staff.password_set_on", "staff.version", "staff.signed_by", "preference"),
        deed="PasswordChange",
        screen="app.functions.own.screens.password:PasswordScreen",
        menu=True,
    ),
)

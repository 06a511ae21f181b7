"""SETTINGS: every setting of the terminal, declared once (設定).

What an administrator changed lies in the store's ``setting`` table; everything else is the
default here. To add a setting: one entry; the settings screen and the manual follow.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.errors import UserError

DAY_END = "24:00"
"""A closing time that is none: the last minute of the day is usable too."""


class Form(StrEnum):
    """How a value is written: 整数, 時刻 (HH:MM), 終わりの時刻 (``24:00`` is the end of the day),
    選択, 曜日 (1=月 … 7=日, e.g. ``12345``), 機種 (AAGUIDs as UUID text, a blank between), 証明書
    (DER in base64, a blank between); of the last two ``none`` is none."""

    INTEGER = "integer"
    TIME = "time"
    CLOSING = "closing"
    CHOICE = "choice"
    WEEKDAYS = "weekdays"
    MODELS = "models"
    CERTIFICATES = "certificates"


NONE = "none"
"""The value of a list that holds nothing."""


def _is_model(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_certificate(text: str) -> bool:
    try:
        der = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return der[:1] == b"\x30" and len(der) > 64


_LISTS = {Form.MODELS: _is_model, Form.CERTIFICATES: _is_certificate}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``default`` is text in its ``form``; ``least`` and ``most`` bound an
    integer (inclusive, a floor that law or policy sets); ``choices`` are the codes of a
    choice and ``words`` what the screen says for them. ``unit`` is Japanese, for the screen;
    ``meaning`` says in a sentence what changes with it; a ``supervised`` one is changed by an
    administrator and a supervisor together. Nothing follows from an ``idle`` one yet: it is kept
    for the logs in which somebody changed it, and neither shown nor changed."""

    name: str
    label: str
    form: Form
    default: str
    unit: str = ""
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    meaning: str = ""
    supervised: bool = False
    idle: bool = False

    @property
    def span(self) -> str:
        """What may be set, in words."""
        if self.form is Form.INTEGER:
            return f"{self.least}〜{self.most}{self.unit}"
        if self.form is Form.CHOICE:
            return "、".join(self.words or self.choices)
        if self.form is Form.TIME:
            return "時刻（08:30 の形）"
        if self.form is Form.CLOSING:
            return f"時刻（19:00 の形。{DAY_END} は一日の終わりまで）"
        if self.form is Form.MODELS:
            return "AAGUID（空白で区切る。なければ none）"
        if self.form is Form.CERTIFICATES:
            return "証明書のBase64（空白で区切る。なければ none）"
        return "曜日の番号（1=月曜 … 7=日曜）"

    def word(self, value: str) -> str:
        """A value as it is shown."""
        known = dict(zip(self.choices, self.words, strict=False))
        if self.form is Form.WEEKDAYS:
            return "".join("月火水木金土日"[int(day) - 1] for day in sorted(value))
        if self.form in _LISTS:
            return "なし" if value == NONE else f"{len(value.split())}件"
        return known.get(value, value)

    def check(self, value: str) -> str:
        """``value`` when it fits, else ``UserError`` ``settings.value``."""
        if self._fits(value):
            return value
        raise UserError(
            "settings.value",
            f"設定「{self.label}」に「{value}」は使えません。",
            f"{self._wanted()}で入力してください。",
            field=self.name,
        )

    def _fits(self, value: str) -> bool:
        if self.form is Form.CHOICE:
            return value in self.choices
        if self.form is Form.CLOSING and value == DAY_END:
            return True
        if self.form in (Form.TIME, Form.CLOSING):
            hour, colon, minute = value.partition(":")
            digits = len(value) == 5 and (hour + minute).isdecimal() and value.isascii()
            return bool(colon) and digits and int(hour) < 24 and int(minute) < 60
        if self.form is Form.WEEKDAYS:
            days = set(value)
            return len(days) == len(value) > 0 and days <= set("1234567")
        if self.form in _LISTS:
            return value == NONE or (bool(value) and all(map(_LISTS[self.form], value.split(" "))))
        if not (value.isascii() and value.isdecimal()):
            return False
        number = int(value)
        return (self.least is None or number >= self.least) and (
            self.most is None or number <= self.most
        )

    def _wanted(self) -> str:
        if self.form is Form.CHOICE:
            return "選択肢の中"
        if self.form is Form.TIME:
            return "「08:30」の形"
        if self.form is Form.CLOSING:
            return f"「19:00」の形（一日の終わりまでは「{DAY_END}」）"
        if self.form is Form.WEEKDAYS:
            return "曜日の番号（1=月曜 … 7=日曜）"
        if self.form in _LISTS:
            return self.span
        return f"{self.least}から{self.most}までの整数"


KEY_MODELS, KEY_ROOTS = "keys.models", "keys.roots"

SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "hours.weekdays",
            "利用できる曜日",
            Form.WEEKDAYS,
            "12345",
            meaning="この曜日だけログインできます。祝日は別に数えません。",
        ),
        Setting(
            "hours.from",
            "利用開始時刻",
            Form.TIME,
            "08:00",
            meaning="この時刻からログインできます。",
        ),
        Setting(
            "hours.to",
            "利用終了時刻",
            Form.CLOSING,
            "19:00",
            meaning="この時刻に開いているログインは終わり、保存データは閉じます。",
        ),
        Setting(
            "lock.idle_minutes",
            "無操作でロックするまで",
            Form.INTEGER,
            "5",
            "分",
            1,
            30,
            meaning="キーもマウスも使われないまま過ぎると、画面を隠してロックします。",
        ),
        Setting(
            "lock.store_minutes",
            "ロック中に通信を続ける",
            Form.INTEGER,
            "60",
            "分",
            0,
            60,
            meaning="ロックしたまま過ぎると、保存データを閉じてログオフします。",
        ),
        Setting(
            "visitor.window",
            "来庁者画面",
            Form.CHOICE,
            "off",
            choices=("off", "on"),
            words=("使わない", "使う"),
            meaning="２台目の画面を来庁者に向け、その方の手続と、読み上げてよい説明だけを大きく出します。"
            "個人番号と取扱注意の方は出ません。離席すると黒くなります。",
        ),
        Setting(
            "password.days",
            "パスワードの有効日数",
            Form.INTEGER,
            "90",
            "日",
            1,
            365,
            meaning="変更しないまま過ぎると職員番号が失効し、登録し直すまで使えません。",
        ),
        Setting(
            "password.warn_days",
            "変更だけを許す日数",
            Form.INTEGER,
            "7",
            "日",
            0,
            60,
            meaning="有効期限までこの日数を切ると、ログインしてもパスワードの変更しかできません。",
        ),
        Setting(
            "slots.keyring",
            "セキュリティキーなしの予備登録",
            Form.CHOICE,
            "no",
            choices=("no", "yes"),
            words=("認めない", "認める（保護が弱くなる）"),
            meaning="認めると、OSのアカウントとパスワードだけが守りになります。赤で表示されます。",
            idle=True,
        ),
        Setting(
            "inquiry.answer_days",
            "照会結果の保存",
            Form.INTEGER,
            "30",
            "日",
            1,
            366,
            meaning="情報照会の回答を、受け取ってからこの日数が過ぎると端末から消します。",
        ),
        # SEC-13: the second look at an immediate entry, on the same day or before it is sent
        Setting(
            "eligibility.second_look",
            "即時交付の二人目の確認",
            Form.CHOICE,
            "same_day",
            choices=("same_day", "before"),
            words=("その日のうちに", "送信の前に"),
            meaning="即時に送る届出を、別の職員がいつ確認するかです。済まないうちは日を締められません。",
        ),
        Setting(
            "retention.person_days",
            "資格喪失後の保存",
            Form.INTEGER,
            "366",
            "日",
            366,
            3660,
            meaning="資格を失った方の情報を、この日数が過ぎるまで端末に置きます。",
        ),
        Setting(
            "retention.print_months",
            "印刷の記録の保存",
            Form.INTEGER,
            "84",
            "か月",
            84,
            240,
            meaning="だれが何を印刷したかの記録を、この月数が過ぎるまで端末に置きます（7年より短くできません）。",
        ),
        Setting(
            "retention.ledger_months",
            "台帳の保存",
            Form.INTEGER,
            "84",
            "か月",
            84,
            240,
            meaning="終わった台帳の記録を、最後の記入からこの月数が過ぎるまで端末に置きます"
            "（7年より短くできません）。",
        ),
        Setting(
            "journal.keep_months",
            "操作記録の端末内保存",
            Form.INTEGER,
            "13",
            "か月",
            13,
            120,
            meaning="閉じて広域連合に送り、受領された月の操作記録を、端末にも置いておく期間です。",
        ),
        Setting(
            "journal.review_days",
            "操作記録の点検の間隔",
            Form.INTEGER,
            "31",
            "日",
            1,
            92,
            meaning="点検した最後の日からこの日数が過ぎるまでに、次の点検をします（定期点検）。",
        ),
        Setting(
            "backup.days",
            "バックアップの間隔",
            Form.INTEGER,
            "7",
            "日",
            1,
            31,
            meaning="最後のバックアップからこの日数が過ぎると、システム管理者の一日の仕事に出ます。",
        ),
        # two persons may not do for each other's administration rights without one of these
        Setting(
            "rights.third_person",
            "互いの管理の権限を認め合うときに加わる職員",
            Form.CHOICE,
            "deputy",
            choices=("deputy", "section"),
            words=("職務代理の職員", "情報システム管理者"),
            meaning="90日以内に相手の管理の権限を承認・確認した職員は、この職員が加わらなければ、"
            "相手から承認・確認を受けられません。",
        ),
        Setting(
            KEY_MODELS,
            "立ち会いなしで登録できるキーの機種",
            Form.MODELS,
            NONE,
            meaning="製造元の証明がこの機種を示すキーは、責任者二人の立ち会いなしで登録できます。"
            "AAGUID は製造元の資料にあります。",
            supervised=True,
        ),
        Setting(
            KEY_ROOTS,
            "キーの製造元の証明書",
            Form.CERTIFICATES,
            NONE,
            meaning="キーの機種は、この製造元の証明書までたどれるときだけ信じます。",
            supervised=True,
        ),
        # DESIGN 6: a plain file only on a medium whose hardware encrypts
        Setting(
            "media.plain",
            "自ら暗号化する媒体の、封をしないファイル",
            Form.CHOICE,
            "no",
            choices=("no", "yes"),
            words=("認めない", "認める"),
            meaning="認めると、登録された暗号化媒体に限り、封をしないファイルを渡し受けできます。",
        ),
        Setting(
            "media.charset",
            "封をしないファイルの文字コード",
            Form.CHOICE,
            "utf-8",
            choices=("utf-8", "cp932", "shift_jis_2004"),
            words=("UTF-8", "Shift_JIS（Windows-31J）", "Shift_JIS-2004"),
            meaning="市区町村のシステムが書く文字コードです。読めない外字は〓になり、文字リストに"
            "載ります。封をしたファイルは、市区町村側の受渡担当の設定に従います。",
        ),
    )
}

OFFERED: dict[str, Setting] = {name: one for name, one in SETTINGS.items() if not one.idle}
"""Those that an administrator sees and may change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force: what was changed, over the declared defaults."""

    changed: Mapping[str, str]

    def text(self, name: str) -> str:
        """The value as written. Raises ``KeyError`` for a setting that is not declared."""
        return self.changed.get(name, SETTINGS[name].default)

    def number(self, name: str) -> int:
        """The value of an integer setting."""
        return int(self.text(name))

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a setting that is a list."""
        value = self.text(name)
        return () if value == NONE else tuple(value.split(" "))

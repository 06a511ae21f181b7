"""What the proof of a journal can say: faults, what was not looked at, the width of the window."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.errors import UserError
from app.wire.heads import CountersignedHead, Head, LineDigest
from app.wire.keys import SigningKeys


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A registered key, revoked ones included: ``public_key`` is COSE in CBOR."""

    staff_id: str
    public_key: bytes


DigestsOf = Callable[[int, int], tuple[LineDigest, ...]]
"""Asks the union for the digests of lines ``first`` to ``last`` (inclusive)."""


@dataclass(frozen=True, slots=True)
class UnionWord:
    """What the union says of this journal. ``keys`` are the public halves it signs with, empty
    before enrolment; ``last`` is the head it countersigned last, asked just now; ``digests`` asks
    it for lines. Both are None where it could not be asked."""

    keys: SigningKeys = field(default_factory=dict)
    last: CountersignedHead | None = None
    digests: DigestsOf | None = None


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Something that is not as it should be: at which line (0: the whole), and its code.
    ``last`` is the other end where only a range is known, else 0."""

    line: int
    code: str
    last: int = 0

    @property
    def message(self) -> str:
        """What it means, in the clerk's words."""
        where = f"{self.line}行目: " if self.line else ""
        if self.last > self.line:
            where = f"{self.line}行目から{self.last}行目までのどこか: "
        return where + FINDINGS[self.code]


FINDINGS: Mapping[str, str] = {
    "genesis": "初期設定の記録（1行目）が正しくありません。",
    "missing": "行が抜けています。",
    "changed": "行の内容、または順序が書き換えられています。",
    "rechained": "広域連合が確認した後で、行が書き換えられています。",
    "cut": "この行から後が失われています。広域連合は、これより後の行まで確認しています。",
    "form": "行の形が正しくありません。",
    "anchor": "照合する印（anchor）と合いません。この操作記録は、控えの端末のものではないか、"
    "書き換えられています。",
    "segment": "締めた月の記録が、広域連合の受領証で裏付けられません。",
    "other_store": "広域連合が確認した、この端末の操作記録ではありません。別の操作記録に"
    "置き換えられています。",
    "head_forged": "広域連合の確認印が正しくありません。",
    "head_missing": "広域連合の確認印が、この行に書かれた後で取り除かれています。",
    "head_order": "広域連合の確認印の通し番号が続いていません。",
    "signature": "承認の署名が正しくありません。",
    "unknown_key": "承認に使われた鍵が登録されていません。",
    "roles": "その機能に必要な承認がそろっていないか、余分な承認があります。",
    "unverified": "暗証番号（PIN）や指紋による本人の確認のない承認です。",
    "nonce": "同じ操作の開始が二度記録されています。",
    "time": "行の日時が、前の行の日時、広域連合が確認した日時、または署名された日時と合いません。"
    "日付をさかのぼらせた操作のおそれがあります。",
    "counter": "キーの使用回数が増えていません。複製されたキーのおそれがあります。",
    "other_act": "承認が、その行の操作に対するものではありません。",
    "no_end": "開始だけで終わりのない行があります。",
    "end_alone": "開始の行のない終わりの行があります。",
}

UNCHECKED: Mapping[str, str] = {
    "no_union": "広域連合への登録がないため、確認印とは照合していません。",
    "union_silent": "広域連合に尋ねられなかったため、この端末に残る確認印とだけ照合しました。"
    "つながるときに、もう一度検証してください。",
    "anchor_dropped": "照合する印の行は、保存期間が過ぎてこの端末にありません。"
    "広域連合が保管する月次の記録で確かめてください。",
}
"""What a report did not look at, by code."""


@dataclass(frozen=True, slots=True)
class Window:
    """The lines after the last one the union vouches for, which whoever controlled the unlocked
    process could have written anew (DESIGN 5): ``lines`` of them, over ``seconds`` from the
    union's signature (``since``, ISO text, empty for none) to the newest line."""

    lines: int
    seconds: int
    since: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was proved. ``whole`` is the verdict; ``fingerprint`` is compared by eye;
    ``unchecked`` are codes of what was not looked at."""

    first: int
    head: Head
    lines: int
    signatures: int
    heads: int
    fingerprint: str
    findings: tuple[ChainFault, ...]
    window: Window = Window(0, 0, "")
    unchecked: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def read_anchor(typed: str) -> Head | str:
    """An anchor as it is typed after ``--anchor``: the fingerprint of genesis (8 groups of 4
    hex digits), or a head as ``<number>:<64 hex digits>``. Raises ``UserError``
    ``journal.anchor``."""
    text = typed.strip()
    if re.fullmatch(r"([0-9A-Fa-f]{4}-){7}[0-9A-Fa-f]{4}", text):
        return text.upper()
    number, _, value = text.partition(":")
    if re.fullmatch(r"[0-9]{1,18}", number) and re.fullmatch(r"[0-9A-Fa-f]{64}", value):
        return Head(int(number), bytes.fromhex(value))
    raise UserError(
        "journal.anchor",
        "照合する印（anchor）の形が正しくありません。",
        "初期設定の印（4桁ずつ8組）か、「行番号:64桁」の形で入力してください。",
        field="anchor",
    )

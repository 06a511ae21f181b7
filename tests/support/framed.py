"""Files of tests with a head and a trailer where they have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.wire import codec
from app.wire.characters import UTF_8, Charset
from app.wire.frame import Frame
from app.wire.spec import FileSpec
from app.wire.values import Codes

FRAME = Frame(
    sender="U15",
    municipality="152994",
    business_on="2026-11-16",
    edition=1,
    made_at="2026-11-16T06:00:00+09:00",
)


def frame_of(spec: FileSpec, frame: Frame = FRAME) -> Frame | None:
    """A frame for the files that have one."""
    return frame if spec.framed else None


def encode_file(
    spec: FileSpec,
    records: Iterable[Any],
    codes: Codes,
    frame: Frame = FRAME,
    charset: Charset = UTF_8,
) -> bytes:
    """The bytes of a small file."""
    return codec.encode_file(spec, records, codes, frame_of(spec, frame), charset)

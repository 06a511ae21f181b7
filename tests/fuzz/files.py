"""Any bytes as any file: a coverage-guided fuzz target over decoding and checking (SEC-112).

``python -m tests.fuzz.files -runs=N CORPUS`` (libFuzzer's own options): the first byte of an input
names the file of the registry, the second how the bytes arrive, the rest is the file. Whatever
comes, the file is taken or refused, the refusal shows no run of twelve digits (個人番号), and how
the bytes were cut on the way changes nothing. What was taken is written back and read as the same.
"""

from __future__ import annotations

import re
import sys
from datetime import date

import atheris

with atheris.instrument_imports(include=["app.wire", "app.core"]):
    from app.core.tables import load_tables, shipped_tables
    from app.wire.codec import Decoder, FileRefused, encode_file, record_maker
    from app.wire.files import FILES
    from app.wire.frame import layout_in
    from app.wire.values import code_sets

IDS = sorted(file_id for file_id, spec in FILES.items() if not spec.unspecified)
CODES = code_sets(load_tables(shipped_tables()), date(2026, 11, 20))
SECRET = re.compile(r"[0-9０-９]{12}")


def seed_of(file_id: str, data: bytes) -> bytes:
    """The input that stands for ``data`` as this file."""
    return bytes((IDS.index(file_id), 0)) + data


def outcome(file_id: str, data: bytes, step: int) -> tuple[str, tuple[object, ...]]:
    """What became of the file when it came ``step`` bytes at a time: the refusal's text, or ""
    and the records."""
    try:
        spec = layout_in(FILES[file_id], data)
        make, taken = record_maker(spec), []
        decoder = Decoder(spec, CODES, lambda _, values: taken.append(make(values)))
        for at in range(0, len(data), step):
            decoder.write(data[at : at + step])
        decoder.close()
    except FileRefused as refused:
        return str(refused) or "refused", ()
    again = encode_file(spec, taken, CODES, decoder.frame)
    repeated = []
    second = Decoder(spec, CODES, lambda _, values: repeated.append(make(values)))
    second.write(again)
    second.close()
    assert repeated == taken, "written back it reads otherwise"
    return "", tuple(taken)


def one_input(data: bytes) -> None:
    """As libFuzzer calls it. Whatever it raises is a fault of ours."""
    if len(data) < 2:
        return
    file_id = IDS[data[0] % len(IDS)]
    body = data[2:]
    said, records = outcome(file_id, body, max(len(body), 1))
    assert not SECRET.search(said), "a refusal shows what may be an individual number"
    assert (said, records) == outcome(file_id, body, 1 + data[1]), "it matters how it was cut"


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()

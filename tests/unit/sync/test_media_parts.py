"""FILE-02 goes up as FILE-03 and FILE-04, each person in one of them (FLOW-202, FLOW-203)."""

from __future__ import annotations

from dataclasses import replace

import pyrage
import pytest

from app.sync.media.parts import parts_of
from app.sync.media.transcode import Source, transcode
from app.wire.codec import decode_file
from app.wire.files import FILES
from tests.support.framed import FRAME, encode_file
from tests.support.line import CODES
from tests.support.parties import Party
from tests.support.sendings import sample

SPEC = FILES["FILE-02"]


def sealed(records):
    """What goes up of these records, opened again: by file id."""
    union, archive = Party("U15"), Party("archive")
    plain = encode_file(SPEC, records, CODES)
    found = {}
    for part in parts_of(SPEC):
        made = transcode(
            Source(SPEC, lambda to: to.write(plain), CODES),
            union.recipient,
            archive.recipient,
            target=part.spec,
            keep=part.keep,
        )
        assert made.read == len(records)
        assert made.frame is not None and made.frame.business_on == FRAME.business_on
        data = bytes(pyrage.decrypt(made.body, [union.receiving]))
        found[made.file_id] = decode_file(part.spec, data, CODES)
    return found


@pytest.mark.req("FLOW-202", "FLOW-203", "FILE-02", "FILE-04")
def test_who_is_on_the_register_and_who_is_not_go_apart() -> None:
    first = sample("FILE-02")[0]
    registered = replace(first, person_kind="1", name="住民 一")
    stranger = replace(first, person_kind="3", name="住登外 二", event="move_in")
    gone = replace(stranger, name="住登外 三", event="death", serial="I-9")
    found = sealed([registered, stranger, gone])
    assert [one.name for one in found["FILE-03"]] == ["住民 一"]
    assert [(one.name, one.event) for one in found["FILE-04"]] == [
        ("住登外 二", "added"),
        ("住登外 三", "ended"),
    ]
    assert found["FILE-04"][1].valid_until == gone.event_on
    assert found["FILE-03"][0].my_number == first.my_number


def test_a_quiet_day_is_told_in_the_register_s_file_alone() -> None:
    assert sealed([]) == {"FILE-03": (), "FILE-04": ()}
    assert [part.always for part in parts_of(SPEC)] == [True, False]


def test_every_other_file_goes_as_itself() -> None:
    for spec in FILES.values():
        if spec.moved_in and spec.id != "FILE-02":
            (part,) = parts_of(spec)
            assert part.spec is spec and part.keep("record") == "record"


@pytest.mark.parametrize("event", sorted(str(code) for code in CODES["resident_events"]))
def test_every_event_of_the_register_is_one_of_the_unregistered(event: str) -> None:
    line = replace(sample("FILE-02")[0], person_kind="3", event=event)
    (record,) = sealed([line])["FILE-04"]
    assert record.event in CODES["register_events"]

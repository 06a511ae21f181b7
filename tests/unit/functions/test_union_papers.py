"""The union's papers (FILE-23): proved and kept, looked into, printed by pages; what is damaged or
another's is set aside whole (issue 21.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.functions.printing import union_papers
from db.tables.exchange import union_paper
from db.tables.printing import print_line
from forms.preview import count_pages
from tests.support.counter import KeepingPrinter, Resident, put_residents
from tests.support.union_papers import parts, receive, three_pages
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.mark.req("FILE-23")
def test_a_paper_is_listed_looked_into_and_printed_by_pages(world: World) -> None:
    assert receive(world, parts(three_pages())).applied == 2
    again = receive(world, parts(three_pages()))
    assert (again.applied, again.dropped) == (0, 2), "the same once more changes nothing"
    text = "年次更新のお知らせ\n" + "行\n" * 60
    receive(world, parts(text.encode(), 1, document_id="U15-1-8", kind="manual", title="お知らせ",
                         media_type="text", pages="1", made_on="2026-11-10"))  # fmt: skip
    session = world.session("clerk")
    listed = union_papers.list_papers(world.gate, session)
    assert [(one.kind, one.title) for one in listed] == [
        ("list", "未申告者の一覧"),
        ("manual", "お知らせ"),
    ]
    opened = union_papers.open_paper(world.gate, session, "U15-1-9")
    assert len(opened.texts) == 3 and opened.pdf == three_pages()
    assert opened.found("均等割の軽減の判定") == (0, 1, 2) and opened.found("ない言葉") == ()
    printer = KeepingPrinter()
    number = union_papers.print_paper(world.gate, session, "U15-1-9", (2, 3), printer)
    assert count_pages(printer.sheets[-1][1]) == 2
    with world.hands_on("print_line") as work:
        line = work.one(select(print_line))
    assert (line.number, line.subject_id, line.form_id) == (number, "U15-1-9", "FORM-N24")
    assert world.last_line().entry.function_id == union_papers.PRINT
    for wrong in ((0, 1), (3, 2), (1, 4)):
        with pytest.raises(UserError, match="ページは1から3まで"):
            union_papers.print_paper(world.gate, session, "U15-1-9", wrong, printer)
    with pytest.raises(UserError, match="PDFではない"):
        union_papers.print_paper(world.gate, session, "U15-1-8", (1, 1), printer)


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (lambda pdf: parts(pdf, municipality_code="131016"), "papers.foreign"),
        (lambda pdf: parts(pdf, 3)[:2], "papers.parts"),
        (lambda pdf: [parts(pdf)[0], replace(parts(pdf)[1], title="別の名")], "papers.parts"),
        (lambda pdf: parts(pdf, digest="0" * 64), "papers.digest"),
        (lambda pdf: parts(pdf, pages="4"), "papers.pages"),
        (lambda pdf: parts(b"%PDF-1.7 broken"), "papers.unreadable"),
        (lambda pdf: parts(b"\xff\xfe\x00", media_type="text", pages="1"), "papers.unreadable"),
        (lambda pdf: parts(pdf[:-400]), "papers.unreadable"),
    ],
)
def test_a_damaged_or_foreign_file_keeps_nothing(world: World, records, code) -> None:
    good = parts(three_pages(), document_id="U15-1-7")
    try:
        receive(world, [*good, *records(three_pages())])
    except UserError as refused:
        assert refused.code == code and "取り分けました" in refused.remedy
    else:  # PDFium mends a cut end: then what is read has all its pages
        assert code == "papers.unreadable"
        return
    with world.hands_on("union_paper") as work:
        assert work.all(select(union_paper)) == [], "not even the good paper of the same file"


def test_another_content_under_the_same_number_is_refused(world: World) -> None:
    receive(world, parts(three_pages()))
    with pytest.raises(UserError) as refused:
        receive(world, parts(b"text", 1, media_type="text", pages="1"))
    assert refused.value.code == "papers.contradicts"
    with world.hands_on("union_paper") as work:
        assert work.one(select(union_paper)).content == three_pages()


@pytest.mark.req("SEC-94")
def test_a_page_that_names_a_restricted_person_is_neither_shown_nor_printed(world: World) -> None:
    put_residents(world, Resident(care=True, name="支援　花子", kana="シエン　ハナコ"))
    lines = "だれでもない\n" * 50 + "支援 花子 令和8年\n"
    receive(world, parts(lines.encode(), 1, media_type="text", pages="2"))
    opened = union_papers.open_paper(world.gate, world.session("clerk"), "U15-1-9")
    assert opened.hidden == {1} and opened.texts[1] == "" and "だれでもない" in opened.texts[0]
    assert opened.found("支援花子") == ()


def test_a_branch_keeps_no_paper(world: World) -> None:
    world.set_fact("profile", "branch")
    assert receive(world, parts(three_pages())).applied == 0

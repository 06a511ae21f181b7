"""The terminal's kinds, the union's, and the bodies between them agree."""

from __future__ import annotations

from datetime import date

import pytest

from app.cases.about import Begin, Household
from app.cases.entry import FieldKind
from app.cases.kind import CaseKind, collect
from app.catalog import CASES, CATALOG
from app.core.tables import load_tables, shipped_tables
from app.peers.union.office.kinds import KINDS
from app.wire.files import FILES, sent_in
from app.wire.layout import columns
from app.wire.records import CaseHead, DecisionHead
from tests.support.kinds import SCENES

TABLES = load_tables(shipped_tables())
DAY = date(2026, 11, 20)
HEAD = {column.name for column in columns(CaseHead)}
MADE = {"case_id", "kind", "body", "body_version", "warnings", "municipality_code"}
"""Items of the head that the program makes."""


def test_both_sides_have_the_same_kinds_and_so_has_the_wire() -> None:
    on_the_wire = {kind for spec in FILES.values() if spec.answered_in for kind in spec.bodies}
    assert set(CASES) == set(KINDS) == on_the_wire == set(SCENES)
    answered = {
        kind for spec in FILES.values() if spec.answered_in
        for kind in FILES[spec.answered_in].bodies
    }  # fmt: skip
    assert answered == on_the_wire
    assert all(KINDS[code].code == code for code in KINDS)
    assert all(TABLES["notification_kinds"].has(code) for code in CASES)


def _said_by(kind: CaseKind) -> set[str]:
    """The columns of its body that a kind fills: keyed, known or always the same."""
    births = {
        f"{name.removesuffix('_written')}_{part}"
        for name, field in kind.fields.items()
        if field.kind is FieldKind.BIRTH
        for part in ("sort", "precision")
    }
    keyed = {name for name, field in kind.fields.items() if not field.kept_here}
    always = {name for name, _ in kind.says}
    some = set() if "channel" in kind.fields else {"proxy_basis"}  # nobody brings it
    return keyed | births | always | set(kind.from_register) | MADE | some


@pytest.mark.parametrize("kind", CASES.values(), ids=lambda kind: kind.code)
class TestKind:
    """What holds for every declaration."""

    def test_what_is_keyed_is_what_is_sent(self, kind: CaseKind) -> None:
        """Nobody sends a field that his kind has not, and nothing keyed is lost."""
        body = {column.name for column in columns(kind.body.record)}
        assert _said_by(kind) <= body
        # a body that several kinds share has nothing that none of them says
        family = [one for one in CASES.values() if one.body == kind.body]
        assert set().union(*map(_said_by, family)) == body

    def test_what_a_page_requires_the_body_can_hold(self, kind: CaseKind) -> None:
        for column in columns(kind.body.record):
            field = kind.fields.get(column.name)
            if column.required and field is not None and field.kind is not FieldKind.FLAG:
                assert field.required or field.needed is not None, column.name

    def test_its_functions_are_in_the_catalogue(self, kind: CaseKind) -> None:
        for function_id in (kind.opening, kind.sending, kind.function("receive_decision")):
            assert function_id in CATALOG
        assert (kind.supervised_sending in CATALOG) == kind.has_supervised_sending
        assert (kind.function("issue_certificate") in CATALOG) or not kind.papers
        assert CATALOG[kind.opening].menu == (Begin.SEARCH in kind.beginnings)
        assert CATALOG[kind.opening].from_person == (Begin.PERSON in kind.beginnings)

    def test_what_the_union_may_refuse_it_for_is_declared_and_has_words(
        self, kind: CaseKind
    ) -> None:
        """Both sides declare the same reasons, and each has a sentence."""
        table = TABLES["refusal_reasons"]
        assert all(table.has(code) for code in kind.refusals)
        assert len(set(kind.refusals)) == len(kind.refusals)
        assert set(kind.refusals) == set(KINDS[kind.code].refusals)

    def test_its_comparison_names_items_of_both_sides(self, kind: CaseKind) -> None:
        answer = {column.name for column in columns(kind.answer.record)}
        for item in kind.compared:
            assert (item.decided or item.name) in answer
            assert item.name in kind.fields or item.label

    def test_its_sentence_names_nothing_that_is_not_there(self, kind: CaseKind) -> None:
        words = dict.fromkeys(kind.fields, "x")
        if not kind.for_newcomer:
            words |= {"name": "x", "birth": "x"}
        if isinstance(kind.about, Household):
            words |= {"household": "x"}
        assert "x" in kind.sentence.format_map(words)

    def test_follow_ups_lead_to_functions_that_are_there(self, kind: CaseKind) -> None:
        offered = {one.code for other in CASES.values() for one in other.follow_up}
        assert set(kind.settles) <= offered
        assert all(one.opens in CATALOG for one in kind.follow_up if one.opens)

    def test_its_papers_are_papers(self, kind: CaseKind) -> None:
        assert isinstance(kind.papers, tuple)
        assert all(TABLES["papers"].has(code) for code in kind.papers)
        assert not kind.papers or "paper" in {one.name for one in columns(kind.answer.record)}

    def test_its_source_is_told(self, kind: CaseKind) -> None:
        assert kind.source and kind.help.endswith("。")


def test_a_refused_decision_needs_no_body() -> None:
    for spec in FILES.values():
        if spec.record is DecisionHead:
            assert spec.bare


def test_a_kind_declared_twice_is_refused() -> None:
    (first, *_) = CASES.values()
    with pytest.raises(ValueError, match="twice"):
        collect((first,), (first,))


def test_every_kind_goes_up_in_one_file() -> None:
    for code in CASES:
        assert sent_in(code) is CASES[code].sent_in
    with pytest.raises(KeyError):
        sent_in("unheard_of")

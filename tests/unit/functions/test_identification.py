"""身元確認: papers whose points the program counts, and a caller who is held against the register
(SEC-02, SEC-03; DOMAIN 7.1)."""

from __future__ import annotations

from datetime import date

import pytest

from app.cases import checks
from app.cases.kind import CaseKind
from app.cases.whom import Whom
from app.catalog import CASES
from tests.support.world import shared_tables

TODAY = date(2026, 11, 20)
HER = Whom(
    person_id="P-1",
    name="髙橋　タケ",
    kana="タカハシ　タケ",
    birth_written="昭和10年5月3日",
    birth_sort="1935-05-03",
    sex="2",
    person_kind="1",
    municipality_code="152994",
    atena_number="000000000004567",
    household_number="000000000000077",
    postal_code="9990001",
    address="見本県見本市港町5番地",
    insured_number="01234565",
    acquired_on="2010-05-03",
    lost_on="",
    eligibility_state="insured",
    care=False,
)
CALLED = {
    "channel": "phone",
    "notifier": "person",
    "identity_check": "three_facts",
    "heard_kana": "たかはし　たけ",
    "heard_birth": "S10.5.3",
    "heard_postal": "999-0001",
    "called_back": "0250-00-1111",
}
BROUGHT = {"channel": "counter", "notifier": "person", "identity_check": "plain_two"}
CONTACT = CASES["contact"]


def found(
    kind: CaseKind, keyed: dict[str, str], whom: Whom | None = HER
) -> dict[tuple[str, str], str]:
    page = next(one for one in kind.pages if one.id == "identity")
    entered = checks.as_entered(kind, keyed, shared_tables(), TODAY, whom)
    return {(one.field, one.code): one.remedy for one in checks.check_page(page, entered)}


@pytest.mark.req("SEC-02")
def test_two_papers_without_a_picture_are_enough() -> None:
    papers = {"identity_paper": "pension", "identity_paper_two": "care"}
    assert found(CONTACT, BROUGHT | papers) == {}
    assert ("identity_paper_two", "missing") in found(
        CONTACT, BROUGHT | {"identity_paper": "pension"}
    )


@pytest.mark.req("SEC-02")
def test_the_same_paper_twice_is_one_and_what_is_missing_is_named() -> None:
    papers = {"identity_paper": "pension", "identity_paper_two": "pension"}
    said = found(CONTACT, BROUGHT | papers)
    assert set(said) == {("identity_paper_two", "points")}
    remedy = said["identity_paper_two", "points"]
    assert "介護保険証" in remedy and "年金手帳" not in remedy and "写真付き" in remedy


def test_a_caller_who_says_three_things_as_they_are_registered_is_taken() -> None:
    assert found(CONTACT, CALLED) == {}


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"heard_kana": "タカハシ　タマ"}, "heard_kana", "heard_differs"),
        ({"heard_birth": "S10.5.4"}, "heard_birth", "heard_differs"),
        ({"heard_postal": "999-0002"}, "heard_postal", "heard_differs"),
        ({"called_back": ""}, "called_back", "missing"),
        ({"identity_check": "photo_one"}, "identity_check", "manner"),
        ({"identity_check": "known"}, "identity_check", "manner"),
        ({"channel": "counter"}, "identity_check", "manner"),
    ],
)
def test_what_a_caller_cannot_say_or_show_is_told(
    changed: dict[str, str], field: str, code: str
) -> None:
    said = found(CONTACT, CALLED | changed)
    assert (field, code) in said
    assert not any(HER.birth_written in one or HER.postal_code in one for one in said.values())


def test_nobody_under_support_is_identified_by_telephone() -> None:
    """The address master shows no postal code of theirs, so nothing can agree with it."""
    hidden = {name: getattr(HER, name) for name in HER.__dataclass_fields__}
    cared = Whom(**{**hidden, "care": True, "postal_code": "", "address": ""})
    assert ("heard_postal", "heard_differs") in found(CONTACT, CALLED, cared)


@pytest.mark.req("SEC-03")
def test_the_number_is_never_asked_for_by_telephone_nor_anybody_unknown_taken() -> None:
    numbered = {**CALLED, "number_check": "number_card", "purpose_explained": "1"}
    numbered["my_number"] = "123456789018"
    assert ("number_check", "number_by_phone") in found(CASES["number_change"], numbered)
    assert ("channel", "nobody_known") in found(CASES["move_in"], CALLED, None)

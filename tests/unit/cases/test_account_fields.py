"""支給口座 as every kind asks for it: what is warned of, what is refused, and what is sent."""

from __future__ import annotations

from datetime import date

import pytest

from app.cases import blocks, checks
from app.cases.entry import EntryPage, Finding
from app.catalog import CASES
from app.core.tables import load_tables, shipped_tables
from app.rules.values.reader import Reader
from tests.support.claim_entries import CLAIMED, keys

TODAY = date(2026, 11, 20)
TABLES = load_tables(shipped_tables())
READER = Reader.of(TABLES, TODAY)
KIND = CASES["account"]
PAGE = EntryPage("account", "振込先", "", blocks.account_fields(lambda entered: None))
POST = {"bank_code": "ゆうちょ", "branch_code": "10180", "account_number": "12345671"}


def found(**values: str) -> list[Finding]:
    keyed = {"account_type": "1", "holder_kana": "タカハシ　タケ", **values}
    return checks.check_page(PAGE, checks.as_entered(KIND, keyed, TABLES, TODAY))


def sent(**values: str) -> dict[str, str]:
    fields = {field.name: field for field in PAGE.fields}
    return {name: checks.normal_form(fields[name], values[name], READER, values) for name in values}


def test_names_and_the_passbook_of_the_post_bank_are_sent_as_codes() -> None:
    assert found(**POST) == []
    assert sent(**POST) == {
        "bank_code": "9900",
        "branch_code": "018",
        "account_number": "1234567",
    }


def test_the_clerk_sees_which_bank_and_branch_were_understood() -> None:
    bank, branch = PAGE.fields[:2]
    assert checks.understood(bank, "ﾐｽﾞﾎ", TODAY, TABLES) == "→ 0001　みずほ"
    beside = {"bank_code": "ﾐｽﾞﾎ"}
    assert checks.understood(branch, "015", TODAY, TABLES, beside) == "→ 015　築地"


@pytest.mark.parametrize(
    ("values", "field", "level", "code"),
    [
        ({"bank_code": "0002", "branch_code": "001"}, "bank_code", "warning", "place_unlisted"),
        ({"bank_code": "0001", "branch_code": "012"}, "branch_code", "warning", "place_unlisted"),
        (POST | {"account_type": "2"}, "account_type", "error", "type_of_symbol"),
        (POST | {"branch_code": "11941"}, "branch_code", "error", "value.branch.symbol"),
        ({"bank_code": "見本銀行", "branch_code": "001"}, "bank_code", "error",
         "value.bank.unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_account_stands_at_its_field(
    values: dict[str, str], field: str, level: str, code: str
) -> None:
    first = found(**{"account_number": "0123456", **values})[0]
    assert (first.field, first.level, first.code) == (field, level, code)
    assert first.message and first.remedy


def test_every_account_that_is_asked_for_is_checked_alike() -> None:
    asked = [
        kind.fields[name] for kind in CASES.values() for name in ("bank_code", "branch_code")
        if name in kind.fields
    ]  # fmt: skip
    assert asked and all(field.rule is not None for field in asked)


@pytest.mark.parametrize("code", CLAIMED)
def test_no_claim_takes_more_than_ninety_keys(code: str) -> None:
    brought = {"channel": "counter", "notifier": "person", "identity_check": "photo_one"}
    assert keys({**brought, "event_on": "R8.11.10", **CLAIMED[code]}) <= 90

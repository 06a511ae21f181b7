"""変更の届出 on the union's side (DOMAIN 2.7): who one is, where one lives, what reaches one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete

from app.core.errors import MadoguchiError, UserError
from app.peers.union.office import history
from app.peers.union.office.case import OfficeKind, RefusalReason
from app.peers.union.office.changes import (
    Held,
    Lasting,
    Papered,
    Stating,
    Whom,
    no_paper,
    rejudges,
    rewrites,
    same_paper_of,
    states,
)
from app.peers.union.office.check_list import NUMBER_BLANK, CheckEntry, list_entry
from app.peers.union.office.checks import told
from app.peers.union.office.kinds.leaving import kept_by_facility
from app.peers.union.office.newcomers import household_there
from app.peers.union.office.persons import (
    change_person,
    household_of,
    number_of,
    owner_of,
    put_number,
)
from app.peers.union.tables import number
from app.rules.calendar.days import day_of_75
from app.rules.eligibility.papers import PaperDecision
from app.rules.eligibility.reasons import AcquisitionReason
from app.rules.identifiers import my_number


def _named(held: Held) -> Mapping[str, str]:
    rewrites(name="new_name", kana="new_kana")(held, held.record.event_on, "")
    return {}


def _born(held: Held) -> Mapping[str, str]:
    """A correction (訂正) is true since ever."""
    rewrites(
        birth_written="new_birth_written",
        birth_sort="new_birth_sort",
        birth_precision="new_birth_precision",
        sex="new_sex",
    )(held, held.row.birth_sort, "")
    return {}


def _still_acquired(held: Held) -> list[RefusalReason]:
    """Who is insured by age acquired on the 75th birthday: with another birth date the period
    itself is wrong, and is corrected first (職権)."""
    assert held.current is not None, "insured"
    birth = date.fromisoformat(held.record.new_birth_sort)
    by_age = held.current.acquisition_reason == AcquisitionReason.AGE
    if by_age and day_of_75(birth).isoformat() != held.current.acquired_on:
        return [RefusalReason("birth_moves_acquisition")]
    return []


def _moved(held: Held) -> Mapping[str, str]:
    rejudges(
        rewrites(
            household_number="new_household_number",
            relation="relation",
            is_head="is_head",
            postal_code="new_postal_code",
            address="new_address",
            building="new_building",
            facility_code="facility_code",
        )
    )(held, held.record.event_on, "")
    return {}


def _paper_with_address(held: Held) -> PaperDecision | None:
    """Only where the address stands on the paper (DOMAIN 5.2)."""
    return same_paper_of(held) if held.office.system.practice.address_printed else no_paper(held)


def _here(held: Held) -> list[RefusalReason]:
    """The new address is in this municipality, the new household is known."""
    system, record = held.office.system, held.record
    place = system.tables["municipalities"].at(system.today(), code=record.municipality_code)
    findings = _joins(held)
    if not record.new_address.startswith(place.text("prefecture") + place.text("label")):
        findings.append(RefusalReason("outside_area"))
    return findings


def _into_facility(held: Held) -> Mapping[str, str]:
    """住所地特例: insured here, living there; which facility it is holds from the day."""
    record = held.record
    rewrites(postal_code="new_postal_code", address="new_address", building="new_building")(
        held, record.event_on, ""
    )
    states(_EXCEPTION[0], "to_facility", "facility_name", "to_municipality_code")(
        held, record.event_on, ""
    )
    return {}


def _kept_here(held: Held) -> list[RefusalReason]:
    """The facility stands in another union's area and is of a kind that keeps her here (55条)."""
    office, record = held.office, held.record
    assert held.current is not None, "insured"
    system = office.system
    ours = {row.text("code") for row in system.tables["municipalities"].rows(system.today())}
    outside = record.to_municipality_code not in ours
    if not outside or record.to_municipality_code[:2] == system.setup.prefecture:
        return [RefusalReason("same_prefecture_out")]
    birth = date.fromisoformat(held.row.birth_sort)
    acquired = date.fromisoformat(held.current.acquired_on)
    try:
        kept = kept_by_facility(office, record, held.event, birth, acquired)
    except MadoguchiError as cause:
        return [told("no_special_address", cause)]
    return [] if kept else [RefusalReason("no_special_address")]


def _still_kept_here(held: Held) -> list[RefusalReason]:
    """Only who is under the exception already moves on within it."""
    assert held.current is not None, "insured"
    by_exception = held.current.acquisition_reason == AcquisitionReason.ADDRESS_EXCEPTION
    connection, key = held.office.connection, held.row.id
    known = history.held_on(connection, key, _EXCEPTION, held.record.event_on)
    if not by_exception and (known is None or not known.value):
        return [RefusalReason("not_under_special_address")]
    return _kept_here(held)


def _joins(held: Held) -> list[RefusalReason]:
    record = held.record
    return household_there(
        held.office.connection, record, household_number=record.new_household_number
    )


def _number_fits(held: Held) -> list[RefusalReason]:
    """The number is a number, and nobody else's (SEC-04)."""
    said = held.record.my_number
    if not said:
        return []
    try:
        my_number(said)
    except UserError as cause:
        return [RefusalReason("number_invalid", cause.remedy)]
    owner = owner_of(held.office.connection, said)
    if owner is not None and owner.id != held.row.id:
        return [RefusalReason("number_elsewhere")]
    return []


def _numbered(held: Held, since: str, until: str) -> None:
    """The number takes the place of the one before; without one the check list asks for it."""
    connection, row, record = held.office.connection, held.row, held.record
    if record.my_number:
        if number_of(connection, row.id) != record.my_number:
            connection.execute(delete(number).where(number.c.person_id == row.id))
            put_number(connection, row.id, record.my_number)
        return
    entry = CheckEntry("number_blank", row.municipality_code, row.atena_number)
    list_entry(held.office.system, connection, entry, NUMBER_BLANK, case_id=record.case_id)


def _of_household(held: Held) -> list[RefusalReason]:
    """Whom the counter took for the household lives in it by these books too, and how a head who
    stays in it stands to the new one is said. An older terminal tells of one person only."""
    record, row = held.record, held.row
    if not hasattr(record, "members"):
        return []
    home = household_of(held.office.connection, row.municipality_code, row.household_number)
    same = record.household_number == row.household_number
    known = {one.atena_number for one in home}
    stays = any(one.is_head and one.id != row.id for one in home)
    told = bool(record.former_relation) or not stays
    fits = same and told and set(record.members.split()) <= known
    return [] if fits else [RefusalReason("household_differs")]


def _headed(held: Held, since: str, until: str) -> None:
    """The person is the head of her household; who was it until then stands to her as was said."""
    connection, record, row = held.office.connection, held.record, held.row
    if not hasattr(record, "members"):
        rewrites(relation="relation", is_head="is_head")(held, since, until)
        return
    for one in household_of(connection, row.municipality_code, row.household_number):
        if one.id == row.id:
            values: dict[str, object] = {"relation": _HEAD, "is_head": 1}
        elif one.is_head:
            values = {"relation": record.former_relation, "is_head": 0}
        else:
            continue
        change_person(connection, one.id, values, since=since, reason=record.kind)


_HEAD = "世帯主"
_EXCEPTION = ("address_exception", "")
_NOT_KEPT = ("same_prefecture_out", "no_special_address")
_HEIR = ("heir_name", "heir_kana", "heir_relation", "heir_postal_code", "heir_address")
_ACCOUNT = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
_AGENT = ("agent_name", "agent_postal_code", "agent_address", "agent_phone")
_DELIVERY = ("addressee", "in_care", "relation", "to_postal_code", "to_address")

KINDS: tuple[OfficeKind, ...] = tuple(
    one.kind
    for one in (
        Papered("name_change", "氏名の変更", _named),
        Stating("alias_change", "通称", rewrites(alias="alias", alias_kana="alias_kana")),
        Stating("former_name", "旧氏", states("former_name", "former_name", "former_name_kana")),
        Papered(
            "birth_correction",
            "生年月日・性別の訂正",
            _born,
            _still_acquired,
            refusals=("birth_moves_acquisition",),
        ),
        Stating(
            "number_change",
            "個人番号",
            _numbered,
            _number_fits,
            refusals=("number_invalid", "number_elsewhere"),
        ),
        Papered(
            "move_within",
            "転居",
            _moved,
            _here,
            _paper_with_address,
            ("household_unknown", "outside_area"),
        ),
        Papered(
            "special_address_begin",
            "住所地特例の該当",
            _into_facility,
            _kept_here,
            _paper_with_address,
            _NOT_KEPT,
        ),
        Papered(
            "special_address_change",
            "住所地特例の変更",
            _into_facility,
            _still_kept_here,
            _paper_with_address,
            (*_NOT_KEPT, "not_under_special_address"),
        ),
        Stating(
            "household_change",
            "世帯の変更",
            rejudges(
                rewrites(
                    household_number="new_household_number", relation="relation", is_head="is_head"
                )
            ),
            _joins,
            refusals=("household_unknown",),
        ),
        Stating(
            "head_change",
            "世帯主の変更",
            rejudges(_headed),
            _of_household,
            refusals=("household_differs",),
            whom=Whom.KNOWN,
        ),
        Lasting("delivery", _DELIVERY, subject="papers", ends_on="ends_on").stating(
            "delivery_address", "送付先", Whom.KNOWN
        ),
        Stating("heir", "相続人代表者", states("heir", *_HEIR, "heir_phone"), whom=Whom.DEAD),
        Stating("account", "支給口座", states("account", *_ACCOUNT), whom=Whom.KNOWN),
        Stating("contact", "連絡先", rewrites(phone="phone"), whom=Whom.KNOWN),
        Stating(
            "tax_agent",
            "納税管理人",
            states("tax_agent", *_AGENT),
            whom=Whom.KNOWN,
        ),
    )
)

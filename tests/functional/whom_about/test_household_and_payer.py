"""A case about a household, or about who pays for somebody; through the window."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.cases import drafts, sending
from app.cases.beginning import Begun, sides
from app.core.errors import UserError
from db.tables.cases import case_file
from db.tables.persons import household_member, person
from tests.support.about_kinds import (
    ALONE,
    HER,
    HOME,
    HUSBAND,
    PAYER,
    SON,
    OfHousehold,
    answered,
    keyed,
    opened,
    texts,
)
from tests.support.counter import Counter, Resident
from tests.support.desk import Room


class TestHousehold:
    def test_its_members_are_shown_signed_sent_and_kept_apart(
        self, counter: Counter, room: Room
    ) -> None:
        screen = opened(room, "test_household", person_id=HER.id)
        room.until(lambda: screen.form is not None)
        assert "世帯（2人）" in texts(screen) and HUSBAND.name in texts(screen)
        assert SON.name not in texts(screen), "the kind is about the insured of it"
        keyed(room, screen, wanted="合算")
        assert f"世帯（{HER.name}（世帯員）、{HUSBAND.name}（世帯員））" in room.touch.sentences[-1]
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert isinstance(record, OfHousehold)
        assert record.household_number == HOME
        assert record.members == f"{HER.atena_number} {HUSBAND.atena_number}"
        (row,) = counter.rows(case_file)
        assert counter.compare(counter.show(row.id)).compared

    def test_a_member_who_left_meanwhile_stops_the_sending(self, counter: Counter) -> None:
        case = counter.entered()
        prepared = counter.prepare_send(case)
        with counter.world.hands_on("household_member", "household") as work:
            work.run(
                update(household_member)
                .where(household_member.c.person_id == HUSBAND.id)
                .values(household_number="000000000000088")
            )
        with pytest.raises(UserError) as refused:
            performed(counter, prepared)
        assert refused.value.code == "cases.person_differs"
        assert counter.load(case.id).state == "draft"

    @pytest.mark.parametrize("state", ["2", "3", "9"])
    def test_who_died_or_moved_out_lives_in_it_no_more(self, counter: Counter, state: str) -> None:
        """The household's number stays with them; the union counts 現住民 only."""
        with counter.world.hands_on("person") as work:
            work.run(update(person).where(person.c.id == HUSBAND.id).values(state=state))
        whom = counter.load(counter.entered().id).whom
        assert whom is not None
        assert [one.person_id for one in whom.members] == [HER.id]


def performed(counter: Counter, prepared: Any) -> Any:
    given = tuple(counter.approvals(prepared))
    return sending.perform_send(counter.gate, prepared, given, counter.kind, counter.tables)


class TestPayer:
    def test_one_of_the_household_is_chosen_and_never_keyed(
        self, counter: Counter, room: Room
    ) -> None:
        screen = opened(room, "test_payer", person_id=HER.id)
        answered(room, screen, f"{SON.name}（世帯員）")
        room.until(lambda: screen.form is not None)
        assert f"納める方　{SON.name}（世帯員）" in texts(screen) and HER.name in texts(screen)
        form = screen.form
        assert form is not None and form.field("paid_by_name").isHidden()
        keyed(room, screen)
        assert (
            room.touch.sentences[-1]
            == f"{HER.name} 様の保険料を {SON.name} 様が納める届出を送ります。"
        )
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert (record.atena_number, record.paid_by_atena_number) == (
            HER.atena_number,
            SON.atena_number,
        )
        assert (record.paid_by_name, record.paid_by_kana) == (SON.name, SON.kana)
        assert record.insured_number == HER.insured_number
        (row,) = counter.rows(case_file)
        assert (row.person_id, row.payer_id) == (HER.id, SON.id)
        view = counter.show(row.id, kind=PAYER.kind)
        assert view.name == SON.name, "the case is about the payer"

    def test_somebody_of_no_register_is_keyed(self, counter: Counter, room: Room) -> None:
        screen = opened(room, "test_payer", person_id=HER.id)
        answered(room, screen, "登録にない方（氏名を入れる）")
        keyed(
            room,
            screen,
            paid_by_kana="ミホン　ジロウ",
            paid_by_name="見本　次郎",
            paid_by_relation="甥",
        )
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert (record.paid_by_name, record.paid_by_atena_number) == ("見本　次郎", "")

    def test_the_opened_payer_is_asked_for_whom(self, counter: Counter, room: Room) -> None:
        screen = opened(room, "test_payer", person_id=SON.id)
        answered(room, screen, f"{HUSBAND.name}（世帯員）の分")
        room.until(lambda: screen.form is not None)
        (row,) = counter.rows(case_file)
        assert (row.person_id, row.payer_id) == (HUSBAND.id, SON.id)

    def test_somebody_who_lives_with_nobody_insured_is_told_so(self, counter: Counter) -> None:
        with pytest.raises(UserError) as nobody:
            sides(
                counter.gate,
                counter.world.session(),
                PAYER.kind,
                ALONE.id,
                counter.tables,
            )
        assert nobody.value.code == "cases.nobody_to_pay_for" and "検索" in nobody.value.remedy

    @pytest.mark.parametrize(
        ("payer", "state", "code"),
        [(HER, "1", "cases.payer_is_insured"), (SON, "3", "cases.payer_dead")],
    )
    def test_who_cannot_pay_is_refused_with_the_reason(
        self, counter: Counter, payer: Resident, state: str, code: str
    ) -> None:
        with counter.world.hands_on("person") as work:
            work.run(update(person).where(person.c.id == SON.id).values(state=state))
        with pytest.raises(UserError) as refused:
            drafts.open_case(
                counter.gate,
                counter.world.session(),
                PAYER.kind,
                {},
                person_id=HER.id,
                begun=Begun(payer_id=payer.id),
            )
        assert refused.value.code == code and counter.rows(case_file) == []

    def test_the_dead_are_not_offered(self, counter: Counter) -> None:
        def labels() -> list[str]:
            found = sides(counter.gate, counter.world.session(), PAYER.kind, HER.id, counter.tables)
            return [one.label for one in found]

        assert labels()[0].startswith(HUSBAND.name) or labels()[0].startswith(SON.name)
        with counter.world.hands_on("person") as work:
            work.run(update(person).where(person.c.id == SON.id).values(state="3"))
        assert not any(SON.name in one for one in labels())

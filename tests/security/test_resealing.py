"""After a change of the number key the numbers are sealed anew bit by bit, cut off anywhere and
taken up again, and everybody's number is found meanwhile (SEC-52, SEC-53)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from app.core.errors import EnvironmentFault
from app.rules.identifiers import my_number_check_digit
from app.security.keys import my_number as numbers
from app.security.keys.my_number import MyNumbers, Owner
from db.tables.persons import my_number
from db.work import Store
from tests.support import soak
from tests.support.stores import open_store

READS = (*numbers.TABLE, *numbers.FACTS)
PEOPLE = 5


def number_of(serial: int) -> str:
    body = f"999{serial:08d}"
    return body + my_number_check_digit(body)


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_AT_ONCE", 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as (_, made):
        yield made


def change(store: Store, old: bytes) -> bytes:
    fresh = secrets.token_bytes(32)
    with store.update((), numbers.ROTATION_WRITES) as work:
        numbers.rotate(work, old, fresh)
        numbers.settle(work)
    return fresh


def reseal(store: Store, key: bytes, *, cut: bool = False) -> int:
    """One bit of it; ``cut`` ends it before it commits."""
    with store.update((), numbers.ROTATION_WRITES) as work:
        done = numbers.reseal(work, key)
        if cut:
            raise KeyboardInterrupt
    return done


def known(store: Store, key: bytes) -> dict[str, str | None]:
    with store.view(READS) as work:
        here = MyNumbers(work, key)
        owners = work.all(select(my_number.c.owner_id).order_by(my_number.c.owner_id))
        shown = {row.owner_id: here.show("person", row.owner_id) for row in owners}
        for owner, number in shown.items():
            assert Owner("person", owner) in here.find(number or "")
    return shown


def left(store: Store) -> tuple[int, bool]:
    """How many numbers wait, and whether the former key is still kept."""
    with store.view(READS) as work:
        newest = work.fact("number_key_generation")
        older = my_number.c.key_generation < int(newest or 1)
        waiting = work.scalar(select(func.count()).select_from(my_number).where(older))
        return waiting or 0, numbers.is_resealing(work)


def filled(store: Store, key: bytes) -> dict[str, str | None]:
    with store.update((), numbers.ROTATION_WRITES) as work:
        for serial in range(PEOPLE):
            MyNumbers(work, key).put("person", f"p{serial}", number_of(serial))
    return {f"p{serial}": number_of(serial) for serial in range(PEOPLE)}


@pytest.mark.req("SEC-53")
def test_everybody_is_found_at_every_step_and_the_former_key_goes_at_the_end(store: Store) -> None:
    key = secrets.token_bytes(32)
    people = filled(store, key)
    fresh = change(store, key)
    assert left(store) == (3, True)
    steps = 0
    while left(store)[1]:
        assert known(store, fresh) == people
        reseal(store, fresh)
        steps += 1
    assert steps == 3 and left(store) == (0, False)
    assert known(store, fresh) == people
    assert reseal(store, fresh) == 0


@pytest.mark.req("SEC-53")
def test_the_former_key_opens_nothing_that_has_been_sealed_anew(store: Store) -> None:
    key = secrets.token_bytes(32)
    filled(store, key)
    fresh = change(store, key)
    with store.view(READS) as work:
        newest = select(my_number.c.owner_id).where(my_number.c.key_generation == 2)
        anew = [row.owner_id for row in work.all(newest)]
        for owner in anew:
            with pytest.raises(EnvironmentFault):
                MyNumbers(work, key).show("person", owner)
            assert MyNumbers(work, key).find(number_of(int(owner[1:]))) == ()
    assert len(anew) == 2 and fresh != key


def test_a_number_that_does_not_open_holds_up_no_other(store: Store) -> None:
    key = secrets.token_bytes(32)
    filled(store, key)
    with store.update((), numbers.ROTATION_WRITES) as work:
        work.run(update(my_number).where(my_number.c.owner_id == "p0").values(sealed=bytes(40)))
    fresh = change(store, key)
    with pytest.raises(EnvironmentFault):
        while reseal(store, fresh):
            continue
    assert left(store) == (1, True), "its key is kept, in case the row is brought back"
    for serial in range(1, PEOPLE):
        with store.view(READS) as work:
            assert MyNumbers(work, fresh).show("person", f"p{serial}") == number_of(serial)


STEPS = st.lists(st.sampled_from(["reseal", "cut", "change", "put", "remove"]), max_size=12)


@pytest.mark.req("SEC-52", "SEC-53")
@settings(max_examples=soak.tries(8, 300), deadline=None)
@given(STEPS)
def test_whatever_comes_between_nobodys_number_is_lost(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    with open_store(tmp_path_factory.mktemp("store")) as (_, store):
        key = secrets.token_bytes(32)
        people = filled(store, key)
        for at, step in enumerate(steps):
            if step == "reseal":
                reseal(store, key)
            elif step == "cut":
                with pytest.raises(KeyboardInterrupt):
                    reseal(store, key, cut=True)
            elif step == "change":
                key = change(store, key)
            else:
                owner = f"p{at % PEOPLE}"
                with store.update((), numbers.ROTATION_WRITES) as work:
                    if step == "put":
                        MyNumbers(work, key).put("person", owner, number_of(100 + at))
                        people[owner] = number_of(100 + at)
                    else:
                        MyNumbers(work, key).remove("person", owner)
                        people.pop(owner, None)
            assert known(store, key) == people

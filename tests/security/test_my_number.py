"""Individual numbers: sealed apart, bound to their owner, found only with the number key."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.core.errors import EnvironmentFault, UserError
from app.rules.identifiers import my_number_check_digit
from app.security.keys import my_number as numbers
from app.security.keys.my_number import MyNumbers
from app.security.keys.sealing import random_key
from db.tables.persons import my_number
from tests.support.stores import open_store

KEY = bytes(range(100, 132))


def artificial(serial: int) -> str:
    body = f"999{serial:08d}"
    return body + my_number_check_digit(body)


FIRST, SECOND = artificial(1), artificial(2)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as (_, made):
        yield made


def writing(store):
    return store.update((), numbers.ROTATION_WRITES)


def use(store, key=KEY):
    """One call in one unit of work: ``use(store).put(...)``."""

    class Caller:
        def __getattr__(self, name):
            def call(*args):
                with writing(store) as work:
                    return getattr(MyNumbers(work, key), name)(*args)

            return call

    return Caller()


@pytest.mark.req("SEC-52", "SEC-53")
def test_put_show_find_move_remove(store):
    use(store).put("case", "c1", FIRST)
    assert use(store).show("case", "c1") == FIRST
    assert use(store).show("person", "p1") is None
    use(store).move("case", "c1", "person", "p1")
    assert use(store).find(FIRST) == (("person", "p1"),)
    assert use(store).show("case", "c1") is None
    use(store).put("person", "p1", SECOND)
    assert use(store).find(FIRST) == ()
    assert use(store).find(SECOND) == (("person", "p1"),)
    use(store).remove("person", "p1")
    use(store).remove("person", "p1")
    assert use(store).show("person", "p1") is None


def test_the_same_number_tied_to_two_is_found_for_both(store):
    use(store).put("person", "p1", FIRST)
    use(store).put("case", "c1", FIRST)
    assert use(store).find(FIRST) == (("case", "c1"), ("person", "p1"))


@pytest.mark.parametrize(
    "typed",
    ["", "12345", FIRST[:-1] + str((int(FIRST[-1]) + 1) % 10), "1" * 12, "0" * 12, FIRST + "0"],
)
def test_a_number_that_cannot_be_is_refused_and_nothing_kept(store, typed):
    with pytest.raises(UserError):
        use(store).put("person", "p1", typed)
    assert use(store).show("person", "p1") is None


def test_full_width_and_grouped_numbers_are_the_same_number(store):
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in FIRST)
    use(store).put("person", "p1", wide)
    assert use(store).show("person", "p1") == FIRST


@pytest.mark.req("SEC-108")
def test_moving_never_overwrites_another_number(store):
    use(store).put("case", "c1", FIRST)
    use(store).put("person", "p1", SECOND)
    with pytest.raises(UserError) as refused:
        use(store).move("case", "c1", "person", "p1")
    assert refused.value.code == "my_number.other_number"
    assert use(store).show("person", "p1") == SECOND
    assert use(store).show("case", "c1") == FIRST
    with pytest.raises(UserError) as refused:
        use(store).move("case", "nothing", "person", "p1")
    assert refused.value.code == "my_number.none"


def test_another_key_shows_and_finds_nothing(store):
    use(store).put("person", "p1", FIRST)
    other = random_key()
    assert use(store, other).find(FIRST) == ()
    with pytest.raises(EnvironmentFault) as refused:
        use(store, other).show("person", "p1")
    assert refused.value.code == "my_number.unopened"


def test_a_row_given_to_another_owner_by_hand_does_not_open(store):
    use(store).put("person", "p1", FIRST)
    with writing(store) as work:
        work.run(update(my_number).values(owner_id="p2"))
    with pytest.raises(EnvironmentFault) as refused:
        use(store).show("person", "p2")
    assert refused.value.code == "my_number.unopened"


def test_equal_numbers_do_not_look_equal_sealed(store):
    use(store).put("person", "p1", FIRST)
    use(store).put("person", "p2", FIRST)
    with store.view(numbers.TABLE) as work:
        one, other = (bytes(row.sealed) for row in work.all(select(my_number.c.sealed)))
    assert one != other
    assert FIRST.encode() not in one


def rotated(store, old, new):
    with store.update((), numbers.ROTATION_WRITES) as work:
        return numbers.rotate(work, old, new)


def test_a_new_number_key_shuts_the_old_one_out(store):
    new = random_key()
    for serial in range(5):
        use(store).put("person", f"p{serial}", artificial(serial))
    assert rotated(store, KEY, new) == 5
    assert use(store, new).show("person", "p3") == artificial(3)
    assert use(store, new).find(artificial(4)) == (("person", "p4"),)
    assert use(store, KEY).find(artificial(4)) == ()
    use(store, new).put("person", "later", artificial(9))
    newer = random_key()
    with store.update((), numbers.ROTATION_WRITES) as work:
        numbers.settle(work)
    assert rotated(store, new, newer) == 6
    assert use(store, newer).show("person", "later") == artificial(9)


def test_a_change_of_number_key_cut_short_loses_nothing(store):
    new = random_key()
    use(store).put("person", "p1", FIRST)
    rotated(store, KEY, new)  # and here the process died, before the slot file was written
    with store.view(numbers.ROTATION_WRITES) as work:
        assert numbers.current_key(work, KEY) == new
        assert numbers.current_key(work, new) == new
    with store.update((), numbers.ROTATION_WRITES) as work:
        numbers.settle(work)
        assert numbers.current_key(work, KEY) == KEY


def test_a_change_of_number_key_that_fails_changes_nothing(store):
    use(store).put("person", "p1", FIRST)
    with pytest.raises(EnvironmentFault):
        rotated(store, random_key(), random_key())
    assert use(store).show("person", "p1") == FIRST


@pytest.mark.req("SEC-53")
def test_an_undeclared_function_reaches_no_number(store):
    from db.faults import Undeclared

    with pytest.raises(Undeclared), store.view(("person",)) as work:
        MyNumbers(work, KEY).show("person", "p1")

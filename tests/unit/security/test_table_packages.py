"""表のパッケージ: which are taken, what they change, and which tables a day has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.canon import digest_hex
from app.core.clock import JST
from app.core.errors import UserError
from app.core.tables import load_tables, shipped_tables
from app.functions.admin import table_packages
from app.security.control.deeds import PutTables
from app.security.control.done import Done
from app.security.control.state import ControlState
from app.security.control.table_packages import put, tables_of
from app.wire.keys import signing_keys
from app.wire.statements import sign
from app.wire.table_package import LARGEST, TablePackage, open_package, packed
from tests.support.table_packages import MEALS, dearer_meals, package_of, shipped, trust
from tests.support.world import World, world_in

DAY = date(2026, 11, 16)
TOMORROW = DAY + timedelta(days=1)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = signing_keys(KEY.public_key().public_bytes_raw())
MEAL_DAY = date(2025, 6, 1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def done(number: int = 1) -> Done:
    at = datetime(2026, 11, 16, 10, tzinfo=JST)
    return Done("S201", "S202", "T01", 1, bytes([number]) * 16, at, number)


def deed(data: bytes, since: date = TOMORROW) -> PutTables:
    return PutTables(data, digest_hex(data), since)


def signed(package: TablePackage, key: Ed25519PrivateKey = KEY) -> bytes:
    """A package that ``seal_package`` would not make."""
    return sign(package, key)


def plain(**changed: object) -> TablePackage:
    made = open_package(package_of(KEY, TOMORROW), KEYS)
    return replace(made, **changed)  # type: ignore[arg-type]


class TestTheFile:
    def test_a_signed_package_is_read(self) -> None:
        package = open_package(package_of(KEY, TOMORROW, number=3), KEYS)
        assert (package.number, package.first_day) == (3, TOMORROW)
        assert package.replaced.contents == {MEALS: dearer_meals()}

    def test_every_altered_byte_is_refused(self) -> None:
        data = package_of(KEY, TOMORROW)
        for at in range(0, len(data), 7):
            broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            with pytest.raises(UserError) as refused:
                open_package(broken, KEYS)
            assert refused.value.field == "file"

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "file"),
            (package_of(KEY, TOMORROW)[:-1], "file"),
            (shipped(MEALS).encode(), "file"),
            (bytes(LARGEST + 1), "size"),
            (package_of(Ed25519PrivateKey.generate(), TOMORROW), "signature"),
            (signed(plain(tables=())), "content"),
            (signed(plain(number=0)), "content"),
            (signed(plain(since="2026-13-01")), "content"),
            (signed(plain(title="")), "content"),
            (signed(plain(title="表\u202e")), "content"),
            (signed(plain(tables=(packed("../x", b""),))), "content"),
            (signed(plain(tables=(packed("roles", b""),))), "content"),
            (signed(plain(tables=(packed("x", b"\xff"),))), "content"),
            (signed(plain(tables=(packed("x", b""), packed("x", b"")))), "content"),
            (signed(plain(tables=(replace(packed("x", b"1"), content=b"2"),))), "content"),
        ],
    )
    def test_what_is_no_package_of_ours_is_refused(self, data: bytes, code: str) -> None:
        with pytest.raises(UserError) as refused:
            open_package(data, KEYS)
        assert refused.value.code == f"tables.package_{code}"
        assert refused.value.message.endswith("。") and refused.value.remedy.endswith("。")


class TestTheDeed:
    def test_the_tables_of_a_day_are_those_of_the_newest_package_that_has_begun(self) -> None:
        state = ControlState()
        put(state, deed(package_of(KEY, TOMORROW, 1)), done(1))
        put(state, deed(package_of(KEY, TOMORROW, 4), DAY + timedelta(days=9)), done(2))

        def number(day: date) -> int:
            found = state.table_package(day)
            return 0 if found is None else found.number

        assert [number(DAY + timedelta(days=on)) for on in (0, 1, 8, 9)] == [0, 1, 1, 4]

    @pytest.mark.parametrize(("number", "taken"), [(1, False), (2, False), (3, True)])
    def test_a_package_that_is_not_newer_is_refused(self, number: int, taken: bool) -> None:
        state = ControlState()
        put(state, deed(package_of(KEY, TOMORROW, 2)), done(1))
        if taken:
            put(state, deed(package_of(KEY, TOMORROW, number)), done(2))
            return
        with pytest.raises(UserError) as refused:
            put(state, deed(package_of(KEY, TOMORROW, number)), done(2))
        assert refused.value.code == "tables.package_older" and len(state.packages) == 1

    @pytest.mark.parametrize("days", [-1, 0, 367])
    def test_no_package_begins_today_before_or_more_than_a_year_later(self, days: int) -> None:
        with pytest.raises(UserError) as refused:
            put(
                ControlState(),
                deed(package_of(KEY, TOMORROW), DAY + timedelta(days=days)),
                done(),
            )
        assert (refused.value.code, refused.value.field) == ("tables.package_since", "since")

    def test_bytes_that_are_not_those_of_the_digest_are_refused(self) -> None:
        other = replace(deed(package_of(KEY, TOMORROW)), package=package_of(KEY, TOMORROW, 2))
        with pytest.raises(UserError, match="署名された値"):
            put(ControlState(), other, done())

    def test_a_draft_leaves_the_packages_of_the_other_alone(self) -> None:
        state = ControlState()
        draft = state.draft()
        put(draft, deed(package_of(KEY, TOMORROW)), done())
        assert state.packages == () and len(draft.packages) == 1


class TestTheTables:
    def test_they_lie_over_the_shipped_ones_and_the_version_says_so(self) -> None:
        state = ControlState()
        put(state, deed(package_of(KEY, TOMORROW, 5)), done())
        before = load_tables(shipped_tables())
        after = tables_of(shipped_tables(), state.packages[0])
        assert before[MEALS].at(MEAL_DAY).number("general") == 510
        assert after[MEALS].at(MEAL_DAY).number("general") == 777
        assert after.version == f"{before.version}+5"
        assert set(after) == set(before)

    def test_a_changed_table_changes_the_version(self, tmp_path: Path) -> None:
        for file in shipped_tables().glob("*.toml"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
        assert load_tables(tmp_path).version == load_tables(shipped_tables()).version
        (tmp_path / f"{MEALS}.toml").write_text(dearer_meals(), encoding="utf-8")
        assert load_tables(tmp_path).version != load_tables(shipped_tables()).version

    def test_one_for_another_program_is_not_used(self) -> None:
        state = ControlState()
        put(state, deed(package_of(KEY, TOMORROW, program="9.9.9-00000000")), done())
        with pytest.raises(UserError) as refused:
            tables_of(shipped_tables(), state.packages[0])
        assert refused.value.code == "tables.package_program"


class TestLooking:
    @pytest.mark.parametrize(
        ("tables", "said"),
        [
            ({MEALS: "not toml ["}, "読み取れません"),
            ({"no_such_table": dearer_meals()}, "このプログラムにはない表"),
            ({MEALS: dearer_meals().replace("general = 777", "general = '777'")}, "int"),
            ({MEALS: dearer_meals().replace("2025-04-01", "2025-03-01")}, "重なって"),
            ({MEALS: dearer_meals().replace("gaps = false", "gaps = true")}, "gaps"),
            ({"prefectures": shipped("prefectures").replace('"15"', '"95"')}, "95|ありません"),
        ],
    )
    def test_tables_that_do_not_load_or_contradict_are_refused(
        self, world: World, tables: dict[str, str], said: str
    ) -> None:
        trust(world, KEY)
        data = package_of(KEY, TOMORROW, tables=tables)
        with pytest.raises(UserError, match=said) as refused:
            table_packages.look(
                world.gate, world.session("administrator"), data, None, shipped_tables()
            )
        assert refused.value.code == "tables.package_content"

    def test_it_says_which_rows_change_and_how(self, world: World) -> None:
        trust(world, KEY)
        seen = table_packages.look(
            world.gate,
            world.session("administrator"),
            package_of(KEY, TOMORROW),
            None,
            shipped_tables(),
        )
        (change,) = seen.changes
        assert (change.name, change.added, change.changed, change.removed) == (MEALS, 0, 1, 0)
        assert change.lines == ("変更　2025-04-01から: 一般（１食・円） 510 → 777",)
        assert change.unconfirmed > 0
        assert seen.deed.since == max(TOMORROW, world.clock.now().date() + timedelta(days=1))

    def test_one_for_another_program_is_refused(self, world: World) -> None:
        trust(world, KEY)
        data = package_of(KEY, TOMORROW, program="9.9.9-00000000")
        with pytest.raises(UserError) as refused:
            table_packages.look(
                world.gate, world.session("administrator"), data, None, shipped_tables()
            )
        assert refused.value.code == "tables.package_program"

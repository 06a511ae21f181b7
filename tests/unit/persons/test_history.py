"""History on two time axes: any files, decisions, corrections and losses, one after another,
and every day of it as known on every day, against a naive replay of what was said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.clock import JST
from app.functions.files.insured import receiver
from app.persons import effects, history
from app.rules.calendar.wareki import Eras
from app.wire.files import FILES
from db.tables.history import fact
from db.tables.persons import insured, person
from tests.support.sendings import sample
from tests.support.soak import tries
from tests.support.world import World, shared_tables
from tests.unit.persons.conftest import undone

SPEC = FILES["FILE-17"]
ERAS = Eras(shared_tables()["eras"])
OLD, DEAD = sample("FILE-17")
START = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
FIRST = START.date()
DAYS = tuple((FIRST + timedelta(days=number)).isoformat() for number in range(-6, 10))
HER = replace(
    OLD,
    former_atena="",
    support_measure="0",
    acquired_on=DAYS[0],
    copay_from=DAYS[2],
    state_on="",
    limit_class="",
    limit_from="",
)
ASKED = ("1950-01-01", *DAYS, "2100-01-01")
KINDS = ("name", "phone", "address", "household", "copay", "eligibility")
NUMBERS = ("01234565", "01234573", "01234581")


# -- what is said, and the naive replay of it -------------------------------------------------


@dataclass
class Told:
    """What was said of one fact, in order: (moment, since, until, value)."""

    said: list[tuple[str, str, str, Any]] = field(default_factory=list)

    def say(self, moment: str, since: str, until: str, value: Any) -> None:
        self.said.append((moment, since, until, value))

    def on(self, day: str, known_on: str) -> Any:
        """Day by day: the last saying of that day that was known."""
        found: Any = None
        for moment, since, until, value in self.said:
            known = moment[:10] <= known_on
            if known and since <= day and (not until or day < until):
                found = value
        return found

    @property
    def now(self) -> Any:
        """What holds at the end of time."""
        return self.on("9999-12-31", "9999-12-31")


class Model:
    """A register that keeps every sentence, and nothing else."""

    def __init__(self) -> None:
        kinds = ("name", "phone", "address", "household", "copay", "state")
        self.told = {kind: Told() for kind in kinds}
        self.state = ("", "")
        self.periods: list[tuple[str, list[tuple[str, str, str]]]] = []

    def enter(self, moment: str, record: Any, rows: list[Any]) -> None:
        """A new person: what the first file says, true since ever as far as anybody knows."""
        for kind, value in values_of(record).items():
            self.told[kind].say(moment, "", "", value)
        self.state = (record.state, record.state_on)
        self.told["state"].say(moment, record.state_on, "", {"state": record.state})
        self._share(moment, record)
        self.keep_periods(moment, rows)

    def file(self, moment: str, record: Any, rows: list[Any]) -> None:
        """The register's word: what it says otherwise is true from its 異動日, else from the day of
        the file."""
        for kind, value in values_of(record).items():
            if kind == "phone" and not record.phone:
                continue
            if self.told[kind].now != value:
                self.told[kind].say(moment, record.event_on or moment[:10], "", value)
        self._state(moment, record)
        self._share(moment, record)
        self.keep_periods(moment, rows)

    def _state(self, moment: str, record: Any) -> None:
        told, (state, since) = self.told["state"], self.state
        self.state = (record.state, record.state_on)
        if record.state != state:
            since = record.state_on or record.event_on or moment[:10]
            told.say(moment, since, "", {"state": record.state})
        elif record.state_on:
            if "" < since < record.state_on:
                earlier = (date.fromisoformat(since) - timedelta(days=1)).isoformat()
                told.say(moment, since, record.state_on, told.on(earlier, "9999-12-31"))
            told.say(moment, record.state_on, "", {"state": record.state})

    def _share(self, moment: str, record: Any) -> None:
        told = self.told["copay"]
        value = {"ratio": record.copay_ratio, "provisional": record.provisional}
        if record.copay_ratio:
            since = max(record.copay_from, record.acquired_on)
            told.say(moment, since, record.lost_on, value)
        elif not record.lost_on:
            told.say(moment, record.acquired_on, "", None)
        if record.lost_on:
            told.say(moment, record.lost_on, "", None)

    def keep_periods(self, moment: str, rows: list[Any]) -> None:
        """A copy of the table: which periods were known when."""
        self.periods.append((moment, [(r.insured_number, r.acquired_on, r.lost_on) for r in rows]))

    def insured_on(self, day: str, known_on: str) -> str:
        """The insured number of the day."""
        known = [rows for moment, rows in self.periods if moment[:10] <= known_on]
        for number, acquired, lost in known[-1] if known else ():
            if acquired <= day and (not lost or day < lost):
                return number
        return ""


def values_of(record: Any) -> dict[str, Any]:
    return {
        "name": {"name": record.name, "kana": record.kana},
        "phone": {"phone": record.phone},
        "address": {
            "municipality_code": record.municipality_code,
            "postal_code": record.postal_code,
            "written": record.address,
            "building": record.building,
        },
        "household": {
            "household_number": record.household_number,
            "relation": record.relation,
            "is_head": record.is_head,
        },
    }


@st.composite
def lines(draw):
    """A line of a file about her."""
    lost = draw(st.sampled_from(("", "", *DAYS[6:12])))
    ratio = "" if lost else draw(st.sampled_from(("", "1", "2", "3")))
    state = draw(st.sampled_from(("1", "1", "2", "3")))
    return replace(
        HER,
        state=state,
        state_on="" if state == "1" else draw(st.sampled_from(DAYS)),
        name=draw(st.sampled_from(("見本　髙子", "見本　高子", "寺町　髙子"))),
        phone=draw(st.sampled_from(("", "02500001234", "09000001111"))),
        event_on=draw(st.sampled_from(("", *DAYS))),
        address=draw(st.sampled_from((OLD.address, "見本県見本市寺町1番1号", "山手2番"))),
        household_number=draw(st.sampled_from(("000000000001234", "000000000005678"))),
        acquired_on=DAYS[0],
        lost_on=lost,
        loss_reason="LOS_OUT" if lost else "",
        copay_ratio=ratio,
        copay_from=draw(st.sampled_from(DAYS)) if ratio else "",
        limit_class="",
        limit_from="",
        provisional=draw(st.sampled_from(("0", "1"))) if ratio else "0",
    )


@st.composite
def corrections(draw):
    """訂正: one fact over some days, or from a day on."""
    kind = draw(st.sampled_from(("name", "phone", "address")))
    record = replace(
        HER,
        name=draw(st.sampled_from(("訂正　甲", "訂正　乙"))),
        phone=draw(st.sampled_from(("0250009999", "0250008888"))),
        address=draw(st.sampled_from(("訂正1番", "訂正2番"))),
    )
    since, until = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2)))
    return kind, values_of(record)[kind], since, draw(st.sampled_from(("", until)))


losses = st.sampled_from(("", *DAYS[3:12]))
steps = st.lists(
    st.tuples(
        st.integers(0, 2),  # days that pass before it
        st.one_of(
            lines(),
            corrections(),
            st.builds(lambda day: ("loss", day), losses),
            st.builds(lambda day: ("instead", day), st.sampled_from(DAYS[:6])),
        ),
    ),
    min_size=1,
    max_size=7,
)


# -- the store -------------------------------------------------------------------------------


def periods(work: Any, person_id: str) -> list[Any]:
    return work.all(select(insured).where(insured.c.person_id == person_id))


def step(world: World, work: Any, said: Any, her: str, model: Model) -> None:
    moment = work.at.isoformat()
    if not isinstance(said, tuple):
        if receiver(world.tables)(work, SPEC, [said]).applied:  # else its period overlaps
            model.file(moment, said, periods(work, her))
        return
    writer = effects.writer_of_decision(work, "D-1", ERAS)
    if said[0] == "loss":
        before = periods(work, her)
        done = effects.loses(writer, her, effects.Loss(said[1], "LOS_OUT" if said[1] else ""))
        if done.taken:
            told = model.told["copay"]
            told.say(moment, said[1], "", None) if said[1] else _again(moment, before, told)
        model.keep_periods(moment, periods(work, her))
        return
    if said[0] == "instead":
        _instead(writer, said[1], her, model, moment)
        model.keep_periods(moment, periods(work, her))
        return
    kind, value, since, until = said
    subject = "current" if kind == "address" else ""
    effects.changes(writer, her, kind, value, since=since, until=until, subject=subject)
    if until != since:
        model.told[kind].say(moment, since, until, value)


def _instead(writer: Any, day: str, her: str, model: Model, moment: str) -> None:
    """A decision that takes an earlier one back: insured from another day, in another class."""
    (row,) = periods(writer.work, her)
    decided = replace(HER, acquired_on=day, copay_ratio="1", copay_from=day, phone="")
    said = effects.said_by(decided, {}, ERAS)
    done = effects.acquires(writer, said, since=day, replaced=(row.insured_number, row.acquired_on))
    assert done.person_id == her
    lost = row.lost_on if day == row.acquired_on else ""
    told = model.told["copay"]
    told.say(moment, day, lost, {"ratio": "1", "provisional": HER.provisional})
    if lost:
        told.say(moment, lost, "", None)
    if model.state[0] != "1":  # she is a resident again, where the decision says
        model.state = ("1", day)
        model.told["state"].say(moment, day, "", {"state": "1"})
        for kind in ("address", "household"):
            value = values_of(decided)[kind]
            if model.told[kind].now != value:
                model.told[kind].say(moment, day, "", value)


def _again(moment: str, before: list[Any], told: Told) -> None:
    """A loss taken back: the share that stands with the period is in force again."""
    (row,) = before
    if row.copay_ratio:
        value = {"ratio": row.copay_ratio, "provisional": "1" if row.provisional else "0"}
        told.say(moment, max(row.copay_from, row.acquired_on), "", value)
    else:
        told.say(moment, row.acquired_on, "", None)


def entered(world: World, work: Any, model: Model) -> str:
    receiver(world.tables)(work, SPEC, [HER])
    her = str(work.one(select(person)).id)
    model.enter(work.at.isoformat(), HER, periods(work, her))
    return her


def known_days(work: Any) -> list[date]:
    return [
        FIRST + timedelta(days=number) for number in range(-1, (work.at.date() - FIRST).days + 2)
    ]


def assert_equal_to_replay(work: Any, her: str, model: Model) -> None:
    lines = history.lines_of(work, (her,))[her]
    for known_on in known_days(work):
        for day in ASKED:
            found = history.seen(her, lines, date.fromisoformat(day), known_on)
            if known_on < FIRST:
                assert found is None
                continue
            assert found is not None
            text = known_on.isoformat()
            for kind, told in model.told.items():
                subject = {"address": "current", "household": HER.municipality_code}.get(kind, "")
                expected = told.on(day, text) or {}
                if not any(expected.values()):
                    expected = {}
                assert found.value(kind, subject) == expected, (kind, day, text)
            number = found.value("eligibility").get("insured_number", "")
            assert number == model.insured_on(day, text), (day, text)


def assert_whole(work: Any, her: str) -> None:
    """At every moment of knowing each line covers every day once."""
    rows = work.all(select(fact).where(fact.c.person_id == her))
    for of in {(row.kind, row.subject) for row in rows}:
        mine = [row for row in rows if (row.kind, row.subject) == of]
        moments = sorted({row.known_from for row in mine})
        for moment in moments:
            known = sorted(
                (
                    row
                    for row in mine
                    if row.known_from <= moment
                    and (not row.known_until or row.known_until > moment)
                ),
                key=lambda row: row.true_from,
            )
            if not known:  # told twice at one moment: never known to anybody
                continue
            assert known[0].true_from == "" and known[-1].true_until == "", of
            assert all(a.true_until == b.true_from != "" for a, b in pairwise(known)), of
        numbers = {row.number for row in mine}
        assert all(int(n) in numbers for row in mine for n in row.replaces.split())


def assert_current(work: Any, her: str) -> None:
    """What the current tables state is what the history knows now at the end of the line."""
    row = work.one(select(person).where(person.c.id == her))
    now = history.current_lines(work, {her: row}, frozenset(KINDS))[her]
    lines_of = history.lines_of(work, (her,))[her]
    for line, spans in now.items():
        last = [known for known in lines_of[line] if not known.known_until][-1:]
        ends = [known for known in lines_of[line] if not known.known_until]
        end = next(known for known in ends if known.span.true_until == "")
        assert last and end.span.value == spans[-1].value, line


def test_any_day_as_known_on_any_day_equals_a_naive_replay(world: World) -> None:
    @settings(
        max_examples=tries(50, 3_000),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(steps)
    def holds(said: list[Any]) -> None:
        model = Model()
        with undone(world) as work:
            work.at = START
            her = entered(world, work, model)
            for days, one in said:
                work.at += timedelta(days=days, minutes=1)
                step(world, work, one, her, model)
            assert_equal_to_replay(work, her, model)
            assert_whole(work, her)
            assert_current(work, her)

    holds()


def told(world: World, work: Any, days: int, record: Any) -> None:
    work.at = START + timedelta(days=days)
    assert receiver(world.tables)(work, SPEC, [record]).applied == 1


def seen(work: Any, her: str, day: str, known_on: date | None = None) -> history.AsOf:
    found = history.as_of(work, her, date.fromisoformat(day), known_on or work.at.date())
    assert found is not None
    return found


def test_a_share_that_is_said_to_begin_later_keeps_what_was_before(world: World) -> None:
    """The current row then says less than was known: its past is written down first."""
    with undone(world) as work:
        work.at = START
        her = entered(world, work, Model())
        told(world, work, 1, replace(HER, copay_from=DAYS[4]))
        assert seen(work, her, DAYS[2]).value("copay")["ratio"] == HER.copay_ratio
        assert seen(work, her, DAYS[4]).value("copay")["ratio"] == HER.copay_ratio


def test_a_death_that_was_later_than_told_gives_the_days_between_back(world: World) -> None:
    dead = replace(HER, state="3", state_on=DAYS[3])
    with undone(world) as work:
        work.at = START
        her = entered(world, work, Model())
        told(world, work, 1, dead)
        assert seen(work, her, DAYS[4]).value("state") == {"state": "3"}
        told(world, work, 2, replace(dead, state_on=DAYS[6]))
        assert seen(work, her, DAYS[4]).value("state") == {"state": "1"}
        assert seen(work, her, DAYS[6]).value("state") == {"state": "3"}
        before = FIRST + timedelta(days=1)
        assert seen(work, her, DAYS[4], before).value("state") == {"state": "3"}


def test_a_clock_that_was_set_back_sets_no_knowledge_back(world: World) -> None:
    with undone(world) as work:
        work.at = START
        her = entered(world, work, Model())
        told(world, work, 3, replace(HER, name="一度　目"))
        told(world, work, 1, replace(HER, name="二度　目"))
        late = FIRST + timedelta(days=3)
        assert seen(work, her, "2100-01-01", late).value("name")["name"] == "二度　目"
        early = FIRST + timedelta(days=2)
        assert seen(work, her, "2100-01-01", early).value("name")["name"] == HER.name
        rows = work.all(select(fact).where(fact.c.kind == "name"))
        assert all(not row.known_until or row.known_from <= row.known_until for row in rows)
        assert_whole(work, her)

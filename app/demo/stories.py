"""Three stories of the counter after the visits (docs/stories), by key presses: the question about
reaching 75, a lost paper, the request that belongs to another desk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from app.cases.kind import CaseKind
from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.paper import PaperScreen
from app.catalog import CASES
from app.demo.room import Room
from app.demo.visit import (
    Driver,
    Visit,
    await_decision,
    confirm,
    draw,
    fill,
    find,
    go_on,
    issue,
    keep,
    picker,
    send,
)
from app.persons.reaching import month_after
from app.persons.screens.person import PersonScreen
from app.persons.screens.reaching import ReachingScreen
from app.training.movers import Mover

_MONTHS = 12
_BROUGHT = {"channel": "counter", "notifier": "person", "identity_check": "photo_one"}


def run_stories(driver: Driver, room: Room) -> tuple[Visit, ...]:
    """All three; what ``visit.json`` says of each. The mover of the first visit comes back."""
    her = room.movers[0]
    return (
        _reaching_75(driver, room),
        _lost_paper(driver, room, her),
        _other_desk(driver, room, her),
    )


def _begun(driver: Driver, label: str) -> Visit:
    """Each begins at the day board."""
    desk = driver.counter.desk
    assert desk is not None
    if not isinstance(driver.counter.window.open_screen(), BoardScreen):
        desk.home()
    driver.screen(BoardScreen)
    driver.settle()
    visit = Visit(label)
    visit.first_line = driver.counter.journal_line + 1
    return visit


def _ended(driver: Driver, visit: Visit, touches: int) -> Visit:
    visit.touches = driver.touches - touches
    visit.last_line = driver.counter.journal_line
    return visit


def _reaching_75(driver: Driver, room: Room) -> Visit:
    visit, touches = _begun(driver, "年齢到達の問い合わせ"), driver.touches
    desk = driver.counter.desk
    assert desk is not None
    driver.step(visit, "75歳になる方", lambda: desk.go("persons.list_reaching"))
    screen: ReachingScreen = driver.screen(ReachingScreen)
    driver.settle()
    for _ in range(_MONTHS):
        if any(one.day >= room.place.on for one in screen.lines):
            break
        wanted = month_after(screen.month, 1)
        driver.press(Qt.Key.Key_Right)
        driver.wait(lambda wanted=wanted: screen.month == wanted, "the month")  # type: ignore[misc]
        driver.settle()
    at = next((at for at, one in enumerate(screen.lines) if one.day >= room.place.on), None)
    if at is None:  # nobody of so small a town turns 75 within the year
        return _ended(driver, visit, touches)

    def open_her() -> None:
        for _ in range(at):
            driver.press(Qt.Key.Key_Down)
        driver.press(Qt.Key.Key_Return)
        page: PersonScreen = driver.screen(PersonScreen)
        driver.wait(lambda: page.view is not None, "the person's page")
        driver.settle()

    driver.step(visit, "75歳の案内", open_her)
    return _ended(driver, visit, touches)


def _lost_paper(driver: Driver, room: Room, her: Mover) -> Visit:
    kind = CASES["reissue"]
    visit, touches = _begun(driver, kind.label), driver.touches
    on = room.place.on.isoformat()
    keyed = {
        **_BROUGHT,
        "paper": "eligibility_certificate",
        "reason": "lost",
        "event_on": on,
        "delivery": "counter",
    }
    record = _decided(driver, visit, her, kind, keyed)
    visit.paper, visit.insured_number = record.paper, record.insured_number
    driver.step(visit, "再交付の券面", lambda: draw(driver))
    paper: PaperScreen = driver.screen(PaperScreen)
    driver.step(visit, "再交付の発行", lambda: issue(driver, paper))
    assert paper.issued is not None and paper.proof is not None
    visit.certificate_number = paper.issued.number
    visit.issue_line = paper.issued.journal_line
    keep(driver, visit, f"再交付-{her.label}", paper.proof.rendered.pdf)
    driver.step(visit, "再交付の用紙", lambda: confirm(driver))
    return _ended(driver, visit, touches)


def _other_desk(driver: Driver, room: Room, her: Mover) -> Visit:
    kind = CASES["other_desk"]
    visit, touches = _begun(driver, kind.label), driver.touches
    on = room.place.on.isoformat()
    keyed = {
        **_BROUGHT,
        "to_desk": "levy",
        "papers_count": "2",
        "event_on": on,
        "matter": "payment",
    }
    _decided(driver, visit, her, kind, keyed)
    driver.step(visit, "引継票", lambda: _alt(driver, Qt.Key.Key_P))
    driver.settle()
    return _ended(driver, visit, touches)


def _decided(
    driver: Driver, visit: Visit, her: Mover, kind: CaseKind, keyed: Mapping[str, str]
) -> Any:
    """From the search to the decision; the union's record."""

    def search() -> None:
        find(driver, her)

    driver.step(visit, "検索", search)
    driver.step(visit, "個人の照会", lambda: _open(driver))
    driver.step(visit, "手続を選ぶ", lambda: _choose(driver, kind))
    entry: EntryScreen = driver.screen(EntryScreen)
    driver.wait(lambda: entry.form is not None, "first page")
    for at in range(len(kind.pages)):
        driver.step(visit, f"入力{at + 1}", partial(fill, driver, entry, kind.pages, at, keyed))
        driver.step(visit, f"次へ{at + 1}", partial(go_on, driver, entry, at))
    driver.step(visit, "送信", lambda: send(driver))
    screen: DecisionScreen = driver.screen(DecisionScreen)
    driver.step(visit, "決定", lambda: await_decision(driver, screen))
    view = screen.view
    assert view is not None and view.record is not None
    visit.case_id, visit.decision_id = view.record.case_id, view.record.decision_id
    return view.record


def _alt(driver: Driver, key: Qt.Key) -> None:
    driver.press(key, Qt.KeyboardModifier.AltModifier)


def _open(driver: Driver) -> None:
    driver.press(Qt.Key.Key_Return)  # from the box to the first line
    driver.press(Qt.Key.Key_Return)
    page: PersonScreen = driver.screen(PersonScreen)
    driver.wait(lambda: page.view is not None and page.begin_button.isEnabled(), "her page")
    driver.settle()


def _choose(driver: Driver, kind: CaseKind) -> None:
    _alt(driver, Qt.Key.Key_B)
    driver.wait(lambda: picker(driver) is not None, "what may begin")
    found = picker(driver)
    assert found is not None
    driver.pick(found, kind.label)
    driver.screen(EntryScreen)
    driver.settle()

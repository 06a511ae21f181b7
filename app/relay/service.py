"""The relay at work: one round after another, and a status file that says how it stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.core.errors import Bug, MadoguchiError
from app.core.files import write_whole
from app.functions.admin.upkeep import take_peer_time
from app.functions.files.relay_order import ENDS_SOON, StandingOrder, order_in_force
from app.relay.opening import OpenRelay
from app.relay.watching import ENDING, RELAY, Folders, Taken, take_over
from app.security.refusals import Refusal
from app.start.compose import Parts
from app.sync.engine import Engine
from app.sync.inbox import Applied
from app.sync.round import ContactReport, EngineParts
from app.sync.states import OPEN_OUTGOING, Outgoing
from app.sync.transport import OpenLine, open_line
from app.wire.files import FILES
from app.wire.protocol import DownItem
from app.wire.values import code_sets
from db.tables.exchange import outbox

STATUS = "relay-status.json"
STALE = 3
"""After so many rounds without a new status the relay is called stopped."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and what tells the time of files. ``wait`` ends early when a signal came."""

    seconds: float
    wait: Callable[[float], bool]
    file_time: Callable[[], float]


class Relay:
    """One open relay. ``line_of`` opens the line; tests give one in memory."""

    def __init__(
        self,
        parts: Parts,
        relay: OpenRelay,
        rhythm: Rhythm,
        line_of: OpenLine | None = None,
        step: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._parts = parts
        self._relay = relay
        self._rhythm = rhythm
        self._step = step
        self._folders: Folders | None = None
        bench = EngineParts(
            relay.hand,
            {spec.applied_by: _never for spec in FILES.values() if spec.applied_by},
            parts.clock,
            codes=code_sets(parts.tables, parts.clock.now().date()),
            folder=parts.paths.data / "inbox",
            quiet=lambda: True,
            step=step,
            on_rejected=lambda _work, _case: None,
            hand_over=self._hand_over,
        )
        self.engine = Engine(
            bench,
            line_of or (lambda keys: open_line(keys, parts.clock)),
            journal=relay.journal,
            on_time=lambda moment: take_peer_time(relay.hand, moment),
        )

    def run(self) -> None:
        """Rounds until ``wait`` says that it is over."""
        while True:
            self.once()
            if self._rhythm.wait(self._rhythm.seconds):
                return

    def once(self) -> dict[str, Any]:
        """One round; what the status file says now. Trouble is told there and the next round
        tries again; raises only what concerns the whole program."""
        order, taken, report, problem = None, Taken(), ContactReport(), ""
        try:
            order = self._order()
            if order is not None and order.holds(self._today()):
                self._folders = Folders(Path(order.folder))
                self._folders.make()
                self._step("relay.take")
                taken = take_over(self._relay.hand, order, self._folders, self._rhythm.file_time())
                self._step("relay.contact")
                report = self.engine.contact()
                problem = (
                    f"{report.problem.message}（{report.problem.code}）" if (report.problem) else ""
                )
        except MadoguchiError as fault:
            if isinstance(fault, Bug):
                raise
            problem = f"{fault.message}（{fault.code}）"
        status = self._status(order, taken, report, problem)
        write_whole(
            self._parts.paths.data / STATUS,
            json.dumps(status, ensure_ascii=False, indent=1).encode(),
        )
        return status

    def _order(self) -> StandingOrder | None:
        with self._relay.hand.system(RELAY) as work:
            return order_in_force(work)

    def _hand_over(self, item: DownItem, path: Path) -> str:
        """Put what came where the courier finds it; "" then. What the order does not cover waits
        at the union, unacknowledged: why."""
        order = self._order()
        if order is None or item.file_id not in order.down or self._folders is None:
            return "常時の指示にないファイルです。"
        self._folders.put(f"{item.file_id}_{item.id}{ENDING}", path.read_bytes())
        return ""

    def _status(
        self, order: StandingOrder | None, taken: Taken, report: ContactReport, problem: str
    ) -> dict[str, Any]:
        now = self._parts.clock.now()
        left = (order.valid_to - now.date()).days if order is not None else -1
        counts = self._counts()
        head = self._relay.journal.head
        return {
            "at": now.isoformat(timespec="seconds"),
            "every_seconds": self._rhythm.seconds,
            "state": _state(order, now.date(), problem),
            "order": None
            if order is None
            else {"id": order.id, "until": order.valid_to.isoformat(), "days_left": left},
            "taken": list(taken.taken),
            "waiting": [
                *({"name": one.name, "why": one.why} for one in taken.waiting),
                *(
                    {"name": f"{one.file_id}（広域連合から）", "why": one.problem.message}
                    for one in report.received
                    if not one.settled and one.problem is not None
                ),
            ],
            "refused": [{"name": one.name, "why": one.why} for one in taken.refused],
            "to_send": sum(counts.get(state, 0) for state in OPEN_OUTGOING),
            "accepted": counts.get(Outgoing.ACCEPTED, 0),
            "rejected": counts.get(Outgoing.REJECTED, 0),
            "received": [one.file_id for one in report.received if one.settled],
            "problem": problem,
            "journal": {"line": head.number, "hash": head.hash.hex()},
        }

    def _counts(self) -> dict[str, int]:
        """How many sendings stand in which state; nothing while the gate lets nothing pass (a
        clock that leapt), whose cause is told as the problem of the round."""
        numbers = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
        try:
            with self._relay.hand.system(RELAY) as work:
                return {row.state: row.number for row in work.all(numbers)}
        except Refusal:
            return {}

    def _today(self) -> date:
        return self._parts.clock.now().date()


def _never(*_given: object) -> Applied:
    raise Bug(
        "relay.opened",
        "中継が、届いたファイルを開けようとしました。",
        "表示された番号を添えてシステム管理者に連絡してください。",
    )


def _state(order: StandingOrder | None, today: date, problem: str) -> str:
    if order is None:
        return "no_order"
    if not order.holds(today):
        return "order_ended"
    return "trouble" if problem else "working"


_STATES = {
    "working": "動いています。",
    "trouble": "動いていますが、困っていることがあります。",
    "no_order": "常時の指示がないため、何もしていません。",
    "order_ended": "常時の指示の期限が過ぎたため、何もしていません。",
}


def told_status(data: Path, now: datetime) -> tuple[list[str], bool]:
    """The status file in words, and whether all is well. A file that is old, missing or broken is
    itself the trouble."""
    try:
        status = json.loads((data / STATUS).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(status["at"])
        every = float(status["every_seconds"])
        state = str(status["state"])
        order = status["order"]
    except (OSError, ValueError, KeyError, TypeError):
        return ["中継は、まだ一度も動いていません（状態のファイルがありません）。"], False
    stopped = now - at > timedelta(seconds=max(60.0, STALE * every))
    lines = [
        f"{at:%Y-%m-%d %H:%M} 現在：{'止まっています。' if stopped else _STATES.get(state, state)}"
    ]
    if status["problem"]:
        lines.append(f"× {status['problem']}")
    if order:
        lines.append(f"常時の指示：{order['until']} まで（あと {order['days_left']} 日）")
        if 0 <= order["days_left"] <= ENDS_SOON:
            lines.append("⚠ 期限が近づいています。責任者二人で指示し直してください。")
    counts = (("送信待ち", "to_send"), ("受理", "accepted"), ("不受理", "rejected"))
    lines.append("、".join(f"{label} {status[name]}件" for label, name in counts))
    lines += [f"待ち： {one['name']}　{one['why']}" for one in status["waiting"]]
    lines += [f"× 受け付けず： {one['name']}　{one['why']}" for one in status["refused"]]
    lines.append(f"操作記録 {status['journal']['line']} 行目")
    well = state == "working" and not stopped and not status["rejected"]
    return lines, well


def waiting_of(event: threading.Event) -> Callable[[float], bool]:
    """``Rhythm.wait`` that ends when ``event`` is set."""
    return lambda seconds: event.wait(seconds)

"""初期登録の状況: how much of what a new terminal is to have is here, by the union's count and by
ours. Until both are equal nobody can search (``Need.FILLED``), and the day board says why."""

from __future__ import annotations

from collections.abc import Iterator

from app.security.gate.gate import Gate, Session, Subject
from app.security.waiting import Source, Waits, WaitWork
from app.sync import first_load
from app.sync.first_load import FirstLoad

SHOW = "files.show_first_load"


def show(gate: Gate, session: Session, *, background: bool = False) -> FirstLoad | None:
    """How far the first load is; None for a terminal that never had one."""
    subject = Subject("list", "first_load")
    with gate.view(SHOW, session, subject=subject, background=background) as work:
        return first_load.progress(work)


def _open(work: WaitWork) -> Iterator[Waits]:
    load = first_load.progress(work)
    if load is None or load.done_at:
        return
    stopped = any(count.stopped for count in load.counts)
    yield Waits(
        key="first_load",
        what=f"この端末の保存データ（{told_moment(load.stands)} 現在）"
        if load.stands
        else "この端末への初期登録",
        state="止まっている" if stopped else "受け取り中",
        since="",
        next_step=STOPPED if stopped else "端末が受け取っています。済むまで検索はできません",
        opens=SHOW,
        cause="、".join(
            f"{count.title} {count.taken:,}／{count.sealed:,}件"
            for count in load.counts
            if count.sealed or count.taken
        ),
    )


def told_moment(iso: str) -> str:
    """A moment as a clerk reads it, to the minute."""
    return f"{int(iso[5:7])}月{int(iso[8:10])}日 {iso[11:16]}"


STOPPED = "広域連合に、この端末の初期登録の送り直し（fill-again）を頼む"
WAITS = (Source(first_load.READS, _open, "day.show"),)

"""The media screen as a list of things, each with its next step (電子媒体)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.functions.files.media_list import (
    DIRECTIONS,
    STATES,
    WIPES,
    MediaView,
    Plugged,
    UseLine,
    moves_in,
)
from app.sync.media.files import OnMedium
from app.wire.files import FILES


class Do(StrEnum):
    """What Enter does with a line."""

    NOTHING = ""
    REGISTER = "register"
    APPROVE = "approve"
    SCAN = "scan"
    MOVE_IN = "move_in"
    MOVE_OUT = "move_out"
    WIPE = "wipe"


@dataclass(frozen=True, slots=True)
class MediaStep:
    """One line. ``why`` is the whole cause of what does not go on; the rest is what the act
    needs: ids of medium, ledger line, received or sealed file, and the file's name and number."""

    what: str
    where: str
    state: str
    next_step: str
    do: Do = Do.NOTHING
    why: str = ""
    medium_id: str = ""
    serial: str = ""
    use_id: str = ""
    inbox_id: str = ""
    sealed_id: str = ""
    file_id: str = ""
    name: str = ""
    direction: str = ""


def steps(view: MediaView) -> tuple[MediaStep, ...]:
    """Every line: files on the media first, then what waits to be moved out, then wipes that are
    not done."""
    return (
        *(line for one in view.plugged for line in _of_medium(one, view)),
        *_to_move_out(view),
        *_owed(view),
    )


def ledger(view: MediaView) -> tuple[tuple[str, ...], ...]:
    """媒体管理簿 (FORM-75): one row of texts for each use, the newest first."""
    return tuple(
        (
            _moment(line.begun_at),
            line.label,
            DIRECTIONS[line.direction],
            f"{_title(line.file_id)}（{line.name}）",
            f"{line.count:,}件" if line.count else "",
            STATES.get(line.state, "取りやめ"),
            "手で" if line.scan == "by_hand" else line.scan,
            line.approval_id,
            "・".join(filter(None, (line.used_by, line.confirmed_by))),
            WIPES[line.wipe] + (f" {_moment(line.wiped_at)}" if line.wiped_at else ""),
        )
        for line in view.uses
    )


LEDGER_HEAD = (
    "日時",
    "媒体番号",
    "向き",
    "ファイル",
    "件数",
    "結果",
    "検査",
    "承認番号",
    "利用者・確認",
    "消去",
)


def _of_medium(one: Plugged, view: MediaView) -> Iterator[MediaStep]:
    judged = one.judged
    where = judged.label or judged.attached.model or "媒体"
    fault = judged.fault or one.fault
    if fault is not None:
        new = fault.code in ("media.unregistered", "media.mark_lost")
        yield MediaStep(
            "媒体",
            where,
            "登録されていない" if new else "使えない",
            "管理者が登録する" if new else "",
            Do.REGISTER if new else Do.NOTHING,
            why=f"{fault.message}{fault.remedy}",
            serial=judged.attached.serial,
        )
        return
    if not one.incoming:
        yield MediaStep("媒体", where, "移入するファイルはない", "", medium_id=judged.medium_id)
    for file in one.incoming:
        yield _incoming(file, where, judged.medium_id, view)


def _incoming(file: OnMedium, where: str, medium_id: str, view: MediaView) -> MediaStep:
    spec = FILES.get(file.file_id)
    what = f"{spec.title}（{file.name}）" if spec else file.name

    def step(state: str, next_step: str, do: Do = Do.NOTHING, **more: str) -> MediaStep:
        return MediaStep(
            what,
            where,
            state,
            next_step,
            do,
            medium_id=medium_id,
            file_id=file.file_id,
            name=file.name,
            direction="in",
            **more,
        )

    if spec is None or not moves_in(spec):
        return step(
            "移入できない",
            "",
            why="ファイル名の先頭に、媒体で移入するファイルの番号（FILE-03_ など）がありません。",
        )
    line = next(
        (
            one
            for one in view.uses
            if (one.medium_id, one.name) == (medium_id, file.name) and one.direction == "in"
        ),
        None,
    )
    if line is not None and line.wipe == "owed":
        return step(STATES.get(line.state, ""), "消去する", Do.WIPE, use_id=line.id)
    if not _approved(view, medium_id, "in", file.file_id):
        return step("承認がない", "承認を受ける", Do.APPROVE)
    if line is not None and line.state == "scanned":
        return step("検査済み", "移入する", Do.MOVE_IN, use_id=line.id)
    return step("検査していない", "ウイルスチェックをする", Do.SCAN)


def _to_move_out(view: MediaView) -> Iterator[MediaStep]:
    ours = [one.judged for one in view.plugged if one.judged.fault is None]
    for file in view.to_move_out:
        what = f"{FILES[file.file_id].title}（{file.count:,}件、{_moment(file.applied_at)} 受信）"
        if file.sealed_id:
            title = FILES[file.file_id].title
            what = f"{title}（{file.to} へ、{file.count:,}枚、封の番号 {file.sealed_id}）"
        elif not view.couriers:
            yield MediaStep(
                what, "端末", "宛先がない", "", why="相手の名刺を登録してください（Alt+C）。"
            )
            continue
        if not ours:
            yield MediaStep(what, "端末", "移出待ち", "登録された媒体を差す")
            continue
        medium = ours[0]
        approved = _approved(view, medium.medium_id, "out", file.file_id)
        yield MediaStep(
            what,
            f"端末 → {medium.label}",
            "移出待ち" if approved else "承認がない",
            "移出する" if approved else "承認を受ける",
            Do.MOVE_OUT if approved else Do.APPROVE,
            medium_id=medium.medium_id,
            inbox_id=file.inbox_id,
            sealed_id=file.sealed_id,
            file_id=file.file_id,
            direction="out",
        )


def _owed(view: MediaView) -> Iterator[MediaStep]:
    """Wipes that are not done; what stands among the medium's own files already is not repeated."""
    shown = {(one.judged.medium_id, file.name) for one in view.plugged for file in one.incoming}
    plugged = {one.judged.medium_id for one in view.plugged if one.judged.fault is None}
    for line in view.owed:
        if line.direction == "in" and (line.medium_id, line.name) in shown:
            continue
        there = line.medium_id in plugged
        yield MediaStep(
            f"{_title(line.file_id)}（{line.name}）",
            line.label,
            "受渡し中" if is_handed_over(line) else WIPES[line.wipe],
            "消去する" if there else "媒体を差す",
            Do.WIPE if there else Do.NOTHING,
            use_id=line.id,
            medium_id=line.medium_id,
            why=_why_owed(line),
        )


def is_handed_over(line: UseLine) -> bool:
    """Whether the file is on the medium for the other side: it is wiped when they have it."""
    return line.direction == "out" and line.state == "done"


def _why_owed(line: UseLine) -> str:
    if is_handed_over(line):
        return "相手方が受け取ったら、媒体のファイルを消去します。"
    return line.cause


def _approved(view: MediaView, medium_id: str, direction: str, file_id: str) -> bool:
    return any(
        (one.medium_id, one.direction, one.file_id) == (medium_id, direction, file_id)
        for one in view.approvals
    )


def _title(file_id: str) -> str:
    return FILES[file_id].title if file_id in FILES else file_id


def _moment(iso: str) -> str:
    return f"{iso[5:7]}/{iso[8:10]} {iso[11:16]}" if iso else ""

"""Keeping the terminal in order (管理): clock, hours, settings, backup, change of key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.clock import Clock
from app.core.errors import UserError
from app.core.settings import OFFERED
from app.core.tables import Tables
from app.security.acts.approval import Approval
from app.security.control.deeds import (
    ClockSet,
    HoursException,
    SettingChange,
    SupervisedSetting,
)
from app.security.control.effects import declared_setting
from app.security.gate.clock_mark import AHEAD_FACT, MARK_FACT, PEER_FACT, is_ahead, moved_by_peer
from app.security.gate.gate import (
    Gate,
    PreparedAct,
    Session,
    Subject,
    SystemHand,
)
from app.security.gate.later import Later
from app.security.gate.shut_out import shut_out
from app.security.spec import Catalog
from app.security.staff.hours import EXCEPTION_UNTIL
from app.security.staff.roles import PermissionLine, permission_table
from app.security.vault import Backup
from app.security.vault.store_access import StoreAccess
from db.tables.control import setting, staff

__all__ = ["HoursException", "SettingChange"]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """鍵の更新: who loses access."""

    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as it stands; ``set_by`` and ``set_at`` (ISO) are "" for the default."""

    name: str
    value: str
    set_by: str
    set_at: str


def list_settings(gate: Gate, session: Session) -> tuple[SettingLine, ...]:
    """Every setting that is offered, with the value in force."""
    with gate.view("admin.list_settings", session, subject=Subject("list", "settings")) as work:
        changed = {row.name: row for row in work.all(select(setting))}
    return tuple(
        SettingLine(name, changed[name].value, changed[name].set_by, changed[name].set_at)
        if name in changed
        else SettingLine(name, declared.default, "", "")
        for name, declared in OFFERED.items()
    )


def prepare_clock(gate: Gate, session: Session) -> PreparedAct:
    """The machine's present time is to be believed again (two supervisors, by touch)."""
    shown = gate.now()
    return gate.prepare(
        "admin.clock",
        session,
        subject=Subject("setting", "clock"),
        content=ClockSet(shown),
        sentence=f"今の日時は {shown:%Y年%m月%d日 %H時%M分} で間違いありません。",
    )


def perform_clock(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Set the mark to now. Raises ``UserError`` ``clock.changed_meanwhile`` when the machine's
    clock was moved after the sentence was shown. A session limited to this must log in anew."""
    with gate.act(prepared, approvals) as work:
        shown: ClockSet = work.content
        if not 0 <= (work.at - shown.shown).total_seconds() <= 900:
            raise UserError(
                "clock.changed_meanwhile",
                "確認の間に、端末の時計が動かされました。",
                "時計を正しく合わせてから、もう一度確認してください。",
            )
        work.set_fact(MARK_FACT, work.at.isoformat())
        if work.fact(AHEAD_FACT):
            work.set_fact(AHEAD_FACT, "")  # the next contact says whether it is right now


def take_peer_time(hand: SystemHand, moment: datetime) -> None:
    """The terminal's own work: the union's signed time moves the mark forward, never back, and
    notes when the clock here runs ahead of it; two supervisors set that right."""
    with hand.system("admin.peer_time") as work:
        kept = work.fact(MARK_FACT)
        mark = datetime.fromisoformat(kept) if kept else moment
        work.set_fact(MARK_FACT, moved_by_peer(mark, moment).isoformat())
        work.set_fact(PEER_FACT, work.at.isoformat())
        if is_ahead(moment, work.at):
            work.set_fact(AHEAD_FACT, moment.isoformat())


def prepare_hours(gate: Gate, session: Session, exception: HoursException) -> PreparedAct:
    """Raises ``UserError`` ``hours.exception_period`` beyond the end of the next day."""
    return gate.prepare(
        "admin.hours_exception",
        session,
        subject=Subject("setting", EXCEPTION_UNTIL),
        content=exception,
        sentence=f"{exception.until:%m月%d日 %H時%M分} まで、利用可能時間の外でも端末を使えるように"
        f"します（理由: {exception.reason}）。",
    )


def perform_hours(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Open the hours for one occasion (SEC-69); the reason is kept beside it."""
    with gate.act(prepared, approvals):
        pass


def prepare_setting(gate: Gate, session: Session, change: SettingChange) -> PreparedAct:
    """Raises ``UserError`` ``settings.unknown``, ``settings.value``. A supervised setting needs a
    supervisor's touch too."""
    declared = declared_setting(change.name if change.name in OFFERED else "")
    declared.check(change.value)
    function_id, content = "admin.change_setting", change
    if declared.supervised:
        function_id = "admin.change_supervised_setting"
        content = SupervisedSetting(change.name, change.value)  # type: ignore[assignment]
    return gate.prepare(
        function_id,
        session,
        subject=Subject("setting", change.name),
        content=content,
        sentence=f"設定「{declared.label}」を「{declared.word(change.value)}{declared.unit}」に"
        "変更します。",
    )


def perform_setting(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Change one setting."""
    with gate.act(prepared, approvals):
        pass


SETTING_LATER = Later(
    SupervisedSetting, lambda gate, prepared, given, _access: perform_setting(gate, prepared, given)
)


def prepare_backup(gate: Gate, session: Session) -> PreparedAct:
    """A backup that only the recovery key opens (SEC-46, SEC-160)."""
    return gate.prepare(
        "admin.back_up",
        session,
        subject=Subject("setting", "backup"),
        sentence="保存データと操作記録のバックアップを作ります。復旧鍵がなければ開けません。",
    )


def perform_backup(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    clock: Clock,
) -> Backup:
    """Make it. The act is journalled first; copying waits for running units of work."""
    with gate.act(prepared, approvals):
        pass
    return access.back_up(clock, "manual")


def prepare_rotate(gate: Gate, session: Session, change: KeyChange) -> PreparedAct:
    """A new data key, from which those ``leaving`` are shut out (DESIGN 4 "Keys"). Raises
    ``Refusal`` ``staff.last_supervisors``."""
    gate.check_shut_out(change.leaving)
    who = "、".join(change.leaving) or "なし"
    return gate.prepare(
        "admin.rotate_key",
        session,
        subject=Subject("setting", "data_key"),
        content=change,
        sentence=f"保存データの鍵を更新します。開けなくなる職員: {who}。",
    )


def perform_rotate(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], access: StoreAccess
) -> None:
    """Change the store's key, and the number key (番号鍵) when the operator holds it.

    Raises ``Refusal`` ``staff.last_supervisors``, and ``number.no_key_to_change`` when somebody
    leaves who holds the number key and the operator does not; ``UserError`` ``keyslots.*`` and
    the vault's faults, then the former data key is still in force.
    """
    with gate.act(prepared, approvals) as work:
        change: KeyChange = work.content
        gate.check_shut_out(change.leaving)  # somebody else may have gone since it was prepared
        known = {row.id for row in work.all(select(staff.c.id))}
        leaving = [staff_id for staff_id in change.leaving if staff_id in known]
        held = any(access.has_numbers(staff_id) for staff_id in leaving)
        numbers = held or access.number_key is not None
        fresh = access.begin_number_change(work) if numbers else None
    shut_out(gate, access, leaving, fresh)


def show_permission_table(
    gate: Gate, session: Session, tables: Tables, catalog: Catalog
) -> tuple[PermissionLine, ...]:
    """アクセス権限と事務の対応表 (SEC-35), derived from FUNCTIONS."""
    subject = Subject("list", "permission-table")
    with gate.view("admin.permission_table", session, subject=subject) as work:
        return permission_table(tables, catalog, work.at.date())

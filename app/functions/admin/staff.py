"""Staff and their security keys (職員と認証器の登録, SEC-21, 23, 34, 41, 43).

A person comes in with dates and a key; rights are a matter of their own (``rights``). Nobody
is ever deleted: a leaver's slots and rights end, the public keys stay, because past approvals
are checked against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.errors import UserError
from app.functions.admin.words import day_words
from app.rules.calendar.wareki import Eras, on_screen
from app.security.acts.approval import Approval
from app.security.control.deeds import (
    KeyEntry,
    KeyRevocation,
    Leaving,
    LoanKey,
    NewKey,
    NewStaff,
    OfficeChange,
    Reregistration,
)
from app.security.control.start import Start
from app.security.gate.gate import Gate, PreparedAct, RowVersion, Session, Subject, ViewWork
from app.security.gate.later import Later
from app.security.gate.shut_out import shut_out
from app.security.journal.line import is_id
from app.security.keys.keypairs import PersonKeys
from app.security.keys.slot_model import decode_person_keys, encode_person_keys
from app.security.refusals import Refusal
from app.security.staff.people import called, check_not_taken
from app.security.vault.store_access import StoreAccess
from db.tables.control import credential, staff

__all__ = [
    "KeyEntry",
    "KeyRevocation",
    "Leaving",
    "LoanKey",
    "NewKey",
    "NewStaff",
    "OfficeChange",
    "Reregistration",
    "check_not_taken",
]


@dataclass(frozen=True, slots=True)
class StaffKey:
    """A registered security key, as the list shows it; ``revoked_on`` is "" while it is in use,
    ``lent_until`` (ISO) is when a lent one ends, "" for a key of one's own."""

    credential_id: bytes
    label: str
    registered_on: str
    registered_by: str
    revoked_on: str
    lent_until: str = ""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One line of the list (ユーザ一覧, SEC-44); days are ISO."""

    staff_id: str
    name: str
    post: str
    contractor: bool
    valid_from: str
    valid_to: str
    left_on: str
    password_set_on: str
    trained_on: str
    registered: tuple[StaffKey, ...]
    version: int

    @property
    def called(self) -> str:
        """The name as every line shows it: a contractor's people as such (SEC-26)."""
        return called(self.name, contractor=self.contractor)

    @property
    def keys(self) -> tuple[StaffKey, ...]:
        """The person's own security keys in use."""
        return tuple(key for key in self.registered if not (key.revoked_on or key.lent_until))

    @property
    def revocable(self) -> tuple[StaffKey, ...]:
        """What can be taken back: own keys and lent ones."""
        return tuple(key for key in self.registered if not key.revoked_on)


@dataclass(frozen=True, slots=True)
class StaffList:
    """Everybody ever registered here, and how far the founders' start has come."""

    lines: tuple[StaffLine, ...]
    start: Start

    @property
    def key_ids(self) -> tuple[bytes, ...]:
        """Every security key ever registered: one key is one person's (SEC-21). A key that was
        lent is lent to the next one afterwards, under a credential of its own."""
        keys = (key for line in self.lines for key in line.registered)
        return tuple(key.credential_id for key in keys if not key.lent_until)


def list_staff(gate: Gate, session: Session) -> StaffList:
    """Everybody ever registered here."""
    with gate.view("admin.list_staff", session, subject=Subject("list", "staff")) as work:
        return StaffList(read_people(work), gate.start(work.at.date()))


def read_people(work: ViewWork) -> tuple[StaffLine, ...]:
    """The lines of ``list_staff``, in the unit of work of a view that reads the same tables."""
    keys: dict[str, list[StaffKey]] = {}
    lent = {id_: one.until for id_, one in work.control.keys.items() if one.until is not None}
    for row in work.all(select(credential).order_by(credential.c.registered_at)):
        keys.setdefault(row.staff_id, []).append(
            StaffKey(
                bytes(row.id),
                row.label,
                row.registered_at[:10],
                row.registered_by,
                row.revoked_at[:10],
                lent[bytes(row.id)].isoformat() if bytes(row.id) in lent else "",
            )
        )
    rows = work.all(select(staff).order_by(staff.c.id))
    work.note(shown=tuple(row.id for row in rows))
    return tuple(
        StaffLine(
            row.id,
            row.name,
            row.post,
            bool(row.contractor),
            row.valid_from,
            row.valid_to,
            row.left_on,
            row.password_set_on,
            row.trained_on,
            tuple(keys.get(row.id, ())),
            row.version,
        )
        for row in rows
    )


def state_words(line: StaffLine, today: date, eras: Eras) -> str:
    """Whether the person can use the terminal today, and why not."""
    day = today.isoformat()
    if line.left_on:
        when = on_screen(date.fromisoformat(line.left_on), eras)
        return f"{when} 退職・異動" if line.left_on <= day else f"{when} に退職・異動の予定"
    if day < line.valid_from:
        return "利用開始前"
    if day > line.valid_to:
        return "利用期間が終わっています"
    return "使えます" if line.keys else "使えるキーがありません"


def check_staff_id(staff_id: str) -> str:
    """``staff_id`` itself. Raises ``UserError`` ``staff.id_form`` for one that is more than
    letters, digits and hyphens or could be an individual number."""
    if not staff_id or not is_id(staff_id):
        raise UserError(
            "staff.id_form",
            "この職員番号は使えません。",
            "半角の英字と数字で入力してください。数字は10桁までしか続けられません。",
            field="staff_id",
        )
    return staff_id


def check_period(valid_from: date, valid_to: date, today: date) -> None:
    """Raises ``UserError`` ``staff.period`` for a period that is over or ends before it begins."""
    if valid_to < valid_from or valid_to < today:
        raise UserError(
            "staff.period",
            "職員番号の有効期間が正しくありません。",
            "利用開始日以後で、まだ過ぎていない利用終了日を入力してください。",
            field="valid_to",
        )


def prepare_register(gate: Gate, session: Session, new: NewStaff) -> PreparedAct:
    """Raises ``UserError`` ``staff.id_form`` for an id that is more than letters, digits and
    hyphens or could be an individual number, ``staff.period``."""
    check_staff_id(new.staff_id)
    check_period(new.valid_from, new.valid_to, gate.now().date())
    name = called(new.name, contractor=new.contractor)
    return gate.prepare(
        "admin.register_staff",
        session,
        subject=Subject("staff", new.staff_id),
        content=new,
        sentence=f"職員 {new.staff_id}（{name}、{new.post}）を、"
        f"{day_words(new.valid_from)}から{day_words(new.valid_to)}までとして登録します。",
    )


def perform_register(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    keys: PersonKeys,
) -> None:
    """Register the person with the first key. Raises ``UserError`` ``staff.taken`` for an id
    that somebody has or had (SEC-21), ``staff.keys_differ`` for other slot keys than the
    approved ones."""
    with gate.act(prepared, approvals) as work:
        _enter(access, keys, work.content.keys)


def prepare_office(gate: Gate, session: Session, change: OfficeChange) -> PreparedAct:
    """所属・任期の変更. Raises ``UserError`` ``staff.period``, ``Refusal``
    ``staff.last_supervisors``."""
    today = gate.now().date()
    check_period(today, change.valid_to, today)
    return gate.prepare(
        "admin.change_office",
        session,
        subject=Subject("staff", change.staff_id),
        content=change,
        sentence=f"職員 {change.staff_id} の所属を「{change.post}」に、職員番号の有効期間の終わりを"
        f"{day_words(change.valid_to)}に変更します。",
    )


def perform_office(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """The new post and last day; rights stay as they are and end on their own days."""
    with gate.act(prepared, approvals):
        pass


def prepare_add_key(gate: Gate, session: Session, new: NewKey) -> PreparedAct:
    """A spare key (予備)."""
    return gate.prepare(
        "admin.add_credential",
        session,
        subject=Subject("staff", new.staff_id),
        content=new,
        sentence=f"職員 {new.staff_id} にセキュリティキー「{new.key.label}」を追加登録します。",
    )


def perform_add_key(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    keys: PersonKeys,
) -> None:
    """Add the key. Raises ``UserError`` ``staff.keys_differ``."""
    with gate.act(prepared, approvals) as work:
        _enter(access, keys, work.content.keys)


def prepare_reregister(gate: Gate, session: Session, new: Reregistration) -> PreparedAct:
    """再登録 (SEC-28) with a new key and a new password."""
    return gate.prepare(
        "admin.reregister_key",
        session,
        subject=Subject("staff", new.staff_id),
        content=new,
        sentence=f"職員 {new.staff_id} を、新しいキー「{new.key.label}」と新しいパスワードで"
        "登録し直します。前のキーは使えなくなります。",
    )


def perform_reregister(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    keys: PersonKeys,
    *,
    admitted: bool,
    numbers: bool,
) -> None:
    """The new pair takes the place of the one of before; ``admitted`` and ``numbers`` say what
    the person's rights in force need it to open. Raises as ``perform_add_key``."""
    with gate.act(prepared, approvals) as work:
        _enter(access, keys, work.content.keys)
        if admitted:
            access.admit(keys.staff_id, numbers=numbers)


def check_can_give(access: StoreAccess, staff_id: str, *, numbers: bool) -> None:
    """Whoever makes somebody's keys open must hold what they open. Raises ``Refusal``
    ``staff.needs_number_key``, before anybody touches anything."""
    if numbers and access.number_key is None:
        raise Refusal(
            "staff.needs_number_key",
            f"職員 {staff_id} は個人番号を扱う職員なので、個人番号の鍵も渡さなければなりません。",
            "個人番号を扱う権限のある責任者がログインして、この手続きを行ってください。",
        )


def prepare_lend(gate: Gate, session: Session, loan: LoanKey) -> PreparedAct:
    """貸出鍵: until the end of today's usable time. Raises ``UserError`` ``staff.loan_until``,
    ``staff.loan_open`` while an earlier one did not come back."""
    return gate.prepare(
        "admin.lend_key",
        session,
        subject=Subject("staff", loan.staff_id),
        content=loan,
        sentence=f"職員 {loan.staff_id} に貸出鍵「{loan.key.label}」を、きょう"
        f"{loan.until:%H時%M分}まで貸します。",
    )


def perform_lend(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    keys: PersonKeys,
) -> None:
    """The lent key opens what the person's own key opens. Raises ``Refusal`` ``number.no_key`` when
    the person holds the number key and the operator does not."""
    with gate.act(prepared, approvals) as work:
        loan: LoanKey = work.content
        _enter(access, keys, loan.keys)
        access.admit(keys.staff_id, numbers=access.has_numbers(loan.staff_id))


def prepare_revoke_key(gate: Gate, session: Session, revocation: KeyRevocation) -> PreparedAct:
    """紛失などによる取消. Follow it with ``upkeep.prepare_rotate``."""
    return gate.prepare(
        "admin.revoke_credential",
        session,
        subject=Subject("staff", revocation.staff_id),
        content=revocation,
        sentence=f"職員 {revocation.staff_id} のセキュリティキーの登録を取り消します。",
    )


def perform_revoke_key(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """The key approves nothing any more from now on. Raises ``UserError`` ``staff.no_key``."""
    with gate.act(prepared, approvals):
        pass


def prepare_leave(gate: Gate, session: Session, leaving: Leaving) -> PreparedAct:
    """退職・異動の登録 (SEC-34, SEC-41)."""
    return gate.prepare(
        "admin.mark_leaver",
        session,
        subject=Subject("staff", leaving.staff_id),
        content=leaving,
        sentence=f"職員 {leaving.staff_id} は {leaving.left_on} からこの端末を使えなくなります"
        "（退職・異動）。",
        versions=(RowVersion("staff", leaving.staff_id, leaving.version),),
    )


def perform_leave(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], access: StoreAccess
) -> bool:
    """From that day the id, the password and the keys are refused.

    When the day has come, the security keys are revoked and the store's keys changed at once,
    so that the leaver's slots open nothing written from now on. Gives whether all of that is
    done: False for a day to come, and when the leaver held the number key and the operator
    holds none; then 鍵の更新 (``upkeep.prepare_rotate``) must follow. Raises as
    ``shut_out``; the leaving itself stands then.
    """
    with gate.act(prepared, approvals) as work:
        leaving: Leaving = work.content
        fresh: bytes | None = None
        held = access.has_numbers(leaving.staff_id)
        if leaving.left_on <= work.at.date() and held and access.number_key is not None:
            fresh = access.begin_number_change(work)
    if leaving.left_on > gate.now().date():
        return False
    shut_out(gate, access, (leaving.staff_id,), fresh)
    return not held or fresh is not None


def _enter(access: StoreAccess, keys: PersonKeys, approved: bytes) -> None:
    if encode_person_keys(keys) != approved:
        raise UserError(
            "staff.keys_differ",
            "承認された鍵と、登録しようとした鍵が違います。",
            "はじめから登録をやり直してください。",
        )
    access.enter(keys)


def _register_later(
    gate: Gate, prepared: PreparedAct, given: Sequence[Approval], access: StoreAccess
) -> None:
    keys = decode_person_keys(prepared.content.keys)  # type: ignore[attr-defined]  # a NewStaff
    perform_register(gate, prepared, given, access, keys)


REGISTER_LATER = Later(NewStaff, _register_later)
OFFICE_LATER = Later(
    OfficeChange, lambda gate, prepared, given, _access: perform_office(gate, prepared, given)
)
LEAVE_LATER = Later(Leaving, perform_leave)

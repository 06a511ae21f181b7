"""What each deed does to the state, or why it may not (SEC-21, 34 … 50, 147).

The same function decides when the act is done and whenever the log is read again: what the
program would have refused gives nothing when somebody signs it with another tool. Each takes a
draft of the state that is thrown away when it raises ``MadoguchiError``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import UserError
from app.core.settings import SETTINGS, Setting
from app.security.control import deeds, offices, rules, shares, table_packages
from app.security.control.done import Done
from app.security.control.rules import House
from app.security.control.start import start_of
from app.security.control.state import (
    PROVISIONAL,
    REGISTERED,
    REMOVED,
    SUPPORT,
    ControlState,
    HeldKey,
    Measure,
    SetValue,
    made_id,
)
from app.security.keys.keyslots import loan_of
from app.security.refusals import Refusal, refusal
from app.security.staff import grants
from app.security.staff.grants import Grant, GrantState, access_of
from app.security.staff.hours import EXCEPTION_REASON, EXCEPTION_UNTIL
from app.security.staff.people import Staff, check_not_taken
from app.security.staff.roles import check_in_role, role_among

PERSONS_TO_RECOVER = 2

LOAN_AT_MOST = timedelta(hours=24)


SEEN = "seen:"
"""How ``KeyEntry.attested`` begins for a key that two persons saw."""


BACKWARD = timedelta(minutes=2)
"""How far the moment of an act may lie before that of the same terminal's row before it."""

BEHIND_OTHERS = 3
"""How many business days an act may lie behind the newest one of any other terminal: so long a
terminal that learns nothing from the others may change anything at all (DESIGN 4)."""


def check_order(state: ControlState, deed: object, done: Done, house: House) -> None:
    """No act lies before the last one of its terminal, nor far behind those of the others, but
    where two supervisors set the clock: whoever reads the log would not believe it. Raises
    ``Refusal`` ``clock.before_last_act``."""
    if isinstance(deed, deeds.ClockSet):
        return
    newest = max(state.latest.values(), default=done.at)
    own = [state.latest[one] for one in (done.terminal, "") if one in state.latest]
    last = newest if not done.terminal else max(own, default=done.at)
    if done.at < last - BACKWARD:
        raise _before(last)
    if newest > done.at and house.calendar.between(done.day, newest.date()) > BEHIND_OTHERS:
        raise _before(newest)


def _before(last: datetime) -> Refusal:
    return Refusal(
        "clock.before_last_act",
        f"端末の時計が、前の管理の手続き（{last:%Y年%m月%d日 %H時%M分}）より前です。",
        "時計を合わせ、責任者二人が「日時の設定」を行ってから、もう一度行ってください。",
    )


def take_effect(state: ControlState, deed: object, done: Done, house: House) -> None:
    """Change ``state`` as the deed says. Raises ``Refusal`` and ``UserError`` with the cause."""
    if not done.own and type(deed) in OF_ONE_TERMINAL:
        return
    rules.check_second(deed, done.second_id)
    before = rules.usable_supervisors(state, deed, done.day, house)
    _EFFECTS[type(deed)](state, deed, done, house)
    rules.check_supervisors_left(before, state, house)
    if not start_of(state, done.day, house.catalog).founders:
        state.founders = ()


def _new_staff(state: ControlState, new: deeds.NewStaff, done: Done, house: House) -> None:
    check_not_taken(new.staff_id, state.people)
    state.people[new.staff_id] = Staff(
        new.staff_id,
        new.name,
        new.valid_from,
        new.valid_to,
        None,
        done.day,
        new.contractor,
        new.post,
        1,
        done.number,
    )
    _require_witnesses(new.staff_id, new.key, done)
    _add_key(state, new.staff_id, new.key, done)
    _seal(state, new.staff_id, new.keys)


def _office(state: ControlState, change: deeds.OfficeChange, done: Done, house: House) -> None:
    person = _seen(state, change.staff_id, change.version)
    _change(state, person, done, post=change.post, valid_to=change.valid_to)


def _new_key(state: ControlState, new: deeds.NewKey, done: Done, house: House) -> None:
    state.person(new.staff_id)
    _require_witnesses(new.staff_id, new.key, done)
    _add_key(state, new.staff_id, new.key, done)
    _seal(state, new.staff_id, new.keys)


def _reregister(state: ControlState, new: deeds.Reregistration, done: Done, house: House) -> None:
    """One key and a password of today in the place of everything before; a lent key ends by
    itself."""
    person = state.person(new.staff_id)
    if person.is_gone(done.day):
        person.check(done.day)
    _require_witnesses(new.staff_id, new.key, done)
    for key in state.keys_of(new.staff_id):
        if state.keys[key].until is None:
            _end_key(state, key, done)
    _add_key(state, new.staff_id, new.key, done)
    _seal(state, new.staff_id, new.keys)
    _change(state, person, done, password_set_on=done.day)


def _loan(state: ControlState, loan: deeds.LoanKey, done: Done, house: House) -> None:
    person = state.person(loan.staff_id)
    person.check(done.day)
    if not timedelta() < loan.until - done.at <= LOAN_AT_MOST:
        raise UserError(
            "staff.loan_until",
            "貸出鍵は、きょうの利用時間の終わりまでです。",
            "利用できる時間のうちに、もう一度行ってください。",
        )
    if any(one.is_usable(done.at) for one in state.loans_of(loan.staff_id)):
        raise UserError(
            "staff.loan_open",
            "この職員には、返していない貸出鍵があります。",
            "前の貸出鍵を「キーの取消」で返却してから、もう一度行ってください。",
        )
    _require_witnesses(loan.staff_id, loan.key, done)
    _add_key(state, loan.staff_id, loan.key, done)
    held = state.keys[loan.key.credential_id]
    state.keys[loan.key.credential_id] = replace(held, until=loan.until)
    _seal(state, loan_of(loan.staff_id), loan.keys)


def _revoke_key(state: ControlState, lost: deeds.KeyRevocation, done: Done, house: House) -> None:
    key = state.keys.get(lost.credential_id)
    if key is None or key.staff_id != lost.staff_id or key.revoked_at:
        raise UserError(
            "staff.no_key",
            "このセキュリティキーは、その職員の有効なキーとして登録されていません。",
            "職員の一覧で、登録されているキーを確かめてください。",
        )
    _end_key(state, lost.credential_id, done)


def _leave(state: ControlState, leaving: deeds.Leaving, done: Done, house: House) -> None:
    person = _seen(state, leaving.staff_id, leaving.version)
    _change(state, person, done, left_on=leaving.left_on)
    if leaving.left_on <= done.day:
        for key in state.keys_of(leaving.staff_id):
            _end_key(state, key, done)


def _password(state: ControlState, change: deeds.PasswordChange, done: Done, house: House) -> None:
    if change.staff_id != done.staff_id:
        raise refusal("act.altered")
    _seal(state, change.staff_id, change.keys)
    _change(state, state.person(change.staff_id), done, password_set_on=done.day)


def _requests(state: ControlState, manifest: deeds.Requests, done: Done, house: House) -> None:
    made: list[Grant] = []
    for asked in manifest.asked:
        state.person(asked.staff_id)
        check_in_role(role_among(house.roles(done.day), asked.role), asked.function_ids)
        for function_id in asked.function_ids:
            function = house.catalog.get(function_id)
            if function is None:
                raise refusal("right.none")
            grants.check_request(function, asked.valid_from, asked.valid_to, done.day)
            made.append(
                Grant(
                    id=made_id(done.terminal, done.epoch, done.nonce, len(made)),
                    staff_id=asked.staff_id,
                    function_id=function_id,
                    access=access_of(function).value,
                    valid_from=asked.valid_from,
                    valid_to=asked.valid_to,
                    state=GrantState.REQUESTED,
                    requested_by=done.staff_id,
                    reason=asked.reason,
                    requested_at=done.moment,
                    signed_by=done.number,
                )
            )
    state.put(*made)


def _approve(state: ControlState, manifest: deeds.Approve, done: Done, house: House) -> None:
    for grant in _seen_rights(state, manifest.rights):
        grants.check_approve(grant, done.staff_id)
        rules.check_mutual(state, grant, done.staff_id, done.day, house)
        _move(
            state,
            grant,
            done,
            state=GrantState.APPROVED,
            approved_by=done.staff_id,
            approved_at=done.moment,
        )


def _put_in_force(
    state: ControlState, manifest: deeds.PutInForce, done: Done, house: House
) -> None:
    for grant in _seen_rights(state, manifest.rights):
        grants.check_effect(grant, done.staff_id, done.day)
        rules.check_mutual(state, grant, done.staff_id, done.day, house)
        if state.person(grant.staff_id).is_gone(done.day):
            state.person(grant.staff_id).check(done.day)
        _move(
            state,
            grant,
            done,
            state=GrantState.EFFECTIVE,
            effected_by=done.staff_id,
            effected_at=done.moment,
            effected_on=done.day,
        )


def _confirm(state: ControlState, manifest: deeds.Confirm, done: Done, house: House) -> None:
    for grant in _seen_rights(state, manifest.rights):
        grants.check_any_confirm(grant, done.staff_id, done.day, house.calendar)
        rules.check_mutual(state, grant, done.staff_id, done.day, house)
        revoked = grant.state is GrantState.REVOKED
        _move(
            state,
            grant,
            done,
            state=GrantState.REVOKED if revoked else GrantState.CONFIRMED,
            confirmed_by=done.staff_id,
            confirmed_at=done.moment,
        )


def _revoke(state: ControlState, manifest: deeds.Revoke, done: Done, house: House) -> None:
    """Taking away is never held up by who did what for whom: nobody gains by it, and where two
    persons are all there is nobody else could stop the other. Its check is (``_confirm``)."""
    for grant in _seen_rights(state, manifest.rights):
        grants.check_revoke(grant)
        _move(
            state,
            grant,
            done,
            state=GrantState.REVOKED,
            revoked_at=done.moment,
            effected_by=done.staff_id,
            confirmed_by="",
            confirmed_at="",
        )


def _renew(state: ControlState, manifest: deeds.Renew, done: Done, house: House) -> None:
    for grant in _seen_rights(state, manifest.rights):
        grants.check_renew(grant, done.staff_id, manifest.valid_to, done.day)
        rules.check_mutual(state, grant, done.staff_id, done.day, house)
        _move(state, grant, done, valid_to=manifest.valid_to)


def _setting(state: ControlState, change: deeds.SettingChange, done: Done, house: House) -> None:
    if declared_setting(change.name).supervised:
        raise UserError(
            "settings.supervised",
            "この設定は、一人では変えられません。",
            "設定の画面から、責任者と二人で変えてください。",
            field="name",
        )
    _put(state, change, done)


def _supervised(
    state: ControlState, change: deeds.SupervisedSetting, done: Done, house: House
) -> None:
    _put(state, change, done)


def _put(
    state: ControlState, change: deeds.SettingChange | deeds.SupervisedSetting, done: Done
) -> None:
    _set(state, change.name, declared_setting(change.name).check(change.value), done)


def declared_setting(name: str) -> Setting:
    """The setting of this name. Raises ``UserError`` ``settings.unknown``."""
    declared = SETTINGS.get(name)
    if declared is None:
        raise UserError(
            "settings.unknown",
            "この設定はありません。",
            "設定の一覧から選んでください。",
            field="name",
        )
    return declared


def _hours(state: ControlState, exception: deeds.HoursException, done: Done, house: House) -> None:
    check_exception(exception.until, done.at)
    _set(state, EXCEPTION_UNTIL, exception.until.isoformat(), done)
    _set(state, EXCEPTION_REASON, exception.reason, done)


def _clock(state: ControlState, clock: deeds.ClockSet, done: Done, house: House) -> None:
    """What it does to the order of acts ``ControlState.note`` knows."""


def _enrolled(state: ControlState, taken: deeds.TakeEnrolment, done: Done, house: House) -> None:
    state.terminal = replace(
        state.terminal, state=REGISTERED, number=taken.terminal, profile=taken.profile
    )


def _removal(state: ControlState, removal: deeds.Removal, done: Done, house: House) -> None:
    state.terminal = replace(state.terminal, state=REMOVED)


def _media(state: ControlState, change: deeds.AllowMedia, done: Done, house: House) -> None:
    state.terminal = replace(state.terminal, media=change.allowed)


def _follow(state: ControlState, deed: deeds.FollowLog, done: Done, house: House) -> None:
    """Nothing in the log that ends with it: what it leads to is another log (``joining``)."""


DECIDED_WITHIN = timedelta(days=14)
"""By when a provisional measure should be decided; it goes on after that too."""


def _mark(state: ControlState, mark: deeds.MarkSupport, done: Done, house: House) -> None:
    """In the place of what was there, so that nobody is without one for a moment."""
    _end_measures(state, mark.person_id, done)
    _put_measure(state, mark.person_id, SUPPORT, (mark.from_on, mark.until_on), done)


def _provisional(
    state: ControlState, mark: deeds.MarkProvisional, done: Done, house: House
) -> None:
    if any(one.person_id == mark.person_id for one in state.measures.values()):
        raise support_already()
    days = done.day.isoformat(), (done.day + DECIDED_WITHIN).isoformat()
    _put_measure(state, mark.person_id, PROVISIONAL, days, done)


def support_already() -> UserError:
    """A measure is there that this one may not take the place of."""
    return UserError(
        "persons.support_already",
        "この方には、すでに取扱注意が付いています。",
        "期間の延長は、終了日の1か月前から「取扱注意を付ける」でできます。",
    )


def _lift(state: ControlState, lift: deeds.LiftSupport, done: Done, house: House) -> None:
    """Those of before; one that is marked later stands."""
    _end_measures(state, lift.person_id, done)


def _put_measure(
    state: ControlState, person_id: str, kind: str, days: tuple[str, str], done: Done
) -> None:
    state.measures[made_id(done.terminal, done.epoch, done.nonce, 0)] = Measure(
        person_id, kind, *days, done.moment, done.number
    )


def _end_measures(state: ControlState, person_id: str, done: Done) -> None:
    state.lifts[person_id] = (*state.lifts.get(person_id, ()), done.moment)
    for id_, measure in tuple(state.measures.items()):
        if measure.person_id == person_id:
            del state.measures[id_]


def check_exception(until: datetime, at: datetime) -> None:
    """Raises ``UserError`` ``hours.exception_period`` beyond the end of the next day."""
    if not 0 < (until - at).total_seconds() <= 24 * 3600:
        raise UserError(
            "hours.exception_period",
            "時間外の利用は、今から24時間以内の時刻までです。",
            "必要な時刻だけを入力してください。",
            field="until",
        )


def _founding(state: ControlState, founding: deeds.Founding, done: Done, house: House) -> None:
    """Only the first row is one (``proof``); who found a terminal has its rights confirmed by
    the other founder."""
    made: list[Grant] = []
    state.founders = tuple(one.staff_id for one in founding.founders)
    ids = [one.staff_id for one in founding.founders]
    for at, one in enumerate(founding.founders):
        other = ids[1 - at]
        by_other = replace(done, staff_id=other)
        state.people[one.staff_id] = Staff(
            one.staff_id,
            one.name,
            one.valid_from,
            one.valid_to,
            None,
            one.valid_from,
            False,
            one.post,
            1,
            done.number,
        )
        _add_key(state, one.staff_id, one.key, by_other)
        _seal(state, one.staff_id, one.keys)
        made += [
            _founders_grant(one, other, function_id, done, at * len(founding.function_ids) + index)
            for index, function_id in enumerate(founding.function_ids)
        ]
    state.put(
        *(
            replace(one, access=access_of(house.catalog[one.function_id]).value)
            for one in made
            if one.function_id in house.catalog
        )
    )
    for change in founding.settings:
        _put(state, change, replace(done, staff_id=ids[0]))


def _recovery(state: ControlState, recovery: deeds.Recovery, done: Done, house: House) -> None:
    """Two supervisors, each registered by the other."""
    ids = [one.staff_id for one in recovery.persons]
    if len(set(ids)) != len(ids) or len(ids) != PERSONS_TO_RECOVER:
        raise UserError(
            "recover.two_persons",
            "復旧には、別々の責任者が二人必要です。",
            "もう一人の責任者と一緒に、最初から行ってください。",
        )
    for at, one in enumerate(recovery.persons):
        if not rules.supervises(state, one.staff_id, done.day, house):
            raise UserError(
                "recover.not_supervisor",
                f"職員 {one.staff_id} は、いま責任者の権限を持つ職員ではありません。",
                "権限の有効な責任者二人で行ってください。いないときは広域連合に相談してください。",
                field="staff_id",
            )
        _add_key(state, one.staff_id, one.key, replace(done, staff_id=ids[1 - at]))
        _seal(state, one.staff_id, one.keys)
        _change(state, state.person(one.staff_id), done, password_set_on=done.day)


def _founders_grant(
    one: deeds.Founder, other: str, function_id: str, done: Done, index: int
) -> Grant:
    return Grant(
        id=made_id(done.terminal, done.epoch, done.nonce, index),
        staff_id=one.staff_id,
        function_id=function_id,
        access="",
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        state=GrantState.CONFIRMED,
        requested_by=other,
        approved_by=other,
        effected_by=other,
        effected_on=done.day,
        confirmed_by=other,
        reason="初期設定",
        requested_at=done.moment,
        approved_at=done.moment,
        effected_at=done.moment,
        confirmed_at=done.moment,
        signed_by=done.number,
    )


def _seen(state: ControlState, staff_id: str, version: int) -> Staff:
    person = state.person(staff_id)
    if person.version != version:
        raise refusal("act.row_changed")
    return person


def _change(state: ControlState, person: Staff, done: Done, **values: Any) -> None:
    state.people[person.id] = replace(
        person, version=person.version + 1, signed_by=done.number, **values
    )


def _require_witnesses(staff_id: str, key: deeds.KeyEntry, done: Done) -> None:
    """Who saw a key that no maker vouches for says so by touch: the two witnesses are the two who
    sign its registration. A name that somebody typed saw nothing."""
    if not key.attested.startswith(SEEN):
        return
    witnesses = set(key.attested.removeprefix(SEEN).split(","))
    signers = {done.staff_id, done.second_id} - {""}  # before the touches nobody is second yet
    others = witnesses - signers
    if len(witnesses) != 2 or len(others) > 2 - len(signers) or staff_id in witnesses:
        raise UserError(
            "staff.witnesses_touch",
            "許可機種でないキーに立ち会った二人と、この登録にキーで触れる二人が違います。",
            "立ち会った二人が、操作者と責任者としてこの登録を行い、それぞれのキーに触れてください。",
            field="witnesses",
        )


def _add_key(state: ControlState, staff_id: str, key: deeds.KeyEntry, done: Done) -> None:
    if key.credential_id in state.keys:
        raise UserError(
            "staff.key_taken",
            "このセキュリティキーは、すでに登録されています。",
            "別のセキュリティキーで登録してください。",
        )
    state.keys[key.credential_id] = HeldKey(
        staff_id, key, done.staff_id, done.moment, "", done.number
    )


def _seal(state: ControlState, name: str, keys: bytes) -> None:
    """With what the person sits down at other desks from now on; nothing where the act says none:
    what was sealed before would open them under the old password or key."""
    if keys:
        state.sealed[name] = keys
    else:
        state.sealed.pop(name, None)


def _end_key(state: ControlState, credential_id: bytes, done: Done) -> None:
    state.keys[credential_id] = replace(
        state.keys[credential_id], revoked_at=done.moment, signed_by=done.number
    )


def _seen_rights(state: ControlState, rights: Sequence[deeds.Right]) -> tuple[Grant, ...]:
    """The rights of a manifest as they stand, each once, and each as it was seen."""
    if len({one.grant_id for one in rights}) != len(rights) or not rights:
        raise refusal("act.altered")
    found = []
    for seen in rights:
        grant = state.grants.get(seen.grant_id)
        if grant is None:
            raise refusal("right.unsigned")
        if grant.version != seen.version:
            raise refusal("act.row_changed")
        if right_of(grant) != seen:
            raise refusal("act.altered")
        found.append(grant)
    return tuple(found)


def right_of(grant: Grant) -> deeds.Right:
    """A right as a manifest names it."""
    return deeds.Right(
        grant.id,
        grant.version,
        grant.staff_id,
        grant.function_id,
        grant.access,
        grant.valid_from,
        grant.valid_to,
    )


def _move(state: ControlState, grant: Grant, done: Done, /, **values: Any) -> None:
    state.put(replace(grant, version=grant.version + 1, signed_by=done.number, **values))


def _set(state: ControlState, name: str, value: str, done: Done) -> None:
    state.put_setting(name, SetValue(value, done.staff_id, done.moment, done.number))


OF_ONE_TERMINAL = frozenset(
    (
        deeds.TakeEnrolment,
        deeds.Removal,
        deeds.AllowMedia,
        deeds.HoursException,
        deeds.FollowLog,
        deeds.MarkSupport,
        deeds.MarkProvisional,
        deeds.LiftSupport,
    )
)
"""What counts for the terminal alone at which it was signed: what a terminal is, and measures,
which name a person by an id of that store (others learn of them from the union)."""

_EFFECTS: dict[type, Callable[[ControlState, Any, Done, House], None]] = {
    deeds.NewStaff: _new_staff,
    deeds.OfficeChange: _office,
    deeds.NewKey: _new_key,
    deeds.Reregistration: _reregister,
    deeds.LoanKey: _loan,
    deeds.KeyRevocation: _revoke_key,
    deeds.Leaving: _leave,
    deeds.PasswordChange: _password,
    deeds.Requests: _requests,
    deeds.Approve: _approve,
    deeds.PutInForce: _put_in_force,
    deeds.Confirm: _confirm,
    deeds.Revoke: _revoke,
    deeds.Renew: _renew,
    deeds.SettingChange: _setting,
    deeds.SupervisedSetting: _supervised,
    deeds.HoursException: _hours,
    deeds.ClockSet: _clock,
    deeds.TakeEnrolment: _enrolled,
    deeds.Removal: _removal,
    deeds.AllowMedia: _media,
    deeds.MarkSupport: _mark,
    deeds.MarkProvisional: _provisional,
    deeds.LiftSupport: _lift,
    deeds.FollowLog: _follow,
    deeds.OfficeCard: lambda state, card, done, _house: offices.put(state, card, done),
    deeds.PutTables: lambda state, put, done, _house: table_packages.put(state, put, done),
    deeds.SharesIssued: lambda state, issued, done, _house: shares.issue(state, issued, done),
    deeds.SharesVouch: lambda state, said, done, _house: shares.vouch(state, said, done),
    deeds.Founding: _founding,
    deeds.Recovery: _recovery,
}

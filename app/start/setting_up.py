"""What else is done with a terminal at its keyboard, without a window: recovery and enrolment.
The first start is ``app.start.founding``, the journal's proof ``app.start.auditing``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

from app.catalog import CATALOG
from app.core.clock import Clock, SystemClock
from app.core.errors import MadoguchiError, UserError
from app.core.paths import Paths
from app.core.place import refuse_place
from app.core.signs import plain
from app.core.tables import load_tables, shipped_tables
from app.core.this_machine import os_account
from app.functions.admin import enrolment
from app.functions.files.media_acts import read_courier_card
from app.security import vault
from app.security.authenticators.port import Assertion, Authenticator
from app.security.control.rules import House
from app.security.entry.doorway import Doorway
from app.security.entry.terminal import OpenTerminal
from app.security.founding.drilling import drill
from app.security.founding.founding import FounderPerson
from app.security.founding.recovering import Rescue, recover
from app.security.founding.restoring import Place, find_backup, restore
from app.security.gate.carry_out import Perform, Prepare, Touch, carry_out, take_at_once
from app.security.keys.os_keyring import OsKeyring
from app.security.staff.session import Session
from app.start.compose import Parts, make_parts
from app.start.founding import FOUNDERS, Asked, Machine, ask_person, check_keyring
from app.start.handed_over import certificate_of, host_of
from app.start.installation import Installation, read_installation
from app.start.talk import Talk, keyboard, real_authenticator, until_right
from app.sync.enrolment import open_unenrolled

T = TypeVar("T")


def recover_terminal(
    data: Path,
    talk: Talk | None = None,
    clock: Clock | None = None,
    machine: Machine | None = None,
) -> int:
    """``madoguchi recover``: two shares, then two supervisors with fresh passwords and keys.

    Raises, before anything is asked, EnvironmentFault ``place.*``, ``settings.*``,
    ``keyring.*`` and ``key.*``; later what ``app.security.founding.recovering.recover`` raises.
    """
    talk, clock, machine = talk or keyboard(), clock or SystemClock(), machine or Machine()
    paths, installation = _ready(data, machine)
    rescue = _ask_rescue(talk, machine, installation)
    done = recover(
        paths,
        machine.shelf_of(installation.keyring_service),
        os_account(),
        installation.policy,
        rescue,
        clock,
        House.of(CATALOG, load_tables(shipped_tables())),
    )
    talk.say(
        f"復旧しました（操作記録 {done.journal_line} 行目）。ほかの職員は登録し直してください。"
    )
    talk.say("続けて、復旧鍵の再発行と鍵の更新を行ってください。")
    return 0


def restore_terminal(
    data: Path,
    name: str = "",
    talk: Talk | None = None,
    clock: Clock | None = None,
    machine: Machine | None = None,
) -> int:
    """``madoguchi restore [NAME]``: a backup in the store's place, then as ``recover_terminal``.

    ``name`` is a backup's folder, "" the newest. Raises, before anything is asked, as
    ``recover_terminal`` and EnvironmentFault ``backup.none``, ``backup.unknown``; later what
    ``app.security.founding.restoring.restore`` raises.
    """
    talk, clock, machine = talk or keyboard(), clock or SystemClock(), machine or Machine()
    paths, installation = _ready(data, machine)
    made = find_backup(paths, name)
    talk.say(f"バックアップ {made.folder.name}（{made.made_at[:16]} 作成）を元に戻します。")
    talk.say(
        "そのあとに受け付けた届出、登録した職員、決めた権限は、保存データから失われます。"
        "いまの保存データは store.db.replaced として残します。"
    )
    typed = plain(talk.ask("進めるときは「復元する」と入れてください"))
    if typed != _GO:
        raise UserError(
            "restore.not_confirmed",
            "復元を始めませんでした。何も変わっていません。",
            f"行うときは、もう一度この命令を行い「{_GO}」と入れてください。",
        )
    done = restore(
        Place(paths, machine.shelf_of(installation.keyring_service), os_account()),
        made,
        installation.policy,
        _ask_rescue(talk, machine, installation),
        clock,
        House.of(CATALOG, load_tables(shipped_tables())),
    )
    talk.say(
        f"復元しました（操作記録 {done.journal_line} 行目、端末の世代 {done.epoch}）。"
        "この二人だけが入れます。ほかの職員は登録し直してください。"
    )
    talk.say(_JOURNAL_STAYED if done.journal_stays else _JOURNAL_REPLACED)
    talk.say(_COMES_AGAIN)
    talk.say("続けて、復旧鍵の再発行と、職員・権限の突合を行い、")
    talk.say("madoguchi journal verify で操作記録を検証してください。")
    return 0


def drill_backup(
    data: Path,
    name: str = "",
    talk: Talk | None = None,
    clock: Clock | None = None,
) -> int:
    """``madoguchi restore --drill [NAME]``: prove that a backup comes back, beside the live store.
    Raises as ``find_backup`` before anything is asked, then as ``drilling.drill``."""
    talk, clock = talk or keyboard(), clock or SystemClock()
    refuse_place(data)
    paths = Paths(data)
    made = find_backup(paths, name)
    talk.say(f"復元の訓練です。いまの保存データは変わりません（バックアップ {made.folder.name}）。")
    papers = [talk.secret(f"復旧鍵 {number} 枚目の言葉（空白で区切る）") for number in (1, 2)]
    done = drill(paths, made, papers, clock)
    counted = "、".join(f"{_DRILLED[table]} {many:,}件" for table, many in done.rows.items())
    talk.say(f"{done.made_at[:16]} の状態が、{done.seconds:.0f} 秒で戻りました。{counted}。")
    talk.say(f"操作記録 {done.lines:,} 行は、すべて続いています。")
    if done.erased_again:
        talk.say(f"あとで消去した {done.erased_again:,} 人は、復元のときにもう一度消去されます。")
    talk.say("訓練で作った写しは消しました。行った日を、訓練の記録に残してください。")
    return 0


_DRILLED = {
    "person": "住民",
    "case_file": "届出・申請",
    "certificate": "発行した紙",
    "outbox": "送信",
}


def list_backups_of(data: Path, talk: Talk | None = None) -> int:
    """``madoguchi restore --list``: the readable backups, the newest last."""
    talk = talk or keyboard()
    refuse_place(data)
    for one in vault.list_backups(Paths(data)):
        talk.say(f"{one.folder.name}　{one.made_at[:16]} 作成　世代 {one.epoch}")
    return 0


_GO = "復元する"
_COMES_AGAIN = (
    "バックアップのあとに広域連合から受け取ったものは、次の送受信で自動的にもう一度届きます。"
    "そろうまで、この端末では検索できません。"
)
_JOURNAL_STAYED = "操作記録は、バックアップのあとの分もそのまま残っています。"
_JOURNAL_REPLACED = (
    "操作記録も、バックアップの時点のものに替わりました（journal.db.replaced に前のもの）。"
    "広域連合はこの端末の続きを受け付けません。登録の取消を頼み、madoguchi enrol で登録し直して"
    "ください。"
)


def _ready(data: Path, machine: Machine) -> tuple[Paths, Installation]:
    """What must be there before anybody is asked for anything."""
    refuse_place(data)
    paths = Paths(data)
    installation = read_installation(paths)
    check_keyring(machine.shelf_of)
    machine.key_is_there()
    return paths, installation


def _ask_rescue(talk: Talk, machine: Machine, installation: Installation) -> Rescue:
    """Two papers, then two supervisors with fresh passwords and keys."""
    papers = [talk.secret(f"復旧鍵 {number} 枚目の言葉（空白で区切る）") for number in (1, 2)]
    persons: list[FounderPerson] = []
    for number in range(1, FOUNDERS + 1):
        talk.say(f"責任者 {number} 人目の、新しいパスワードとキーの登録です。")
        key = machine.authenticator_of(talk)
        persons.append(ask_person(Asked(talk), installation, persons, key))
    return Rescue(papers, persons)


# -- with an existing store ------------------------------------------------------------------


class Hands:
    """Somebody logged in at the keyboard, and the touches of theirs and others."""

    def __init__(self, talk: Talk, doorway: Doorway, authenticator: Authenticator) -> None:
        self._talk = talk
        self._doorway = doorway
        self._authenticator = authenticator

    @property
    def terminal(self) -> OpenTerminal:
        """The open terminal."""
        assert self._doorway.terminal is not None
        return self._doorway.terminal

    def log_in(self) -> Session:
        """Staff id, password, key. Raises what the door raises."""
        question = self._doorway.ask(plain(self._talk.ask("職員番号")))
        password = self._talk.secret("パスワード")
        try:
            assertion = self._authenticator.assert_(
                question.rp_id,
                question.challenge,
                question.request.credential_ids,
                uv=True,
                prf_salt=question.request.prf_salt,
                cancel=Event(),
            )
        except MadoguchiError as error:
            self._doorway.failed(question, error)
            raise
        return self._doorway.enter(question, password, assertion).session

    def carry_out(self, session: Session, prepare: Prepare, perform: Perform[T]) -> T:
        """One act, the sentence shown before each touch. Raises what its steps raise."""
        steps = carry_out(self.terminal.gate, session, prepare, perform)
        return take_at_once(
            steps, self._touch, lambda _call: plain(self._talk.ask("もう一人の責任者の職員番号"))
        )

    def _touch(self, touch: Touch) -> Assertion:
        ask = touch.ask
        self._talk.say(touch.sentence)
        self._talk.say(f"職員 {ask.staff_id} のセキュリティキーを差してください。")
        return self._authenticator.assert_(
            ask.rp_id,
            ask.challenge,
            ask.credential_ids,
            uv=ask.verify,
            prf_salt=touch.prf_salt,
            cancel=Event(),
        )


def enrol_terminal(
    data: Path,
    host: str,
    ca: Path,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
    courier: Path | None = None,
) -> int:
    """``madoguchi enrol HOST CA [--courier CARD]``: ask, wait for two operators, take the answer.

    Called again while they have not approved, it goes on with the same request. Raises UserError
    ``enrol.certificate_…`` or ``enrol.host_…`` before anybody logs in, ``enrol.courier`` for a
    relay without a courier's card, and what
    ``app.functions.admin.enrolment`` raises.
    """
    talk = talk or keyboard()
    refuse_place(data)
    authorities, host = certificate_of(ca), host_of(host)
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        gate = hands.terminal.gate
        asked, request_id = enrolment.pending(hands.terminal.engine_hand)
        if asked is None:
            profile = until_right(talk, lambda: _profile(talk.ask(_KIND)))
            asked = enrolment.ask(
                hands.terminal.engine_hand,
                municipality=parts.installation.municipality_code,
                terminal_name=parts.installation.office,
                profile=profile,
                at=parts.clock.now(),
                courier=_courier_of(profile, courier, talk),
            )
            request_id = ""
        line = open_unenrolled(host, authorities)
        try:
            if not request_id:
                request_id = line.enrol(asked.statement).id
                enrolment.note(hands.terminal.engine_hand, request_id)
            talk.say(f"申請 {request_id} の照合コード： {asked.fingerprint}")
            talk.say("広域連合の担当者と電話で読み合わせてください。")
            state = line.enrolment(request_id)
        finally:
            line.close()
        answer = enrolment.settled(state, asked, authorities)
        taken = hands.carry_out(
            session,
            lambda: enrolment.prepare_take(gate, session, asked, answer),
            lambda prepared, given: enrolment.perform_take(gate, prepared, given, answer),
        )
        talk.say(f"{taken.union} に端末 {taken.terminal} として登録しました。")
        talk.say(f"証明書の期限： {taken.valid_to[:10]}")
    finally:
        doorway.log_off(session)
    return 0


_KIND = "端末の種類（窓口／出張所／中継）"
_PROFILES = {"窓口": "counter", "出張所": "branch", "中継": "relay"}


def _courier_of(profile: str, card: Path | None, talk: Talk) -> str:
    """Whom what comes for a relay is sealed to: it opens nothing itself. "" for a counter."""
    if profile != "relay":
        return ""
    if card is None:
        raise UserError(
            "enrol.courier",
            "中継の登録には、市区町村システム側の受渡担当の名刺が要ります。",
            "madoguchi courier card で書いた名刺を --courier で指定してください。",
        )
    _, found, digits = read_courier_card(card)
    talk.say(f"受渡担当「{found.title}」の照合コード： {digits}")
    talk.say("受渡担当と読み合わせてください。届くものは、この相手だけが開けられます。")
    return found.receiving


def _profile(answer: str) -> str:
    if answer in _PROFILES.values():
        return answer
    if answer not in _PROFILES:
        raise UserError(
            "enrol.profile",
            f"端末の種類「{answer}」はありません。",
            f"{'・'.join(_PROFILES)}のどれかを入れてください。",
        )
    return _PROFILES[answer]

"""Setting a terminal up at its keyboard, before there is a window: first start, enrolment,
and the proof of the journal. Questions and answers are Japanese, one at a time."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.catalog import CATALOG
from app.core.clock import Clock, SystemClock
from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.core.paths import Paths
from app.core.tables import load_tables, shipped_tables
from app.functions.admin import enrolment
from app.functions.records import service as records
from app.rules import identifiers
from app.security.authenticators.ctap import CtapAuthenticator, usb_and_nfc_devices
from app.security.authenticators.port import Assertion, Authenticator
from app.security.authenticators.registration import Registered, register_person
from app.security.authenticators.verify import verify_assertion
from app.security.entry.doorway import Doorway
from app.security.entry.terminal import OpenTerminal
from app.security.founding.founding import FounderPerson, Place, found, provisional_number
from app.security.founding.recovering import recover
from app.security.gate.carry_out import Perform, Prepare, Touch, carry_out, take_at_once
from app.security.keys.derivation import STANDARD
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.recovery import RecoveryIssue
from app.security.keys.terminal_secret import SecretShelf
from app.security.staff.password import PasswordRules, check_new_password
from app.security.staff.session import Session
from app.start.compose import (
    Installation,
    Parts,
    make_parts,
    os_account,
    read_installation,
    write_installation,
)
from app.sync.enrolment import open_unenrolled

T = TypeVar("T")

FOUNDERS = 2


@dataclass(frozen=True, slots=True)
class Talk:
    """The person at the keyboard: ``ask`` shows a question, ``secret`` hides the answer."""

    ask: Callable[[str], str]
    secret: Callable[[str], str]
    say: Callable[[str], None]


def keyboard() -> Talk:
    """The real keyboard and screen."""
    return Talk(
        lambda question: input(f"{question}： ").strip(),
        lambda question: getpass.getpass(f"{question}： "),
        lambda text: print(text, flush=True),
    )


class KeyboardPrompts:
    """The security key's wishes on the text screen."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def touch(self) -> None:
        """The key blinks."""
        self._talk.say("キーが光ったら触れてください。")

    def pin(self, retries_left: int | None) -> str | None:
        """The key's PIN; an empty answer gives up."""
        rest = f"（あと{retries_left}回）" if retries_left is not None else ""
        return self._talk.secret(f"キーの暗証番号{rest}") or None


def real_authenticator(talk: Talk) -> Authenticator:
    """Whatever security key is plugged in."""
    return CtapAuthenticator(usb_and_nfc_devices, KeyboardPrompts(talk))


def found_terminal(
    data: Path,
    talk: Talk | None = None,
    clock: Clock | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """``madoguchi found``: two founders with two keys, three shares typed back, a fingerprint.

    Raises what ``app.security.founding.founding.found`` raises; nothing is made before the
    shares are typed back.
    """
    talk, clock = talk or keyboard(), clock or SystemClock()
    paths = Paths(data)
    installation = _ask_installation(talk)
    founders: list[FounderPerson] = []
    for number in range(1, FOUNDERS + 1):
        talk.say(f"責任者 {number} 人目の登録です。ほかの人は画面を見ないでください。")
        founders.append(_ask_founder(talk, installation, founders, authenticator_of(talk)))
    recovery = _issue_shares(talk)
    write_installation(paths, installation)
    done = found(
        paths,
        OsKeyring(installation.keyring_service),
        Place(provisional_number(), installation.municipality_code, os_account()),
        installation.policy,
        founders,
        recovery,
        CATALOG,
        load_tables(shipped_tables()),
        clock,
    )
    talk.say("初期設定が終わりました。操作記録の最初の行の指紋を、二人とも控えてください。")
    talk.say(f"    {done.fingerprint}")
    talk.say("次に madoguchi enrol で、この端末を広域連合に登録してください。")
    return 0


def _ask_installation(talk: Talk) -> Installation:
    code = _until_right(
        talk, lambda: identifiers.municipality_code(talk.ask("市区町村コード（6桁）"))
    )
    return Installation(
        training=False,
        municipality_code=code,
        office=talk.ask("窓口の名前（受付票に印字）"),
        phone=talk.ask("窓口の電話番号（受付票に印字）"),
        printer=talk.ask("プリンターの名前（なければ空のまま）"),
    )


def _ask_founder(
    talk: Talk,
    installation: Installation,
    before: list[FounderPerson],
    authenticator: Authenticator,
) -> FounderPerson:
    staff_id = talk.ask("職員番号")
    name = talk.ask("氏名")
    post = talk.ask("所属・職名")
    password = _until_right(talk, lambda: _new_password(talk, staff_id))
    witnesses = talk.ask(
        "許可機種でないキーのとき、立ち会った責任者2人の職員番号（空白で区切る。許可機種なら空のまま）"
    )
    talk.say("自分のセキュリティキーを差してください。登録と確認で2回触れます。")
    made: Registered = register_person(
        authenticator,
        installation.policy,
        staff_id,
        name,
        password,
        STANDARD,
        taken=[one.registered.credential.credential_id for one in before],
        witnesses=tuple(witnesses.split()),
    )
    return FounderPerson(staff_id, name, post, made, authenticator)


def _new_password(talk: Talk, staff_id: str) -> str:
    password = talk.secret("新しいパスワード")
    check_new_password(password, staff_id, PasswordRules(), (), STANDARD)
    if talk.secret("もう一度") != password:
        raise UserError(
            "password.differs",
            "二つのパスワードが違います。",
            "もう一度、同じパスワードを二回入れてください。",
        )
    return password


def _issue_shares(talk: Talk) -> str:
    """Each share to one person alone, typed back from paper before the next."""
    issue = RecoveryIssue()
    talk.say("復旧鍵の控え3枚を作ります（責任者二人と金庫）。一人ずつ紙に書き写します。")
    while not issue.done:
        share = issue.current
        talk.say(f"控え {share.number}：{' '.join(share.words)}")
        _until_right(talk, lambda: issue.confirm(talk.ask("紙を見て打ち返してください")))
        talk.say("\n" * 60)  # the words leave the screen before the next person comes
    return issue.public


def _until_right(talk: Talk, once: Callable[[], T]) -> T:
    """Ask again, with the reason, until the answer can be taken."""
    while True:
        try:
            return once()
        except UserError as error:
            talk.say(f"{error.message}{error.remedy}")


def recover_terminal(
    data: Path,
    talk: Talk | None = None,
    clock: Clock | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
    shelf_of: Callable[[str], SecretShelf] = OsKeyring,
) -> int:
    """``madoguchi recover``: two shares, then two supervisors with fresh passwords and keys.

    Raises what ``app.security.founding.recovering.recover`` raises.
    """
    talk, clock = talk or keyboard(), clock or SystemClock()
    paths = Paths(data)
    installation = read_installation(paths)
    papers = [talk.secret(f"復旧鍵 {number} 枚目の言葉（空白で区切る）") for number in (1, 2)]
    persons: list[FounderPerson] = []
    for number in range(1, FOUNDERS + 1):
        talk.say(f"責任者 {number} 人目の、新しいパスワードとキーの登録です。")
        persons.append(_ask_founder(talk, installation, persons, authenticator_of(talk)))
    done = recover(
        paths,
        shelf_of(installation.keyring_service),
        os_account(),
        installation.policy,
        papers,
        persons,
        clock,
    )
    talk.say(
        f"復旧しました（操作記録 {done.journal_line} 行目）。ほかの職員は登録し直してください。"
    )
    talk.say("続けて、復旧鍵の再発行と鍵の更新を行ってください。")
    return 0


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
        question = self._doorway.ask(self._talk.ask("職員番号"))
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
            steps, self._touch, lambda _call: self._talk.ask("もう一人の責任者の職員番号")
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
) -> int:
    """``madoguchi enrol HOST CA``: ask, wait for the union's two operators, take the answer.

    Called again while they have not approved, it goes on with the same request. Raises what
    ``app.functions.admin.enrolment`` raises.
    """
    talk = talk or keyboard()
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        gate = hands.terminal.gate
        asked, request_id = enrolment.pending(gate)
        if asked is None:
            asked = enrolment.ask(
                gate,
                municipality=parts.installation.municipality_code,
                terminal_name=parts.installation.office,
                profile=talk.ask("端末の種類（counter 窓口／branch 出張所／relay 中継）"),
                at=parts.clock.now(),
            )
            request_id = ""
        authorities = ca.read_bytes()
        line = open_unenrolled(host, authorities)
        try:
            if not request_id:
                request_id = line.enrol(asked.statement).id
                enrolment.note(gate, request_id)
            talk.say(f"申請 {request_id} の指紋： {asked.fingerprint}")
            talk.say("広域連合の担当者と電話で読み合わせてください。")
            state = line.enrolment(request_id)
        finally:
            line.close()
        answer = enrolment.settled(state, asked, authorities)
        taken = hands.carry_out(
            session,
            lambda: enrolment.prepare_take(gate, session, asked, answer),
            lambda draft, given: enrolment.perform_take(gate, draft, given, answer),
        )
        talk.say(f"{taken.union} に端末 {taken.terminal} として登録しました。")
        talk.say(f"証明書の期限： {taken.valid_to[:10]}")
    finally:
        doorway.log_off(session)
    return 0


def verify_journal(
    data: Path,
    anchor: str,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
) -> int:
    """``madoguchi journal verify [--anchor FINGERPRINT]``: prove chain, signatures and heads.

    ``anchor`` is the fingerprint that the founders wrote down and the union keeps. 0 when the
    journal is whole and is the anchor's, 1 with the findings else.
    """
    talk = talk or keyboard()
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        terminal = hands.terminal
        report = records.verify_journal(
            terminal.gate,
            session,
            terminal.journal,
            verify_assertion,
            union_key=_union_key(terminal),
        )
    finally:
        doorway.log_off(session)
    talk.say(f"{report.lines} 行、署名 {report.signatures}、広域連合の確認印 {report.heads}")
    talk.say(f"最初の行の指紋： {report.fingerprint}")
    for finding in report.findings:
        talk.say(f"× {finding.message}")
    wrong_anchor = bool(anchor) and anchor.strip().upper() != report.fingerprint
    if wrong_anchor:
        talk.say("× 指紋が、控えの指紋と違います。この操作記録は、控えの端末のものではありません。")
    return 0 if report.whole and not wrong_anchor else 1


def _union_key(terminal: OpenTerminal) -> Ed25519PublicKey | None:
    try:
        return enrolment.keys(terminal.gate).first_union_key
    except EnvironmentFault:
        return None  # not enrolled yet: there are no countersigned heads either

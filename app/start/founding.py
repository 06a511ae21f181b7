"""``madoguchi found``: the first start of a terminal at its keyboard.

What the machine must have is looked at before anything is asked; a step that fails is offered
again with everything answered so far; and what is broken off leaves no terminal behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.catalog import CATALOG
from app.core.clock import Clock, SystemClock
from app.core.errors import EnvironmentFault, UserError
from app.core.place import refuse_place
from app.core.stopping import stopping
from app.core.tables import load_tables, shipped_tables
from app.core.this_machine import os_account, refuse_other_account, shared_note
from app.functions.admin.staff import check_staff_id
from app.rules import identifiers
from app.security.authenticators.choice import some_key_is_there
from app.security.authenticators.port import Authenticator
from app.security.authenticators.registration import Registrant, register_person
from app.security.founding.founding import (
    Founded,
    FounderPerson,
    FoundingPlace,
    Ground,
    found_store,
    provisional_number,
)
from app.security.keys.derivation import STANDARD
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.recovery import RecoveryIssue, RecoveryPublic
from app.security.keys.terminal_secret import NO_LINES, Mirror, SecretShelf
from app.security.keys.terminal_state import NOTHING_YET
from app.security.staff.password import PasswordRules, check_new_password, rules_in_words
from app.start.installation import Installation, write_installation
from app.start.talk import (
    PatientKey,
    Talk,
    again,
    keyboard,
    not_blank,
    real_authenticator,
    until_right,
)
from app.start.unfinished import Unfinished, unfinished

FOUNDERS = 2
_PROBE = "madoguchi-founding-check"
_NOT_USED = "使わない"
_NONE = "なし"


@dataclass(frozen=True, slots=True)
class Machine:
    """What a founding needs of the machine: the keys and the OS keyring."""

    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator
    key_is_there: Callable[[], None] = some_key_is_there
    shelf_of: Callable[[str], SecretShelf] = OsKeyring


def found_terminal(
    data: Path,
    talk: Talk | None = None,
    clock: Clock | None = None,
    machine: Machine | None = None,
) -> int:
    """``madoguchi found``: two founders with two keys, three shares typed back, a fingerprint.

    Raises, before anything is asked, EnvironmentFault ``place.*``, ``store.exists``, ``disk.*``,
    ``keyring.*`` and ``key.*``; later what ``app.security.founding.founding.found`` raises and
    the person gave up to mend. Nothing is in ``data`` before everything is.
    """
    talk, clock, machine = talk or keyboard(), clock or SystemClock(), machine or Machine()
    refuse_place(data)
    refuse_other_account(shared_note(), os_account())
    with stopping(), unfinished(data) as place:
        check_keyring(machine.shelf_of)
        machine.key_is_there()
        try:
            done = _found(talk, clock, machine, place)
        except BaseException:
            talk.say(
                "初期設定を途中でやめました。端末には何も作っていません。"
                "パスワードと控えのほかの答えは、次に madoguchi found を実行するときに使えます。"
            )
            raise
    talk.say("初期設定が終わりました。操作記録の最初の行の照合コードを、二人とも控えてください。")
    talk.say(f"    {done.fingerprint}")
    talk.say("次に madoguchi enrol で、この端末を広域連合に登録してください。")
    return 0


def check_keyring(shelf_of: Callable[[str], SecretShelf]) -> None:
    """Write, read and remove an entry. Raises EnvironmentFault ``keyring.*``."""
    shelf = shelf_of(_PROBE)
    shelf.keep_mirror(Mirror(1, b"probe"))
    kept = shelf.read_mirror()
    shelf.forget()
    if kept != Mirror(1, b"probe"):
        raise EnvironmentFault(
            "keyring.forgets",
            "OSのキーリングに書いたものが、そのまま読み戻せません。",
            "システム管理者に連絡してください。",
        )


def _found(talk: Talk, clock: Clock, machine: Machine, place: Unfinished) -> Founded:
    tables = load_tables(shipped_tables())
    installation = _ask_installation(talk, place)
    shelf = machine.shelf_of(installation.keyring_service)
    _ask_about_earlier(talk, shelf, place)
    founders: list[FounderPerson] = []
    for number in range(1, FOUNDERS + 1):
        talk.say(f"責任者 {number} 人目の登録です。ほかの人は画面を見ないでください。")
        asked = Asked(talk, place, f"founder{number}")
        key = machine.authenticator_of(talk)
        founders.append(ask_person(asked, installation, founders, key))
    recovery = issue_shares(talk)

    def make() -> Founded:
        with _kept_only_if_founded(shelf):
            place.clear()
            write_installation(place.paths, installation)
            where = FoundingPlace(
                provisional_number(), installation.municipality_code, os_account()
            )
            ground = Ground(installation.policy, CATALOG, tables)
            done = found_store(place.paths, shelf, where, ground, founders, recovery, clock)
            place.settle()
            return done

    talk.say("操作記録の最初の行に、二人が順にキーで署名します。")
    return again(talk, make)


@contextmanager
def _kept_only_if_founded(shelf: SecretShelf) -> Iterator[None]:
    """The terminal secret kept in this block stays when the block ends well; else what was there
    before is put back."""
    before, state = shelf.read_terminal_secret(), shelf.read_state()
    mirror = shelf.read_mirror()
    try:
        yield
    except BaseException:
        if before is None:
            shelf.forget()
        else:
            shelf.keep_terminal_secret(before)
            shelf.keep_state(state or NOTHING_YET)
            shelf.keep_mirror(mirror or NO_LINES)
        raise


def _ask_about_earlier(talk: Talk, shelf: SecretShelf, place: Unfinished) -> None:
    """A second terminal under one account would take the first one's secret away, and nobody
    could open the first one any more."""
    before = shelf.read_terminal_secret()
    if before is None or place.was_broken_off:
        return

    def confirmed() -> None:
        question = (
            f"このOSアカウントでは、端末 {before.terminal_id} が初期設定されています。"
            "続けると、その端末は復旧鍵がないと開けなくなります。"
            f"もう使わない端末なら「{_NOT_USED}」、やめるなら Ctrl-C"
        )
        if talk.ask(question) != _NOT_USED:
            raise UserError(
                "founding.other_terminal",
                "前の端末を使うかどうか、分かりません。",
                f"もう使わないときだけ「{_NOT_USED}」と入れてください。",
            )

    until_right(talk, confirmed)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions whose answers are offered again the next time (Enter takes them), if there is a
    ``place`` that keeps them."""

    talk: Talk
    place: Unfinished | None = None
    prefix: str = ""

    def ask(self, name: str, question: str, check: Callable[[str], str]) -> str:
        """The answer that ``check`` takes; it raises UserError for one that it does not."""
        key = f"{self.prefix}_{name}"
        before = self.place.answer(key) if self.place else ""
        shown = f"{question}［Enter で {before}］" if before else question
        answer = until_right(self.talk, lambda: check(self.talk.ask(shown) or before))
        if self.place:
            self.place.keep(key, answer)
        return answer


def _ask_installation(talk: Talk, place: Unfinished) -> Installation:
    asked = Asked(talk, place, "terminal")
    code = asked.ask("municipality", "市区町村コード（6桁）", identifiers.municipality_code)
    office = asked.ask("office", "窓口の名前（受付票に印字）", not_blank("窓口の名前"))
    phone = asked.ask("phone", "窓口の電話番号（受付票に印字）", not_blank("電話番号"))
    printer = asked.ask("printer", "プリンターの名前（なければ「なし」）", str.strip)
    return Installation(
        training=False,
        municipality_code=code,
        office=office,
        phone=phone,
        printer="" if printer == _NONE else printer,
    )


def ask_person(
    asked: Asked,
    installation: Installation,
    before: list[FounderPerson],
    key: Authenticator,
) -> FounderPerson:
    """One of the two: who they are, their password, their key. What the key or its person could
    not do is offered again."""
    talk = asked.talk

    def fresh_id(answer: str) -> str:
        staff_id = check_staff_id(not_blank("職員番号")(answer))
        if staff_id in {one.staff_id for one in before}:
            raise UserError(
                "founding.same_person",
                f"職員番号 {staff_id} は、一人目の責任者の番号です。",
                "二人目には、別の人の番号を入れてください。",
            )
        return staff_id

    staff_id = asked.ask("id", "職員番号", fresh_id)
    name = asked.ask("name", "氏名", not_blank("氏名"))
    post = asked.ask("post", "所属・職名", not_blank("所属・職名"))
    witnesses = asked.ask(
        "witnesses",
        "許可機種でないキーのとき、立ち会った責任者2人の職員番号（空白で区切る。許可機種なら「なし」）",
        str.strip,
    )
    talk.say(rules_in_words(PasswordRules()))
    password = until_right(talk, lambda: _new_password(talk, staff_id))
    talk.say("自分のセキュリティキーを差してください。登録と確認で2回触れます。")
    made = again(
        talk,
        lambda: register_person(
            key,
            installation.policy,
            Registrant(staff_id, name, password, STANDARD),
            taken=[one.registered.credential.credential_id for one in before],
            witnesses=() if witnesses == _NONE else tuple(witnesses.split()),
        ),
    )
    return FounderPerson(staff_id, name, post, made, PatientKey(talk, key, f"職員 {staff_id} "))


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


def issue_shares(talk: Talk) -> RecoveryPublic:
    """Each share to one person alone, typed back from paper before the next; what is public."""
    issue = RecoveryIssue()
    talk.say("復旧鍵の控え3枚を作ります（責任者二人と金庫）。一人ずつ紙に書き写します。")
    while not issue.done:
        share = issue.current
        talk.say(f"控え {share.number}：{' '.join(share.words)}")
        until_right(talk, lambda: issue.confirm(talk.ask("紙を見て打ち返してください")))
        talk.say("\n" * 60)  # the words leave the screen before the next person comes
    return issue.halves

"""The end of a terminal put together (端末の廃止, SEC-158): what the open store does last, the
mark, the destruction, and the certificate of erasure (消去証明書) that stays.

``madoguchi decommission`` does at the keyboard what the page does at the window.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.core.canon import canonical_json
from app.core.clock import Clock, SystemClock
from app.core.errors import MadoguchiError, UserError
from app.core.files import write_whole
from app.core.paths import Paths
from app.core.signs import plain
from app.core.tables import load_tables, shipped_tables
from app.functions.admin import removal
from app.functions.admin.removal import Decided as Decided  # the counter names no area
from app.rules.calendar.wareki import Eras, on_paper
from app.security.authenticators.port import Authenticator
from app.security.control.deeds import Removal
from app.security.entry.terminal import OpenTerminal
from app.security.keys.os_keyring import OsKeyring
from app.security.vault.removal import (
    CERTIFICATE,
    Certify,
    begin_removal,
    finish_removal,
    what_lies_there,
)
from app.start.compose import Parts, make_parts
from app.start.installation import Installation, account_note
from app.start.setting_up import Hands
from app.start.talk import Talk, keyboard, real_authenticator
from app.sync.ending import Parting, say_done
from app.sync.engine import Engine
from app.sync.transport import open_line
from app.wire.endings import ErasedKind
from forms.lists.erasure_certificate import FORM, ErasureCertificateData

GONE_ON = Decided("前に決めた廃止の続き", "", "")
"""What is known of a removal that was decided and then cut short."""
_MEDIUM = (
    "半導体の媒体では、上書きしても古い内容が残ることがあります。鍵を破壊したため開けません。"
    "この機械の外のバックアップは含みません。"
)


def last_things(parts: Parts, terminal: OpenTerminal, engine: Engine, decided: Decided) -> Parting:
    """What the open store does last: journal and word to the union, then the mark. From here on
    the next start goes on by itself."""
    parting = removal.part(
        terminal, terminal.engine_hand, engine, parts.clock, decided, what_lies_there(parts.paths)
    )
    begin_removal(parts.paths, _mark(parting))
    return parting


def destroy(parts: Parts, parting: Parting) -> str:
    """Destroy everything, tell the union and print the certificate; what to tell the person.
    Store and journal are closed. Raises as ``finish_removal``."""
    installation = parts.installation
    certify = certifier(parts.paths, installation, parts.clock)
    finish_removal(parts.paths, parts.shelf, account_note(installation), certify)
    certificate = parts.paths.data / CERTIFICATE
    pdf = certificate.read_bytes()
    done_at = parts.clock.now().isoformat(timespec="seconds")
    paper = hashlib.sha256(pdf).digest()
    told = say_done(parting, done_at, paper, lambda keys: open_line(keys, parts.clock))
    return _outcome(installation, certificate, pdf, parting, told=told)


def certifier(paths: Paths, installation: Installation, clock: Clock) -> Certify:
    """What writes the certificate beside the place where everything was."""

    def certify(said: bytes) -> None:
        if not said:
            return
        # what draws is not read where nothing has ended
        from forms.fonts import load_fonts
        from forms.press import Press

        tables = load_tables(shipped_tables())
        press = Press(load_fonts(), tables)
        now = clock.now()
        data = _paper(json.loads(said), installation, Eras(tables["eras"]), now)
        rendered = press.render(FORM.id, data, training=installation.training, now=now)
        press.prove(rendered, data)
        write_whole(paths.data / CERTIFICATE, rendered.pdf)

    return certify


def _mark(parting: Parting) -> bytes:
    ending = dataclasses.asdict(parting.ending)
    ending |= {"hash": parting.ending.hash.hex(), "paper": "", "word": parting.word}
    return canonical_json(ending).encode()


def _paper(
    said: dict[str, object], installation: Installation, eras: Eras, now: datetime
) -> ErasureCertificateData:
    kinds = [ErasedKind(**one) for one in said["kinds"]]  # type: ignore[attr-defined]
    persons = filter(None, (str(said["ordered_by"]), str(said["confirmed_by"])))
    decided = "　".join(persons) or GONE_ON.reason
    return ErasureCertificateData(
        list_number=str(said["number"]),
        terminal=_short(f"{said['terminal']}　{installation.office}"),
        reason=_short(str(said["reason"])),
        decided=_short(decided),
        union=_short(str(said["word"])),
        erased_at=f"{on_paper(now.date(), eras)}　{now:%H時%M分}",
        journal_head=f"{said['line']} {said['hash']}",
        medium=_MEDIUM,
        rows=tuple(
            (one.what, f"{one.files:,}", f"{one.size:,}", one.method, "消去した") for one in kinds
        ),
    )


def _short(text: str) -> str:
    """Nothing that is said may keep the certificate, and with it the end, from being made."""
    return text if len(text) <= removal.MOST_SIGNS else f"{text[: removal.MOST_SIGNS - 1]}…"


def _outcome(
    installation: Installation, certificate: Path, pdf: bytes, parting: Parting, *, told: bool
) -> str:
    from app.start.running import printer_of  # a window's module, read only when all is done

    try:
        printer_of(installation).spool(pdf, parting.ending.number)
        printed = f"消去証明書 {parting.ending.number} を印刷しました。"
    except MadoguchiError as fault:
        printed = f"消去証明書を印刷できませんでした（{fault.message}）。"
    kept = f"控えは {certificate} にあります。印刷して保管してください。"
    union = (
        "広域連合に、廃止と消去の終わりを届けました。"
        if told
        else "広域連合には消去の終わりを届けられませんでした。消去証明書の写しを送り、"
        "端末の登録の取消を確かめてもらってください。"
    )
    return f"{printed}{kept}{union}"


def decommission(
    data: Path,
    talk: Talk | None = None,
    parts: Parts | None = None,
    authenticator_of: Callable[[Talk], Authenticator] = real_authenticator,
    *,
    alone: bool = False,
) -> int:
    """``madoguchi decommission [--no-line]``: everything up, two touches, everything gone, the
    certificate printed.

    Raises UserError ``removal.no_contact``, ``removal.unsent``, ``removal.other``; nothing has
    changed then. Called again after a cut it goes on by itself.
    """
    talk = talk or keyboard()
    parts = parts or make_parts(data, SystemClock(), OsKeyring)
    doorway = parts.doorway(lambda: True)
    hands = Hands(talk, doorway, authenticator_of(talk))
    session = hands.log_in()
    try:
        terminal = hands.terminal
        engine = parts.engine(terminal, lambda: True)
        name = terminal.store.identity.terminal
        removal.bring_up(terminal, engine, alone=alone)
        if plain(talk.ask(f"確かめのため、この端末の番号 {name} を入れてください")) != name:
            raise UserError(
                "removal.other",
                f"この端末の番号は {name} です。何も変わっていません。",
                "廃止する端末で行っているかを確かめてください。",
            )
        wanted = Removal(name, plain(talk.ask("廃止の理由（統合、移転、機器の更新など）")))
        decided = hands.carry_out(
            session,
            lambda: removal.prepare_removal(terminal.gate, session, wanted),
            lambda prepared, given: removal.perform_removal(terminal.gate, prepared, given),
        )
        talk.say("端末を廃止しています。電源を切らないでください。")
        parting = last_things(parts, terminal, engine, decided)
    finally:
        doorway.log_off(session)
    talk.say(destroy(parts, parting))
    return 0

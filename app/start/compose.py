"""The composition root: what is made once and handed on (DESIGN 1.9). No room imports it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.cases import decisions
from app.cases.state import was_rejected
from app.catalog import CASES, CATALOG
from app.core.clock import Clock
from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.files import write_whole
from app.core.paths import Paths
from app.core.place import refuse_place
from app.core.relying_party import TRAINING_RP_ID, production_rp_id
from app.core.tables import Tables, load_tables, shipped_tables
from app.core.this_machine import os_account, refuse_other_account, shared_note
from app.functions.admin.upkeep import take_peer_time
from app.functions.files import check_list, insured
from app.functions.files.delivered import receive_delivered
from app.functions.files.desks import receive_desk_word, teller
from app.functions.records.months import MonthKeeper
from app.rules.calendar.days import BusinessCalendar
from app.security.authenticators.verify import Profile, RegistrationPolicy, verify_assertion
from app.security.entry.doorway import Doorway
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.entry.terminal import OpenTerminal
from app.security.gate.checks import Conditions, GateRules
from app.security.keys.terminal_secret import SecretShelf
from app.security.staff.roles import roles_on
from app.security.vault.removal import end_if_left, finish_removal, is_begun, removed
from app.sync.engine import Engine
from app.sync.inbox import Handler
from app.sync.media.desk import MediaDesk, no_media
from app.sync.media.devices import SystemMedia
from app.sync.media.scan import CommandScanner
from app.sync.round import EngineParts, Round
from app.sync.terminal_keys import read_keys
from app.sync.transport import open_line
from app.sync.watched import Limits
from app.sync.work import EXCHANGE
from app.wire.heads import CountersignedHead, is_countersigned
from app.wire.values import code_sets

_AT_THE_DOOR = Limits(connect=2.0, answer=3.0)
"""Seconds that a login waits for the union's last head."""


def handlers(tables: Tables) -> dict[str, Handler]:
    """Every apply handler by its function's id; the engine refuses to start if one is missing."""
    return {
        "files.receive_insured": insured.receiver(tables),
        "files.receive_check_list": check_list.receiver(tables),
        "files.receive_desk_word": receive_desk_word,
        "files.receive_delivered": receive_delivered,
        **_receivers(tables),
    }


def _receivers(tables: Tables) -> dict[str, Handler]:
    """The handler of decisions under the function of every area that has kinds of case."""
    receive = decisions.receiver(tables, CASES)
    return {kind.function("receive_decision"): receive for kind in CASES.values()}


@dataclass(frozen=True, slots=True)
class Installation:
    """What is known of this terminal before its store is open: settings.toml of its data
    directory, without personal data. ``printer`` is a queue's name, "" for none. ``key_models``
    are the AAGUIDs of security keys that are taken without witnesses, ``key_roots`` their
    makers' root certificates (DER), from the folder ``key-roots`` beside settings.toml.
    ``scanner`` is the command that looks at a file on a medium (its path is added), empty for none.
    ``trays``: which tray holds which paper, by its size in millimetres ("91x128"), as the
    printer's driver names the tray. ``printers``: the queue of a form that has one of its own, by
    the form's id ("FORM-04")."""

    training: bool
    municipality_code: str
    office: str
    phone: str
    printer: str = ""
    key_models: tuple[str, ...] = ()
    key_roots: tuple[bytes, ...] = ()
    scanner: tuple[str, ...] = ()
    trays: Mapping[str, str] = field(default_factory=dict)
    printers: Mapping[str, str] = field(default_factory=dict)

    @property
    def rp_id(self) -> str:
        """The relying party that this installation's keys are registered for."""
        return TRAINING_RP_ID if self.training else production_rp_id(self.municipality_code)

    @property
    def policy(self) -> RegistrationPolicy:
        """Which keys this installation accepts."""
        profile = Profile.TRAINING if self.training else Profile.PRODUCTION
        return RegistrationPolicy(profile, self.rp_id, frozenset(self.key_models), self.key_roots)

    @property
    def keyring_service(self) -> str:
        """The name of this installation's entries in the OS keyring."""
        return "madoguchi-training" if self.training else "madoguchi"


def read_installation(paths: Paths) -> Installation:
    """Raises EnvironmentFault ``place.other_account``, ``settings.missing``, ``settings.denied`` or
    ``settings.damaged``."""
    try:
        values = tomllib.loads(as_saved(paths.settings.read_bytes()))
        return Installation(
            training=bool(values["training"]),
            municipality_code=str(values["municipality_code"]),
            office=str(values["office"]),
            phone=str(values["phone"]),
            printer=str(values.get("printer", "")),
            key_models=tuple(str(model) for model in values.get("key_models", ())),
            key_roots=tuple(
                file.read_bytes() for file in sorted((paths.data / "key-roots").glob("*.der"))
            ),
            scanner=tuple(str(word) for word in values.get("scanner", ())),
            trays={str(paper): str(tray) for paper, tray in values.get("trays", {}).items()},
            printers={str(form): str(name) for form, name in values.get("printers", {}).items()},
        )
    except FileNotFoundError as error:
        refuse_other_account(shared_note(), os_account())
        raise EnvironmentFault(
            "settings.missing",
            "この端末は、まだ初期設定されていません。",
            "責任者二人で madoguchi found を実行してください。",
        ) from error
    except PermissionError as error:
        raise EnvironmentFault(
            "settings.denied",
            f"この端末のデータ（{paths.data}）は、いまのOSアカウントでは読めません。"
            "別のOSアカウントのものです。",
            "いったんログオフし、この端末専用のOSアカウントでログオンし直してください。",
        ) from error
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = f"の {where[1]} 行目" if where else ""
        raise EnvironmentFault(
            "settings.damaged",
            f"設定ファイル {paths.settings.name} {line}を読み取れません。",
            "その行の書き方（引用符・等号・括弧）を直すか、設定ファイルを控えから戻してください。",
        ) from error
    except (OSError, AttributeError, KeyError, ValueError) as error:
        raise EnvironmentFault(
            "settings.damaged",
            f"設定ファイル {paths.settings.name} を読み取れません。",
            "システム管理者に連絡し、設定ファイルを控えから戻してください。",
        ) from error


def as_saved(content: bytes) -> str:
    """A settings file as an editor saved it: UTF-8 with or without BOM, UTF-16, or cp932."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def write_installation(paths: Paths, installation: Installation) -> None:
    """Write settings.toml whole."""
    models = ", ".join(json.dumps(model) for model in installation.key_models)
    scanner = ", ".join(json.dumps(word, ensure_ascii=False) for word in installation.scanner)
    lines = [
        f"training = {'true' if installation.training else 'false'}",
        f"municipality_code = {json.dumps(installation.municipality_code)}",
        f"office = {json.dumps(installation.office, ensure_ascii=False)}",
        f"phone = {json.dumps(installation.phone)}",
        f"printer = {json.dumps(installation.printer, ensure_ascii=False)}",
        f"key_models = [{models}]",
        f"scanner = [{scanner}]",
        "[trays]",
        *(
            f"{json.dumps(paper)} = {json.dumps(tray, ensure_ascii=False)}"
            for paper, tray in installation.trays.items()
        ),
    ]
    paths.make()
    write_whole(paths.settings, ("\n".join(lines) + "\n").encode())


@dataclass(frozen=True, slots=True)
class Parts:
    """What every start needs, made once."""

    paths: Paths
    clock: Clock
    tables: Tables
    installation: Installation
    shelf: SecretShelf
    media: MediaDesk = field(default_factory=no_media)

    def rules(self, peer_reachable: Callable[[], bool]) -> GateRules:
        """What the gate's checks need besides the store."""
        today = self.clock.now().date()
        return GateRules(
            calendar=BusinessCalendar.from_table(self.tables["closed_days"]),
            purposes=frozenset(str(code) for code in self.tables["purposes"].codes(today)),
            conditions=Conditions(peer_reachable, self.media.scanned),
            check_assertion=verify_assertion,
            catalog=CATALOG,
            registry=CATALOG.version,
            roles=lambda day: roles_on(self.tables, CATALOG, day),
        )

    def doorway(self, peer_reachable: Callable[[], bool]) -> Doorway:
        """The door of this process. Raises as ``Entrance.open``."""
        entrance = Entrance.open(self.paths, self.shelf, LockoutRule(), self.clock, os_account())
        rules = self.rules(peer_reachable)
        rp_id = self.installation.rp_id
        return Doorway(
            self.paths, entrance, CATALOG, self.clock, rules, rp_id, self._last_head_of_the_union
        )

    def _last_head_of_the_union(self, terminal: OpenTerminal) -> CountersignedHead | None:
        """What the union countersigned last, asked for a moment only: a login does not wait for
        a line that is down. What answers and is wrong is told by the first contact."""
        try:
            with terminal.engine_hand.system(EXCHANGE) as work:
                keys = read_keys(work)
            line = open_line(keys, self.clock, _AT_THE_DOOR)
        except MadoguchiError:
            return None  # not enrolled yet, or the clock or the certificate does not let it
        try:
            head = line.last_head()
        except MadoguchiError:
            return None
        finally:
            line.close()
        signed = head is not None and is_countersigned(keys.first_union_key, head)
        return head if signed else None

    def engine(self, terminal: OpenTerminal, quiet: Callable[[], bool]) -> Engine:
        """The exchange with the union over an open terminal."""
        codes = code_sets(self.tables, self.clock.now().date())
        bench = EngineParts(
            terminal.engine_hand,
            handlers(self.tables),
            self.clock,
            codes=codes,
            folder=self.paths.data / "inbox",
            quiet=quiet,
            step=lambda name: None,
            on_rejected=was_rejected,
            tell=teller(terminal.engine_hand, codes),
        )
        months = MonthKeeper(terminal.engine_hand, terminal.journal, self.clock)

        def after_contact(here: Round) -> None:
            months.look_after(here)
            terminal.mirrors.write()

        return Engine(
            bench,
            lambda keys: open_line(keys, self.clock),
            journal=terminal.journal,
            on_time=lambda moment: take_peer_time(terminal.engine_hand, moment),
            on_contact=after_contact,
        )


def account_note(installation: Installation) -> Path | None:
    """Where this terminal tells the machine's other accounts whose it is; a training room, which
    may stand beside the real terminal, tells nobody."""
    return None if installation.training else shared_note()


def make_parts(data: Path, clock: Clock, shelf_of: Callable[[str], SecretShelf]) -> Parts:
    """Read what lies before the door. Raises EnvironmentFault ``place.*``, ``settings.*``,
    ``tables.*``, and ``terminal.removed`` after finishing a removal that was cut short."""
    paths = Paths(data)
    refuse_place(data)
    end_if_left(paths)
    installation = read_installation(paths)
    shelf = shelf_of(installation.keyring_service)
    if is_begun(paths):  # a removal was cut short
        finish_removal(paths, shelf, account_note(installation))
        raise removed()
    return Parts(
        paths,
        clock,
        load_tables(shipped_tables()),
        installation,
        shelf,
        MediaDesk(
            SystemMedia(), CommandScanner(installation.scanner) if installation.scanner else None
        ),
    )

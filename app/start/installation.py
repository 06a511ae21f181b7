"""What is known of a terminal before anything else of the program is read: settings.toml.

The login form needs no more of it, so no room with a store or a line may be imported here.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.errors import EnvironmentFault
from app.core.files import write_whole
from app.core.paths import Paths
from app.core.relying_party import TRAINING_RP_ID, production_rp_id
from app.core.this_machine import os_account, refuse_other_account, shared_note

if TYPE_CHECKING:
    from app.security.authenticators.verify import RegistrationPolicy


@dataclass(frozen=True, slots=True)
class Installation:
    """What is known of this terminal before its store is open: settings.toml of its data
    directory, without personal data. ``printer`` is a queue's name, "" for none. ``key_models``
    are the AAGUIDs of security keys that are taken without witnesses, ``key_roots`` their
    makers' root certificates (DER), from the folder ``key-roots`` beside settings.toml.
    ``scanner`` is the command that looks at a file on a medium (its path is added), empty for none.
    ``trays``: which tray holds which paper, by its size in millimetres ("91x128"), as the
    printer's driver names the tray. ``printers``: the queue of a form that has one of its own, by
    the form's id ("FORM-04"). ``offsets``: how far a printer's pages are moved (mm to the right and
    down), by its name, as ``forms.register.offset_of`` reads it."""

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
    offsets: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)

    @property
    def rp_id(self) -> str:
        """The relying party that this installation's keys are registered for."""
        return TRAINING_RP_ID if self.training else production_rp_id(self.municipality_code)

    @property
    def policy(self) -> RegistrationPolicy:
        """Which keys this installation accepts."""
        # what checks keys is not read before somebody comes with one
        from app.security.authenticators.verify import Profile, RegistrationPolicy

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
            offsets=_offsets(values.get("offsets", {})),
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


def _offsets(tables: Any) -> dict[str, dict[str, tuple[float, float]]]:
    """Raises ValueError for what no printer can be moved by."""
    from forms.register import offset_of  # the forms are not read before the login form stands

    found = {}
    for name, sides in tables.items():
        offset = offset_of(sides)
        found[str(name)] = {"front": offset.front, "back": offset.back}
    return found


def as_saved(content: bytes) -> str:
    """A settings file as an editor saved it: UTF-8 with or without BOM, UTF-16, or cp932."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def write_installation(paths: Paths, installation: Installation) -> None:
    """Write settings.toml whole, but for ``key_roots``, which lie in files of their own."""
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
        "[printers]",
        *(
            f"{json.dumps(form)} = {json.dumps(name, ensure_ascii=False)}"
            for form, name in installation.printers.items()
        ),
        *(
            line
            for name, sides in installation.offsets.items()
            for line in (
                f"[offsets.{json.dumps(name, ensure_ascii=False)}]",
                *(f"{side} = {list(by)}" for side, by in sides.items()),
            )
        ),
    ]
    paths.make()
    write_whole(paths.settings, ("\n".join(lines) + "\n").encode())


def account_note(installation: Installation) -> Path | None:
    """Where this terminal tells the machine's other accounts whose it is; a training room, which
    may stand beside the real terminal, tells nobody."""
    return None if installation.training else shared_note()

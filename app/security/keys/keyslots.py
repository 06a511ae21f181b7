"""Who can open the store: operations on the slot file (鍵ファイル), DESIGN 4 "Keys".

All functions take and give values; ``slot_storage`` reads and writes the file. Granting,
revoking and rotating need only the keys that the one who grants has in memory and the public
halves of the others. A data key is sealed to a person's public half and that again under the
terminal secret, so neither a stolen disk nor a copy on another terminal opens it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.errors import UserError
from app.security.keys.keypairs import OpenedPerson, PersonKeys, PrfOutput, open_person
from app.security.keys.sealing import (
    SealError,
    open_under,
    open_with,
    random_key,
    seal_to,
    seal_under,
)
from app.security.keys.slot_model import Holder, SealedDataKey, SlotFile
from app.security.keys.slot_storage import tampered
from app.security.keys.terminal_secret import TerminalSecret

FIRST_GENERATION = 1

_LOAN = "/loan"


def loan_of(staff_id: str) -> str:
    """Under which name a key that is lent to somebody (貸出鍵) stands in the slot file, beside the
    person's own; no staff id is written so."""
    return staff_id + _LOAN


def is_loan(name: str) -> bool:
    """Whether a name in the slot file is that of a lent key."""
    return name.endswith(_LOAN)


@dataclass(frozen=True, slots=True)
class StoreKeys:
    """The opened keys of the store, in memory only: data key per generation, number key."""

    data_keys: Mapping[int, bytes] = field(repr=False)
    number_key: bytes | None = field(default=None, repr=False)

    def newest_first(self) -> tuple[tuple[int, bytes], ...]:
        """(generation, data key) in the order in which the vault should try them."""
        return tuple(sorted(self.data_keys.items(), reverse=True))


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a person's two factors opened."""

    person: OpenedPerson
    keys: StoreKeys


@dataclass(frozen=True, slots=True)
class Genesis:
    """What the first start (初期設定) fixes. ``number_holders`` are staff ids with the right
    to individual numbers (個人番号); at genesis usually nobody. ``account`` is the terminal's
    dedicated OS account, so that another one can be told so."""

    store_id: str
    store_public: str
    recovery_public: str
    founders: tuple[PersonKeys, ...]
    data_key: bytes = field(repr=False)
    number_key: bytes = field(repr=False)
    number_holders: frozenset[str] = frozenset()
    account: str = ""


def new_slot_file(genesis: Genesis, terminal: TerminalSecret) -> SlotFile:
    """The first slot file of a terminal, every founder effective at generation 1."""
    file = SlotFile(
        terminal_id=terminal.terminal_id,
        store_id=genesis.store_id,
        store_public=genesis.store_public,
        recovery_public=genesis.recovery_public,
        recovery=(
            SealedDataKey(FIRST_GENERATION, seal_to(genesis.recovery_public, genesis.data_key)),
        ),
        recovery_number_key=seal_to(genesis.recovery_public, genesis.number_key),
        holders=(),
        revision=0,
        account=genesis.account,
    )
    for keys in genesis.founders:
        file = admit(enter(file, keys), terminal, keys.staff_id, genesis.data_key)
    for staff_id in sorted(genesis.number_holders):
        file = grant_number(file, terminal, staff_id, genesis.number_key)
    return dataclasses.replace(file, revision=1)


def unlock(
    file: SlotFile,
    terminal: TerminalSecret,
    staff_id: str,
    password: str,
    prf: PrfOutput | None,
) -> Unlocked:
    """Open the store's keys with a person's factors (``prf`` None: the keyring slot).

    Raises ``UserError``, first cause first: ``login.unknown_staff``, ``login.wrong_key``,
    ``login.wrong_password``, ``login.not_effective``; ``EnvironmentFault``
    ``keyslots.tampered`` when a seal of the person's own does not open.
    """
    holder = _get(file, staff_id)
    person = open_person(holder.keys, password, terminal if prf is None else prf)
    if not holder.data_keys:
        raise UserError(
            "login.not_effective",
            "この職員番号の利用権限はまだ有効になっていません。",
            "権限の申請と承認の状況を、所属の責任者に確かめてください。",
        )
    try:
        return Unlocked(person, _open_store_keys(file, terminal, holder, person))
    except SealError as cause:
        raise tampered() from cause


def keys_of(file: SlotFile, staff_id: str) -> PersonKeys:
    """What a person's security key must be asked for. Raises ``UserError``
    ``login.unknown_staff``."""
    return _get(file, staff_id).keys


def enter(file: SlotFile, keys: PersonKeys) -> SlotFile:
    """Put a person's keys in, not effective: a request (申請), a control-log row, a changed
    password or a spare key. A known person with the same public half keeps what is sealed; a
    new public half starts without any."""
    known = file.find(keys.staff_id)
    if known is not None and known.keys.public == keys.public:
        return _with_holder(file, dataclasses.replace(known, keys=keys))
    return _with_holder(file, Holder(keys))


def admit(file: SlotFile, terminal: TerminalSecret, staff_id: str, data_key: bytes) -> SlotFile:
    """Make a person's access effective: seal the newest generation's data key to them.

    Raises ``UserError`` ``login.unknown_staff``, and ``keyslots.rotation_open`` while two
    generations stand in the file (the caller could only hold one of the two keys).
    """
    _no_open_rotation(file)
    holder = _get(file, staff_id)
    sealed = _seal_data_key(file, terminal, holder, file.generation, data_key)
    return _with_holder(file, dataclasses.replace(holder, data_keys=(sealed,)))


def grant_number(
    file: SlotFile, terminal: TerminalSecret, staff_id: str, number_key: bytes
) -> SlotFile:
    """Seal the number key to a person with the right to individual numbers (SEC-52)."""
    holder = _get(file, staff_id)
    inner = seal_to(holder.keys.public, number_key)
    key = terminal.key_for("number key")
    sealed = seal_under(key, inner, _number_label(file, staff_id))
    return _with_holder(file, dataclasses.replace(holder, number_key=sealed))


def revoke_number(file: SlotFile, staff_id: str) -> SlotFile:
    """Take the number key from a person."""
    return _with_holder(file, dataclasses.replace(_get(file, staff_id), number_key=None))


def renew_number(
    file: SlotFile, terminal: TerminalSecret, number_key: bytes, leaving: Collection[str] = ()
) -> SlotFile:
    """Seal a changed number key to the recovery half and to everybody who held the former
    one, but for those ``leaving``, who hold none any more."""
    for holder in file.holders:
        if holder.number_key is None:
            continue
        staff_id = holder.keys.staff_id
        if staff_id in leaving:
            file = revoke_number(file, staff_id)
        else:
            file = grant_number(file, terminal, staff_id, number_key)
    sealed = seal_to(file.recovery_public, number_key)
    return dataclasses.replace(file, recovery_number_key=sealed, revision=file.revision + 1)


def begin_rotation(
    file: SlotFile, terminal: TerminalSecret, leaving: Collection[str] = ()
) -> tuple[SlotFile, bytes]:
    """Generation g+1 and its fresh data key: drop the pairs of those ``leaving`` (退職, 異動,
    lost key, reset), seal to everybody else who is effective and to the recovery half.

    Write the file, rekey the store, then ``prove``; until then g stands beside g+1, so a
    crash at any point leaves a key that opens. Raises ``UserError``
    ``keyslots.rotation_open``, ``login.unknown_staff``, ``keyslots.nobody_left``.
    """
    _no_open_rotation(file)
    for staff_id in leaving:
        _get(file, staff_id)
    staying = [one for one in file.holders if one.keys.staff_id not in leaving]
    if not any(one.data_keys for one in staying):
        raise UserError(
            "keyslots.nobody_left",
            "この端末を開ける職員がいなくなるため、取り消せません。",
            "先に別の職員の権限を有効にしてください。",
        )
    generation = file.generation + 1
    data_key = random_key()
    holders = tuple(
        dataclasses.replace(
            one,
            data_keys=(
                *one.data_keys,
                _seal_data_key(file, terminal, one, generation, data_key),
            ),
        )
        if one.data_keys
        else one
        for one in staying
    )
    recovery = (
        *file.recovery,
        SealedDataKey(generation, seal_to(file.recovery_public, data_key)),
    )
    rotated = dataclasses.replace(
        file, holders=holders, recovery=recovery, revision=file.revision + 1
    )
    return rotated, data_key


def prove(file: SlotFile, generation: int) -> SlotFile:
    """The store was opened with ``generation``: drop every other one."""
    return _keep_only(file, generation)


def abandon(file: SlotFile, generation: int) -> SlotFile:
    """The rekey to ``generation`` did not happen: drop it and keep the one before."""
    others = [number for number in file.generations if number != generation]
    if not others:
        raise ValueError("the only generation cannot be abandoned")
    return _keep_only(file, others[0])


def replace_recovery(file: SlotFile, recovery_public: str, keys: StoreKeys) -> SlotFile:
    """Seal the store's keys to a new recovery pair (shares reissued when a holder leaves).

    ``keys`` must hold every generation of the file and the number key: it is done by
    somebody with the number right, else ``UserError`` ``keyslots.number_right_needed``.
    """
    if keys.number_key is None:
        raise UserError(
            "keyslots.number_right_needed",
            "復旧鍵の再発行には、個人番号を扱う権限のある職員の操作が必要です。",
            "個人番号を扱う権限のある責任者がログインして、もう一度操作してください。",
        )
    if set(keys.data_keys) != set(file.generations):
        raise ValueError("the keys of every generation in the file are needed")
    recovery = tuple(
        SealedDataKey(generation, seal_to(recovery_public, keys.data_keys[generation]))
        for generation in file.generations
    )
    return dataclasses.replace(
        file,
        recovery_public=recovery_public,
        recovery=recovery,
        recovery_number_key=seal_to(recovery_public, keys.number_key),
        revision=file.revision + 1,
    )


def refound(
    file: SlotFile, terminal: TerminalSecret, staff: Sequence[PersonKeys], keys: StoreKeys
) -> SlotFile:
    """The slot file after recovery (復旧): the old holders' seals are void with the lost
    terminal secret, so only ``staff`` with fresh keys enter, each effective."""
    generation, data_key = keys.newest_first()[0]
    fresh = dataclasses.replace(
        file,
        terminal_id=terminal.terminal_id,
        holders=(),
        recovery=tuple(entry for entry in file.recovery if entry.generation == generation),
        state=None,  # of the time before; two papers and two persons take what is here now
    )
    for person in staff:
        fresh = admit(enter(fresh, person), terminal, person.staff_id, data_key)
    return fresh


def _get(file: SlotFile, staff_id: str) -> Holder:
    holder = file.find(staff_id)
    if holder is None:
        raise UserError(
            "login.unknown_staff",
            "この職員番号は、この端末に登録されていません。",
            "職員番号を確かめて、もう一度入力してください。",
            field="staff_id",
        )
    return holder


def _with_holder(file: SlotFile, holder: Holder) -> SlotFile:
    others = [one for one in file.holders if one.keys.staff_id != holder.keys.staff_id]
    holders = tuple(sorted((*others, holder), key=lambda one: one.keys.staff_id))
    return dataclasses.replace(file, holders=holders, revision=file.revision + 1)


def _no_open_rotation(file: SlotFile) -> None:
    if len(file.recovery) > 1:
        raise UserError(
            "keyslots.rotation_open",
            "鍵の更新が終わっていないため、この操作はまだできません。",
            "端末を開き直して鍵の更新を終えてから、もう一度操作してください。",
        )


def _seal_data_key(
    file: SlotFile, terminal: TerminalSecret, holder: Holder, generation: int, data_key: bytes
) -> SealedDataKey:
    inner = seal_to(holder.keys.public, data_key)
    label = _data_label(file, holder.keys.staff_id, generation)
    return SealedDataKey(generation, seal_under(terminal.key_for("data key"), inner, label))


def _open_store_keys(
    file: SlotFile, terminal: TerminalSecret, holder: Holder, person: OpenedPerson
) -> StoreKeys:
    data_keys = {}
    for entry in holder.data_keys:
        label = _data_label(file, person.staff_id, entry.generation)
        inner = open_under(terminal.key_for("data key"), entry.sealed, label)
        data_keys[entry.generation] = open_with(person.pair.private, inner)
    number_key = None
    if holder.number_key is not None:
        label = _number_label(file, person.staff_id)
        inner = open_under(terminal.key_for("number key"), holder.number_key, label)
        number_key = open_with(person.pair.private, inner)
    return StoreKeys(data_keys, number_key)


def _keep_only(file: SlotFile, generation: int) -> SlotFile:
    if generation not in file.generations:
        raise ValueError(f"generation {generation} is not in the file")
    holders = tuple(
        dataclasses.replace(
            one, data_keys=tuple(e for e in one.data_keys if e.generation == generation)
        )
        for one in file.holders
    )
    recovery = tuple(entry for entry in file.recovery if entry.generation == generation)
    return dataclasses.replace(file, holders=holders, recovery=recovery, revision=file.revision + 1)


def _data_label(file: SlotFile, staff_id: str, generation: int) -> str:
    return f"data key {file.store_id} {staff_id} {generation}"


def _number_label(file: SlotFile, staff_id: str) -> str:
    return f"number key {file.store_id} {staff_id}"

"""The end of a terminal (端末の廃止, SEC-147, SEC-158): nothing of it opens any more, and nothing
is left but its certificate of erasure (消去証明書).

The order makes every moment safe: the mark that says so, then the terminal secret out of the OS
keyring and the slot file overwritten (from here on neither factors nor recovery shares open
anything that lies here), then every other file, overwritten too, then the certificate. Whatever is
cut short is finished by the next start. Overwriting is best effort on flash; what counts is that
the keys are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import overwrite, remove, write_fault, write_whole
from app.core.paths import Paths
from app.core.this_machine import forget_account, os_account
from app.security.keys.terminal_secret import SecretShelf
from app.wire.endings import ErasedKind

MARK = "removed"
"""A file in the data directory: the removal has begun and is finished by whoever comes next. It
holds what the certificate will say."""
CERTIFICATE = "erasure-certificate.pdf"
"""What stays: who erased what, without personal data."""

_KEPT = frozenset((MARK, CERTIFICATE, "log", "lock"))
"""The technical log holds nobody; the lock belongs to a running process."""
_OVERWRITTEN = "鍵の破壊、上書き、削除"
_OTHER = "そのほかの封をしたファイル"

Certify = Callable[[bytes], None]
"""Makes the certificate out of what the mark holds; called again after a cut."""


def no_certificate(_said: bytes) -> None:
    """For a removal that nobody gets a paper of."""


def what_lies_there(paths: Paths) -> tuple[ErasedKind, ...]:
    """What will be destroyed, by kind, with the terminal secret in the OS keyring."""
    named = {
        paths.store.name: "保存データ",
        paths.journal.name: "操作記録",
        paths.slots.name: "職員ごとの鍵（スロット）",
        paths.vestibule.name: "ログイン前の記録",
        paths.backups.name: "バックアップ",
    }
    found = {word: [0, 0] for word in (*named.values(), _OTHER)}
    for path in paths.data.rglob("*"):
        if path.is_file() and (first := path.relative_to(paths.data).parts[0]) not in _KEPT:
            kept = found[named.get(first.partition("-wal")[0].partition("-shm")[0], _OTHER)]
            kept[0] += 1
            kept[1] += path.stat().st_size
    files = (
        ErasedKind(word, many, size, _OVERWRITTEN) for word, (many, size) in found.items() if many
    )
    return (*files, ErasedKind("端末の秘密（OSの鍵束）", 1, 0, "鍵束から削除"))


def begin_removal(paths: Paths, said: bytes = b"") -> None:
    """Say that the terminal ends. From here on only ``finish_removal`` is done with it."""
    write_whole(paths.data / MARK, said)


def is_begun(paths: Paths) -> bool:
    """Whether a removal was begun and not finished."""
    return (paths.data / MARK).is_file()


def finish_removal(
    paths: Paths, shelf: SecretShelf, note: Path | None, certify: Certify = no_certificate
) -> None:
    """Destroy keys and files, and ``note``: what says to the machine's other accounts that this
    account has the terminal. Store and journal are closed. Done again it goes on where it was cut
    short. Raises ``EnvironmentFault`` ``keyring.*``, ``disk.*``, and what ``certify`` raises."""
    shelf.forget()
    forget_account(note, os_account())
    try:
        for path in (paths.slots, paths.vestibule):
            _destroy(path)
        for path in sorted(paths.data.rglob("*"), reverse=True):  # files before their folders
            if path.relative_to(paths.data).parts[0] not in _KEPT and path != paths.settings:
                path.rmdir() if path.is_dir() else _destroy(path)
        certify((paths.data / MARK).read_bytes())
        remove(paths.settings)
        remove(paths.data / MARK)
    except OSError as cause:
        raise write_fault(cause) from cause


def end_if_left(paths: Paths) -> None:
    """The mark alone was left of a removal: take it away. Raises ``terminal.removed``."""
    if is_begun(paths) and not paths.settings.exists():
        remove(paths.data / MARK)
        raise removed(paths)


def removed(paths: Paths) -> EnvironmentFault:
    """What is said of a terminal whose removal was cut short and is finished now."""
    paper = paths.data / CERTIFICATE
    kept = f"消去証明書は {paper} にあります。印刷して保管し、写しを広域連合に送ってください。"
    return EnvironmentFault(
        "terminal.removed",
        "この端末は廃止されました。保存データも鍵も残っていません。",
        f"{kept if paper.exists() else ''}ほかの端末を使ってください。"
        "この機械を使い直すときは、初期設定からです。",
    )


def _destroy(path: Path) -> None:
    if path.is_file() and not path.is_symlink():
        overwrite(path)
    remove(path)

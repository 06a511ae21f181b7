"""The vault: the only opener of stores (DESIGN 4). Keys enter here and go nowhere else.

``create`` and ``open_store`` give a ``db.work.Store``; ``open_with`` opens with what a
person's factors unlocked and finishes a change of key that was cut short; ``rotate`` changes
the key; ``backup`` and ``restore`` seal to the recovery key; ``migrate`` brings an older store
to this program's version; ``verify`` says what is not whole.
"""

from __future__ import annotations

from app.security.vault.backups import (
    LAST_BACKUP,
    MANIFEST,
    Backup,
    PutBack,
    backup,
    journal_goes_on,
    list_backups,
    read_backup,
    restore,
)
from app.security.vault.checks import verify
from app.security.vault.migration import migrate
from app.security.vault.opening import (
    Founding,
    JournalConnection,
    create,
    open_journal,
    open_store,
)
from app.security.vault.rewriting import rewrite, rewrite_file
from app.security.vault.rotation import Opened, Rotated, open_with, rekey, rotate

__all__ = [
    "LAST_BACKUP",
    "MANIFEST",
    "Backup",
    "Founding",
    "JournalConnection",
    "Opened",
    "PutBack",
    "Rotated",
    "backup",
    "create",
    "journal_goes_on",
    "list_backups",
    "migrate",
    "open_journal",
    "open_store",
    "open_with",
    "read_backup",
    "rekey",
    "restore",
    "rewrite",
    "rewrite_file",
    "rotate",
    "verify",
]

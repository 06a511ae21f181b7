"""Half-filled pages beside the store (書きかけの画面): what a crash or a power cut would take.

The store's draft is written when a page is changed, at the lock and at the end. Between these the
page that is being typed lies here, sealed under a key that only the store's own data key gives, a
file for each case. It belongs to the act that opened the case and writes no line of its own. A
page that does not open any more (the data key was changed, another store) is worth nothing and is
removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app.core.canon import canonical_json
from app.core.files import is_file_name, remove, write_fault, write_whole
from app.security.keys.sealing import SealError, open_under, seal_under, subkey
from app.security.vault.store_access import StoreAccess

_LABEL = "typed-page-v1"
_SUFFIX = ".page"


@dataclass(frozen=True, slots=True)
class Where:
    """The field in which one types, and the cursor in it (characters as Qt counts them)."""

    field: str = ""
    cursor: int = 0


@dataclass(frozen=True, slots=True)
class TypedPage:
    """What the draft of a case will hold when the page is left (``values`` without empty ones,
    ``step``), and where in it the clerk is; never an individual number. ``staff_id`` typed it on
    the case's ``version``: whoever changed the case since then has not seen it. ``opening`` is the
    function by whose screen the case is taken up, ``title`` its name."""

    case_id: str
    title: str
    opening: str
    staff_id: str
    version: int
    values: Mapping[str, str]
    step: str
    field: str
    cursor: int

    def is_in(self, values: Mapping[str, str], step: str) -> bool:
        """Whether a draft holds it all."""
        names = {*values, *self.values}
        same = all(values.get(name, "") == self.values.get(name, "") for name in names)
        return same and step == self.step

    @property
    def where(self) -> Where:
        """Where one was in it."""
        return Where(self.field, self.cursor)


class TypedPages:
    """The pages of one open store. Everything is done on the store's worker; after the store was
    closed nothing is kept and nothing found."""

    def __init__(self, access: StoreAccess) -> None:
        self._access = access

    def keep(self, page: TypedPage) -> None:
        """Put ``page`` in the place of what was kept of its case. Raises ``EnvironmentFault``
        ``disk.*``; what was kept before is untouched then."""
        if not self._access.data_key:
            return
        self._access.paths.pages.mkdir(mode=0o700, exist_ok=True)
        plain = canonical_json(asdict(page)).encode()
        sealed = seal_under(self._key(), plain, self._label(page.case_id))
        write_whole(self._path(page.case_id), sealed)

    def find(self, case_id: str, version: int) -> TypedPage | None:
        """What was typed on this version of the case; what was typed on another one is removed."""
        page = self._read(case_id)
        if page is not None and page.version != version:
            self.drop(case_id)
            return None
        return page

    def newest_of(self, staff_id: str) -> TypedPage | None:
        """The page on which this person typed last."""
        files = {path: path.stat().st_mtime_ns for path in self._files()}
        newest_first = sorted(files, key=lambda one: files[one], reverse=True)
        pages = (self._read(path.name.removesuffix(_SUFFIX)) for path in newest_first)
        return next((page for page in pages if page and page.staff_id == staff_id), None)

    def drop(self, *case_ids: str) -> None:
        """The cases were sent or dropped: nothing of their pages stays."""
        for case_id in case_ids:
            with suppress(OSError):  # it is sealed, and is removed when it is next looked for
                remove(self._path(case_id))

    def _read(self, case_id: str) -> TypedPage | None:
        """What is kept of the case; what does not open is removed."""
        if not self._access.data_key:
            return None
        try:
            sealed = self._path(case_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise write_fault(cause) from cause
        try:
            plain = open_under(self._key(), sealed, self._label(case_id))
            return TypedPage(**json.loads(plain))
        except (SealError, TypeError):  # another key's, another version's of this program
            self.drop(case_id)
            return None

    def _files(self) -> list[Path]:
        return [one for one in self._access.paths.pages.glob(f"*{_SUFFIX}") if one.is_file()]

    def _path(self, case_id: str) -> Path:
        if not is_file_name(case_id):
            raise ValueError(case_id)
        return self._access.paths.pages / f"{case_id}{_SUFFIX}"

    def _key(self) -> bytes:
        return subkey(self._access.data_key, _LABEL)

    def _label(self, case_id: str) -> str:
        identity = self._access.store.identity
        return f"{_LABEL} {identity.store_id} {identity.epoch} {case_id}"

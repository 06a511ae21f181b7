"""What signed acts of administration say (DESIGN 4, 5): the contents that the control log keeps.

A function that changes who may do what names one of these as its ``deed``; nothing else may be
its content, and nothing but the deed changes the state (``effects``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.security.authenticators.verify import VerifiedCredential


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A registered security key as it is kept; the bytes are those that came."""

    credential_id: bytes
    public_key: bytes
    attestation: bytes
    aaguid: str
    attested: str
    counter: int
    label: str
    client_data: bytes = b""

    @classmethod
    def of(cls, verified: VerifiedCredential, label: str) -> KeyEntry:
        """From a verified registration. ``label`` names the thing, e.g. its sticker."""
        return cls(
            verified.credential_id,
            verified.public_key,
            verified.attestation_object,
            verified.aaguid,
            verified.attested,
            verified.counter,
            label,
            verified.client_data,
        )


@dataclass(frozen=True, slots=True)
class NewStaff:
    """職員の登録. Days are inclusive; a contractor (委託) is told apart (SEC-26, SEC-48).
    ``keys`` is the encoded slot entry the person made with password and key."""

    staff_id: str
    name: str
    post: str
    contractor: bool
    valid_from: date
    valid_to: date
    key: KeyEntry
    keys: bytes


@dataclass(frozen=True, slots=True)
class OfficeChange:
    """異動・任期の変更: the post and the last day of somebody's id; what else they are stays."""

    staff_id: str
    post: str
    valid_to: date
    version: int


@dataclass(frozen=True, slots=True)
class NewKey:
    """A spare key for somebody registered: it opens the pair of before, under the same password."""

    staff_id: str
    key: KeyEntry
    keys: bytes


@dataclass(frozen=True, slots=True)
class Reregistration:
    """再登録: a new pair under a new key and a new password, for somebody registered whose key is
    lost or whose password is forgotten or too old (SEC-28). No key of before signs any more."""

    staff_id: str
    key: KeyEntry
    keys: bytes


@dataclass(frozen=True, slots=True)
class LoanKey:
    """貸出鍵: a key lent for the day to somebody registered who forgot the own one. It signs and
    opens until ``until``; the own key stays as it is."""

    staff_id: str
    key: KeyEntry
    keys: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class KeyRevocation:
    """取消 of one key: lost, broken, returned."""

    staff_id: str
    credential_id: bytes


@dataclass(frozen=True, slots=True)
class Leaving:
    """退職・異動: the first day on which the person no longer belongs here."""

    staff_id: str
    left_on: date
    version: int


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Whose password changes. Neither the old nor the new one stands in it; ``keys`` is the encoded
    slot entry under the new one, so that the old one opens no other desk either (empty in acts of
    before one log was shared by many)."""

    staff_id: str
    keys: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """申請: one person, one role, the functions needed of it, two days (inclusive)."""

    staff_id: str
    role: str
    function_ids: tuple[str, ...]
    valid_from: date
    valid_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class Requests:
    """A manifest of requests: every one of them under one signature."""

    asked: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """One right of a manifest: everything that is believed of it, as the person saw it."""

    grant_id: str
    version: int
    staff_id: str
    function_id: str
    access: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Approve:
    """承認 of every right in the manifest."""

    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class PutInForce:
    """反映 of every right in the manifest."""

    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """確認 of every right in the manifest, or of its 取消."""

    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Revoke:
    """取消 of every right in the manifest."""

    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Renew:
    """更新 of every right in the manifest: a later end and nothing else."""

    rights: tuple[Right, ...]
    valid_to: date


@dataclass(frozen=True, slots=True)
class SettingChange:
    """設定の変更: one declared setting."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SupervisedSetting:
    """責任者と変える設定: one declared setting that nobody changes alone."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HoursException:
    """時間外の利用: until when, on this occasion, and why."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ClockSet:
    """日時の設定: the moment that two supervisors saw and believe. What is done after it may lie
    before what was done while the clock was ahead."""

    shown: datetime


@dataclass(frozen=True, slots=True)
class TakeEnrolment:
    """端末の登録: the fingerprint of the request, who answers, and as what the terminal stands
    from then on."""

    fingerprint: str
    union: str
    terminal: str
    municipality: str
    profile: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class Removal:
    """端末の廃止: which terminal ends, and why."""

    terminal: str
    reason: str


@dataclass(frozen=True, slots=True)
class FollowLog:
    """管理簿への参加: this terminal follows the municipality's log that has this ``code``; what
    its own founding gave is over."""

    code: str


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """庁舎の表示: what the papers and slips of one office say from ``since`` on. ``place`` is the
    name of the place as its terminals were set up with; ``hours`` are words for the public;
    ``issuer`` is who issues (市長 …), ``deputy`` who issues in the issuer's stead (職務代理者), ""
    while nobody does. ``seal`` is the picture of the 公印 as PNG, empty when it is left out; then
    ``omission`` says so."""

    place: str
    since: date
    name: str
    phone: str
    hours: str
    issuer: str
    deputy: str
    seal: bytes
    omission: str


@dataclass(frozen=True, slots=True)
class PutTables:
    """表のパッケージを使い始める: the package's file as it came, its SHA-256 (hex), and the
    first day on which its tables are used."""

    package: bytes
    digest: str
    since: date


@dataclass(frozen=True, slots=True)
class SharesIssued:
    """復旧鍵の再発行: the new recovery key's public halves (``recipient`` is an age recipient,
    ``check`` the Ed25519 key that proves a recovery), and why; the shares of before prove nothing
    from then on."""

    recipient: str
    check: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class AllowMedia:
    """電子媒体を扱う端末 (SEC-59, SEC-81): whether this terminal is one."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class MarkSupport:
    """支援措置: whom a measure concerns and for which days (YYYY-MM-DD, inclusive)."""

    person_id: str
    from_on: str
    until_on: str


@dataclass(frozen=True, slots=True)
class MarkProvisional:
    """仮支援措置: whom a measure protects from now on, before it is decided."""

    person_id: str


@dataclass(frozen=True, slots=True)
class LiftSupport:
    """支援措置の解除: whose measures are lifted."""

    person_id: str


@dataclass(frozen=True, slots=True)
class SharesVouch:
    """復旧鍵による立会い: two shares together signed over these rights as they were seen; the
    recovery key takes part as the third person of their steps."""

    rights: tuple[Right, ...]
    at: datetime
    signature: bytes


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the two who found a terminal: who they are, their key, until when they hold the
    rights of the founding; ``keys`` as in ``NewStaff``."""

    staff_id: str
    name: str
    post: str
    valid_from: date
    valid_to: date
    key: KeyEntry
    keys: bytes = b""


@dataclass(frozen=True, slots=True)
class Founding:
    """初期設定: both founders, the functions that each of them holds from then on, and the
    settings of the municipality. Genesis carries its digest, so both founders signed it."""

    founders: tuple[Founder, ...]
    function_ids: tuple[str, ...]
    settings: tuple[SettingChange, ...]


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A supervisor who came back with a fresh password and key; ``keys`` as in ``NewStaff``."""

    staff_id: str
    key: KeyEntry
    keys: bytes = b""


@dataclass(frozen=True, slots=True)
class Recovery:
    """復旧: two supervisors with fresh keys, let in by two shares of the recovery key, at which
    terminal ("" in rows of before one log was shared by many)."""

    persons: tuple[FreshKey, ...]
    terminal: str = ""


Deed = (
    NewStaff
    | OfficeChange
    | NewKey
    | Reregistration
    | LoanKey
    | KeyRevocation
    | Leaving
    | PasswordChange
    | Requests
    | Approve
    | PutInForce
    | Confirm
    | Revoke
    | Renew
    | SettingChange
    | SupervisedSetting
    | HoursException
    | ClockSet
    | TakeEnrolment
    | Removal
    | AllowMedia
    | MarkSupport
    | MarkProvisional
    | LiftSupport
    | FollowLog
    | OfficeCard
    | PutTables
    | SharesIssued
    | SharesVouch
    | Founding
    | Recovery
)

DEEDS: dict[str, type] = {one.__name__: one for one in Deed.__args__}
"""The deeds by name, as the stored bytes and a function's declaration name them."""

_PARTS = (KeyEntry, Request, Right, Founder, FreshKey)

TYPES: dict[str, type] = DEEDS | {one.__name__: one for one in _PARTS}
"""Every dataclass that may stand in a deed."""

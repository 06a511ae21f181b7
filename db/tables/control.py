"""Staff, credentials, rights, used acts and the store's own facts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from db.tables.base import METADATA


def _signed_by() -> Column[int]:
    """The number of the control row whose act made the row what it is; 0: nobody signed it."""
    return Column("signed_by", Integer, nullable=False, server_default="0")


# The control log (制御ログ, DESIGN 4): signed acts with their contents, append-only, chained by
# ``hash``. The rows of staff, credential, grant_row and setting follow from it.
control_row = Table(
    "control_row",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Where a row stands in the order that the union gives to the logs of all desks (decision 025). A
# row told twice has two places; one that still waits to be sent has none.
control_place = Table(
    "control_place",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, ForeignKey("control_row.number"), nullable=False),
)

# ``kind``: 所属 of the post. ``state``: active, left. Dates bound every ID (SEC-42).
staff = Table(
    "staff",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("post", Text, nullable=False),  # 所属・職
    Column("contractor", Boolean, nullable=False, server_default="0"),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("left_on", Text, nullable=False, server_default=""),
    Column("password_set_on", Text, nullable=False),
    Column("trained_on", Text, nullable=False, server_default=""),  # SEC-164
    Column("version", Integer, nullable=False, server_default="1"),
    _signed_by(),
)

# Append-only: leaving destroys key slots, never public keys.
credential = Table(
    "credential",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("attestation", LargeBinary, nullable=False),
    Column("aaguid", Text, nullable=False),
    Column("attested", Text, nullable=False),  # allowed, or seen:<two supervisors>
    Column("registered_by", Text, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("revoked_at", Text, nullable=False, server_default=""),
    Column("counter", Integer, nullable=False, server_default="0"),
    # What the registration was asked and answered, beside the attestation that signs it.
    Column("client_data", LargeBinary, nullable=False, server_default=""),
    _signed_by(),
)

# A right: one function for one person between two days. ``state``: requested, approved,
# effective (put in force), confirmed (second check), revoked, lapsed (SEC-36 … 42).
grant_row = Table(
    "grant_row",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("function_id", Text, nullable=False),
    Column("access", Text, nullable=False),  # update or inquire (SEC-36)
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Text, nullable=False),
    Column("approved_by", Text, nullable=False, server_default=""),
    Column("approved_at", Text, nullable=False, server_default=""),
    Column("effected_by", Text, nullable=False, server_default=""),
    Column("effected_at", Text, nullable=False, server_default=""),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("confirmed_at", Text, nullable=False, server_default=""),
    Column("revoked_at", Text, nullable=False, server_default=""),
    Column("journal_line", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    _signed_by(),
    Index("ix_grant_row_staff_id_function_id", "staff_id", "function_id"),
)

# A nonce is used once; the line number ties the row to the journal (DESIGN 5).
act = Table(
    "act",
    METADATA,
    Column("nonce", Text, primary_key=True),
    Column("function_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("journal_line", Integer, nullable=False, unique=True),
    Column("at", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
)

# Acts whose operator has signed and whose second person has not come yet (SEC-40). ``what`` is the
# encoded content, ``signed`` the bytes under the operator's signature; ``id`` is their nonce.
put_off_act = Table(
    "put_off_act",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("function_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("put_off_at", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("what", LargeBinary, nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("authenticator_data", LargeBinary, nullable=False),
    Column("client_data", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("ended", Text, nullable=False),  # "" while it waits or was done, withdrawn
    Column("ended_by", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
)

# Facts of the store: id, municipality, terminal number, profile, training, layout …
store_fact = Table(
    "store_fact",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Private keys and certificates of the terminal (enrolment), sealed by the store itself.
terminal_key = Table(
    "terminal_key",
    METADATA,
    Column("name", Text, primary_key=True),  # tls, signing, receiving, union keys …
    Column("value", LargeBinary, nullable=False),
    Column("valid_to", Text, nullable=False, server_default=""),
)

# Running numbers handed out by the unit of work (ids, certificate numbers, sequences).
counter = Table(
    "counter",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

# Settings that an administrator changed; the declared default stands in app.core.settings.
setting = Table(
    "setting",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
    _signed_by(),
)

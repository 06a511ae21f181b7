"""Persons, households, addresses, restrictions and the sealed individual numbers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from db.tables.base import METADATA

# What belongs to a person lies in the order of its key (``sqlite_with_rowid=False``), and the
# indexes by person hold all that a search shows: one page read for each of 51 hits, not two.
person = Table(
    "person",
    METADATA,
    # A number of our own for the row, because the name index points at it: a row number that
    # SQLite gives by itself may change when a table is copied. Given by the store, never shown.
    Column("row_number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # 個人区分: 1 住基, 2 外国人, 3 住登外
    Column("name", Text, nullable=False),  # exactly as recorded, never normalised
    Column("kana", Text, nullable=False),
    Column("alias", Text, nullable=False, server_default=""),  # 通称
    Column("alias_kana", Text, nullable=False, server_default=""),
    Column("birth_written", Text, nullable=False),  # as recorded, 不詳 included
    Column("birth_sort", Text, nullable=False),  # YYYY-MM-DD, the working day
    Column("birth_precision", Text, nullable=False),  # rules.wareki precision
    Column("sex", Text, nullable=False),
    Column("phone", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # 住民状態: 1 現住民, 2 転出者, 3 死亡者, 9 消除者
    Column("state_on", Text, nullable=False, server_default=""),
    # Search keys by DOMAIN 6.7; derived, never shown.
    Column("name_key", Text, nullable=False),
    Column("kana_key", Text, nullable=False),
    Column("alias_kana_key", Text, nullable=False, server_default=""),
    Column("phone_key", Text, nullable=False, server_default=""),
    # What brought the person: since when every fact without a history is known (db.tables.history)
    Column("origin", Integer, nullable=False, server_default="0"),
    Column("batch", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_person_kana_key", "kana_key", "birth_sort"),
    Index("ix_person_birth_sort", "birth_sort", "kana_key"),
    Index("ix_person_phone_key", "phone_key"),
    # few have an alias: the others cost this index nothing
    Index(
        "ix_person_alias_kana_key",
        "alias_kana_key",
        "birth_sort",
        sqlite_where=text("alias_kana_key <> ''"),
    ),
)

# 宛名番号 is unique only together with the municipality (DATA-01); a person may have several.
atena = Table(
    "atena",
    METADATA,
    Column("municipality_code", Text, primary_key=True),
    Column("atena_number", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("current", Boolean, nullable=False),
    Index("ix_atena_atena_number", "atena_number"),
    Index("ix_atena_person_id_current", "person_id", "current"),
    sqlite_with_rowid=False,
)

# 資格: one row for each period of eligibility.
insured = Table(
    "insured",
    METADATA,
    Column("insured_number", Text, primary_key=True),
    Column("acquired_on", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("insurer_number", Text, nullable=False),
    Column("acquisition_reason", Text, nullable=False),
    Column("lost_on", Text, nullable=False, server_default=""),
    Column("loss_reason", Text, nullable=False, server_default=""),
    Column("copay_ratio", Text, nullable=False, server_default=""),  # 割
    Column("copay_from", Text, nullable=False, server_default=""),
    Column("limit_class", Text, nullable=False, server_default=""),
    Column("limit_from", Text, nullable=False, server_default=""),
    Column("provisional", Boolean, nullable=False, server_default="0"),
    Column("batch", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_insured_person_id_acquired_on_batch", "person_id", "acquired_on", "batch"),
    sqlite_with_rowid=False,
)

household = Table(
    "household",
    METADATA,
    Column("municipality_code", Text, primary_key=True),
    Column("household_number", Text, primary_key=True),
    Column("batch", Integer, nullable=False, server_default="0"),
)

household_member = Table(
    "household_member",
    METADATA,
    Column("municipality_code", Text, primary_key=True),
    Column("household_number", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("relation", Text, nullable=False),  # 続柄
    Column("is_head", Boolean, nullable=False),
    Column("since", Text, nullable=False, server_default=""),
    Index("ix_household_member_person_id", "person_id"),
    sqlite_with_rowid=False,
)

address = Table(
    "address",
    METADATA,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # current 住所, former 前住所, mailing 送付先
    Column("municipality_code", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("building", Text, nullable=False, server_default=""),
    Column("since", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    sqlite_with_rowid=False,
)

# 支援措置 and other restrictions: who is shown as 取扱注意 (DOMAIN 7.3). They do not end by
# themselves: a row counts until it is lifted by an act.
restriction = Table(
    "restriction",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # support_measure, provisional 仮支援措置
    Column("from_on", Text, nullable=False),
    Column("until_on", Text, nullable=False),
    Column("lifted_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# 一時解除: a restricted person opened, for a reason, to the session that asked, until a moment. It
# closes by itself, because nobody reads a row whose moment is over.
restriction_opening = Table(
    "restriction_opening",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
    Column("staff_id", Text, nullable=False),
    Column("session_id", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),  # code table support_openings
    Column("opened_at", Text, nullable=False),
    Column("until_at", Text, nullable=False),
    Column("closed_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# 個人番号: sealed under the number key, found only by an HMAC under a key derived from it.
my_number = Table(
    "my_number",
    METADATA,
    Column("owner_kind", Text, primary_key=True),  # person or case
    Column("owner_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("search_index", LargeBinary, nullable=False),
    Column("key_generation", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_my_number_search_index", "search_index"),
    sqlite_with_rowid=False,
)

# 同一人 (SEC-117): what was said of two persons who may be one. A row for each word, the last of a
# pair counts; nothing of either person is written over, so that it can be undone without loss.
same_person = Table(
    "same_person",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("one_id", Text, ForeignKey("person.id"), nullable=False, index=True),  # the lesser id
    Column("other_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("step", Text, nullable=False),  # app.persons.same.Step
    Column("reasons", Text, nullable=False, server_default=""),  # codes joined by a space
    Column("why", Text, nullable=False, server_default=""),  # in the words of who decided
    Column("kept_id", Text, nullable=False, server_default=""),  # under whom cases begin
    Column("said_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("at", Text, nullable=False),
    Column("line", Integer, nullable=False),  # of the journal
)

SAME_PERSON_GUARDS = (
    "CREATE TRIGGER same_person_stays BEFORE UPDATE ON same_person"
    " BEGIN SELECT RAISE(ABORT, 'a word is followed by another'); END",
)
"""The engine itself keeps what was decided from being written over."""

# Contentless index of names by their characters and bigrams (TECH 2): its rowid is
# ``person.row_number``; kept and read by ``db.search``, which also says how grams are written.
# Not SQLAlchemy's to create; the migration runs these statements. ``secure-delete`` takes a
# removed name out of the index's pages at once (SEC-157); it works with the 'delete' command
# and not with ``contentless_delete``, which leaves the old entries for a later merge.
NAME_GRAMS_DDL = (
    "CREATE VIRTUAL TABLE name_grams USING fts5(grams, content='', detail='none', tokenize='ascii')"
)
NAME_GRAMS_SETTINGS = ("INSERT INTO name_grams(name_grams, rank) VALUES('secure-delete', 1)",)

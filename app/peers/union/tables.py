"""The union's own tables (SQLAlchemy Core; the same on PostgreSQL and SQLite).

Days are ``YYYY-MM-DD`` text, moments ISO text with offset, as on the wire. 個人番号 stands in
``number`` and nowhere else; no answer to a terminal reads that table (SEC-51, FLOW-105).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_LONG = BigInteger().with_variant(Integer, "sqlite")
"""What another system counts or a document states: PostgreSQL's INTEGER ends at 2,147,483,647,
an amount on the wire has ten digits. SQLite's INTEGER has 64 bits."""


def _text(name: str, **options: object) -> Column[str]:
    options.setdefault("nullable", False)
    return Column(name, Text, **options)  # type: ignore[arg-type]


def _empty(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _flag(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


counter = Table(
    "counter",
    METADATA,
    _text("name", primary_key=True),
    Column("value", Integer, nullable=False),
)

# What the union's operators did, by name (SYS-01: log of user, time, operation).
operator_log = Table(
    "operator_log",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("at"),
    _text("operator"),
    _text("act"),
    _empty("subject"),
    _empty("detail"),
)

# ``archive_identity`` is the private half of the municipality's archive key; a real union gives
# it to the municipality, the reference system keeps it so that a test can read what was sealed.
municipality = Table(
    "municipality",
    METADATA,
    _text("code", primary_key=True),
    _text("name"),
    _text("insurer_number"),
    _text("archive_recipient"),
    _text("archive_identity"),
)

terminal = Table(
    "terminal",
    METADATA,
    _text("id", primary_key=True),
    _text("municipality"),
    _text("name"),
    _text("profile"),
    _text("state"),  # active, withdrawn
    _text("enrolled_at"),
    _empty("withdrawn_at"),
    _empty("withdrawn_by"),
    _flag("delivered"),  # up to which ``person.touched`` FILE-17 was sent
)

# Every certificate a terminal ever had: renewal overlaps, so several may count at once.
credential = Table(
    "credential",
    METADATA,
    _text("fingerprint", primary_key=True),  # SHA-256 of the certificate (DER), hex
    _text("terminal"),
    Column("signing", LargeBinary, nullable=False),
    _text("signing_key"),
    _text("receiving"),
    Column("position", Integer, nullable=False),  # rises with every certificate
    _text("valid_from"),
    _text("valid_to"),
    _empty("tls_key"),  # SHA-256 of the public key (DER), hex
    # One certificate withdrawn, the terminal's others stay: when, by whom (a terminal that says
    # it no longer holds the key, after a restore, is whoever says so).
    _empty("withdrawn_at"),
    _empty("withdrawn_by"),
    Index("ix_credential_terminal", "terminal"),
    Index("ix_credential_tls_key", "tls_key"),
)

enrolment = Table(
    "enrolment",
    METADATA,
    _text("id", primary_key=True),
    _text("municipality"),
    _text("terminal_name"),
    _text("profile"),
    _text("fingerprint"),
    _empty("terminal"),  # the terminal it renews, or was given
    Column("request", LargeBinary, nullable=False),
    _text("step"),  # waiting, approved, refused
    Column("answer", LargeBinary, nullable=True),
    _empty("note"),
    _text("requested_at"),
    _empty("address"),  # where a first request came from
)

enrolment_approval = Table(
    "enrolment_approval",
    METADATA,
    _text("enrolment", primary_key=True),
    _text("operator", primary_key=True),
    _text("at"),
)

upload = Table(
    "upload",
    METADATA,
    _text("terminal", primary_key=True),
    _text("id", primary_key=True),
    _text("file_id"),
    _text("stream"),
    Column("epoch", _LONG, nullable=False),
    Column("sequence", _LONG, nullable=False),
    Column("size", _LONG, nullable=False),
    _text("digest"),
    _text("started_at"),
    Column("receipt", LargeBinary, nullable=True),
    _empty("settlement"),
    _empty("settled_at"),
)

# The last container of each stream, in both directions (DESIGN 6).
stream_state = Table(
    "stream_state",
    METADATA,
    _text("direction", primary_key=True),  # up, down
    _text("terminal", primary_key=True),
    _text("stream", primary_key=True),
    Column("epoch", _LONG, nullable=False),
    Column("sequence", _LONG, nullable=False),
    _text("digest"),
)

down_item = Table(
    "down_item",
    METADATA,
    _text("id", primary_key=True),
    _text("terminal"),
    _text("file_id"),
    _text("stream"),
    Column("epoch", _LONG, nullable=False),
    Column("sequence", _LONG, nullable=False),
    Column("size", _LONG, nullable=False),
    _text("digest"),
    _text("announced_at"),
    _empty("acknowledged_at"),
    _empty("settlement"),
    Column("acknowledgement", LargeBinary, nullable=True),
    _flag("erase_after"),  # the container goes once acknowledged: a refused person (SEC-130)
    Column("position", Integer, nullable=False),
    # How many records are in it, and what the terminal says it did with them; -1: not known.
    Column("records", _LONG, nullable=False, server_default="-1"),
    Column("applied", _LONG, nullable=False, server_default="-1"),
    Column("dropped", _LONG, nullable=False, server_default="-1"),
    _empty("gone"),  # needed again by a restored terminal and not to be had: app.wire.protocol.Gone
    UniqueConstraint("terminal", "stream", "epoch", "sequence"),
    Index("ix_down_item_terminal_position", "terminal", "position"),
    # What waits is found without reading what was acknowledged, of which there is far more.
    Index("ix_down_item_waiting", "terminal", "acknowledged_at", "position"),
)

person = Table(
    "person",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("municipality_code"),
    _text("atena_number"),
    _text("household_number"),
    _text("relation"),
    _flag("is_head"),
    _text("person_kind"),
    _text("name"),
    _text("kana"),
    _empty("alias"),
    _empty("alias_kana"),
    _text("birth_written"),
    _text("birth_sort"),
    _text("birth_precision"),
    _text("sex"),
    _empty("phone"),
    _text("state"),
    _empty("state_on"),
    _text("postal_code"),
    _text("address"),
    _empty("building"),
    _empty("facility_code"),
    _empty("support_from"),
    _empty("support_until"),
    _text("origin"),  # register, terminal (keyed at a counter and not yet confirmed)
    # what brought the person: since when every fact without a history is known
    Column("brought", Integer, nullable=False, server_default="1"),
    _flag("touched"),  # rises with every change, so that a delivery takes what is new
    UniqueConstraint("municipality_code", "atena_number"),
    Index("ix_person_household", "municipality_code", "household_number"),
    Index("ix_person_touched", "municipality_code", "touched"),
)

# What brought knowledge: one row for a file, a case, an official's act; never changed. ``since``
# is the day from which its word is true where it names none.
origin = Table(
    "origin",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("kind"),  # file, case, official, seed, earlier (before version 5)
    _text("ref"),
    _text("by"),
    _text("at"),
    _text("since"),
)

# What was ever known of a fact, from its first change on: spans of true time that share a
# moment of knowing cover all days once. Only ``known_until`` is written again, once
# (docs/decisions/010-two-time-axes.md).
fact = Table(
    "fact",
    METADATA,
    # deferred, so that a person's history can go after the person and not before
    Column(
        "person_id",
        Integer,
        ForeignKey("person.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    ),
    _text("kind", primary_key=True),
    _text("subject", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("value"),  # canonical JSON; "" nothing holds
    _text("true_from"),
    _text("true_until"),
    _text("known_from"),
    _empty("known_until"),
    Column("origin", Integer, nullable=False),
    Column("line", Integer, nullable=False, server_default="0"),
    _empty("replaces"),
    _flag("carried"),
    _empty("reason"),
    # who ever belonged to a household (the number stands first in its value)
    Index(
        "ix_fact_household",
        "value",
        postgresql_where=text("kind = 'household'"),
        sqlite_where=text("kind = 'household'"),
        postgresql_ops={"value": "text_pattern_ops"},
    ),
)

former_atena = Table(
    "former_atena",
    METADATA,
    _text("municipality_code", primary_key=True),
    _text("atena_number", primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Index("ix_former_atena_person_id", "person_id"),
)

# Single facilities of the area; ``kind`` is a code of ``address_exception_facilities``.
facility = Table(
    "facility",
    METADATA,
    _text("code", primary_key=True),
    _text("name"),
    _text("kind"),
    _text("municipality_code"),
    _text("address"),
    _flag("small_regional"),
    _flag("paid_home"),
)

number = Table(
    "number",
    METADATA,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    _text("my_number"),
    UniqueConstraint("my_number"),
)

# What 負担区分判定 reads, one row per person and year of judgement; amounts in yen, NULL unknown.
income = Table(
    "income",
    METADATA,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("year", Integer, primary_key=True, autoincrement=False),
    _text("origin"),  # tax, paper, inquiry, undeclared
    Column("taxed", Integer, nullable=True),
    Column("taxable_income", _LONG, nullable=True),
    Column("revenue", _LONG, nullable=True),
    Column("pension_other", _LONG, nullable=True),
    Column("base_income", _LONG, nullable=True),
    Column("income_zero", Integer, nullable=True),
    _flag("younger"),  # 調整控除: members under 16, and of 16 to 18, whom the person supports
    _flag("older"),
    _empty("assessed"),  # what the premium is reckoned from: canonical JSON of Incomes, "" unknown
)

# The synthetic answer of the 中間サーバー: is マイナ保険証 registered, and how often used.
card_use = Table(
    "card_use",
    METADATA,
    _text("my_number", primary_key=True),
    _flag("registered"),
    _flag("visits_year"),
    _flag("visits_quarter"),
)

coverage = Table(
    "coverage",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("insured_number"),
    _text("acquired_on"),
    _text("acquisition_reason"),
    _empty("lost_on"),
    _empty("loss_reason"),
    Index("ix_coverage_person_id", "person_id"),
    Index("ix_coverage_insured_number", "insured_number"),
)

# The shares of each insured person by the day from which each holds, up to the next one: next
# year's stands here from July on, and nobody is told it for today.
share = Table(
    "share",
    METADATA,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("copay_ratio", Integer, nullable=False),
    _text("copay_from", primary_key=True),
    _text("limit_class"),
    _text("limit_from"),
    _flag("provisional"),
    _text("income_state"),
)

# Treatments of which there is a receipt (レセプト, FILE-47): what each cost and what the person has
# paid, or owes since a correction was settled. ``fund``: a public fund (公費) with the limit of the
# month that its paper states.
treatment = Table(
    "treatment",
    METADATA,
    _text("key", primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("treated_on"),
    Column("cost", _LONG, nullable=False),
    Column("paid", _LONG, nullable=False),
    _empty("institution"),
    _flag("inpatient"),
    _empty("fund"),
    Column("own_limit", _LONG, nullable=True),
    _flag("specified_disease"),
    Index("ix_treatment_person_id_treated_on", "person_id", "treated_on"),
)

# What a corrected share gave back or billed for the days from ``since`` to ``until``.
settlement = Table(
    "settlement",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("atena_number"),
    _text("since"),
    _text("until"),
    Column("copay_ratio", Integer, nullable=False),
    Column("refund", _LONG, nullable=False),
    Column("bill", _LONG, nullable=False),
    _text("settled_at"),
    Index("ix_settlement_person_id", "person_id"),
)

# The premium of a year by 被保険者番号: the decision (``number`` 1) and each correction after it,
# as FILE-20 says it (canonical JSON). The greatest number is in force.
levy = Table(
    "levy",
    METADATA,
    _text("id", primary_key=True),
    _text("insured_number"),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Column("levy_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("amount", Integer, nullable=False),
    _text("record"),
    _text("decided_on"),
    UniqueConstraint("insured_number", "levy_year", "number"),
    Index("ix_levy_person_id", "person_id"),
)

# What a municipality fixed last of each instalment (期割); ``key`` is its number, year and period.
instalment = Table(
    "instalment",
    METADATA,
    _text("municipality", primary_key=True),
    _text("key", primary_key=True),
    _text("insured_number"),
    _text("levy_year"),
    _text("due_on"),
    Column("amount", _LONG, nullable=False),
    Column("provisional", Integer, nullable=False),
    Index("ix_instalment_insured_number", "insured_number", "levy_year"),
)

# Whose coverage has changed since the last daily run: the levy is reckoned again there.
levy_due = Table(
    "levy_due",
    METADATA,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
)

# ``record`` is the notification without 個人番号, as JSON; "" when the applicant was refused and
# the data erased (SEC-130). ``standing``: waiting, confirmed, contradicted, refused.
notification = Table(
    "notification",
    METADATA,
    _text("id", primary_key=True),  # the sender's idempotency id
    _text("terminal"),
    _text("municipality_code"),
    _text("case_id"),
    _text("atena_number"),
    Column("person_id", Integer, nullable=True),
    _text("record"),
    _text("standing"),
    _text("received_at"),
    Index("ix_notification_atena", "municipality_code", "atena_number"),
    Index("ix_notification_standing", "municipality_code", "standing"),
)

decision = Table(
    "decision",
    METADATA,
    _text("id", primary_key=True),
    _text("notification_id"),
    _text("terminal"),
    Column("person_id", Integer, nullable=True),
    _text("outcome"),
    _empty("reasons"),
    _empty("supersedes"),
    _flag("provisional"),
    _text("record"),
    _text("decided_at"),
    Index("ix_decision_notification_id", "notification_id"),
    Index("ix_decision_person_id", "person_id"),
)

# What was decided to be paid, so that nobody is paid twice; ``kind`` is that of the claim, and
# ``claim`` what tells one claim of a kind from another. ``returned_on``: the transfer came back.
benefit = Table(
    "benefit",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("notification_id"),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("kind"),
    Column("amount", BigInteger, nullable=False),
    _text("payee"),
    _text("decided_on"),
    _empty("claim"),
    _empty("claim_until"),
    _empty("steps"),
    _empty("returned_on"),
    Index("ix_benefit_person_id", "person_id"),
)

# What somebody has a right to and was reckoned without a claim: ``period`` is the month or the
# year, ``counts`` whether a month counts for 多数回該当. ``state``: open, paid, lapsed.
entitlement = Table(
    "entitlement",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("benefit"),
    _text("period"),
    Column("amount", _LONG, nullable=False, server_default="0"),
    _empty("steps"),
    _flag("counts"),
    _empty("claim_until"),
    _text("state"),
    _text("changed_at"),
    UniqueConstraint("person_id", "benefit", "period"),
    Index("ix_entitlement_state", "state", "person_id"),
)

# What the officials found out about a claim that waits: the assessed cost, what was paid in yen,
# 公金受取口座 (JSON).
claim_finding = Table(
    "claim_finding",
    METADATA,
    _text("notification_id", primary_key=True),
    Column("paid", _LONG, nullable=True),
    Column("standard", _LONG, nullable=True),
    _flag("not_necessary"),
    _empty("account"),
    _text("found_by"),
    _text("found_at"),
)

# 所得照会 to where the person lived on 1 January. ``state``: open, answered.
inquiry = Table(
    "inquiry",
    METADATA,
    _text("id", primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    _text("notification_id"),
    _empty("to_municipality"),
    Column("year", Integer, nullable=False),
    _text("state"),
    _text("opened_at"),
    _empty("answered_at"),
    _empty("answered_by"),
    Index("ix_inquiry_person_id_year", "person_id", "year"),
)

check_entry = Table(
    "check_entry",
    METADATA,
    _text("id", primary_key=True),
    _text("cause"),
    _text("municipality_code"),
    _text("atena_number"),
    _empty("insured_number"),
    _empty("case_id"),
    _empty("items"),
    _text("detail"),
    _text("listed_at"),
    _empty("delivered_in"),
    Index("ix_check_entry_atena", "municipality_code", "atena_number"),
    Index("ix_check_entry_delivered_in", "municipality_code", "delivered_in"),
)

# What municipalities sent up and what the union has for them, each record as it was last said:
# canonical JSON by column, without 個人番号. ``desk`` is the terminal that said it, "" the union;
# ``position`` rises with every change.
held = Table(
    "held",
    METADATA,
    _text("municipality", primary_key=True),
    _text("file_id", primary_key=True),
    _text("key", primary_key=True),
    _text("desk"),
    _text("record"),
    Column("position", _LONG, nullable=False),
    _empty("upload"),  # the file that said it last, so that it can be recalled
    Index("ix_held_position", "municipality", "file_id", "position"),
)

# Up to which position a terminal was told of a file.
held_sent = Table(
    "held_sent",
    METADATA,
    _text("terminal", primary_key=True),
    _text("file_id", primary_key=True),
    Column("position", _LONG, nullable=False),
)

# The first load of a new terminal: up to which household it was sealed, and the change
# (``person.touched``) at which it began; what changed later follows as a change.
filling = Table(
    "filling",
    METADATA,
    _text("terminal", primary_key=True),
    _text("household"),
    Column("until", _LONG, nullable=False),
    Column("position", _LONG, nullable=False),  # of the last ``down_item`` before it
    _text("begun_at"),
    _empty("sealed_at"),  # "" while there is more to seal
)

# Every file that was taken, by what its head says: a business day's edition comes once from
# whoever made it, whichever terminal sends it.
file_taken = Table(
    "file_taken",
    METADATA,
    _text("municipality", primary_key=True),
    _text("file_id", primary_key=True),
    _text("sender", primary_key=True),
    _text("business_on", primary_key=True),
    Column("edition", _LONG, primary_key=True, autoincrement=False),
    _text("terminal"),
    _text("upload"),
    _text("digest"),
    _text("taken_at"),
    Column("records", _LONG, nullable=False),
    Column("recall", LargeBinary, nullable=True),  # our signed answer to a recall
)

# A resident file that waits for two operators, because it takes too many people away or because an
# earlier one waits; ``sealed`` to the union's own key, nothing once it is settled.
stopped_file = Table(
    "stopped_file",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("municipality"),
    _text("file_id"),
    Column("records", Integer, nullable=False),
    Column("leaving", Integer, nullable=False),
    Column("residents", Integer, nullable=False),
    _text("stopped_at"),
    Column("sealed", LargeBinary, nullable=False),
    _empty("first_operator"),
    _empty("wanted"),  # let_go, discard
    _empty("second_operator"),
    _empty("settled_at"),
    Index("ix_stopped_file_municipality", "municipality", "settled_at"),
)

# A delivery of the day that one operator asked for and another has not let go yet (SEC-114).
bulk_delivery = Table(
    "bulk_delivery",
    METADATA,
    _text("municipality", primary_key=True),
    _text("proposed_by"),
    _text("proposed_at"),
)

# A yearly run over a municipality (年次処理): asked for by one official, begun by another, worked
# off in pieces, household by household. ``household`` is the last one that is done.
yearly_run = Table(
    "yearly_run",
    METADATA,
    _text("id", primary_key=True),
    _text("kind"),
    _text("municipality"),
    _text("day"),
    _text("asked_by"),
    _text("asked_at"),
    _empty("confirmed_by"),
    _empty("confirmed_at"),
    _empty("household"),
    _flag("total"),
    _flag("done"),
    _flag("made"),
    _flag("listed"),
    _empty("finished_at"),
    UniqueConstraint("kind", "municipality", "day"),
)

# The last countersigned journal head of each terminal (DESIGN 5).
journal_head = Table(
    "journal_head",
    METADATA,
    _text("terminal", primary_key=True),
    _text("store"),
    Column("epoch", _LONG, nullable=False),
    Column("number", _LONG, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    _text("at"),
)

# The digests of a terminal's journal lines as its contacts brought them, 32 bytes each: they name
# the line that somebody changed, and prove what a sealed segment holds.
journal_digest = Table(
    "journal_digest",
    METADATA,
    _text("terminal", primary_key=True),
    _text("store", primary_key=True),
    Column("first", _LONG, primary_key=True, autoincrement=False),
    Column("last", _LONG, nullable=False),
    Column("before", LargeBinary, nullable=False),  # the chain's hash before the first
    Column("digests", LargeBinary, nullable=False),
)

# A sealed part of a terminal's journal, kept for years; only the audit key opens it.
journal_segment = Table(
    "journal_segment",
    METADATA,
    _text("terminal", primary_key=True),
    _text("store", primary_key=True),
    Column("first", _LONG, primary_key=True, autoincrement=False),
    Column("last", _LONG, nullable=False),
    _text("month"),
    _text("digest"),
    Column("sealed", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    _text("received_at"),
)

# A restored database: noticed by a terminal's proof or said by an operator, confirmed by two.
restore = Table(
    "restore",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("noticed_at"),
    _text("noticed_by"),
    _text("evidence"),
    _text("point"),  # the newest moment that the data know of
    _empty("first_operator"),
    _empty("second_operator"),
    _empty("confirmed_at"),
    Column("epoch", _LONG, nullable=False, server_default="0"),
)

# Decisions of ours that terminals gave back after a restore. ``standing``: open (an official is
# to look), taken (their case came again and got them), differs (it was decided otherwise now).
returned = Table(
    "returned",
    METADATA,
    _text("decision_id", primary_key=True),
    _text("notification_id"),
    _text("terminal"),
    _text("outcome"),
    _empty("insured_number"),
    _text("record"),
    Column("position", _LONG, nullable=False),
    _text("returned_at"),
    _text("standing"),
    Index("ix_returned_notification_id", "notification_id"),
)

# A terminal that ended itself (端末の廃止): its statement, with what the certificate of erasure
# says, and the one after everything was destroyed ("" and empty while that did not come).
ended_terminal = Table(
    "ended_terminal",
    METADATA,
    _text("terminal", primary_key=True),
    _text("number"),
    Column("statement", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    _text("ended_at"),
    Column("done_statement", LargeBinary, nullable=False),
    _empty("done_at"),
)

# The municipal control log in the union's order; ``hash`` is the chain's after the row, ``digest``
# SHA-256 of its body (hex), by which a row that is told twice is known.
control_row = Table(
    "control_row",
    METADATA,
    _text("municipality", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    _text("received_at"),
    Column("hash", LargeBinary, nullable=False, server_default=""),
    _empty("digest"),
    _empty("terminal"),
    Index("ix_control_row_municipality", "municipality", "digest"),
)

# Packages of tables that the union signed. ``confirmed_at``: when a second operator put it in
# force for the union's own decisions from ``first_day`` on; "" while nobody did.
table_package = Table(
    "table_package",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("first_day"),
    Column("body", LargeBinary, nullable=False),
    _text("signed_by"),
    _text("signed_at"),
    _empty("confirmed_by"),
    _empty("confirmed_at"),
)

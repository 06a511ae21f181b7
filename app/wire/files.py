"""FILES: every exchanged file, declared once (DESIGN 3).

To add a file: a record in ``app.wire.records``, an entry here, a hand-written sample and
three broken ones under ``tests/support/files`` (docs/howto/add-a-file.md). To add a kind of case
to a file that carries many: a body in ``app.wire.bodies`` (docs/howto/add-a-case.md).
"""

from __future__ import annotations

from functools import partial

from app.wire import bodies, records
from app.wire.spec import Edition, FileSpec, Route

__all__ = ["FILES", "FileSpec", "Route", "sent_in"]

_PERSON = ("municipality_code", "atena_number")

# What most files have in common; an entry says what is its own.
_goes_up = partial(
    FileSpec,
    route=Route.UP,
    version=1,
    confirmations=2,
    framed=True,
    moved_in=True,
    relayed=True,
)
"""Made by the municipal system, moved in or relayed, confirmed by two, sent to the union."""

_moves_out = partial(
    FileSpec,
    route=Route.DOWN,
    version=1,
    framed=True,
    moved_out=True,
    relayed=True,
    applied_by="files.receive_delivered",
)
"""Made by the union for the municipal system: waits here, sealed, until it is moved out."""

_between_desks = partial(
    FileSpec,
    route=Route.SHARED,
    frequency="連絡の都度",
    version=1,
    framed=True,
    applied_by="files.receive_desk_word",
)
"""Said by one desk to the others of its municipality."""

_UPWARD = (
    FileSpec(
        id="FILE-01",
        title="届出情報",
        names=("被保険者資格に関する届出", "届出情報", "申請事項"),
        route=Route.ONLINE,
        frequency="届出の都度",
        record=records.CaseHead,
        layout="notification",
        version=2,
        key=("case_id",),
        bodies=bodies.NOTIFICATIONS,
        answered_in="FILE-16",
    ),
    FileSpec(
        id="FILE-02",
        title="住民票の異動に関する情報等",
        names=("住民票の異動に関する情報等", "異動情報"),
        route=Route.MEDIUM_IN,
        frequency="日次",
        record=records.MovementRecord,
        layout="movement",
        version=1,
        key=("serial",),
        confirmations=2,
        framed=True,
        moved_in=True,
    ),
    _goes_up(
        id="FILE-03",
        title="住基情報",
        names=("住基情報", "住民基本台帳情報"),
        frequency="日次（初回は一括）",
        record=records.ResidentRecord,
        layout="resident",
        version=2,
        key=_PERSON,
        earlier=(Edition(1, records.ResidentRecord1, framed=False),),
    ),
    _goes_up(
        id="FILE-04",
        title="住登外登録情報",
        names=("住登外登録情報",),
        frequency="随時（初回は一括）",
        record=records.UnregisteredRecord,
        layout="unregistered",
        key=_PERSON,
    ),
    _goes_up(
        id="FILE-05",
        title="異動連携ファイル",
        names=("異動連携ファイル",),
        frequency="自動",
        record=records.LinkedRecord,
        layout="linked_movement",
        key=("serial",),
    ),
    _goes_up(
        id="FILE-06",
        title="所得・課税情報",
        names=("所得・課税情報",),
        frequency="月次",
        record=records.IncomeRecord,
        layout="income",
        key=(*_PERSON, "tax_year"),
    ),
    _goes_up(
        id="FILE-07",
        title="期割情報",
        names=("期割情報",),
        frequency="日次",
        record=records.InstalmentRecord,
        layout="instalment",
        key=("notice_number", "equivalent_year", "period"),
        applied_by="levy.receive_collection",
    ),
    _goes_up(
        id="FILE-08",
        title="収納情報",
        names=("収納情報", "収納状況"),
        frequency="日次",
        record=records.CollectionRecord,
        layout="collection",
        key=("entry_id",),
        applied_by="levy.receive_collection",
    ),
    _goes_up(
        id="FILE-09",
        title="滞納者情報",
        names=("滞納者情報",),
        frequency="日次",
        record=records.ArrearsRecord,
        layout="arrears",
        key=("notice_number", "equivalent_year", "period"),
        applied_by="levy.receive_collection",
    ),
    FileSpec(
        id="FILE-10",
        title="療養費等関連情報",
        names=("療養費等関連情報", "療養関連情報等", "給付の申請事項"),
        route=Route.ONLINE,
        frequency="申請の都度",
        record=records.CaseHead,
        layout="claim",
        version=1,
        key=("case_id",),
        bodies=bodies.CLAIMS,
        answered_in="FILE-21",
    ),
    FileSpec(
        id="FILE-11",
        title="情報照会要求",
        names=("情報照会要求",),
        route=Route.ONLINE,
        frequency="随時",
        record=records.CaseHead,
        layout="inquiry",
        version=2,
        key=("case_id",),
        bodies=bodies.INQUIRIES,
        answered_in="FILE-22",
    ),
    _goes_up(
        id="FILE-12",
        title="年齢到達の宛名情報",
        names=("年齢到達の宛名情報",),
        frequency="月次",
        record=records.AgeReachedRecord,
        layout="age_reached",
        key=_PERSON,
    ),
    _goes_up(
        id="FILE-13",
        title="宛名異動情報",
        names=("宛名異動情報",),
        frequency="日次",
        record=records.AddresseeRecord,
        layout="addressee",
        key=(*_PERSON, "change", "changed_on"),
    ),
    _goes_up(
        id="FILE-14",
        title="障害認定対象者情報",
        names=("障害認定対象者情報",),
        frequency="随時",
        record=records.DisabilityRecord,
        layout="disability",
        key=(*_PERSON, "proof"),
    ),
    FileSpec(
        id="FILE-15",
        title="地方単独事業に関する情報",
        names=("地方単独事業に関する情報",),
        route=Route.UP,
        frequency="定めなし",
        record=records.LocalProgrammeRecord,
        layout="local_programme",
        version=1,
        key=(),
        confirmations=2,
        framed=True,
        unspecified="どの資料にも、この情報の内容の定めがありません",
    ),
)
"""From the municipality to the union (REQUIREMENTS 3.1)."""

_DOWNWARD = (
    FileSpec(
        id="FILE-16",
        title="決定情報",
        names=("決定情報", "資格情報"),
        route=Route.ONLINE,
        frequency="即時",
        record=records.DecisionHead,
        layout="decision",
        version=2,
        key=("decision_id",),
        applied_by="eligibility.receive_decision",
        bodies=bodies.DECISIONS,
        bare=True,
    ),
    FileSpec(
        id="FILE-17",
        title="被保険者情報",
        names=("被保険者情報",),
        route=Route.DOWN,
        frequency="日次",
        record=records.InsuredRecord,
        layout="insured",
        version=2,
        key=(*_PERSON, "acquired_on"),
        applied_by="files.receive_insured",
        earlier=(Edition(1, records.InsuredRecord1, framed=False),),
        framed=True,
        moved_out=True,
        relayed=True,
    ),
    _moves_out(
        id="FILE-18",
        title="被保険者証発行用情報",
        names=("被保険者証発行用情報", "被保険者証等に関する情報"),
        frequency="日次",
        record=records.CardRecord,
        layout="card",
        key=("issue_id",),
    ),
    _moves_out(
        id="FILE-19",
        title="住所地特例者情報",
        names=("住所地特例者情報",),
        frequency="月次",
        record=records.AddressExceptionRecord,
        layout="address_exception",
        key=(*_PERSON, "began_on"),
    ),
    _moves_out(
        id="FILE-20",
        title="保険料情報",
        names=("保険料情報",),
        frequency="日次",
        record=records.PremiumRecord,
        layout="premium",
        key=("levy_id",),
        applied_by="levy.receive_premium",
    ),
    FileSpec(
        id="FILE-21",
        title="療養費等支給決定情報",
        names=("療養費等支給決定情報", "療養費等支給決定通知情報"),
        route=Route.ONLINE,
        frequency="支給決定の都度",
        record=records.DecisionHead,
        layout="claim_decision",
        version=1,
        key=("decision_id",),
        applied_by="benefits.receive_decision",
        bodies=bodies.CLAIM_DECISIONS,
        bare=True,
    ),
    FileSpec(
        id="FILE-22",
        title="情報照会結果",
        names=("情報照会結果",),
        route=Route.ONLINE,
        frequency="随時",
        record=records.DecisionHead,
        layout="answer",
        version=2,
        key=("decision_id",),
        applied_by="inquiry.receive_decision",
        bodies=bodies.INQUIRY_ANSWERS,
        bare=True,
    ),
    _moves_out(
        id="FILE-23",
        title="各種ファイルや帳票等",
        names=("各種ファイルや帳票等", "帳票"),
        frequency="都度",
        record=records.DocumentRecord,
        layout="document",
        key=("document_id", "part"),
        applied_by="printing.receive_union_papers",
    ),
    FileSpec(
        id="FILE-24",
        title="確認リスト",
        names=("確認リスト", "書面通知"),
        route=Route.DOWN,
        frequency="都度",
        record=records.CheckRecord,
        layout="check_list",
        version=2,
        key=("entry_id",),
        applied_by="files.receive_check_list",
        framed=True,
        earlier=(Edition(1, records.CheckRecord, framed=False),),
    ),
)
"""From the union to the municipality (REQUIREMENTS 3.2)."""

_MUNICIPAL = (
    FileSpec(
        id="FILE-43",
        title="住民票に記載するための被保険者情報",
        names=("住民票に記載するための被保険者情報", "移転先1"),
        route=Route.MEDIUM_OUT,
        frequency="日次（被保険者情報が届いた都度）",
        record=records.RegisterRecord,
        layout="register",
        version=1,
        key=(*_PERSON, "acquired_on"),
        confirmations=2,
        framed=True,
        moved_out=True,
    ),
    FileSpec(
        id="FILE-44",
        title="個人住民税に関する情報",
        names=("個人住民税に関する情報",),
        route=Route.MEDIUM_IN,
        frequency="月次",
        record=records.TaxRecord,
        layout="tax",
        version=1,
        key=(*_PERSON, "tax_year"),
        confirmations=2,
        framed=True,
        moved_in=True,
    ),
)
"""Between the systems of the municipality, carried by the terminal (REQUIREMENTS 3.4)."""

_DESKS = (
    _between_desks(
        id="DESK-01",
        title="受付中の届出",
        names=("受付中の届出",),
        record=records.OpenCaseRecord,
        layout="open_case",
        key=("case_id",),
    ),
    _between_desks(
        id="DESK-02",
        title="交付の履歴",
        names=("交付の履歴",),
        record=records.IssueRecord,
        layout="issue",
        key=("certificate_number",),
    ),
    _between_desks(
        id="DESK-03",
        title="二人目を待つ操作",
        names=("二人目を待つ操作",),
        record=records.WaitingRecord,
        layout="waiting_draft",
        key=("draft_id",),
    ),
    FileSpec(
        id="DESK-04",
        title="市区町村の管理簿",
        names=("市区町村の管理簿", "管理簿"),
        route=Route.CONTACT,
        frequency="連絡の都度",
        record=records.ControlLogRecord,
        layout="control_log",
        version=1,
        key=("position",),
        framed=True,
    ),
)
"""What desks share through the union (DESIGN 4); each is a stream of its own."""

PAGES = FileSpec(
    id="PAGE-01",
    title="印刷データ",
    names=("印刷データ", "委託先での印刷に供するデータ"),
    route=Route.MEDIUM_OUT,
    frequency="一括印刷を委託する都度",
    record=records.PageRecord,
    layout="pages",
    version=1,
    key=("sheet",),
    confirmations=2,
    framed=True,
    moved_out=True,
    attached=True,
)
"""To a contractor who prints (委託先): the list of the sheets, with the pages (ADD-06)."""

FILES: dict[str, FileSpec] = {
    spec.id: spec for spec in (*_UPWARD, *_DOWNWARD, *_MUNICIPAL, *_DESKS, PAGES)
}


def sent_in(kind: str) -> FileSpec:
    """The file in which a kind of case goes up. Raises KeyError for a kind of none."""
    for spec in FILES.values():
        if spec.answered_in and kind in spec.bodies:
            return spec
    raise KeyError(kind)

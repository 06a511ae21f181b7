"""Functions of file exchange (ファイル連携): the terminal's own work over the line."""

from __future__ import annotations

from app.functions.files import waiting
from app.persons import writing
from app.security.spec import Actor, Area, Function, Kind
from app.sync.inbox import APPLYING

AREA = Area("files", "ファイル連携", 70, waiting.WAITS, before_registration=True)

_EXCHANGE = ("outbox", "inbox", "staged_record", "stream_state", "watermark")
FUNCTIONS: tuple[Function, ...] = (
    Function(
        id="files.exchange",
        area="files",
        kind=Kind.SEND,
        label="送受信",
        help="送信待ちを広域連合へ送り、届いているファイルを受け取ります（端末が行います）。",
        actor=Actor.SYSTEM,
        reads=(*_EXCHANGE, "terminal_key", "store_fact", "case_file"),
        writes=(*_EXCHANGE, "case_file.state", "case_file.version"),
    ),
    Function(
        id="files.receive_insured",
        area="files",
        kind=Kind.UPDATE,
        label="被保険者情報の取り込み",
        help="日次の被保険者情報を、全部取り込むか、まったく取り込まないかのどちらかにします"
        "（端末が行います）。",
        actor=Actor.SYSTEM,
        reads=(*writing.READS, *APPLYING, "store_fact"),
        writes=(*writing.WRITES, *APPLYING),
    ),
    Function(
        id="files.receive_check_list",
        area="files",
        kind=Kind.UPDATE,
        label="確認リストの取り込み",
        help="広域連合が見つけた食い違いを、確認リストに載せます（端末が行います）。",
        actor=Actor.SYSTEM,
        reads=("atena", "case_file", "check_entry", *APPLYING),
        writes=("check_entry", *APPLYING),
    ),
)

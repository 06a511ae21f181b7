"""療養費等支給決定通知書 (FORM-51): the union's own paper (CON-08), which the terminal gets in
FILE-23 to look at; the union posts it itself (FLOW-608)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.office.case import Office
from app.peers.union.office.persons import get_person
from app.peers.union.system import next_value
from app.rules.calendar.wareki import on_paper
from app.rules.values import accounts
from app.wire.records import DocumentRecord

_TITLE = "療養費等支給決定通知書"
_LINES = 50
"""Lines of a text that are called a page at the terminal."""


def notice_text(office: Office, person_id: int, values: Mapping[str, str], benefit: str) -> str:
    """The notice in words: to whom, what was decided and how it was reckoned."""
    system, row = office.system, get_person(office.connection, person_id)
    today = system.today()
    title = system.tables["benefits"].label(benefit, today)
    bank = accounts.bank_name(values["bank_code"]) or values["bank_code"]
    branch = accounts.branch_name(values["bank_code"], values["branch_code"])
    branch = branch or values["branch_code"]
    lines = [
        f"{_TITLE}　　　　　　　　{on_paper(today, system.eras)}",
        "",
        f"〒{row.postal_code}",
        f"{row.address}{row.building}",
        f"{values['payee_name']}　様",
        "",
        system.setup.name,
        "",
        "申請のあった給付について、次のとおり支給を決定しましたので通知します。",
        "",
        f"被保険者　{row.name}　（被保険者番号 {values['insured_number']}）",
        f"給付の種類　{title}",
        f"支給決定額　{int(values['amount']):,}円",
        f"振込先　{bank}　{branch}　口座 ＊＊＊＊{values['account_number'][-3:]}",
        "",
        "計算の内容",
        *(f"　{line}" for line in values["grounds_clerk"].splitlines()),
        "",
        "この決定に不服があるときは、この通知を受け取った日の翌日から３か月以内に、",
        "都道府県の後期高齢者医療審査会に審査請求をすることができます。",
    ]
    return "\n".join(lines)


def deliver_notice(
    office: Office, terminal: str, person_id: int, values: Mapping[str, str], benefit: str
) -> None:
    """Seal the notice for the terminal that sent the claim, or another of the municipality."""
    system, connection = office.system, office.connection
    row = get_person(connection, person_id)
    active = active_terminals(connection, row.municipality_code)
    receiver = terminal if terminal in active else next(iter(active), "")
    if not receiver:
        return
    content = notice_text(office, person_id, values, benefit).encode()
    number = next_value(connection, "notice")
    made = DocumentRecord(
        document_id=f"{system.setup.id}-N-{number:08d}",
        title=f"{_TITLE}（{row.name}）",
        kind="notice",
        municipality_code=row.municipality_code,
        made_on=system.today().isoformat(),
        pages=str(max(1, -(-len(content.decode().splitlines()) // _LINES))),
        media_type="text",
        part="1",
        parts="1",
        digest=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
    )
    deliver(system, connection, receiver, "FILE-23", [made])

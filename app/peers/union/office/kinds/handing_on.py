"""What is taken in at the counter and decided elsewhere: the union notes that it was taken in."""

from __future__ import annotations

from app.peers.union.office.case import OfficeKind
from app.peers.union.office.changes import Stating, Whom, states

_TAKEN_IN = {
    "direct_debit": "口座振替の申込",
    "direct_debit_payer": "納める方の口座からの口座振替の申込",
    "debit_cancel": "口座振替の取消し",
    "ordinary_collection": "普通徴収への変更申出",
    "levy_reduction": "保険料の減免の申請",
    "levy_deferral": "徴収猶予の申請",
    "pledge": "納税誓約",
    "refund_claim": "還付請求",
    "slip_again": "納付書の再発行",
    "payment_proof": "納付証明・完納証明の請求",
    "third_party": "第三者行為の届出",
    "other_desk": "ほかの窓口への引継",
}

KINDS: tuple[OfficeKind, ...] = tuple(
    Stating(
        code,
        f"{words}を受け付けて引き継ぎました",
        states("handed_on", "to_desk", "papers_count", subject="case_id"),
        whom=Whom.KNOWN,
    ).kind
    for code, words in _TAKEN_IN.items()
)

"""What states of a case and of a paper are called on a person's page (and wherever else)."""

from __future__ import annotations

from collections.abc import Mapping

CASE_STATES: Mapping[str, str] = {
    "draft": "書きかけ",
    "waiting": "決定待ち",
    "rejected": "受け付けられず",
    "decided": "決定あり",
    "refused": "却下",
    "issued": "交付済み",
    "closed": "終了",
    "cancelled": "取りやめ",
}
"""By the codes of ``app.cases.state.CaseState``."""

PAPER_STATES: Mapping[str, str] = {
    "reserved": "番号を確保、未発行",
    "issued": "発行済み",
    "void": "無効",
}
"""By the states of ``db.tables.certificates.certificate``."""

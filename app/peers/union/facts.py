"""The kinds of fact beside coverage and share that paper and premium count (``fact.kind``), as the
cases that bring them name them."""

from __future__ import annotations

ASKED_FOR_CERTIFICATE = "certificate_application"
"""資格確認書の交付申請; the value's ``ground`` says why."""

WAS_DEPENDANT = "former_dependant"
"""被用者保険の被扶養者であった."""

DISABILITY = "disability"
"""障害認定, with the proof and its last day."""

DISEASE = "disease"
"""特定疾病."""

"""The proof before paper: reads the PDF with what did not write it (DESIGN 7).

(a) the text layer equals the data; (b) every character lies inside its field, in an embedded
font, and the ink of every item is whole and uncovered; (c) every drawn outline
equals an independent look-up in the source font; (d) barcodes decode from the picture.
"""

from __future__ import annotations

from forms.proof.failure import Check, ProofFailed
from forms.proof.prover import ProofReport, prove

__all__ = ["Check", "ProofFailed", "ProofReport", "prove"]

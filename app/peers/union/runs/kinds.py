"""Which yearly runs there are."""

from __future__ import annotations

from app.peers.union.runs import judgement, levy
from app.peers.union.runs.pieces import YearlyRun

RUNS: dict[str, YearlyRun] = {run.kind: run for run in (judgement.RUN, levy.RUN)}

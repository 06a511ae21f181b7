"""The sentences a clerk can read out: reasons of a refusal, grounds of a share and a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from app.core.canon import canonical_json
from app.core.tables import joined
from app.peers.union.office.case import RefusalReason
from app.peers.union.office.persons import PersonRow
from app.peers.union.office.shares import Judged
from app.peers.union.system import System
from app.rules.copay.data import grounds_to_data
from app.rules.copay.explain import for_clerk, to_read_aloud, unconfirmed_lines
from app.rules.eligibility.papers import PaperDecision, PaperGround

_PAPER_WORDS: dict[PaperGround, str] = {
    PaperGround.BEFORE_ABOLITION: "被保険者証の時期のため",
    PaperGround.EVERYBODY: "資格確認書を全員に交付する時期のため",
    PaperGround.SUPPORT_MEASURE: "マイナ保険証を使えない取扱いのため",
    PaperGround.AGE: "8月1日現在の年齢により、全員に資格確認書を交付するため",
    PaperGround.APPLIED: "資格確認書の申請があったため",
    PaperGround.NOT_REGISTERED: "マイナ保険証の利用登録がないため",
    PaperGround.LITTLE_USE: "マイナ保険証の利用が少ないため",
    PaperGround.RECENT_USE: "マイナ保険証を利用しているため",
    PaperGround.NEWLY_REGISTERED: "マイナ保険証の利用登録があるため",
}


def reasons_of(findings: Sequence[RefusalReason]) -> str:
    """The codes, joined by a space."""
    return " ".join(dict.fromkeys(finding.code for finding in findings))


def reason_text(system: System, findings: Sequence[RefusalReason]) -> str:
    """Reason, particulars and what to do, one after the other."""
    table = system.tables["refusal_reasons"]
    sentences = []
    for finding in findings:
        row = table.at(system.today(), code=finding.code)
        sentences.append(row.text("label") + finding.detail + row.text("remedy"))
    return "\n".join(sentences)


def grounds_json(judged: Judged | None, paper: PaperDecision | None) -> str:
    """All grounds as data; persons are atena numbers."""
    data: dict[str, object] = {}
    if judged is not None:
        data["copay"] = grounds_to_data(judged.decision.grounds)
        data["missing"] = judged.missing
    if paper is not None:
        data["paper"] = paper.ground.value
        if paper.use is not None:
            data["use"] = asdict(paper.use)
    return canonical_json(data)


def clerk_text(
    system: System,
    judged: Judged | None,
    paper: PaperDecision | None,
    members: Sequence[PersonRow],
) -> str:
    """The grounds line by line, with amounts, for the clerk."""
    names = {row.atena_number: row.name for row in members}
    lines = [] if judged is None else [for_clerk(judged.decision, names, system.eras)]
    used = () if judged is None else judged.decision.unconfirmed
    if paper is not None:
        lines.append(f"→ {_paper_word(system, paper)}（{_PAPER_WORDS[paper.ground]}）")
        used = joined(used, paper.unconfirmed)
    return "\n".join(line for line in (*lines, unconfirmed_lines(used)) if line)


def with_version(system: System, values: Mapping[str, str]) -> dict[str, str]:
    """The values of a decision, whose grounds for the clerk name the tables that it was made by."""
    told = values.get("grounds_clerk")
    if not told:
        return dict(values)
    return {**values, "grounds_clerk": f"{told}\n{version_line(system)}"}


def version_line(system: System) -> str:
    """Which tables a decision was made by."""
    return f"使った表の版 {system.tables.version}"


def aloud_text(system: System, judged: Judged | None, paper: PaperDecision | None, own: str) -> str:
    """What the clerk says to the person of the atena number ``own``; nobody else's amounts."""
    sentences = [] if judged is None else [to_read_aloud(judged.decision, system.eras, own)]
    if paper is not None:
        word = _paper_word(system, paper)
        sentences.append(f"{_PAPER_WORDS[paper.ground]}、{word}をお渡しします。")
    return "".join(sentences)


def _paper_word(system: System, paper: PaperDecision) -> str:
    return system.tables["papers"].label(paper.paper.value, system.today())

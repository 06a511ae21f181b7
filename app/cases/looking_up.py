"""What the terminal knows is not keyed again: by one field the store fills others (入力の補助)."""

from __future__ import annotations

from app.cases.drafts import KeyedCase
from app.cases.entry import EntryField, Found, Values
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session


def look_up(
    gate: Gate, session: Session, case: KeyedCase, field: EntryField, values: Values
) -> Found | None:
    """What the store says by the field of a case that is being keyed; None for nothing. Whoever
    is named by it stands in the journal."""
    if field.looks_up is None:
        return None
    subject = Subject("case", case.id)
    with gate.view(case.kind.function("load_case"), session, subject=subject) as work:
        found = field.looks_up(work, values)
        if found is not None and found.person_id:
            work.note(shown=(found.person_id,), query_kind="household", numbers=False)
    return found

"""次の手続のご案内 (FORM-N45): what the household brought today and what comes next, on one sheet
in large letters that the visitor takes home.

What comes next is what the person's page says (``app.persons.at_home``); the clerk leaves out what
does not concern the visitor. Only what may be read aloud is on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.cases import print_log
from app.cases.issuing import Drawing
from app.cases.slips import At
from app.core.errors import UserError
from app.persons import at_home
from app.persons.at_home import Fitting
from app.persons.eligibility_state import DEAD
from app.persons.restrictions import is_restricted
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Subject, WithDocument
from app.security.staff.session import Session
from db.tables.cases import case_file
from forms.notices.next_steps import NextStepsData
from forms.spool import Printer

READS = (*at_home.READS, "person")
FORM = "FORM-N45"
SHOW = "eligibility.show_next_steps"
PRINT = "eligibility.print_next_steps"
SHOWN_BY_HAND = "届け出る方の本人確認書類"

_STANDS: Mapping[str, str] = {
    "waiting": "広域連合の決定を待っています",
    "rejected": "確かめて、もう一度送ります",
    "decided": "決定しました",
    "refused": "認められませんでした",
    "issued": "書類をお渡ししました",
    "closed": "済みました",
}
"""Where a case of today stands, in the visitor's words; what is not sent is not told."""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The household of the opened person, those of it who may be named (``people``): ``taken`` is
    what was brought today (what, of whom, where it stands), ``steps`` what comes next and may be
    told, ``code`` the first case of today, by which the sheet is found again. ``care``: she is
    under support measures, and nothing of her leaves the counter."""

    person_id: str
    name: str
    dead: bool
    people: tuple[str, ...]
    taken: tuple[tuple[str, str, str], ...]
    steps: tuple[Fitting, ...]
    code: str
    care: bool = False


def show(gate: Gate, session: Session, kinds: Mapping[str, Any], person_id: str) -> NextSteps:
    """What the household brought today and what comes next."""
    with gate.view(SHOW, session, subject=Subject("person", person_id)) as work:
        if is_restricted(work, person_id):
            work.note(shown=(person_id,), query_kind="next_steps", numbers=False)
            return NextSteps(person_id, "", False, (), (), (), "", care=True)
        home = at_home.read_home(work, person_id, work.at.date())
        names = {one.person_id: one.name for one in home}
        rows = work.all(
            select(case_file)
            .where(
                case_file.c.person_id.in_(list(names)),
                case_file.c.state.in_(list(_STANDS)),
                case_file.c.opened_at >= work.at.date().isoformat(),
            )
            .order_by(case_file.c.opened_at, case_file.c.id)
        )
        work.note(shown=tuple(names), query_kind="next_steps", numbers=False)
    fitting = at_home.fitting(kinds, home, gate.permitted(session))
    return NextSteps(
        person_id,
        home[0].name,
        home[0].state == DEAD,
        tuple(names),
        tuple((kinds[row.kind].label, names[row.person_id], _STANDS[row.state]) for row in rows),
        tuple(one for one in fitting if one.told),
        rows[0].id if rows else FORM,
    )


def sheet_data(
    view: NextSteps, chosen: Collection[int], drawing: Drawing, counter: At
) -> NextStepsData:
    """The sheet with the chosen ones of ``view.steps``."""
    eras = Eras(drawing.tables["eras"])
    steps = [one for at, one in enumerate(view.steps) if at in chosen]
    whose = len({name for _, name, _ in view.taken}) > 1
    return NextStepsData(
        to=f"{view.name} 様" + ("のご家族の方" if view.dead else ""),
        printed_on=on_paper(counter.now.date(), eras),
        taken=tuple(
            (f"{what}（{name} 様）" if whose else what, stands) for what, name, stands in view.taken
        ),
        steps=tuple(
            (
                one.label,
                f"{one.member.called} 様",
                one.told,
                "、".join((*one.bring, SHOWN_BY_HAND)) if one.bring else "",
                on_paper(date.fromisoformat(one.due), eras) if one.due else "",
            )
            for one in steps
        ),
        code=view.code,
        office=counter.office,
        phone=f"{counter.phone}（{counter.hours}）" if counter.hours else counter.phone,
    )


def print_next_steps(
    gate: Gate,
    session: Session,
    view: NextSteps,
    chosen: Collection[int],
    drawing: Drawing,
    printer: Printer,
    counter: At,
) -> None:
    """Draw, prove and print the sheet. Raises UserError ``cases.next_of_restricted`` where
    somebody of the household came under support measures (支援措置) meanwhile."""
    data = sheet_data(view, chosen, drawing, counter)
    press = drawing.press
    rendered = press.render(FORM, data, training=drawing.training, now=counter.now)
    press.prove(rendered, data)
    subject = Subject("person", view.person_id)
    content = WithDocument(None, rendered.digest)
    prepared = gate.prepare(PRINT, session, subject=subject, content=content)
    with gate.act(prepared) as work:
        if any(is_restricted(work, one) for one in view.people):
            raise UserError(
                "cases.next_of_restricted",
                "世帯に取扱注意（支援措置）の方がいるため、この案内の紙は印刷できません。",
                "個人の照会から開き直してください。その方の載らない案内になります。",
            )
        about, digest = ("person", view.person_id), rendered.digest.hex()
        print_log.note_print(work, print_log.Print(FORM, about, "", print_log.FIRST, digest))
    printer.spool(rendered.pdf, FORM)

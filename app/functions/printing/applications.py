"""Applications filled in for a person to sign, and the code on them.

The code holds a random token and nothing else; here lies its digest with whom and what it was
made for. It runs out, and it opens nothing without the right to look at the person.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select, update

from app.cases import print_log
from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.values.days import kept_birth
from app.security.gate.gate import Gate, Subject, WithDocument
from app.security.staff.session import Session
from db.tables.persons import address, insured, person, restriction
from db.tables.printing import application_token
from forms.applications.layout import TOKEN_SHAPE, ApplicationData
from forms.catalog import FORMS, get_form
from forms.form import APPLICATION, Form
from forms.spool import Printer

READS = ("person", "insured", "address", "restriction")
TOKEN_DAYS = 90
"""How long a code may be read: an application that is brought later is keyed by hand."""
_FOREIGN = "2"


@dataclass(frozen=True, slots=True)
class Filled:
    """For whom which application was made, and the digest of its token."""

    person_id: str
    form_id: str
    token_digest: str
    until_on: str


@dataclass(frozen=True, slots=True)
class ReadToken:
    """The digest of a code that was read."""

    token_digest: str


@dataclass(frozen=True, slots=True)
class Application:
    """What a code was made for."""

    person_id: str
    form_id: str
    title: str


def applications() -> tuple[Form, ...]:
    """The applications that can be filled in, in their order."""
    return tuple(form for form in FORMS if form.kind == APPLICATION)


def print_application(
    gate: Gate,
    session: Session,
    person_id: str,
    form_id: str,
    drawing: Drawing,
    printer: Printer,
    addressee: str,
) -> str:
    """Fill in, prove and print one application; gives the token (which is kept nowhere).

    Raises UserError ``printing.no_such_person``. A person under support measures
    (取扱注意) gets a form without address and number.
    """
    now = gate.now()
    token = "MDG1-" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
    until = now.date() + timedelta(days=TOKEN_DAYS)
    data = _data(gate, session, person_id, drawing.tables, (token, until, addressee))
    rendered = drawing.press.render(form_id, data, training=drawing.training, now=now)
    drawing.press.prove(rendered, data)
    content = Filled(person_id, form_id, _digest(token), until.isoformat())
    prepared = gate.prepare(
        "printing.application",
        session,
        subject=Subject("person", person_id),
        content=WithDocument(content, rendered.digest),
    )
    with gate.act(prepared) as work:
        made: Filled = work.content
        work.run(
            insert(application_token).values(
                digest=made.token_digest,
                person_id=made.person_id,
                form_id=made.form_id,
                made_at=work.at.isoformat(),
                made_by=work.staff_id,
                until_on=made.until_on,
            )
        )
        subject, digest = ("person", made.person_id), rendered.digest.hex()
        printed = print_log.Print(made.form_id, subject, "", print_log.FIRST, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, form_id)
    return token


def read_application(gate: Gate, session: Session, code: str) -> Application:
    """Whom an application was made for, by the code on it.

    Raises UserError ``printing.code_shape``, ``printing.code_unknown``, ``printing.code_old``:
    the application is keyed by hand then. Whoever may not look at persons is refused by the gate.
    """
    code = code.strip().upper()
    if not re.fullmatch(TOKEN_SHAPE, code):
        raise _no_code("code_shape", "申請書のコードの形ではありません。")
    prepared = gate.prepare(
        "printing.read_application",
        session,
        subject=Subject("application", _letters(_digest(code))),
        content=ReadToken(_digest(code)),
    )
    with gate.act(prepared) as work:
        content: ReadToken = work.content
        row = work.first(
            select(application_token).where(application_token.c.digest == content.token_digest)
        )
        if row is None:
            raise _no_code("code_unknown", "このコードの申請書は、この端末で作られていません。")
        if work.at.date() > date.fromisoformat(row.until_on):
            raise _no_code("code_old", "このコードは有効期限を過ぎています。")
        work.run(
            update(application_token)
            .where(application_token.c.digest == content.token_digest)
            .values(read_at=work.at.isoformat())
        )
    return Application(row.person_id, row.form_id, get_form(row.form_id).title)


def _data(
    gate: Gate,
    session: Session,
    person_id: str,
    tables: Tables,
    made: tuple[str, date, str],
) -> ApplicationData:
    token, until, addressee = made
    eras, today = Eras(tables["eras"]), gate.now().date()
    with gate.view("printing.fill_in", session, subject=Subject("person", person_id)) as work:
        row = work.first(select(person).where(person.c.id == person_id))
        number = work.scalar(
            select(insured.c.insured_number)
            .where(insured.c.person_id == person_id)
            .order_by(insured.c.acquired_on.desc())
        )
        lives = work.first(
            select(address).where(address.c.person_id == person_id, address.c.kind == "current")
        )
        care = work.first(
            select(restriction.c.id).where(
                restriction.c.person_id == person_id, restriction.c.lifted_at == ""
            )
        )
        work.note(shown=(person_id,), query_kind="person")
    if row is None:
        raise UserError(
            "printing.no_such_person",
            "この方は、この端末に記録がありません。",
            "検索からやり直してください。",
        )
    birth = kept_birth(row.birth_written, row.birth_sort, eras)
    code = lives.postal_code if lives is not None else ""
    return ApplicationData(
        addressee=addressee,
        printed_on=on_paper(today, eras),
        insured_number="" if care else str(number or ""),
        name=row.name,
        name_kana=row.kana,
        birth_date=on_paper(birth, eras, western=row.kind == _FOREIGN),
        sex="" if care else tables["sexes"].label(row.sex, today),
        postal_code="" if care or len(code) != 7 else f"{code[:3]}-{code[3:]}",
        address="" if care or lives is None else f"{lives.written}　{lives.building}".rstrip("　"),
        token=token,
        token_until=on_paper(until, eras),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def _letters(digest: str) -> str:
    """A digest as an id without digits: the journal takes no long number."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest[:24])


def _no_code(code: str, message: str) -> UserError:
    return UserError(
        f"printing.{code}",
        message,
        "申請書の内容を見て、検索から手続を始めてください。",
    )

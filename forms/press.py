"""The press: draws a form from its data, and proves what was drawn (DESIGN 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from app.core.clock import JST
from app.core.errors import Bug, UserError
from app.core.tables import Tables
from forms.carriers import draw_carrier
from forms.catalog import FORMS, get_form
from forms.document import Document
from forms.drawing import Carried, Sheet
from forms.fonts import FontSet, Missing
from forms.form import Form
from forms.items import FormData, check_items, printed_items
from forms.papers import find_paper
from forms.practices import carrier_of
from forms.proof import ProofReport, prove
from forms.proof.batch import BatchReport, prove_batch
from forms.proof.sources import SourceFonts
from forms.record import DrawRecord


@dataclass(frozen=True, slots=True)
class BatchPart:
    """Many papers of one form in one PDF, each with its own record and its own characters that no
    font holds, in order."""

    form_id: str
    pdf: bytes
    digest: bytes
    records: tuple[DrawRecord, ...]
    missing: tuple[tuple[Missing, ...], ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A drawn form. ``digest`` is the SHA-256 of the PDF, which a touch signs.

    ``missing`` lists the characters drawn as 〓; they belong on the list of missing characters.
    """

    form_id: str
    pdf: bytes
    digest: bytes
    record: DrawRecord
    missing: tuple[Missing, ...]


class Press:
    """Draws and proves. One for the process; it keeps what was read of the fonts."""

    def __init__(self, fonts: FontSet, tables: Tables, forms: tuple[Form, ...] = FORMS) -> None:
        self._fonts = fonts
        self._tables = tables
        self._forms = forms
        self._sources = SourceFonts({file.spec.path: file.spec.name for file in fonts.files})

    def render(self, form_id: str, data: FormData, *, training: bool, now: datetime) -> Rendered:
        """Draw ``form_id`` from ``data``; the same arguments give the same bytes.

        Raises UserError: ``forms.not_in_use`` (the paper is not valid on the day of ``now``),
        ``forms.item_missing``, ``forms.item_shape``, ``forms.overflow`` (does not fit at a
        legible size), ``forms.sequence_missing`` (a variant that no configured font holds).
        """
        if not isinstance(data, get_form(form_id, self._forms).data):
            raise Bug(
                "forms.wrong_data",
                f"帳票 {form_id} に渡されたデータの種類が違います。",
                "プログラムの誤りです。システム管理者に連絡してください。",
            )
        form = self._usable(form_id, now)
        check_items(data)
        paper = find_paper(self._tables, form.paper, now.astimezone(JST).date())
        titles = {item.name: item.title for item in printed_items(data)}
        document = Document(form.title, form.id, self._fonts, now=now)
        carried = self._carried(form, data, now)
        sheet = Sheet(document, form.id, training=training, titles=titles, carried=carried)
        assert form.draw is not None
        form.draw(sheet, data, paper)
        record, missing = sheet.finish()
        pdf = document.close(paper.turned_over)
        return Rendered(form.id, pdf, hashlib.sha256(pdf).digest(), record, missing)

    def _carried(self, form: Form, data: FormData, now: datetime) -> Carried | None:
        """The A4 sheet that the paper lies on by the union's practice, if it is a card."""
        if not form.carried:
            return None
        carrier = carrier_of(self._tables, data, form.id, now.astimezone(JST).date())
        if carrier is None:
            return None
        return Carried(
            carrier, lambda sheet, card: draw_carrier(sheet, data, carrier, form.title, card)
        )

    def _usable(self, form_id: str, now: datetime) -> Form:
        """The form, if it may be printed on the day of ``now``."""
        form = get_form(form_id, self._forms)
        day = now.astimezone(JST).date()
        if not form.holds_on(day):
            raise UserError(
                "forms.not_in_use",
                f"「{form.title}」は {day:%Y-%m-%d} には使われていない様式です。",
                "日付を確かめてください。正しければ、その日に使う様式を選んでください。",
            )
        if form.draw is None:
            raise UserError(
                "forms.never_printed",
                f"「{form.title}」は、廃止された様式のため印刷できません。",
                "資格確認書か資格情報のお知らせの交付を確かめてください。",
            )
        return form

    def render_batch(
        self, form_id: str, papers: Sequence[FormData], *, training: bool, now: datetime
    ) -> BatchPart:
        """Draw many papers of one form into one PDF, one after the other; what does not change
        on them is written once. Raises as ``render``; nothing is drawn then."""
        form = self._usable(form_id, now)
        size = find_paper(self._tables, form.paper, now.astimezone(JST).date())
        document = Document(form.title, form.id, self._fonts, now=now)
        records: list[DrawRecord] = []
        missing: list[tuple[Missing, ...]] = []
        titles = {
            one.name: one.metadata["title"] for one in fields(form.data) if "title" in one.metadata
        }
        for data in papers:
            check_items(data)
            carried = self._carried(form, data, now)
            sheet = Sheet(document, form.id, training=training, titles=titles, carried=carried)
            assert form.draw is not None
            form.draw(sheet, data, size)
            record, absent = sheet.finish()
            records.append(record)
            missing.append(absent)
        pdf = document.close(size.turned_over)
        return BatchPart(form.id, pdf, hashlib.sha256(pdf).digest(), tuple(records), tuple(missing))

    def prove_batch(
        self, part: BatchPart, papers: Sequence[FormData], samples: Collection[int] = ()
    ) -> BatchReport:
        """Prove every paper of a part (``forms.proof.batch``); raises ProofFailed."""
        return prove_batch(
            part.pdf, tuple(zip(part.records, papers, strict=True)), self._sources, samples
        )

    def prove(self, rendered: Rendered, data: FormData, *, picture: bool = True) -> ProofReport:
        """Read the PDF back and compare it with ``data``; raises ProofFailed. ``picture=False``
        leaves out ink and barcodes: for a long list that nobody acts by."""
        return prove(rendered.pdf, rendered.record, data, self._sources, picture=picture)

    def warm(self) -> None:
        """Read the fonts' tables now (about half a second), on a thread of its own."""
        self._sources.warm()

"""The guided entry of any kind of case: its pages, its summary and its sending (FLOW-101 … 103)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.cases import (
    becoming,
    belonging,
    checks,
    drafts,
    looking_up,
    namesakes,
    sending,
    taking_up,
    together,
)
from app.cases.about import Newcomer, Payer
from app.cases.beginning import Begun, Side, sides
from app.cases.entry import (
    DOCUMENTS,
    NUMBER,
    EntryPage,
    FieldKind,
    Finding,
    Found,
    documents_in,
    documents_of,
    error,
)
from app.cases.kind import CaseKind
from app.cases.screens import colleague, going_on
from app.cases.screens.documents import DocumentList
from app.cases.screens.entry_form import EntryForm
from app.cases.screens.in_hand import in_hand
from app.cases.screens.summary import lines_card, put_findings
from app.cases.screens.typed import TypedKeeper, left, page_of, saved
from app.cases.screens.whom_bar import WhomBar
from app.cases.state import SUMMARY
from app.core.errors import UserError
from app.rules.values.reader import Reader
from app.security.acts.approval import Subject
from app.security.vault.typed_pages import TypedPage
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel, PlainQuestion
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import InHand, Page, StepRow, card, clear, named_box, scrolled
from app.ui.base.visitor import ForVisitor

_LAST_STEP = "確認して送信"
_CANCEL_REASONS = ("届出人が取りやめた", "入力する方を間違えた", "必要な書類が足りない")


class EntryScreen(Page):
    """Opens a new case of a kind, or goes on with one that was left (``case_id``), once the person
    it is about was named (``app.cases.taking_up``). A new one is
    about ``person_id`` where it is about a known person; ``after`` is the case before it in the
    same sitting, ``line`` the line of the day board that it settles."""

    def __init__(
        self,
        desk: Desk,
        kind: str,
        case_id: str = "",
        person_id: str = "",
        prefill: Mapping[str, str] | None = None,
        after: str = "",
        line: str = "",
    ) -> None:
        self._kind: CaseKind = desk.kinds[kind]
        super().__init__(self._kind.label, "")
        self._desk = desk
        self._today = desk.clock.now().date()
        self._painter = NamePainter(desk.fonts)
        self._case: drafts.KeyedCase | None = None
        self._left: tuple[drafts.KeyedCase, EntryPage] | None = None
        self._typed: TypedPage | None = None
        self._keeper = TypedKeeper(desk, self, self._new_on_page)
        self._values: dict[str, str] = {}
        self._at = 0
        self._form: EntryForm | None = None
        self._answers: dict[str, QCheckBox] = {}
        self.steps = StepRow([*(page.step or page.title for page in self._kind.pages), _LAST_STEP])
        self.body.addWidget(self.steps)
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.documents: DocumentList | None = None
        self.documents_button = self.action("受け取った書類", "Alt+D", self._to_documents)
        self.more_button = self.action(going_on.LABEL, "Alt+N", self._begin_another)
        self._other = ""
        self.other_button = self.action("その方を開く", "Alt+O", self._open_other)
        self._offer_other()
        self.cancel_button = self.action("取りやめる", "Ctrl+Del", self._cancel)
        self.back_button = self.action("戻る", "Esc", self._back)
        self.next_button = self.action("次へ", "Ctrl+Return", self._next, primary=True)
        if case_id:
            self._go_on_with(case_id)
        elif isinstance(self._kind.about, Payer):
            self._ask_who_pays(person_id, after, line)
        else:
            begun = Begun(after=after, line=line)
            self._begin(person_id, dict(prefill or {}), begun)

    def for_visitor(self) -> ForVisitor | None:
        """Whose case is keyed; what is about to be sent stands beneath."""
        case = self._case
        if case is None or case.restricted:
            return None
        return ForVisitor(f"{case.name} 様　{self._kind.label}" if case.name else self._kind.label)

    def first_focus(self) -> None:
        if self._form is not None:
            self._form.focus_first()

    def keep(self) -> Callable[[], object] | None:
        desk, case, page = self._desk, self._case, self._page_now()
        if case is None or page is None:
            return None

        def work() -> drafts.KeyedCase:
            kept = drafts.save_draft(desk.gate, desk.session, case, page.values, page.step)
            if desk.pages is not None:
                desk.pages.keep(replace(page, version=kept.version))
            return kept

        return work

    def note_kept(self, outcome: object) -> None:
        if isinstance(outcome, drafts.KeyedCase):
            self._case = outcome

    @property
    def stays_in_hand(self) -> bool:
        return self._case is not None

    def _page_now(self) -> TypedPage | None:
        """What is typed and where; None on the summary and before a case is open."""
        case, form = self._case, self._form
        if case is None or form is None:
            return None
        documents = {DOCUMENTS: self._values.get(DOCUMENTS, "")}
        values = {**self._values, **form.values(), **documents}
        values.pop(NUMBER, "")  # it is sealed with the case when the page is left, never before
        values = becoming.note(self._kind, values, self._reader)
        return page_of(case, self._desk.session.staff_id, values, form.page.id, form.where)

    def _new_on_page(self) -> TypedPage | None:
        """The page where it holds what the draft does not."""
        page, case = self._page_now(), self._case
        if page is None or case is None or self._desk.operations.busy:
            return None
        unchanged = page.is_in(case.values, case.step) and not self._keeper.keeps
        return None if unchanged else page

    @property
    def in_hand(self) -> InHand | None:
        if self._case is None:
            return None
        typed = self._form.values() if self._form is not None else {}
        return in_hand(replace(self._case, values={**self._values, **typed}))

    @property
    def step(self) -> int:
        """Which step is shown, from 0; the last is the summary."""
        return self._at

    @property
    def form(self) -> EntryForm | None:
        """The form of the step shown; None on the summary."""
        return self._form

    def answers(self) -> tuple[QCheckBox, ...]:
        """The boxes by which warnings are answered, in their order."""
        return tuple(self._answers.values())

    def _go_on_with(self, case_id: str) -> None:
        desk, kind = self._desk, self._kind
        desk.run(
            self,
            lambda: left(desk, drafts.load_case(desk.gate, desk.session, kind, case_id)),
            self._take_up,
            failed=self._not_opened,
        )

    def _take_up(self, as_left: tuple[drafts.KeyedCase, TypedPage | None]) -> None:
        """Whose case was left here, and one fact of that person: nothing of the case is shown nor
        can be changed before."""
        case, self._typed = as_left
        page = taking_up.page_of(case, self._reader)
        if page is None:
            colleague.go_on(self, self._desk, case, self._opened)
            return
        self._left = (case, page)
        self.title.setText(f"{self._kind.label}　— {page.title}")
        self.lead.setText(page.lead)
        frame, layout = card()
        layout.addWidget(NameLabel(self._painter, taking_up.name_of(case), 36))
        if taking_up.birth_of(case):
            birth = PlainLabel(f"{taking_up.birth_of(case)}　生")
            birth.setObjectName("bigNumber")
            layout.addWidget(birth)
        self._form = EntryForm(page, {}, self._desk.tables, self._today, self._painter)
        self._form.finished.connect(self._next)
        self._place.addWidget(frame)
        self._place.addWidget(self._form)
        self._place.addStretch(1)
        self._form.focus_first()
        self._offer_documents(offered=False)

    def _taken_up(self) -> None:
        assert self._left is not None and self._form is not None
        case, page = self._left
        said = self._form.values()[taking_up.HEARD]
        entered = taking_up.entered(case, page, said, self._reader)
        if not self._form.show_findings(checks.check_page(page, entered)):
            self._left = None
            colleague.go_on(self, self._desk, case, self._opened)

    @property
    def _reader(self) -> Reader:
        return Reader.of(self._desk.tables, self._today)

    def _begin(self, person_id: str, prefill: dict[str, str], begun: Begun) -> None:
        desk, kind = self._desk, self._kind
        values = drafts.first_values(kind, self._today, desk.tables) | prefill
        values["municipality_code"] = desk.office.municipality_code
        desk.run(
            self,
            lambda: drafts.open_case(
                desk.gate, desk.session, kind, values, person_id=person_id, begun=begun
            ),
            self._opened,
            failed=self._not_opened,
        )

    def _ask_who_pays(self, person_id: str, after: str, line: str) -> None:
        """Who pays for whom is settled before the case begins."""
        desk, kind = self._desk, self._kind

        def offer(found: tuple[Side, ...]) -> None:
            def chosen(at: int) -> None:
                side = found[at]
                begun = Begun(side.payer_id, after, line)
                self._begin(side.person_id, dict(side.values), begun)

            labels = [side.label for side in found]
            question = f"「{kind.label}」の納める方を選んでください。"
            choose(
                self,
                question,
                labels,
                chosen,
                gave_up=desk.home,
                painter=self._painter,
            )

        desk.run(
            self,
            lambda: sides(desk.gate, desk.session, kind, person_id, desk.tables, after=after),
            offer,
            failed=self._not_opened,
        )

    def _not_opened(self, cause: BaseException) -> None:
        self._desk.door.show(self, cause)
        self._desk.home()

    def _opened(self, case: drafts.KeyedCase) -> None:
        """A colleague's half-filled page goes into the draft with the case that is taken over."""
        desk, page = self._desk, self._typed
        if page is None or page.staff_id == desk.session.staff_id:
            self._show_case(case)
        else:
            desk.run(self, lambda: saved(desk, case, page), self._show_case)

    def _show_case(self, case: drafts.KeyedCase) -> None:
        self._case = case
        self.about = Subject("case", case.id)
        self._values = drafts.as_of(case, self._today, self._desk.tables)
        ids = [page.id for page in self._kind.pages]
        if case.step == SUMMARY:
            self._show_step(len(self._kind.pages))
        else:
            self._show_step(ids.index(case.step) if case.step in ids else 0)
            if self._typed is not None and self._form is not None:
                self._form.go_back_to(self._typed.where)
        taken_over = f"受付 {case.sitting} と同じ来庁の受付です。" if case.sitting else ""
        self._desk.say(
            f"受付番号 {case.id}　{taken_over}入力した内容は、画面を進めるたびに保存されます。"
        )

    def _show_step(self, at: int) -> None:
        self._at = at
        self.steps.show_step(at)
        clear(self._place)
        self._form = self.documents = None
        self._other = ""
        self._offer_other()
        last = at == len(self._kind.pages)
        self.next_button.setText(
            "送信する（キーに触れる）  [Ctrl+Enter]" if last else "次へ  [Ctrl+Enter]"
        )
        self.next_button.setEnabled(True)
        self.more_button.setVisible(last)
        if last:
            self._offer_documents(offered=False)
            self._show_summary()
            return
        page = self._kind.pages[at]
        self.title.setText(f"{self._kind.label}　— {page.title}")
        self.lead.setText(page.lead)
        self._form = EntryForm(page, self._values, self._desk.tables, self._today, self._painter)
        for field in page.fields:
            if field.kind is FieldKind.MY_NUMBER and self._case and self._case.has_number:
                self._form.field(field.name).set_hint(
                    "登録済みです。変えるときだけ入れてください。"
                )
        self._form.finished.connect(self._next)
        self._form.field_left.connect(self._look_up)
        self._show_whom()
        if at == 0:
            self._show_documents(self._form)
        self._place.addWidget(self._form)
        self._form.focus_first()
        self._offer_documents(offered=self.documents is not None)

    def _look_up(self, name: str) -> None:
        """What the store knows by a field that was left, beneath it and in the empty ones."""
        desk, case, form = self._desk, self._case, self._form
        if case is None or form is None or not self._kind.fields[name].looks_up:
            return
        field, values = self._kind.fields[name], {**self._values, **form.values()}

        def found(told: Found | None) -> None:
            if told is not None and isValid(form) and form is self._form:
                form.field(name).set_hint(told.words)
                form.fill(told.values, f"{field.label}から入れました")
                self._of_earlier(told.values)

        desk.beside(lambda: looking_up.look_up(desk.gate, desk.session, case, field, values), found)

    def _of_earlier(self, values: Mapping[str, str]) -> None:
        """What is known by a later page fills the empty ones of pages before."""
        more = {n: t for n, t in values.items() if n in self._kind.fields}
        self._values |= {n: t for n, t in more.items() if not self._values.get(n)}

    def _offer_documents(self, *, offered: bool) -> None:
        self.documents_button.setVisible(offered)
        self.documents_button.setEnabled(offered)

    def _show_whom(self) -> None:
        """The person from the address master, on every page and never to be changed (SEC-09)."""
        if self._case is not None and self._case.whom is not None:
            self._place.addWidget(WhomBar(self._case.whom, self._desk.tables, self._painter))

    def _show_documents(self, form: EntryForm) -> None:
        """What is asked for, and who can be asked instead of the visitor (ADD-03)."""

        def changed(titles: tuple[str, ...]) -> None:
            self._values[DOCUMENTS] = documents_in(titles)

        if self._kind.documents:
            received = documents_of(self._values)
            self.documents = DocumentList(self._kind.documents, received, changed)
            form.put_above(self.documents)

    def _to_documents(self) -> None:
        if self.documents is not None and self._form is not None:
            self.documents.focus_first()
            self._form.bring_into_view(self.documents)

    def _show_summary(self) -> None:
        assert self._case is not None
        self._show_whom()
        desk = self._desk
        self.title.setText(f"{self._kind.label}　— {_LAST_STEP}")
        self.lead.setText("届出書と見比べ、注意に答えてから、キーに触れて送信してください。")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        case = self._keyed()
        findings = checks.check_all(self._kind, sending.entered(case, desk.tables, self._today))
        self._answers = put_findings(column, findings, self._update_send)
        column.addWidget(lines_card(sending.summary(case, desk.tables, self._today), self._painter))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))
        self._errors = any(f.level == "error" for f in findings)
        self._update_send()
        first = next(iter(self._answers.values()), None)
        (first or self.next_button).setFocus()
        self._look_for_namesakes()
        self._look_for_others()

    def _look_for_others(self) -> None:
        """What else of the same visit is keyed to its end is sent with this one, by one touch."""
        desk, case = self._desk, self._case
        if case is None or not case.sitting:
            return

        def found(seen: tuple[together.Seen, ...]) -> None:
            if len(seen) > 1 and self._at == len(self._kind.pages):
                desk.go(together.SHOW, case_id=case.id)

        desk.run(
            self,
            lambda: together.show(
                desk.gate, desk.session, desk.kinds, case.id, desk.tables, self._today
            ),
            found,
        )

    def _begin_another(self) -> None:
        """Another of this visitor's cases: this one is kept, and they are sent together."""
        if self._case is not None and self._at == len(self._kind.pages):
            known = self._case.whom is not None
            going_on.go_on(self, self._desk, self._case.id, known=known)

    def _look_for_namesakes(self) -> None:
        desk, case = self._desk, self._keyed()
        if not isinstance(self._kind.about, Newcomer):
            return

        def found(lines: tuple[namesakes.Namesake, ...]) -> None:
            for line in lines:
                self._place.insertWidget(
                    0,
                    named_box(
                        "warn",
                        f"同じ方かもしれない方がいます：{line.name}　{line.birth}　{line.address}"
                        "　同じ方なら取りやめて、その方の照会画面を開いてください。",
                        self._painter,
                    ),
                )

        desk.run(
            self,
            lambda: namesakes.find(
                desk.gate, desk.session, case.kind, case.values, desk.tables, self._today
            ),
            found,
        )

    def _update_send(self) -> None:
        answered = all(answer.isChecked() for answer in self._answers.values())
        self.next_button.setEnabled(answered and not self._errors)

    def _keyed(self) -> drafts.KeyedCase:
        """The case with what is on the screen and not saved yet."""
        assert self._case is not None
        return replace(self._case, values=dict(self._values))

    def _next(self) -> None:
        if self._left is not None:
            self._taken_up()
            return
        if self._case is None or self._desk.operations.busy:
            return
        if self._at == len(self._kind.pages):
            self._send()
            return
        assert self._form is not None
        values = {**self._form.values(), DOCUMENTS: self._values.get(DOCUMENTS, "")}
        number = values.pop(NUMBER, "")
        self._values = values
        keyed = self._keyed()
        if number:
            keyed = replace(keyed, values={**values, NUMBER: number})
        entered = sending.entered(keyed, self._desk.tables, self._today)
        findings = checks.check_page(self._kind.pages[self._at], entered)
        if self._form.show_findings(findings):
            return
        at = self._at + 1
        self._look_whose(lambda: self._save(at, number, lambda: self._show_step(at)))

    def _look_whose(self, then: Callable[[], None]) -> None:
        """Nothing that is known to be somebody else's goes further than its page."""
        desk, case, form = self._desk, self._keyed(), self._form
        if not belonging.looks(self._kind.pages[self._at]):
            then()
            return

        def found(elses: tuple[Finding, ...]) -> None:
            if form is not self._form or form is None:
                return
            self._other = next((one.person_id for one in elses if one.person_id), "")
            self._offer_other()
            if not form.show_findings(elses):
                then()

        desk.run(
            self,
            lambda: belonging.look(desk.gate, desk.session, case, case.values, self._reader.eras),
            found,
        )

    def _offer_other(self) -> None:
        """Whose it is that was keyed can be opened; what is typed here is kept."""
        self.other_button.setVisible(bool(self._other))
        self.other_button.setEnabled(bool(self._other))

    def _open_other(self) -> None:
        desk, other = self._desk, self._other
        if not other or desk.operations.busy or self._form is None:
            return
        self._values |= self._form.values()
        self._values.pop(NUMBER, "")
        asked = {"by_number": False, "confirmed": False}
        self._save(self._at, "", lambda: desk.go("persons.open", person_id=other, **asked))

    def _back(self) -> None:
        if self._left is not None:
            self._desk.home()
            return
        if self._case is None or self._desk.operations.busy:
            return
        if self._form is not None:
            values = {**self._form.values(), DOCUMENTS: self._values.get(DOCUMENTS, "")}
            values.pop(NUMBER, "")
            self._values = values
        if self._at == 0:
            self._save(0, "", self._desk.home)
        else:
            at = self._at - 1
            self._save(at, "", lambda: self._show_step(at))

    def _save(self, at: int, number: str, then: Callable[[], None]) -> None:
        desk, case, values = self._desk, self._case, dict(self._values)
        assert case is not None
        step = self._kind.pages[at].id if at < len(self._kind.pages) else SUMMARY

        values = becoming.note(self._kind, values, self._reader)

        def work() -> drafts.KeyedCase:
            kept = case
            if number:
                kept = drafts.keep_number(desk.gate, desk.session, case, number)
            return drafts.save_draft(desk.gate, desk.session, kept, values, step)

        def saved(case: drafts.KeyedCase) -> None:
            self._case = case
            if case.hides:  # what was typed is not shown again (支援措置)
                self._values = drafts.as_of(case, self._today, desk.tables)
            then()

        desk.run(self, work, saved, failed=self._not_saved)

    def _not_saved(self, cause: BaseException) -> None:
        named = isinstance(cause, UserError) and cause.field in self._kind.fields
        if isinstance(cause, UserError) and named and self._form is not None:
            finding = error(cause.field or "", cause.code, cause.message, cause.remedy)
            if self._form.show_findings([finding]):
                return
        self._desk.door.show(self, cause)

    def _send(self) -> None:
        if not self.next_button.isEnabled():
            return
        desk, case = self._desk, self._case
        assert case is not None
        answered = tuple(self._answers)
        self.next_button.setEnabled(False)
        desk.carry_out(
            self,
            lambda: sending.prepare_send(
                desk.gate, desk.session, case, answered, desk.tables, self._today
            ),
            lambda prepared, given: sending.perform_send(
                desk.gate, prepared, given, case.kind, desk.tables
            ),
            self._sent,
            ended=self._update_send,
        )

    def _sent(self, sent: sending.Sent) -> None:
        self._keeper.forget(sent.case_id)
        self._case = None
        self._desk.go(
            self._kind.function("show_decision"),
            kind=self._kind.code,
            case_id=sent.case_id,
            outbox_id=sent.outbox_id,
        )

    def _cancel(self) -> None:
        if self._case is None:
            return
        dialog = PlainQuestion(self)
        dialog.setWindowTitle("届出の取りやめ")
        dialog.setLabelText("取りやめる理由を選んでください。入れた内容と個人番号は消えます。")
        dialog.setComboBoxItems(list(_CANCEL_REASONS))
        dialog.setOkButtonText("取りやめる")
        dialog.setCancelButtonText("続ける")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self._cancel_for)
        dialog.open()

    def _cancel_for(self, reason: str) -> None:
        desk, case = self._desk, self._case
        assert case is not None
        desk.run(
            self,
            lambda: drafts.cancel_case(desk.gate, desk.session, case, reason),
            lambda _none: self._dropped(case.id),
        )

    def _dropped(self, case_id: str) -> None:
        self._keeper.forget(case_id)
        self._case = None
        self._desk.home()

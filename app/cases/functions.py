"""The functions that an area with kinds of case has: derived, so that permission table, gate,
journal, menu and manual follow from the declarations (DESIGN 3).

Opening and sending are functions of each kind, because rights are given by kind; what is done
with a case on the way is one function of the area.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases import belonging, follow_ups, from_records, next_steps
from app.cases.about import Begin, Newcomer, Payer
from app.cases.kind import CaseKind
from app.cases.state import CLOSING_READS
from app.cases.whom import WHOM_READS
from app.persons import writing
from app.security.spec import Actor, Function, Kind, MyNumber, SecondPerson, StepUp
from app.sync import outbox
from app.sync.inbox import APPLYING

_NUMBER_KEPT = ("my_number.owner_kind", "my_number.owner_id")
_CASE = ("case_file", "setting", *_NUMBER_KEPT, *WHOM_READS)
_NAMESAKES = (*WHOM_READS, "household")
_PAPERS = ("case_file", "decision", "certificate", "sheet", "person.state")


def case_functions(area: str, kinds: tuple[CaseKind, ...]) -> tuple[Function, ...]:
    """The functions of an area with these kinds of case, openings first. Raises ValueError for a
    kind of another area."""
    for kind in kinds:
        if kind.area != area:
            raise ValueError(f"{kind.code}: declared in {area}, says {kind.area}")
    shared = [
        *_keying(area, kinds),
        *_handing_over(area),
        *_taking_back(area, kinds),
        *_deciding(area),
        *_looking(area),
    ]
    if any(kind.papers for kind in kinds):
        shared += [*_papers(area), *_sheets(area)]
    return (
        *(one for kind in kinds for one in _own(kind)),
        *shared,
    )


def visit_functions(area: str) -> tuple[Function, ...]:
    """Sending what one visitor brought, of any area, by one touch. Whether the person may send
    each of them is asked for each (``app.cases.together``)."""
    sending: dict[str, Any] = {
        "step_up": StepUp.TOUCH,
        "writes": ("case_file", *outbox.WRITES),
    }
    reads = ("case_file", "setting", *_NUMBER_KEPT, *WHOM_READS, *outbox.READS)
    return (
        _act(
            area,
            "show_sitting",
            Kind.INQUIRE,
            "来庁の届出",
            "同じ来庁で最後まで入れた届出を並べ、まとめて確かめます。",
            step_up=StepUp.RECENT,
            reads=_CASE,
            reads_hidden=True,
            screen="app.cases.screens.together:TogetherScreen",
        ),
        _act(
            area,
            "send_sitting",
            Kind.SEND,
            "来庁の届出をまとめて送信",
            "同じ来庁の届出を、一度のキーで広域連合へ送ります。送れるのは、それぞれを送る権限の"
            "あるものだけです。",
            reads=reads,
            **sending,
        ),
        _act(
            area,
            "send_sitting_numbered",
            Kind.SEND,
            "来庁の届出をまとめて送信（個人番号のあるもの）",
            "個人番号の入った届出を含む来庁の届出を、一度のキーで広域連合へ送ります。",
            my_number=MyNumber.UPDATE,
            reads=(*reads, "my_number"),
            **sending,
        ),
    )


def guide_functions(area: str) -> tuple[Function, ...]:
    """What a visitor takes home of what comes next, whatever area it is of."""
    return (
        _act(
            area,
            "show_next_steps",
            Kind.INQUIRE,
            "次の手続のご案内",
            "その方と世帯の方が今日届け出たものと、これからの手続を並べます。載せるものを選んで、"
            "大きな字の紙に印刷して渡します。",
            step_up=StepUp.RECENT,
            reads=next_steps.READS,
            screen="app.cases.screens.next_steps:NextStepsScreen",
            person_key="Alt+T",
        ),
        _act(
            area,
            "print_next_steps",
            Kind.PRINT,
            "次の手続のご案内の印刷",
            "「次の手続のご案内」を印刷します。番号と金額は載りません。",
            step_up=StepUp.RECENT,
            reads=("restriction",),
            writes=("print_line",),
        ),
    )


def _own(kind: CaseKind) -> Iterator[Function]:
    """Opening and sending one kind."""
    yield Function(
        id=kind.opening,
        area=kind.area,
        kind=Kind.UPDATE,
        label=kind.label,
        help=kind.help,
        reads=(*_CASE, *from_records.READS, *(follow_ups.READS if kind.settles_lines else ())),
        writes=(
            "case_file",
            *from_records.WRITES,
            *(follow_ups.WRITES if kind.settles_lines else ()),
        ),
        screen="app.cases.screens.entry:EntryScreen",
        given=(("kind", kind.code),),
        menu=Begin.SEARCH in kind.beginnings,
        from_person=Begin.PERSON in kind.beginnings,
    )
    yield Function(
        id=kind.sending,
        area=kind.area,
        kind=Kind.SEND,
        label=f"{kind.label}の送信",
        help=f"確かめた「{kind.label}」を広域連合へ送ります。キーに触れると、"
        "あなたの名で送信されます。",
        step_up=StepUp.TOUCH,
        my_number=MyNumber.UPDATE if kind.asks_number else MyNumber.NONE,
        reads=_sending_reads(kind),
        writes=("case_file", *outbox.WRITES),
    )
    if kind.has_supervised_sending:
        yield Function(
            id=kind.supervised_sending,
            area=kind.area,
            kind=Kind.SEND,
            label=f"{kind.label}の送信（{kind.second_look.supervised_label}）",
            help=f"{kind.second_look.supervised_label}が入った「{kind.label}」を送ります。送る人の"
            "ほかに、確認した職員と責任者の承認が要ります。",
            step_up=StepUp.TOUCH,
            second_person=SecondPerson.SUPERVISOR,
            my_number=MyNumber.UPDATE if kind.asks_number else MyNumber.NONE,
            reads=_sending_reads(kind),
            writes=("case_file", *outbox.WRITES),
        )


def _sending_reads(kind: CaseKind) -> tuple[str, ...]:
    number = ("my_number",) if kind.asks_number else ()
    return ("case_file", "setting", *number, *WHOM_READS, *outbox.READS)


def _act(area: str, name: str, kind: Kind, label: str, help_: str, **more: Any) -> Function:
    """A function of the area that is done on cases of any of its kinds."""
    return Function(f"{area}.{name}", area, kind, label, help_, **more)


def _keying(area: str, kinds: tuple[CaseKind, ...]) -> Iterator[Function]:
    """What is done until a case is sent."""
    yield _act(
        area,
        "load_case",
        Kind.INQUIRE,
        "届出の続き",
        "書きかけの届出を開きます。",
        step_up=StepUp.RECENT,
        reads=(*_CASE, *belonging.READS),
        reads_hidden=True,
    )
    if any(isinstance(kind.about, Payer) for kind in kinds):
        yield _act(
            area,
            "find_payers",
            Kind.INQUIRE,
            "納める方の候補",
            "納める方についての手続を始めるとき、同じ世帯の方と、届け出られている関係者から選びます。",
            step_up=StepUp.RECENT,
            reads=("case_file", *WHOM_READS),
        )
    yield _act(
        area,
        "save_draft",
        Kind.UPDATE,
        "書きかけの保存",
        "届出の書きかけを保存します（画面を進めるたびに自動で行われます）。",
        reads=_CASE,
        writes=("case_file",),
    )
    if any(kind.asks_number for kind in kinds):
        yield _act(
            area,
            "keep_number",
            Kind.UPDATE,
            "個人番号の登録",
            "確認した個人番号を、届出とともに暗号化して保存します。",
            my_number=MyNumber.UPDATE,
            reads=(*_CASE, "my_number"),
            writes=("case_file", "my_number"),
        )
        yield _act(
            area,
            "verify_by_system",
            Kind.INQUIRE,
            "統合宛名・住基ネットによる番号確認",
            "番号確認の方法に、統合宛名システムか住民基本台帳ネットワークを選べます。",
            step_up=StepUp.RECENT,
            reads=("case_file",),
        )


def _handing_over(area: str) -> Iterator[Function]:
    """What a colleague does with a case that somebody else began."""
    yield _act(
        area,
        "take_over",
        Kind.UPDATE,
        "同僚の受付の引継ぎ",
        "ほかの職員が始めた書きかけの届出を、理由を選んで引き継ぎます。引き継いだ人は、二人目の確認は"
        "できません。",
        step_up=StepUp.RECENT,
        purpose=True,
        reads=_CASE,
        writes=("case_file",),
    )


def _taking_back(area: str, kinds: tuple[CaseKind, ...]) -> Iterator[Function]:
    """What undoes, or rules out, a case before its decision."""
    settles = any(kind.settles_lines for kind in kinds)
    yield _act(
        area,
        "cancel_case",
        Kind.UPDATE,
        "届出の取りやめ",
        "送信していない届出や、広域連合が受け付けなかった届出を取りやめます。"
        "入れた内容と個人番号は消えます。",
        reads=("case_file", *_NUMBER_KEPT, *(follow_ups.READS if settles else ())),
        writes=("case_file", "my_number", *(follow_ups.WRITES if settles else ())),
    )
    if any(isinstance(kind.about, Newcomer) for kind in kinds):
        yield _act(
            area,
            "find_namesakes",
            Kind.INQUIRE,
            "同姓同名の確認",
            "カナか氏名が同じで、生年月日が同じか、不詳のため同じかもしれない方がすでにいないかを"
            "調べます。",
            reads=(*_NAMESAKES, "watermark"),
        )
    yield _act(
        area,
        "withdraw_notification",
        Kind.UPDATE,
        "届出を書きかけに戻す",
        "まだ送られていない届出、または広域連合が受け付けなかった届出を、書きかけに"
        "戻します。直したあとは、新しい送信として送ります。",
        reads=("case_file", "outbox"),
        writes=("case_file", "outbox"),
    )
    yield _act(
        area,
        "show_rejection",
        Kind.INQUIRE,
        "受け付けられなかった届出",
        "広域連合が届出を受け付けなかった理由を見て、直して送り直すか、取りやめます。",
        step_up=StepUp.RECENT,
        reads=(*_CASE, "outbox"),
        screen="app.cases.screens.rejected:RejectedScreen",
        reads_hidden=True,
    )


def _deciding(area: str) -> Iterator[Function]:
    """What the terminal does with the decision."""
    yield _act(
        area,
        "receive_decision",
        Kind.UPDATE,
        "決定の受領",
        "広域連合の決定を受け取り、届出に結び付けます（端末が行います）。",
        actor=Actor.SYSTEM,
        reads=(
            *writing.READS,
            "case_file",
            "sheet",
            "outbox",
            *_NUMBER_KEPT,
            *follow_ups.READS,
            *APPLYING,
        ),
        writes=(
            *writing.WRITES,
            "case_file",
            "decision",
            "my_number",
            *follow_ups.WRITES,
            *APPLYING,
        ),
    )


def _looking(area: str) -> Iterator[Function]:
    """What persons do with the decision."""
    yield _act(
        area,
        "show_decision",
        Kind.INQUIRE,
        "決定の確認",
        "広域連合の決定を、届け出た内容と並べて見比べます。",
        step_up=StepUp.RECENT,
        screen="app.cases.screens.decision:DecisionScreen",
        reads=(*_PAPERS, "outbox", *WHOM_READS),
        reads_hidden=True,
    )
    yield _act(
        area,
        "compare_decision",
        Kind.UPDATE,
        "画面確認の記録",
        "決定の内容を届出と見比べたことを記録します。記録するまで証は交付できません。",
        reads=("case_file", "decision"),
        writes=("case_file",),
    )
    yield _act(
        area,
        "second_look",
        Kind.UPDATE,
        "二人目の確認",
        "即時に処理した届出を、入力した人とは別の職員が確かめます。",
        step_up=StepUp.TOUCH,
        screen="app.cases.screens.look:LookScreen",
        reads=(*CLOSING_READS, "outbox.prepared_by"),
        writes=("case_file",),
    )
    yield _act(
        area,
        "close_case",
        Kind.UPDATE,
        "却下された届出の終了",
        "却下の理由を説明し終えた届出を終えます。入れた内容と個人番号は消えます。",
        reads=("case_file", *_NUMBER_KEPT),
        writes=("case_file", "my_number"),
    )
    yield _act(
        area,
        "print_slip",
        Kind.PRINT,
        "受付票・引継票の印刷",
        "決定がまだ届かないとき、受付票を渡します。証の代わりにはなりません。"
        "ほかの窓口へ引き継ぐものには、書類に付ける引継票を印刷します。",
        step_up=StepUp.RECENT,
        reads=_CASE,
        writes=("print_line",),
    )


def _papers(area: str) -> Iterator[Function]:
    """What is done with the paper that a decision orders."""
    yield _act(
        area,
        "reserve_certificate",
        Kind.UPDATE,
        "発行番号の確保",
        "証の発行番号を一つ確保し、券面を作ります。使わなかった番号は無効として残ります。",
        reads=("case_file", "decision", "certificate", "person.state"),
        writes=("certificate",),
        hands_out=True,
    )
    yield _act(
        area,
        "issue_certificate",
        Kind.PRINT,
        "資格確認書などの交付",
        "券面を確かめ、キーに触れて発行します。発行した人と券面の照合コードが記録されます。",
        step_up=StepUp.TOUCH,
        screen="app.cases.screens.paper:PaperScreen",
        reads=(*_PAPERS, "mail_item"),
        writes=("certificate", "sheet", "case_file", "check_entry", "print_line", "mail_item"),
    )
    yield _act(
        area,
        "void_certificate",
        Kind.UPDATE,
        "発行番号の無効",
        "確保した番号を、理由を付けて無効にします。",
        reads=("certificate",),
        writes=("certificate", "check_entry"),
    )


def _sheets(area: str) -> Iterator[Function]:
    """What is done with the sheet that came out."""
    yield _act(
        area,
        "settle_sheet",
        Kind.UPDATE,
        "用紙の確認",
        "出てきた用紙が正しく印刷されたか、印刷不良かを記録します。",
        reads=(*CLOSING_READS, "hand_over"),
        writes=("sheet", "case_file", "stock_move", "hand_over"),
    )
    yield _act(
        area,
        "show_certificate",
        Kind.INQUIRE,
        "発行した券面の表示",
        "発行した証の券面を、決定からもう一度作って表示します。用紙が出なかったときに使います。",
        step_up=StepUp.RECENT,
        reads=("certificate", "decision"),
        hands_out=True,
    )
    yield _act(
        area,
        "print_issue_slip",
        Kind.PRINT,
        "発行票の印刷",
        "証に添える発行票を印刷します。使う用紙の年度と色、刷り上がりの確認の欄があります。",
        step_up=StepUp.RECENT,
        reads=("certificate",),
        writes=("print_line",),
    )
    yield _act(
        area,
        "reprint_sheet",
        Kind.PRINT,
        "印刷不良の刷り直し",
        "印刷不良の用紙を、同じ発行番号で刷り直します（再交付ではありません）。",
        step_up=StepUp.TOUCH,
        reads=_PAPERS,
        writes=("sheet", "print_line"),
    )

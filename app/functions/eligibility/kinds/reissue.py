"""再交付 (DOMAIN 5.3; 則17条): the same paper once more, with its reason; the old one is void."""

from __future__ import annotations

from app.cases import answers, blocks, page_rules
from app.cases.about import KnownPerson
from app.cases.answers import Compared
from app.cases.effects import Reissues
from app.cases.entry import EntryField, EntryPage, FieldKind, when
from app.cases.kind import CaseKind, Document
from app.persons.at_home import Fits
from app.persons.eligibility_state import INSURED

REISSUE = CaseKind(
    code="reissue",
    area="eligibility",
    group="書類",
    label="再交付の申請",
    help="なくした、汚したなどの書類をもう一度交付します。前に交付した書類は無効になります。",
    source="高確法施行規則17条、DOMAIN 5.3",
    about=KnownPerson(states=(INSURED,)),
    pages=(
        EntryPage(
            "reissue",
            "再交付する書類",
            "申請書を見ながら、書類と理由を選んでください。",
            (
                EntryField(
                    "paper",
                    "再交付する書類",
                    FieldKind.CHOICE,
                    codes="reissued_papers",
                    required=True,
                ),
                EntryField(
                    "reason",
                    "再交付の理由",
                    FieldKind.CHOICE,
                    codes="reissue_reasons",
                    required=True,
                ),
                EntryField(
                    "old_returned",
                    "もとの書類",
                    FieldKind.FLAG,
                    note="汚れた・破れたもとの書類を受け取った",
                    shown=when("reason", "spoilt"),
                    needed=when("reason", "spoilt"),
                ),
                *blocks.four_dates("なくした日・汚した日", note="分からないときは気づいた日"),
                blocks.delivery_field(),
            ),
            (*blocks.FOUR_DATES, page_rules.weak_is_posted),
            step="書類と理由",
        ),
        blocks.notifier(),
    ),
    documents=(
        Document("再交付申請書"),
        Document("汚れた・破れたもとの書類", required=False),
        Document("盗難届の受理番号", or_by="警察", required=False),
    ),
    sentence="{name} 様（{birth}生）の{paper}の再交付（{reason}）を、広域連合へ申請します。",
    compared=(
        *answers.PERSON,
        Compared("paper"),
        Compared("reason", decided="reissue_reason"),
    ),
    told=answers.REISSUED,
    effect=Reissues(voids_for="再交付により無効になった"),
    papers=("eligibility_certificate", "eligibility_notice"),
    refusals=(
        "unknown_person",
        "already_dead",
        "not_insured",
        "event_in_future",
        "event_before_birth",
        "dates_disorder",
        "paper_differs",
    ),
    fits=Fits(
        lambda one: one.insured and bool(one.untrue),
        "交付した書類の{untrue}が、いまの記録と違います。差し替えます。",
        "お手元の書類の記載が変わりました。書類をお持ちください。",
    ),
)

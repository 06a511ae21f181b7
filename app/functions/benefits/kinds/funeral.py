"""葬祭費 (FLOW-604 … 607, FLOW-2026; 高確法86条、条例): who held the funeral claims the benefit.

The union decides the amount from its dated table; the notice to the payee is its paper (CON-08).
"""

from __future__ import annotations

from app.cases import answers, belonging, blocks, page_rules
from app.cases.about import DeadPerson
from app.cases.answers import Compared
from app.cases.effects import Pays
from app.cases.entry import EntryField, EntryPage, FieldKind
from app.cases.kind import CaseKind, Document
from app.persons.at_home import Fits

FUNERAL = CaseKind(
    code="funeral",
    area="benefits",
    group="給付",
    label="葬祭費の申請",
    help="亡くなった被保険者の葬祭を行った方（喪主）の申請を受け付けます。"
    "金額は広域連合が決定します。",
    source="高確法86条・160条、FLOW-604 … 607、FLOW-2026、DOMAIN 5.5",
    about=DeadPerson(from_roles=(("mourner", "payee"),)),
    pages=(
        EntryPage(
            "payee",
            "葬祭と申請者",
            "申請書と会葬礼状などを見ながら、葬祭を行った方（喪主）を入れてください。",
            (
                *blocks.four_dates("葬祭を行った日"),
                EntryField(
                    "proof",
                    "葬祭を行ったことの確認",
                    FieldKind.CHOICE,
                    codes="funeral_proofs",
                    required=True,
                ),
                EntryField(
                    "other_law",
                    "ほかの法令の給付",
                    FieldKind.FLAG,
                    note="労災など、ほかの法令による葬祭の給付がある",
                ),
                *blocks.payee_fields("喪主"),
            ),
            (*blocks.FOUR_DATES, page_rules.not_before_known("event_on", "died_on", "死亡日")),
            step="葬祭と申請者",
        ),
        EntryPage(
            "account",
            "振込先",
            "通帳などを見ながら、申請者の口座を入れてください。",
            blocks.account_fields(belonging.Keyed("payee", "申請者")),
            step="振込先",
        ),
        blocks.notifier(),
    ),
    documents=(
        Document("葬祭費支給申請書"),
        Document("会葬礼状または葬祭費用の領収書"),
        Document("申請者の口座が分かるもの"),
    ),
    sentence="亡くなった {name} 様（{birth}生）の葬祭費を {payee_name} 様に支給する申請を、"
    "広域連合へ送ります。",
    compared=(
        *answers.PERSON,
        Compared("event_on"),
        *answers.PAID_TO,
    ),
    told=answers.PAYMENT,
    effect=Pays(),
    settles=("funeral_benefit",),
    refusals=(
        "unknown_person",
        "not_dead",
        "event_in_future",
        "event_before_birth",
        "dates_disorder",
        "already_paid",
        "not_insured_at_death",
        "other_law_pays",
        "claim_lapsed",
        "claim_dates",
    ),
    fits=Fits(
        lambda one: one.was_insured and one.died_within(730),
        "葬祭費の申請がありません。葬祭を行った日の翌日から2年で申請できなくなります。",
        "葬祭を行った方（喪主）に葬祭費を支給します。葬祭の日の翌日から2年以内に申請してください。",
    ),
)

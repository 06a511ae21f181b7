"""死亡 (FLOW-101 … 103; 高確法53条): an insured person has died; eligibility is lost the next day.

Mail stops at once and papers are void; whoever held the funeral is told of the benefit.
"""

from __future__ import annotations

from app.cases import answers, blocks, page_rules
from app.cases.answers import Compared
from app.cases.effects import Loses
from app.cases.entry import EntryField, EntryPage, FieldKind
from app.cases.kind import CaseKind, Document, FollowUp, KnownPerson
from app.cases.whom import INSURED

DEATH = CaseKind(
    code="death",
    area="eligibility",
    label="死亡の届出",
    help="被保険者が亡くなったことを届け出ます。決定が届くと、郵送物はすぐに止まり、"
    "交付した書類は無効になります。",
    source="高確法53条1項・54条、FLOW-101 … 103、DOMAIN 2.4・5.3",
    about=KnownPerson(standings=(INSURED,)),
    pages=(
        EntryPage(
            "death",
            "死亡",
            "死亡届の写しを見ながら入れてください。",
            (
                *blocks.four_dates("死亡日"),
                EntryField(
                    "day_estimated",
                    "死亡日が推定",
                    FieldKind.FLAG,
                    note="死亡届に「推定」「頃」とあるとき",
                ),
                EntryField(
                    "paper_return",
                    "資格確認書などの返還",
                    FieldKind.CHOICE,
                    codes="paper_returns",
                    required=True,
                ),
            ),
            (
                *blocks.FOUR_DATES,
                page_rules.not_before_known("event_on", "birth_sort", "生年月日"),
                page_rules.not_before_known("event_on", "acquired_on", "資格取得日"),
                page_rules.late(
                    "死亡日から14日を過ぎた届出です。資格は死亡日の翌日にさかのぼって失われます。",
                    "その間に医療機関にかかっていないか尋ねてください。",
                ),
            ),
            step="死亡",
        ),
        EntryPage(
            "roles",
            "後の手続の方",
            "分かる方だけ入れてください。後からでも届け出られます。",
            (
                *blocks.role("mourner", "喪主"),
                *blocks.role("heir", "相続人代表"),
                *blocks.role("payer", "保険料を納める方"),
            ),
            step="後の手続",
        ),
        blocks.notifier(),
    ),
    documents=(Document("死亡届の写し", or_by="住民記録"), Document("資格確認書", required=False)),
    sentence="{name} 様（{birth}生）の死亡の届出（死亡日 {event_on}）を、広域連合へ送ります。",
    compared=(*answers.PERSON, Compared("event_on")),
    told=answers.LOSS,
    effect=Loses(stops_mail=True, voids_for="死亡により資格を喪失した"),
    follow_up=(
        FollowUp(
            "paper_to_return",
            "資格確認書などの返還",
            "返してもらい、返還を記録する",
            days=14,
            applies=lambda keyed: keyed.get("paper_return", "") == "later",
        ),
        FollowUp(
            "funeral_benefit",
            "葬祭費の案内",
            "喪主の方に申請を案内する（葬祭から2年）",
            days=60,
            opens="benefits.open_funeral",
        ),
    ),
    refusals=(
        "unknown_person",
        "already_dead",
        "not_insured",
        "event_in_future",
        "event_before_birth",
        "dates_disorder",
        "before_acquisition",
    ),
)

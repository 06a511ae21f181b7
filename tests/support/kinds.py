"""Each kind of case in a test: whom it is about, what is keyed, what the union answers.

A kind without a scene here has no example, and the tests over all functions fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.wire.bodies import DECISIONS, certifying, coverage, inquiring, loss, payment, reissued
from app.wire.layout import columns
from app.wire.records import DecisionHead
from tests.support.claim_entries import BENEFITS, CLAIMED
from tests.support.counter import ENTRY, Resident, accepted
from tests.support.kind_entries import ASKED, CERTIFICATES, KEYED, OF_DEAD


@dataclass(frozen=True)
class Scene:
    """``resident`` is whom a kind about a known person is about."""

    entry: Mapping[str, str]
    answer: Callable[[Any], DecisionHead]
    resident: Resident | None = None


NOTIFIER = {
    "notified_on": "R8.11.16",
    "accepted_on": "R8.11.16",
    "processed_on": "R8.11.16",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
    "municipality_code": "152994",
}
LIVING = Resident()
DEAD = Resident(state="3")
NOT_INSURED = Resident(insured_number="")


def _head(record: Any, resident: Resident) -> dict[str, str]:
    """What a decision says of the person, as the union knows her."""
    return {
        "decision_id": "",
        "notification_id": "",
        "case_id": record.case_id,
        "kind": record.kind,
        "outcome": "accepted",
        "decided_at": "2026-11-16T10:00:30+09:00",
        "municipality_code": record.municipality_code,
        "atena_number": record.atena_number,
        "insured_number": resident.insured_number,
        "person_kind": "1",
        "name": resident.name,
        "kana": resident.kana,
        "birth_written": resident.birth_written,
        "birth_sort": resident.birth_sort,
        "sex": resident.sex,
    }


def _lost(record: Any) -> DecisionHead:
    made: DecisionHead = loss.LAYOUTS[-1].new(
        **_head(record, LIVING),
        event_on=record.event_on,
        lost_on="2026-11-16",
        loss_reason="LOS_DEATH",
        state="3",
        paper_due="1",
    )
    return made


def _covered(record: Any) -> DecisionHead:
    """A resident who was not insured is, from the day of the event."""
    return _standing(record, "01234565", record.event_on)


def _standing(record: Any, insured_number: str, acquired_on: str) -> DecisionHead:
    """The coverage, the share and the paper as they stand."""
    layout = certifying.CERTIFIED if record.kind in CERTIFICATES else coverage.LAYOUTS
    made: DecisionHead = layout[-1].new(
        **_head(record, LIVING) | {"insured_number": insured_number},
        postal_code="9990001",
        address=LIVING.written,
        insurer_number="39152996",
        insurer_name="見本県後期高齢者医療広域連合",
        acquired_on=acquired_on,
        acquisition_reason="ACQ_OTHER",
        copay_ratio="1",
        copay_from=record.event_on,
        provisional="0",
        income_state="confirmed",
        limit_class="general1",
        limit_from=record.event_on,
        paper="eligibility_certificate",
        expires_on="2027-07-31",
        issue_on="2026-11-16",
        delivery=record.delivery,
    )
    return made


def _again(record: Any) -> DecisionHead:
    made: DecisionHead = reissued.LAYOUTS[-1].new(
        **_head(record, LIVING),
        postal_code="9990001",
        address=LIVING.written,
        insurer_number="39152996",
        insurer_name="見本県後期高齢者医療広域連合",
        acquired_on="2010-05-03",
        acquisition_reason="ACQ_AGE",
        copay_ratio="1",
        copay_from="2026-08-01",
        paper=record.paper,
        expires_on="2027-07-31",
        issue_on="2026-11-16",
        delivery=record.delivery,
        reissue_reason=record.reason,
        reissue_count="1",
    )
    return made


def _paid(record: Any) -> DecisionHead:
    account = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
    made: DecisionHead = payment.LAYOUTS[-1].new(
        **_head(record, DEAD if record.kind == "funeral" else LIVING),
        **{name: getattr(record, name) for name in account},
        benefit=BENEFITS.get(record.kind, "medical_expense"),
        event_on=record.event_on,
        amount="50000",
        decided_on="2026-11-16",
        payee_name=record.payee_name or LIVING.name,
    )
    return made


LEFT = {**NOTIFIER, "event_on": "R8.11.10", "paper_return": "later"}
ARRIVED = {name: value for name, value in ENTRY.items() if name not in {
    "former_municipality_code", "former_address", "copay_paper", "copay_paper_on", "copay_taxed",
    "copay_taxable_income", "copay_revenue", "copay_pension_other", "copay_base_income",
}}  # fmt: skip
NO_NUMBER = {"number_check": "none", "my_number_absent": "not_brought"}
BECOMES = {
    **NOTIFIER,
    "event_on": "R8.11.10",
    "card_use": "not_registered",
    "delivery": "counter",
}
STAY = {"status": "long_term", "stay": "y3"}


def _stands(record: Any) -> DecisionHead:
    """What was said holds from the day of the event; or the paper as it stands."""
    layout = DECISIONS[record.kind][-1]
    if not hasattr(layout.record, "since"):
        return _standing(record, LIVING.insured_number, "2010-05-03")
    head = {column.name for column in columns(DecisionHead)}
    own = {column.name for column in columns(layout.record)} - head - {"since", "until"}
    made: DecisionHead = layout.new(
        **_head(record, LIVING),
        **{name: getattr(record, name) for name in own},
        since=record.event_on,
        until="",
    )
    return made


def _known(code: str) -> Scene:
    who = DEAD if code in OF_DEAD else LIVING
    return Scene({**NOTIFIER, "event_on": "R8.11.10", **KEYED[code]}, _stands, who)


def _leaves(**own: str) -> Scene:
    return Scene({**LEFT, **own}, _lost, LIVING)


def _arrives(**own: str) -> Scene:
    return Scene({**ARRIVED, **own}, accepted)


def _becomes(**own: str) -> Scene:
    return Scene({**BECOMES, **own}, _covered, NOT_INSURED)


def _answered(record: Any) -> DecisionHead:
    """The other body answered with one value of what was asked."""
    made: DecisionHead = inquiring.ANSWER[-1].new(
        **_head(record, LIVING),
        procedure=record.procedure,
        item=record.item,
        asked_digest=inquiring.digest_of(inquiring.asked_text(record)),
        answer="answered",
        provider="見本連合",
        answered_at="2026-11-16T10:00:20+09:00",
        content=json.dumps({f"{record.item}.since": "2026-04-01"}, separators=(",", ":")),
    )
    return made


def _asks(code: str) -> Scene:
    days = {name: NOTIFIER[name] for name in ("notified_on", "accepted_on", "processed_on")}
    own = {"municipality_code": NOTIFIER["municipality_code"], "event_on": "R8.11.16"}
    return Scene({**days, **own, **ASKED[code]}, _answered, LIVING)


SCENES: dict[str, Scene] = {
    "move_in": Scene(ENTRY, accepted),
    "death": Scene({**NOTIFIER, "event_on": "R8.11.15", "paper_return": "later"}, _lost, LIVING),
    "reissue": Scene(
        {
            **NOTIFIER,
            "event_on": "R8.11.14",
            "paper": "eligibility_certificate",
            "reason": "lost",
            "delivery": "counter",
        },
        _again,
        LIVING,
    ),
    "funeral": Scene(
        {
            **NOTIFIER,
            "event_on": "R8.11.14",
            "proof": "receipt",
            "payee_kana": "タカハシ　イチロウ",
            "payee_name": "髙橋　一郎",
            "payee_relation": "子",
            "payee_postal_code": "9990001",
            "payee_address": "見本県見本市港町5番地",
            "bank_code": "0001",
            "branch_code": "001",
            "account_type": "1",
            "account_number": "0123456",
            "holder_kana": "タカハシ　イチロウ",
        },
        _paid,
        DEAD,
    ),
    "move_in_abroad": _arrives(country="ブラジル"),
    "foreigner": _arrives(**STAY),
    "move_in_within": _arrives(former_municipality_code="152986", former_insured_number="01234565"),
    "special_address": _arrives(
        facility_kind="special_nursing_home", facility_name="見本の里", under_nhi="1"
    ),
    "disability": _becomes(proof="physical_2", former_insurance="国民健康保険"),
    "welfare_end": _becomes(welfare_end="ended", welfare_office="見本福祉事務所"),
    "exemption_end": _becomes(ground="returnee_support"),
    "longer_stay": _becomes(**STAY),
    "ex_officio": _becomes(found_by="住民票の写し"),
    "loss_cancelled": _becomes(found_by="死亡届の取下げ"),
    "move_out": _leaves(
        confirmed="1", to_municipality_code="131016", to_address="東京都千代田区見本1-1"
    ),
    "move_out_abroad": _leaves(confirmed="1", country="ブラジル"),
    "welfare_start": _leaves(welfare_office="見本福祉事務所"),
    "exemption": _leaves(ground="returnee_support"),
    "disability_withdrawal": _leaves(next_insurance="国民健康保険", event_on="R8.11.16"),
    "disability_end": _leaves(ground="lighter"),
    "special_address_end": _leaves(to_municipality_code="131016"),
    "ex_officio_loss": _leaves(base="LOS_OUT", found_by="住民票の除票"),
    "whereabouts": _leaves(
        letters_on="R8.9.1",
        visited_on="R8.10.1",
        answers="近隣の方は姿を見ていない",
        decided_by="保険年金課長",
    ),
    "acquisition_cancelled": _leaves(found_by="転入届の取消し"),
    **{code: _known(code) for code in KEYED},
    **{code: _asks(code) for code in ASKED},
    **{
        code: Scene({**NOTIFIER, "event_on": "R8.11.10", **keyed}, _paid, LIVING)
        for code, keyed in CLAIMED.items()
    },
    "unregistered": Scene(
        {
            name: value
            for name, value in {
                **ARRIVED,
                **NO_NUMBER,
                "person_kind": "3",
                "ground": "head",
            }.items()
            if name not in ("card_use", "delivery")
        },
        _stands,
    ),
}


def refusing(record: Any) -> DecisionHead:
    """The decision that refuses, whatever the kind: a head alone."""
    answer = SCENES[record.kind].answer(record)
    head = {item.name: getattr(answer, item.name) for item in columns(DecisionHead)}
    bare = {"body": "", "body_version": "", "outcome": "refused", "reasons": "not_insured"}
    return DecisionHead(**head | bare | {"reason_text": "この広域連合の被保険者ではありません。"})

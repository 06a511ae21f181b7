"""The cards of a yearly batch (FILE-18) and the persons whom they are for."""

from __future__ import annotations

from app.wire.records import CardRecord
from tests.support.counter import Counter, Resident, put_residents

YEAR = 2026


def card(number: int, **changed: str) -> CardRecord:
    values = dict.fromkeys(CardRecord.__dataclass_fields__, "")
    values |= {
        "issue_id": f"U15-K-{number}",
        "municipality_code": "152994",
        "atena_number": f"{number + 1:015d}",
        "insured_number": f"{number * 7919 % 10**8:08d}",
        "insurer_number": "39152996",
        "insurer_name": "架空県後期高齢者医療広域連合",
        "paper": "eligibility_certificate",
        "cause": "renewed",
        "name": f"見本　{chr(0x4E00 + number)}子",
        "kana": "ミホン　ハナコ",
        "birth_written": "昭和20年5月3日",
        "birth_sort": "1945-05-03",
        "sex": "2",
        "postal_code": f"95{number % 7:05d}",
        "address": f"見本市中央町{number}番",
        "acquired_on": "2020-05-03",
        "copay_ratio": "1",
        "copay_from": "2026-08-01",
        "issue_on": "2026-11-16",
        "expires_on": "2027-07-31",
        "delivery": "post",
        "support_measure": "0",
    }
    return CardRecord(**{**values, **changed})


def residents(counter: Counter, count: int) -> None:
    put_residents(
        counter.world,
        *(
            Resident(
                id=f"P-{number}",
                atena_number=f"{number + 1:015d}",
                household_number=f"H{number}",
                insured_number=f"{number * 7919 % 10**8:08d}",
            )
            for number in range(count)
        ),
    )

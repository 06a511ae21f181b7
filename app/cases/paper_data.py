"""From a decision to what is printed: words and wareki, nothing decided here (CON-07)."""

from __future__ import annotations

from datetime import date, datetime

from app.cases.drafts import Case
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.calendar.wareki_input import parse_date
from app.wire.bodies.coverage import Coverage
from forms.certificates.eligibility_certificate import EligibilityCertificateData
from forms.certificates.eligibility_notice import EligibilityNoticeData
from forms.notices.acceptance_slip import AcceptanceSlipData

_FOREIGN = "2"
"""個人区分 of foreign residents, whose birth date prints in the western calendar (DOMAIN 2.1)."""


def paper_data(
    record: Coverage, number: str, tables: Tables
) -> EligibilityCertificateData | EligibilityNoticeData:
    """The printed items of the paper that ``record`` names, under issue number ``number``."""
    eras = Eras(tables["eras"])

    def day(text: str) -> str:
        return on_paper(date.fromisoformat(text), eras) if text else ""

    issued = date.fromisoformat(record.issue_on)
    birth = parse_date(record.birth_written, eras, uncertain=True)
    birth_date = on_paper(birth, eras, western=record.person_kind == _FOREIGN)
    ratio = f"{record.copay_ratio}割" if record.copay_ratio else ""
    provisional = "見込み" if record.provisional == "1" else ""
    if record.paper == "eligibility_notice":
        return EligibilityNoticeData(
            issued_on=day(record.issue_on),
            insured_number=record.insured_number,
            name=record.name,
            name_kana=record.kana,
            birth_date=birth_date,
            acquired_on=day(record.acquired_on),
            copay_ratio=ratio,
            copay_from=day(record.copay_from),
            provisional=provisional,
            insurer_number=record.insurer_number,
            insurer_name=record.insurer_name,
            certificate_number=number,
            decision_id=record.decision_id,
        )
    limit = record.limit_printed == "1"
    address = f"{record.address}　{record.building}".rstrip("　")
    return EligibilityCertificateData(
        issued_on=day(record.issue_on),
        insured_number=record.insured_number,
        name=record.name,
        name_kana=record.kana,
        birth_date=birth_date,
        acquired_on=day(record.acquired_on),
        copay_ratio=ratio,
        copay_from=day(record.copay_from),
        provisional=provisional,
        insurer_number=record.insurer_number,
        insurer_name=record.insurer_name,
        certificate_number=number,
        decision_id=record.decision_id,
        expires_on=day(record.expires_on),
        sex=tables["sexes"].label(record.sex, issued),
        address=address if record.address_printed == "1" else "",
        limit_class=tables["limit_classes"].at(issued, code=record.limit_class).text("wording")
        if limit and record.limit_class
        else "",
        limit_from=day(record.limit_from) if limit else "",
        long_stay_on=day(record.long_stay_on),
        specified_disease=tables["specified_diseases"].label(record.disease_kind, issued)
        if record.disease_kind
        else "",
        specified_disease_from=day(record.disease_from),
    )


def slip_data(
    case: Case, now: datetime, tables: Tables, *, office: str, phone: str
) -> AcceptanceSlipData:
    """The acceptance slip (受付票) of a case that waits: no number, no ratio, no certificate."""
    eras = Eras(tables["eras"])
    today = now.date()
    notified = parse_date(case.values["notified_on"], eras)
    return AcceptanceSlipData(
        case_id=case.id,
        accepted_at=f"{on_paper(today, eras)} {now:%H時%M分}",
        notification=tables["notification_kinds"].label(case.kind, today),
        notified_on=on_paper(notified, eras),
        name=case.values["name"],
        name_kana=case.values.get("kana", ""),
        notifier=tables["notifiers"].label(case.values["notifier"], today),
        state="広域連合の決定を待っています",
        delivery=tables["deliveries"].label(case.values["delivery"], today),
        office=office,
        phone=phone,
    )

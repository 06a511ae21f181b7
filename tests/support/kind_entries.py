"""What is keyed for kinds about somebody known, beside the four dates and who brings it."""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNT = {
    "bank_code": "0001",
    "branch_code": "001",
    "account_type": "1",
    "account_number": "0123456",
    "holder_kana": "タカハシ　タケ",
}
HANDED = {"to_desk": "levy", "papers_count": "1"}
AT_COUNTER = {"delivery": "counter"}
BACK = {"paper": "eligibility_certificate", "paper_number": "T01-1-20261101-00001"}

INTO_FACILITY = {
    **AT_COUNTER,
    "to_facility": "special_nursing_home",
    "facility_name": "見本の里",
    "to_municipality_code": "131016",
    "new_postal_code": "100-0001",
    "new_address": "東京都千代田区見本2-2",
}
SHOWN = {**AT_COUNTER, "shown_to": "見本区役所"}
CERTIFICATES = (
    "burden_paper",
    "disability_paper",
    "disease_paper",
    "dependant_paper",
    "move_out_papers",
    "coverage_paper",
)

KEYED: Mapping[str, Mapping[str, str]] = {
    "name_change": {
        **AT_COUNTER,
        "new_kana": "ミホン　ハナコ",
        "new_name": "見本　花子",
        "ground": "marriage",
    },
    "alias_change": {"alias": "見本　花", "alias_kana": "ミホン　ハナ"},
    "former_name": {"former_name": "旧見本", "former_name_kana": "キュウミホン"},
    "birth_correction": {**AT_COUNTER, "new_birth_written": "S10.5.4", "new_sex": "2"},
    "number_change": {
        "ground": "request",
        "number_check": "number_card",
        "purpose_explained": "1",
    },
    "move_within": {
        **AT_COUNTER,
        "new_postal_code": "999-0002",
        "new_address": "見本県見本市港町9番9号",
        "new_household_number": "000000000001234",
        "relation": "世帯主",
        "is_head": "1",
    },
    "special_address_begin": INTO_FACILITY,
    "special_address_change": {**INTO_FACILITY, "facility_name": "例示の里"},
    "household_change": {
        "new_household_number": "000000000001234",
        "relation": "世帯主",
        "is_head": "1",
        "ground": "split",
    },
    "head_change": {"former_relation": "夫"},
    "delivery_address": {
        "papers": "certificates",
        "ending": "set",
        "addressee": "見本　一郎",
        "in_care": "例示",
        "relation": "子",
        "to_postal_code": "999-0003",
        "to_address": "見本県見本市山手1番1号",
        "ends_on": "R9.3.31",
    },
    "heir": {
        "heir_kana": "ミホン　イチロウ",
        "heir_name": "見本　一郎",
        "heir_relation": "子",
        "heir_postal_code": "999-0003",
        "heir_address": "見本県見本市山手1番1号",
        "heir_phone": "0250-00-1111",
    },
    "account": ACCOUNT,
    "contact": {"phone": "0250-00-2222"},
    "tax_agent": {
        "agent_name": "見本　一郎",
        "agent_postal_code": "999-0003",
        "agent_address": "見本県見本市山手1番1号",
        "agent_phone": "0250-00-1111",
    },
    "disability_change": {**AT_COUNTER, "proof": "physical_1"},
    "disability_renewal": {**AT_COUNTER, "proof": "mental_2", "proof_until": "R10.3.31"},
    "disease": {**AT_COUNTER, "disease_kind": "1", "physician": "見本病院"},
    "long_stay": {**AT_COUNTER, "days": "95", "hospital": "見本病院"},
    "limit_mark": AT_COUNTER,
    "limit_mark_end": AT_COUNTER,
    "standard_income": {**AT_COUNTER, "year": "2025", "revenue": "3,000,000"},
    "copay_exemption": {"cause": "disaster", "months": "6"},
    "former_dependant": {"insurer": "見本健康保険組合", "dependant_until": "R8.10.31"},
    "nondisclosure": {"ending": "set", "ground": "本人の申出"},
    "protection": {"measure": "provisional", "until_on": "R9.11.9"},
    "special_treatment": {"ground": "arrears", "noticed_on": "R8.6.1"},
    "special_treatment_end": {"ground": "paid", "noticed_on": "R8.11.1"},
    "certificate_application": {**AT_COUNTER, "ground": "care"},
    "card_cancel": {**AT_COUNTER, "explained": "1"},
    "paper_back": BACK,
    "paper_back_dead": BACK,
    "paper_found": BACK,
    "paper_lost": {"paper": "eligibility_certificate", "ground": "家の中で見つからない"},
    **dict.fromkeys(CERTIFICATES, SHOWN),
    "unregistered_end": {"ground": "必要がなくなった"},
    "income_inquiry": {
        "to_municipality_code": "131016",
        "year": "2025",
        "letter_number": "見保第1号",
    },
    "income_reply": {
        "from_municipality_code": "131016",
        "year": "2025",
        "taxed": "1",
        "taxable_income": "280,000",
        "revenue": "2,500,000",
        "pension_other": "2,000,000",
        "base_income": "650,000",
    },
    "income_asked": {
        "from_municipality_code": "131016",
        "year": "2025",
        "letter_number": "千第5号",
        "answered_on": "R8.11.16",
    },
    "identity_inquiry": {"facts": "four"},
    "direct_debit": {**HANDED, **ACCOUNT},
    "direct_debit_payer": {
        **HANDED,
        **ACCOUNT,
        "paid_by_kana": "タカハシ　イチロウ",
        "paid_by_name": "髙橋　一郎",
        "paid_by_relation": "子",
    },
    "debit_cancel": HANDED,
    "ordinary_collection": HANDED,
    "levy_reduction": {**HANDED, "cause": "disaster", "fiscal_year": "2026"},
    "levy_deferral": {**HANDED, "cause": "illness", "fiscal_year": "2026"},
    "pledge": {**HANDED, "monthly": "3,000", "first_on": "R8.12.25"},
    "refund_claim": {
        **HANDED,
        **ACCOUNT,
        "claimant_name": "髙橋　タケ",
        "claimant_kana": "タカハシ　タケ",
    },
    "slip_again": {**HANDED, "fiscal_year": "2026"},
    "payment_proof": {**HANDED, "fiscal_year": "2025"},
    "third_party": {**HANDED, "accident_place": "見本市港町の交差点", "hospital": "見本病院"},
    "other_desk": {**HANDED, "matter": "payment", "wanted": "分割の相談"},
    "income_by_hand": {
        "proof": "certificate",
        "year": "2024",
        "taxed": "1",
        "taxable_income": "280,000",
        "revenue": "2,500,000",
        "pension_other": "2,000,000",
        "base_income": "650,000",
    },
}
OF_DEAD = frozenset({"heir", "paper_back_dead"})
"""Kinds about somebody who died."""

ASKED: dict[str, dict[str, str]] = {
    "inquiry_former_insurer": {"asked_insurer": "01130012"},
    "inquiry_residents": {"asked_municipality": "131016"},
    "inquiry_welfare": {"asked_municipality": "131016"},
    "inquiry_disability": {},
    "inquiry_tax": {
        "asked_municipality": "131016",
        "year": "2026",
        "consent_on": "R8.11.16",
    },
    "inquiry_pension": {},
    "inquiry_care": {"year": "2025"},
    "inquiry_account": {"consent_on": "R8.11.16"},
}
"""What is keyed for an inquiry of another body."""

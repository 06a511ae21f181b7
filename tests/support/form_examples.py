"""One example of data per form: synthetic persons of an invented municipality."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.core.clock import JST
from forms.certificates.eligibility_certificate import EligibilityCertificateData
from forms.certificates.eligibility_notice import EligibilityNoticeData
from forms.certificates.seal import SealCharacters
from forms.items import FormData
from forms.lists.issue_slip import IssueSlipData
from forms.notices.acceptance_slip import AcceptanceSlipData

NOW = datetime(2026, 11, 21, 10, 15, 30, tzinfo=JST)

SEAL = SealCharacters(("架空県後期", "高齢者医療", "広域連合長", "之印"))

CERTIFICATE = EligibilityCertificateData(
    expires_on="令和9年7月31日",
    issued_on="令和8年11月21日",
    insured_number="01234567",
    name="葛\U000e0102城　美智子",
    name_kana="カツラギ　ミチコ",
    sex="女",
    birth_date="昭和20年5月3日",
    address="",
    acquired_on="令和8年11月16日",
    copay_ratio="１割",
    copay_from="令和8年11月16日",
    insurer_number="39999997",
    insurer_name="架空県後期高齢者医療広域連合",
    certificate_number="T01-1-000042",
    decision_id="U-2026-0000123",
    seal=SEAL,
)

FULL_CERTIFICATE = EligibilityCertificateData(
    expires_on="令和9年7月31日",
    issued_on="令和8年11月21日",
    insured_number="98765432",
    name="髙﨑　𠮷之\U000e0100介",
    name_kana="タカサキ　ヨシノスケ",
    sex="男",
    birth_date="昭和20年10月10日",
    address="架空県見本市中央区桜が丘三丁目12番34号　見本市営住宅あおぞら団地第２号棟305号室",
    acquired_on="令和2年10月10日",
    copay_ratio="２割",
    copay_from="令和8年8月1日",
    provisional="見込み",
    limit_class="区分Ⅱ",
    limit_from="令和8年8月1日",
    long_stay_on="令和8年9月1日",
    specified_disease="Ａ　人工透析",
    specified_disease_from="令和4年4月1日",
    insurer_number="39999997",
    insurer_name="架空県後期高齢者医療広域連合",
    certificate_number="T01-1-000043",
    decision_id="U-2026-0000124",
    seal=SEAL,
)

NOTICE = EligibilityNoticeData(
    issued_on="令和8年11月21日",
    insured_number="01234567",
    name="辻\U000e0100　邉\U000e010f子",
    name_kana="ツジ　ナベコ",
    birth_date="昭和20年5月3日",
    acquired_on="令和8年11月16日",
    copay_ratio="１割",
    copay_from="令和8年11月16日",
    insurer_number="39999997",
    insurer_name="架空県後期高齢者医療広域連合",
    certificate_number="T01-1-000044",
    decision_id="U-2026-0000125",
)

PROVISIONAL_NOTICE = replace(NOTICE, provisional="見込み", name_kana="")

ACCEPTANCE_SLIP = AcceptanceSlipData(
    case_id="T01-1-000051",
    accepted_at="令和8年11月21日　10時15分",
    notification="県外からの転入による資格取得",
    notified_on="令和8年11月21日",
    name="葛\U000e0102城　美智子",
    name_kana="カツラギ　ミチコ",
    notifier="同じ世帯の方（長男）",
    state="広域連合に接続できないため、送信を待っています。",
    delivery="郵送（簡易書留）",
    office="見本市役所　保険年金課　２番窓口",
    phone="000-000-0000",
)

ISSUE_SLIP = IssueSlipData(
    certificate_number="T01-1-000042",
    form_title="後期高齢者医療資格確認書",
    stock="令和8年度用（空色）",
    reason="転入による新規交付",
    decision_id="U-2026-0000123",
    issued_at="令和8年11月21日　10時15分",
    staff="1204　窓口 一郎",
    terminal="T01　本庁２番窓口",
)

EXAMPLES: dict[str, FormData] = {
    "FORM-04": CERTIFICATE,
    "FORM-N1": NOTICE,
    "FORM-N2": ACCEPTANCE_SLIP,
    "FORM-N3": ISSUE_SLIP,
}

"""Every kind of case through the window against the real union, once refused and once, mended,
accepted; each row is written by hand from its source and says what must follow.

A person who lost her eligibility in one row gets it back in another, so the rows are played in
their order by one clerk on one day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from app.cases.decisions import DecisionView
from app.cases.kind import Look
from app.catalog import CASES
from app.persons import history
from app.training.movers import Mover
from db.tables.cases import case_file
from db.tables.persons import insured, person
from tests.support.kind_entries import KEYED
from tests.support.stories import Desk, Story, entry
from tests.support.window import CaseWindow

TODAY = "R8.11.20"
BROUGHT = {"channel": "counter", "notifier": "household", "identity_check": "photo_one"}
ENTERS = {"card_use": "not_registered", "delivery": "counter"}


@dataclass(frozen=True)
class Row:
    """``whom``: "insured", "young" (65 to 74, never insured), "newcomer", or the code of a row
    played before. ``wrong`` is keyed first and refused for ``reason``, ``keyed`` then mends it.
    ``decided`` are items of the decision, ``period`` what the store says of the last period,
    ``value`` what it says of the ``fact`` (of several facts, of the case's own, ``subject``) as of
    the day ``on``."""

    code: str
    whom: str
    keyed: Mapping[str, str]
    wrong: Mapping[str, str]
    reason: str
    decided: Mapping[str, str]
    period: Mapping[str, str] = field(default_factory=dict)
    state: str = "1"
    fact: str = ""
    value: Mapping[str, str] = field(default_factory=dict)
    subject: bool = False
    on: date = date(2026, 12, 1)


DEAD = "already_dead"
"""As ``reason``: the union learned meanwhile that she is dead, and learns that she is not."""
NO_LOSS = "no_loss"
"""As ``reason``: in the union's books the loss was taken back already."""
ALIVE = "not_dead"
"""As ``reason``: the union has not heard of her death."""
OTHERWISE = {
    DEAD: (
        "SELECT state, id FROM person WHERE atena_number = ?",
        "UPDATE person SET state = ? WHERE id = ?",
        "3",
    ),
    ALIVE: (
        "SELECT state, id FROM person WHERE atena_number = ?",
        "UPDATE person SET state = ? WHERE id = ?",
        "1",
    ),
    NO_LOSS: (
        "SELECT lost_on, coverage.id FROM coverage JOIN person ON person.id = person_id"
        " WHERE atena_number = ? ORDER BY acquired_on DESC LIMIT 1",
        "UPDATE coverage SET lost_on = ? WHERE id = ?",
        "",
    ),
}
SUBJECTS = {"address": "current", "household": "152994", "delivery": "certificates"}
"""Facts of which a person has several, by which one a row means."""
NOTHING: Mapping[str, str] = {}
PAPER = {"paper_return": "later"}


LOSSES = (
    # 高確法53条1項: the day after leaving, DOMAIN 2.4
    Row(
        "move_out",
        "insured",
        {
            "event_on": "R8.11.10",
            "confirmed": "1",
            "to_municipality_code": "131016",
            "to_address": "東京都千代田区見本1-1",
            "paper_return": "returned",
        },
        {"to_municipality_code": "152986", "to_address": "見本県手本町1-1"},
        "same_prefecture_out",
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT", "article": "高確法53条1項"},
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT"},
        "2",
    ),
    # DOMAIN 2.4: 国外転出, the day after leaving
    Row(
        "move_out_abroad",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "confirmed": "1", "country": "ブラジル"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_ABROAD", "paper_due": "1"},
        {"lost_on": "2026-11-11"},
        "2",
    ),
    # 高確法53条2項: the day of 51条1号 itself
    Row(
        "welfare_start",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-10", "loss_reason": "LOS_WELF"},
        {"lost_on": "2026-11-10"},
    ),
    # 高確法53条1項・51条2号: the day after
    Row(
        "exemption",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "ground": "short_stay"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXEMPT"},
        {"lost_on": "2026-11-11"},
    ),
    # 高確法55条, DOMAIN 2.6: the same day as the acquisition there
    Row(
        "special_address_end",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "to_municipality_code": "131016",
            "elsewhere_from": "R8.11.12",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-12", "loss_reason": "LOS_SPADDR"},
        {"lost_on": "2026-11-12"},
        "2",
    ),
    # DOMAIN 2.4: 職権喪失 by the base event
    Row(
        "ex_officio_loss",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "base": "LOS_OUT", "found_by": "住民票の除票"},
        {"base": "LOS_EXOFF"},
        "base_missing",
        {
            "lost_on": "2026-11-11",
            "loss_reason": "LOS_EXOFF",
            "article": "高確法53条1項（職権）",
        },
        {"lost_on": "2026-11-11"},
    ),
    # DOMAIN 2.4: 居所不明, by the base event (no address: the day after)
    Row(
        "whereabouts",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "letters_on": "R8.9.1",
            "visited_on": "R8.10.1",
            "answers": "近隣の方は姿を見ていない",
            "decided_by": "保険年金課長",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXOFF", "state": "9"},
        {"lost_on": "2026-11-11"},
        "9",
    ),
)

GAINS = (
    # 高確法51条1号・52条: the day of 廃止
    Row(
        "welfare_end",
        "welfare_start",
        {"event_on": "R8.11.15", "welfare_end": "ended", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_WELF_END"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # 則9条, DOMAIN 2.3: more than three months, exactly three are not enough
    Row(
        "longer_stay",
        "exemption",
        {"event_on": "R8.11.15", "status": "long_term", "stay": "y1"},
        {"stay": "m3"},
        "stay_too_short",
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_OTHER"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # DOMAIN 2.7: 異動の取消し gives the history that would have been
    Row(
        "loss_cancelled",
        "move_out_abroad",
        {"event_on": "R8.11.19", "found_by": "出国の取りやめ"},
        NOTHING,
        NO_LOSS,
        NOTHING,
        {"lost_on": "", "loss_reason": ""},
    ),
    # DOMAIN 2.3: 職権取得, the true day
    Row(
        "ex_officio",
        "ex_officio_loss",
        {"event_on": "R8.11.15", "found_by": "住民票の写し"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # 則8条2項, DOMAIN 2.4: prospective only
    Row(
        "disability_withdrawal",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "next_insurance": "国民健康保険"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-20", "loss_reason": "LOS_DIS_WD"},
        {"lost_on": "2026-11-20"},
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # DOMAIN 2.4: 障害認定 is for those under 75
    Row(
        "disability_end",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "ground": "lighter"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-21", "loss_reason": "LOS_DIS"},
        {"lost_on": "2026-11-21"},
    ),
    # DOMAIN 2.4: 取得と喪失が同日: never insured
    Row(
        "acquisition_cancelled",
        "welfare_end",
        {**PAPER, "event_on": "R8.11.20", "found_by": "保護廃止の取消し"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-15", "loss_reason": "LOS_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": "2026-11-15"},
    ),
)


ARRIVALS = (
    # 高確法52条2号, DOMAIN 2.3: the day the address here began
    Row(
        "move_in_abroad",
        "newcomer",
        {"event_on": "R8.11.10", "country": "ブラジル"},
        {"address": "見本県手本町1-1"},
        "outside_area",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_ABROAD"},
    ),
    # 則9条, DOMAIN 2.3: 90 days are not more than three months
    Row(
        "foreigner",
        "newcomer",
        {"event_on": "R8.11.10", "person_kind": "2", "status": "long_term", "stay": "y1"},
        {"stay": "d90"},
        "stay_too_short",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_OTHER"},
    ),
    # 高確法55条の2, DOMAIN 2.6: from 75, for those whom 国保 kept here
    Row(
        "special_address",
        "newcomer",
        {
            "event_on": "R8.6.1",
            "birth_written": "S26.6.1",
            "address": "東京都千代田区見本1-1",
            "is_head": "1",
            "facility_kind": "special_nursing_home",
            "facility_name": "見本の里",
            "under_nhi": "1",
        },
        {"under_nhi": "0"},
        "not_carried_over",
        {"acquired_on": "2026-06-01", "acquisition_reason": "ACQ_SPADDR"},
    ),
    # DOMAIN 1.3・2.4: 県内転居, no loss; number and day of acquisition stay
    Row(
        "move_in_within",
        "newcomer",
        {
            "event_on": "R8.11.10",
            "former_municipality_code": "152986",
            "former_insured_number": "70000019",
        },
        {"former_insured_number": "70000027"},
        "not_elsewhere_here",
        {
            "insured_number": "70000019",
            "acquired_on": "2020-05-03",
            "acquisition_reason": "ACQ_AGE",
        },
    ),
)


OF_THE_PERSON = {
    "birth_correction": {"new_birth_written": "{birth_written}"},
    "number_change": {"my_number": "{free_number}"},
}
"""What is keyed of the very person (``Counter.worded``)."""
SINCE = {"since": "2026-11-10", "until": ""}


def _states(
    code: str, fact: str, value: Mapping[str, str], whom: str = "insured", **more: Any
) -> Row:
    """A kind that is answered by what it said; ``fact`` then holds here and at the union."""
    keyed = {"event_on": "R8.11.10", **KEYED[code], **OF_THE_PERSON.get(code, {})}
    row = Row(code, whom, keyed, NOTHING, DEAD, SINCE, fact=fact, value=value)
    return replace(row, **more)


def _papers(
    code: str, fact: str, value: Mapping[str, str], whom: str = "insured", **more: Any
) -> Row:
    """A kind whose decision orders the paper as it stands."""
    row = _states(code, fact, value, whom, decided={"paper": "eligibility_certificate"})
    return replace(row, **more)


def _taken_in(code: str, words: str) -> Row:
    """A kind that is noted and handed on."""
    return _states(code, "note", {"text": words}, subject=True)


WHO_ONE_IS = (
    # DOMAIN 2.7; the paper shows the name
    _papers("name_change", "name", {"name": "見本　花子", "kana": "ミホン　ハナコ"}),
    _states("alias_change", "alias", {"alias": "見本　花", "alias_kana": "ミホン　ハナ"}),
    _states(
        "former_name", "former_name", {"former_name": "旧見本", "former_name_kana": "キュウミホン"}
    ),
    # DOMAIN 2.2: who acquired by age did so on the 75th birthday, so another birth moves the day
    _papers(
        "birth_correction",
        "",
        NOTHING,
        wrong={"new_birth_written": "S10.1.1"},
        reason="birth_moves_acquisition",
    ),
    # SEC-04: the number belongs to somebody else
    _states(
        "number_change",
        "note",
        {"text": "個人番号の変更・訂正を広域連合へ届け出た"},
        subject=True,
        wrong={"my_number": "{others_number}"},
        reason="number_elsewhere",
    ),
    # DOMAIN 2.7, 5.2: this union's papers show no address, so no paper follows
    _papers(
        "move_within",
        "address",
        {"written": "見本県見本市港町9番9号"},
        decided={"paper": "none"},
        wrong={"new_address": "見本県手本町1-1"},
        reason="outside_area",
    ),
    # DOMAIN 3.2: 世帯異動
    _states(
        "household_change",
        "household",
        {"household_number": "000000000001234"},
        wrong={"new_household_number": "000000000777777", "is_head": "0", "relation": "子"},
        reason="household_unknown",
    ),
    _states("head_change", "household", {"relation": "世帯主", "is_head": "1"}),
    # DOMAIN 5.5: per kind of paper, with an end
    _states(
        "delivery_address",
        "delivery",
        {"addressee": "見本　一郎", "in_care": "例示"},
        decided={"since": "2026-11-10", "papers": "certificates", "ends_on": "2027-03-31"},
    ),
    _states("heir", "heir", {"heir_name": "見本　一郎"}, whom="dead", reason=ALIVE),
    _states("account", "account", {"account_number": "0123456"}),
    _states("contact", "phone", {"phone": "0250002222"}),
    _states("tax_agent", "tax_agent", {"agent_name": "見本　一郎"}),
)

RECOGNISED = (
    # DOMAIN 2.5: 令別表
    Row(
        "disability",
        "young",
        {"event_on": "R8.11.15", "proof": "mental_1", "former_insurance": "国民健康保険"},
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquisition_reason": "ACQ_DIS"},
    ),
    _papers(
        "disability_change",
        "",
        NOTHING,
        whom="disability",
        wrong={"proof": "physical_5"},
        reason="degree_too_light",
    ),
    # DOMAIN 2.5: the paper expires with the 手帳
    _papers(
        "disability_renewal",
        "",
        NOTHING,
        whom="disability",
        wrong={"proof": "physical_5"},
        reason="degree_too_light",
    ),
    # DOMAIN 5.4: from the 1st of the month of application
    _papers(
        "disease",
        "disease",
        {"disease": "1"},
        decided={"disease_kind": "1", "disease_from": "2026-11-01"},
    ),
    # DOMAIN 3.10: 区分Ⅱ, more than 90 days, from the month after
    _papers(
        "long_stay",
        "marks",
        {"long_stay_on": "2026-12-01"},
        whom="low2",
        decided={"long_stay_on": "2026-12-01", "limit_printed": "1"},
        wrong={"days": "90"},
        reason="stay_under_90",
    ),
    # DOMAIN 5.4: from the 1st of the month of application
    _papers(
        "limit_mark",
        "marks",
        {"limit_printed": "1"},
        whom="low2",
        decided={"limit_printed": "1", "limit_from": "2026-11-01"},
        on=date(2026, 11, 1),
    ),
    _papers("limit_mark_end", "", NOTHING, whom="limit_mark", decided={"limit_printed": "0"}),
    # DOMAIN 3.2: released by 基準収入額, so the 2割 line decides; from the month after it
    _papers(
        "standard_income",
        "copay",
        {"ratio": "2"},
        whom="three",
        decided={"copay_from": "2026-12-01"},
        wrong={"year": "2023"},
        reason="income_year",
    ),
    # 則33条: six months at most
    _states(
        "copay_exemption",
        "copay_exemption",
        {"cause": "disaster", "months": "6"},
        decided={"since": "2026-11-10", "until": "2027-05-09"},
        wrong={"months": "7"},
        reason="exemption_months",
    ),
    _states("former_dependant", "former_dependant", {"insurer": "見本健康保険組合"}),
    _states("nondisclosure", "nondisclosure", {"ground": "本人の申出"}),
    _states("special_treatment", "special_treatment", {"ground": "arrears"}),
    _states("special_treatment_end", "special_treatment", NOTHING, whom="special_treatment"),
    # DOMAIN 5.1: 要配慮者 by application
    _papers("certificate_application", "", NOTHING),
    _papers("card_cancel", "", NOTHING),
)

CERTIFIED = (
    # DOMAIN 2.6: what somebody who moves out takes along
    _papers(
        "burden_paper",
        "",
        NOTHING,
        decided={"paper": "burden_certificate", "judged_year": "2026年度"},
    ),
    _papers("coverage_paper", "", NOTHING, decided={"paper": "coverage_certificate"}),
    RECOGNISED[0],
    _papers(
        "disability_paper",
        "",
        NOTHING,
        whom="disability",
        decided={
            "paper": "disability_certificate",
            "disability_degree": "精神障害者保健福祉手帳 1級",
        },
    ),
    next(row for row in RECOGNISED if row.code == "disease"),
    _papers(
        "disease_paper",
        "",
        NOTHING,
        whom="disease",
        decided={"paper": "disease_certificate", "disease_kind": "1"},
    ),
    next(row for row in RECOGNISED if row.code == "former_dependant"),
    _papers(
        "dependant_paper",
        "",
        NOTHING,
        whom="former_dependant",
        decided={"former_insurer": "見本健康保険組合", "dependant_until": "2026-10-31"},
    ),
    _papers(
        "move_out_papers",
        "",
        NOTHING,
        whom="disease",
        decided={"paper": "move_out_set", "disease_kind": "1"},
    ),
)

TAKEN_IN = (
    _taken_in("paper_back", "書類の返還を受けた"),
    _states(
        "paper_back_dead",
        "note",
        {"text": "亡くなった方の書類の返還を受けた"},
        whom="dead",
        reason=ALIVE,
        subject=True,
    ),
    _taken_in("paper_found", "再交付の前の書類が見つかり、返還を受けた"),
    _taken_in("paper_lost", "書類が返還できないと届け出があった"),
    *(
        _taken_in(code, f"{words}を受け付け、引き継いだ")
        for code, words in (
            ("direct_debit", "口座振替の申込・変更"),
            ("debit_cancel", "口座振替の取消し"),
            ("ordinary_collection", "普通徴収への変更の申出"),
            ("levy_reduction", "保険料の減免の申請"),
            ("levy_deferral", "徴収猶予の申請"),
            ("pledge", "納税誓約"),
            ("refund_claim", "還付の請求"),
            ("slip_again", "納付書の再発行"),
            ("payment_proof", "納付証明・完納証明の請求"),
            ("third_party", "第三者行為の届出"),
            ("other_desk", "ほかの窓口への引継"),
        )
    ),
)


ASKED = (
    # FLOW-2008: of the year before the judgement year
    _states(
        "income_inquiry",
        "note",
        {"text": "前の住所の市区町村へ所得を照会した"},
        subject=True,
        wrong={"year": "2020"},
        reason="income_year",
    ),
    _states(
        "income_reply",
        "note",
        {"text": "所得照会の回答を広域連合へ届け出た"},
        subject=True,
        wrong={"year": "2020"},
        reason="income_year",
    ),
    _taken_in("income_asked", "他市区町村からの所得照会に回答した"),
    _taken_in("identity_inquiry", "本人確認情報を照会した"),
)


@dataclass
class Counter:
    """The clerk, the window, and who has been taken already."""

    story: Story
    desk: Desk
    window: CaseWindow
    taken: dict[str, str] = field(default_factory=dict)

    def whom(self, row: Row) -> str:
        if row.whom in CASES:
            return self.taken[row.whom]
        for one in self.desk.rows(person):
            if one.id not in self.taken.values() and self._fits(row.whom, one):
                return str(one.id)
        raise AssertionError(f"nobody is {row.whom}")

    def _fits(self, whom: str, one: Any) -> bool:
        periods = [row for row in self.desk.rows(insured) if row.person_id == one.id]
        if whom == "dead":
            return one.state == "3" and bool(periods)
        if one.state != "1" or one.kind != "1":
            return False
        if whom == "young":
            birth = date.fromisoformat(one.birth_sort)
            return not periods and date(1952, 1, 1) < birth < date(1960, 1, 1)
        open_ones = [row for row in periods if not row.lost_on]
        wanted = {"low2": ("limit_class", "low2"), "three": ("copay_ratio", "3")}
        if whom in wanted:
            name, value = wanted[whom]
            return any(getattr(row, name) == value for row in open_ones)
        return bool(open_ones)

    @contextmanager
    def told_otherwise(self, person_id: str, reason: str) -> Iterator[None]:
        """What the union was told by mistake, and learns to be wrong."""
        if reason not in OTHERWISE:
            yield
            return
        read, change, wrong = OTHERWISE[reason]
        atena = self.desk.atena_of(person_id)
        ((before, key),) = self.story.union_rows(read, atena)
        self.story.change_union(change, wrong, key)
        yield
        self.story.change_union(change, before, key)

    def holds(self, row: Row, view: DecisionView, person_id: str) -> bool:
        """Whether the fact of the row holds as of its day, as known now."""
        with self.desk.store.view(history.READS) as work:
            seen = history.as_of(work, person_id, row.on, date(2026, 12, 1))
        assert seen is not None
        subject = view.case_id if row.subject else SUBJECTS.get(row.fact, "")
        value = seen.value(row.fact, subject)
        if not row.value:
            return not value
        assert {name: value.get(name) for name in row.value} == dict(row.value)
        return True

    def worded(self, keyed: Mapping[str, str], person_id: str) -> dict[str, str]:
        """What is keyed, with what only this person or this town has."""
        (one,) = [row for row in self.desk.rows(person) if row.id == person_id]
        ((others,),) = self.story.union_rows(
            "SELECT my_number FROM number JOIN person ON person.id = person_id"
            " WHERE atena_number != ? ORDER BY person_id LIMIT 1",
            self.desk.atena_of(person_id),
        )
        words = {
            "birth_written": one.birth_written,
            "free_number": self.story.stranger(70).person.my_number,
            "others_number": others,
        }
        return {name: value.format_map(words) for name, value in keyed.items()}

    def play(self, row: Row, keyed: Mapping[str, str], person_id: str) -> DecisionView:
        kind = CASES[row.code]
        self.window.begin(kind, person_id)
        self.window.key_in({**BROUGHT, **ENTERS, **keyed})
        if kind.second_look.look is Look.BEFORE:
            (case,) = [one for one in self.desk.rows(case_file) if one.state == "draft"]
            self.desk.look(case.id, kind=kind)
            self.window.go(kind.opening, case_id=case.id)
            self.window.until(lambda: self.window.screen.step == len(kind.pages))
        view = self.window.send()
        self.window.leave()
        return view


def played(counter: Counter, row: Row) -> None:
    """Refused, mended, accepted; and what the store says then."""
    person_id = counter.taken[row.code] = counter.whom(row)
    keyed, wrong = counter.worded(row.keyed, person_id), counter.worded(row.wrong, person_id)
    with counter.told_otherwise(person_id, row.reason):
        refused = counter.play(row, {**keyed, **wrong}, person_id)
    assert refused.record is not None and refused.record.reasons.split() == [row.reason]
    view = counter.play(row, keyed, person_id)
    assert view.record is not None and view.record.outcome == "accepted", view.record
    said = {name: getattr(view.record, name) for name in row.decided}
    assert said == dict(row.decided)
    periods = [one for one in counter.desk.rows(insured) if one.person_id == person_id]
    if row.period:
        last = max(periods, key=lambda one: one.acquired_on)
        assert {name: getattr(last, name) for name in row.period} == dict(row.period)
    if row.whom != "dead":
        (now,) = [one for one in counter.desk.rows(person) if one.id == person_id]
        assert now.state == row.state
    if row.fact:
        assert counter.holds(row, view, person_id)


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-106")
def test_every_loss(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for row in (*LOSSES, *GAINS):
            played(counter, row)
        counter.window.close()


@pytest.mark.parametrize(
    "rows", [WHO_ONE_IS, RECOGNISED, CERTIFIED, TAKEN_IN], ids=["who", "held", "certified", "taken"]
)
def test_every_change(story: Story, qtbot: Any, rows: tuple[Row, ...]) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for row in rows:
            played(counter, row)
        counter.window.close()


def insured_next_door(story: Story, mover: Mover) -> None:
    """The union insures the mover in the neighbouring municipality."""
    one = mover.person
    story.change_union(
        "INSERT INTO person (id, municipality_code, atena_number, household_number, relation,"
        " person_kind, name, kana, birth_written, birth_sort, birth_precision, sex, state,"
        " postal_code, address, origin) VALUES"
        " (900001, '152986', ?, '000000000009999', '本人', '1', ?, ?, ?, ?, 'day', ?, '1',"
        " '9990002', '見本県手本町1-1', 'register')",
        "000000000900015",
        one.name,
        one.kana,
        one.birth_written,
        one.birth_sort.isoformat(),
        one.sex,
    )
    story.change_union(
        "INSERT INTO coverage (id, person_id, insured_number, acquired_on, acquisition_reason)"
        " VALUES (900001, 900001, '70000019', '2020-05-03', 'ACQ_AGE')"
    )


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-104", "FLOW-106", "FLOW-1011")
def test_every_arrival(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for number, row in enumerate(ARRIVALS):
            mover = story.stranger(number)
            if row.code == "move_in_within":
                insured_next_door(story, mover)
            values = {**entry(mover, desk.today), **BROUGHT, **ENTERS, **row.keyed}
            values["my_number"] = mover.person.my_number
            other = {"my_number": story.stranger(50 + number).person.my_number}
            refused = counter.play(row, {**values, **other, **row.wrong}, "")
            assert refused.record is not None and refused.record.reasons.split() == [row.reason]
            view = counter.play(row, values, "")
            assert view.record is not None and view.record.outcome == "accepted", view.record
            assert {name: getattr(view.record, name) for name in row.decided} == dict(row.decided)
            (known,) = [
                one
                for one in desk.rows(insured)
                if one.insured_number == view.record.insured_number
            ]
            assert known.acquired_on == view.record.acquired_on
            assert desk.atena_of(known.person_id) == mover.person.atena_number
        counter.window.close()


@pytest.mark.req("FLOW-2005")
def test_somebody_without_a_resident_record_is_registered_and_goes(
    story: Story, qtbot: Any
) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        mover = story.stranger(0)
        row = Row("unregistered", "newcomer", NOTHING, NOTHING, "household_unknown", NOTHING)
        values = {**entry(mover, desk.today), **BROUGHT, "event_on": "R8.11.10"}
        values |= {"person_kind": "3", "ground": "head", "number_check": "none"}
        values |= {"my_number_absent": "not_brought", "is_head": "1"}
        wrong = {"is_head": "0", "household_number": "000000000777777"}
        refused = counter.play(row, {**values, **wrong}, "")
        assert refused.record is not None and refused.record.reasons == row.reason
        view = counter.play(row, values, "")
        assert view.record is not None and view.record.outcome == "accepted", view.record
        atena = mover.person.atena_number
        (her,) = [one for one in desk.rows(person) if desk.atena_of(one.id) == atena]
        assert (her.kind, her.state) == ("3", "1")
        assert her.id not in {one.person_id for one in desk.rows(insured)}
        books = "SELECT person_kind, state FROM person WHERE atena_number = ?"
        assert story.union_rows(books, atena) == [("3", "1")]
        counter.taken["unregistered"] = her.id
        end = {"event_on": "R8.11.20", **KEYED["unregistered_end"]}
        played(counter, Row("unregistered_end", "unregistered", end, NOTHING, DEAD, NOTHING,
                            state="9"))  # fmt: skip
        assert story.union_rows(books, atena) == [("3", "9")]
        counter.window.close()

"""The staff of the training counter: names, roles, passwords that are no secret."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingStaff:
    """One person at the training counter. ``role`` is a code of the roles table, "" for the
    two founders, whose rights come from the founding."""

    staff_id: str
    name: str
    post: str
    role: str
    password: str


FOUNDERS = (
    TrainingStaff("S201", "責任 一郎", "保険年金課 係長", "", "Tachiaoi-73-kaki"),
    TrainingStaff("S202", "管理 二葉", "保険年金課 課長補佐", "", "Nadeshiko-41-ume"),
)
SUPERVISOR = TrainingStaff("S203", "責任 三葉", "保険年金課 課長", "supervisor", "Kikyou-65-sugi")
ADMINISTRATOR = TrainingStaff(
    "S301", "情報 四郎", "デジタル推進課", "administrator", "Rindou-93-hinoki"
)
ANSWERING = (SUPERVISOR, ADMINISTRATOR)
"""Without these two beside the founders no counter opens (DESIGN 4)."""

CLERK = TrainingStaff("S101", "窓口 花子", "保険年金課 窓口", "clerk", "Asagao-52-momiji")
SECOND_CLERK = TrainingStaff("S102", "窓口 次郎", "保険年金課 窓口", "clerk", "Himawari-84-kiku")
BRANCH = TrainingStaff("S103", "出張 三郎", "北部出張所", "branch", "Suisen-36-matsuba")

STAFF = (CLERK, SECOND_CLERK, BRANCH)
EVERYBODY = (*FOUNDERS, *ANSWERING, *STAFF)

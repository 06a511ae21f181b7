"""Roles (役割) and the permission table (アクセス権限と事務の対応表, SEC-35).

A role is a bundle of functions, declared by area and kind in ``role_scopes``; what a role
does not contain cannot be asked for. Both are derived from FUNCTIONS, so a new function
stands in the table by its declaration alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.tables import Row, Tables
from app.security.refusals import Refusal
from app.security.spec import Actor, Catalog, Function, MyNumber


@dataclass(frozen=True, slots=True)
class Role:
    """A role and the functions that may be granted under it, in declared order."""

    code: str
    label: str
    function_ids: tuple[str, ...]


def roles_on(tables: Tables, catalog: Catalog, day: date) -> tuple[Role, ...]:
    """Every role as of ``day``."""
    found = []
    for row in tables["roles"].rows(day):
        scopes = tables["role_scopes"].rows(day, role=row.text("code"))
        inside = tuple(fid for fid in catalog if _contains(scopes, catalog[fid]))
        found.append(Role(row.text("code"), row.text("label"), inside))
    return tuple(found)


def role_on(tables: Tables, catalog: Catalog, code: str, day: date) -> Role:
    """One role. Raises ``Refusal`` ``grant.role``."""
    return role_among(roles_on(tables, catalog, day), code)


def role_among(roles: Sequence[Role], code: str) -> Role:
    """The role of this code among ``roles``. Raises ``Refusal`` ``grant.role``."""
    for role in roles:
        if role.code == code:
            return role
    raise Refusal(
        "grant.role", "この役割は登録されていません。", "一覧にある役割を選んでください。"
    )


def check_in_role(role: Role, function_ids: Sequence[str]) -> None:
    """Only what the table gives the role can be asked for. Raises ``grant.outside_role``."""
    if not set(function_ids) <= set(role.function_ids):
        raise Refusal(
            "grant.outside_role",
            f"「{role.label}」の対応表にない機能が含まれています。",
            "対応表で役割と機能を確かめ、必要な役割で申請してください。",
        )


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One line of 対応表: a function, 更新 or 照会, and which roles have it."""

    area: str
    function_id: str
    label: str
    access: str
    step_up: str
    second_person: str
    my_number: str
    roles: tuple[str, ...]


def permission_table(tables: Tables, catalog: Catalog, day: date) -> tuple[PermissionLine, ...]:
    """The whole table, functions in the order of areas; system work has no role."""
    roles = roles_on(tables, catalog, day)
    lines = []
    for area in catalog.areas:
        for function in catalog.of_area(area.id):
            lines.append(
                PermissionLine(
                    area.label,
                    function.id,
                    function.label,
                    "照会" if function.kind.value == "inquire" else "更新",
                    function.step_up.value,
                    function.second_person.value,
                    function.my_number.value,
                    tuple(role.code for role in roles if function.id in role.function_ids),
                )
            )
    return tuple(lines)


def _contains(scopes: Sequence[Row], function: Function) -> bool:
    if function.actor is not Actor.STAFF:
        return False
    return any(_matches(scope, function) for scope in scopes)


def _matches(scope: Row, function: Function) -> bool:
    if scope.text("area") != function.area or function.id in scope.texts("without"):
        return False
    if function.my_number is not MyNumber.NONE and not scope.flag("numbers"):
        return False
    only = scope.texts("only")
    return function.id in only if only else function.kind.value in scope.texts("kinds")

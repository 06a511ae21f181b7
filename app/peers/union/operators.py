"""The operators' interface: loopback only, each operator with a token of his own.

Who acts is known by the token, so two approvals are two persons. Tokens and address stand in
``operators.json`` and ``endpoint.json`` of the union's data directory (0600).
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.core.errors import MadoguchiError, UserError
from app.peers.union import door
from app.peers.union.beyond import carrying, identity
from app.peers.union.beyond import inquiries as beyond_inquiries
from app.peers.union.keys import write_private
from app.peers.union.line import certificates, ending, enrolment, restored
from app.peers.union.line.faults import Fault, FaultKind, Faults
from app.peers.union.line.refusal import Refused, own_mistake
from app.peers.union.office import (
    assessing,
    bulk,
    daily,
    filling,
    officials,
    seed,
    settling,
    stopping,
    table_package,
    unclaimed,
)
from app.peers.union.office.holding import hold
from app.peers.union.runs import pieces
from app.peers.union.runs.kinds import RUNS
from app.peers.union.system import ShiftedClock, System, log_act
from app.peers.union.tables import check_entry, decision, notification, operator_log
from app.rules.copay.facts import IncomeFacts
from app.rules.values.amounts import amount
from app.wire import spec as wire
from app.wire.codec import decode_file
from app.wire.files import FILES
from app.wire.protocol import Cause

_technical_log = logging.getLogger(__name__)

T = TypeVar("T")
Act = Callable[[str, "_Arguments", bytes], Any]
_LARGEST = 1024**3


@dataclass(frozen=True, slots=True)
class Desk:
    """What the operators work with. ``names`` maps tokens to operators."""

    system: System
    faults: Faults
    clock: ShiftedClock
    names: Mapping[str, str]


class _Arguments(dict[str, str]):
    """What an operator's request says. One that is missing or cannot be read is his to mend
    (UserError ``union.arguments``), unlike a mistake inside the act itself."""

    def __missing__(self, name: str) -> str:
        raise _bad_arguments(name)

    def read(self, name: str, reader: Callable[[str], T], default: str | None = None) -> T:
        """The argument ``name`` by ``reader``, which raises ValueError for what it cannot read."""
        text = self[name] if default is None else self.get(name, default)
        return _reading(name, reader, text)


def _reading(name: str, reader: Callable[[Any], T], said: Any) -> T:
    try:
        return reader(said)
    except (KeyError, ValueError, TypeError) as cause:
        raise _bad_arguments(name) from cause


def _bad_arguments(name: str) -> UserError:
    return UserError(
        "union.arguments",
        f"指示の「{name}」がないか、形が違います。",
        "何も行っていません。指示の書き方を確かめて、もう一度行ってください。",
    )


def open_tokens(data: Path, operators: tuple[str, ...]) -> dict[str, str]:
    """Tokens by operator from ``operators.json``, which the first start writes."""
    file = data / "operators.json"
    if file.exists():
        stored: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return stored
    tokens = {name: secrets.token_urlsafe(24) for name in operators}
    write_private(file, json.dumps(tokens, ensure_ascii=False, indent=1).encode())
    return tokens


def application(desk: Desk) -> Starlette:
    """The routes: POST /acts/<name> with JSON arguments (or a file), JSON answers."""
    acts = _acts(desk)

    async def answer(request: Request) -> JSONResponse:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        operator = desk.names.get(token)
        if operator is None:
            return JSONResponse({"code": "union.operator", "message": "認証できません。"}, 401)
        act = acts.get(request.path_params["name"])
        if act is None:
            return JSONResponse({"code": "union.act", "message": "その操作はありません。"}, 404)
        body = await _body(request)
        if body is None:
            return JSONResponse({"code": "union.size", "message": "大きすぎます。"}, 413)
        arguments = _Arguments(request.query_params)
        if not all(map(door.is_text, arguments.values())):  # no table could be asked for it
            said = {"code": "union.arguments", "message": "使えない文字か、長すぎる文です。"}
            return JSONResponse(said, 422)
        try:
            result = await run_in_threadpool(act, operator, arguments, body)
        except MadoguchiError as cause:
            return JSONResponse(
                {"code": cause.code, "message": cause.message, "remedy": cause.remedy}, 422
            )
        except Refused as cause:
            said = {"message": cause.body.message, "remedy": cause.body.remedy}
            return JSONResponse({"code": cause.cause.value, **said}, 422)
        except Exception as error:
            answered = own_mistake(error, _technical_log)
            fault, busy = answered.body, answered.cause is Cause.BUSY
            told = {
                "code": "union.busy" if busy else "union.fault",
                "message": fault.message,
                "remedy": fault.remedy,
            }
            return JSONResponse(told, 503 if busy else 500)
        return JSONResponse(result)

    return Starlette(routes=[Route("/acts/{name}", answer, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """The body, None as soon as it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _acts(desk: Desk) -> dict[str, Act]:
    system = desk.system
    return {
        **_run_acts(system),
        **_beyond_acts(system),
        **_training_acts(desk),
        "status": lambda _, __, ___: _status(desk),
        "requests": lambda _, __, ___: enrolment.requests(system),
        "terminals": lambda _, __, ___: filling.terminals(system),
        "fill_again": lambda who, args, _: filling.again(system, who, args["terminal"]),
        "approve": lambda who, args, _: _step(enrolment.approve(system, who, args["id"])),
        "refuse": lambda who, args, _: _step(
            enrolment.refuse(system, who, args["id"], args.get("note", ""))
        ),
        "certificates": lambda _, args, __: certificates.certificates(
            system, args.get("terminal", "")
        ),
        "withdraw_certificate": lambda who, args, _: certificates.withdraw_certificate(
            system, who, args["fingerprint"]
        ),
        "withdraw_site": lambda who, args, _: enrolment.withdraw_site(
            system, who, args["municipality"], args["site"]
        ),
        "withdraw": lambda who, args, _: enrolment.withdraw(system, who, args["terminal"]),
        "ended": lambda _, __, ___: ending.ended(system),
        "inquiries": lambda _, __, ___: officials.inquiries(system),
        "answer": lambda who, args, body: officials.answer_inquiry(
            system, who, args["id"], _reading("body", _facts, body)
        ),
        "settle_birth": lambda who, args, _: officials.settle_birth(
            system, who, args["notification"], args.read("day", date.fromisoformat)
        ),
        "daily": lambda who, args, body: _daily(desk, who, args["municipality"], body),
        "deliver": lambda who, args, _: bulk.propose(system, who, args["municipality"]),
        "confirm_delivery": lambda who, args, _: bulk.confirm(system, who, args["municipality"]),
        "hold": lambda who, args, body: _hold(desk, who, args, body),
        "load": lambda who, _, body: _load(desk, who, body),
        "facilities": lambda who, _, body: seed.load_facilities(
            system, _reading("body", _rows, body)
        ),
        "card_use": lambda who, _, body: _card_use(desk, who, _reading("body", _uses, body)),
        "restores": lambda _, __, ___: restored.listing(system),
        "restored": lambda who, _, __: restored.say(system, who),
        "confirm_restored": lambda who, args, _: restored.confirm(
            system, who, args.read("id", door.count)
        ),
        "returned": lambda _, __, ___: restored.given_back(system),
        "table_package": lambda who, args, body: table_package.table_package(
            system, who, args, body
        ),
        "confirm_tables": lambda who, args, _: table_package.confirm(
            system, who, args.read("number", door.count)
        ),
        "notifications": lambda _, __, ___: _notifications(system),
        "decisions": lambda _, __, ___: _decisions(system),
        "check_list": lambda _, __, ___: _check_list(system),
        "log": lambda _, __, ___: _log(system),
    }


def _training_acts(desk: Desk) -> dict[str, Act]:
    """What only training and tests do: faults on command, and another day."""
    return {
        "fault": lambda who, args, _: _fault(desk, who, args),
        "behave": lambda who, _, __: desk.faults.clear(),
        "clock": lambda who, args, _: _clock(
            desk, who, args.read("moment", datetime.fromisoformat)
        ),
    }


def _run_acts(system: System) -> dict[str, Act]:
    return _claim_acts(system) | {
        "stopped": lambda _, __, ___: stopping.stopped(system),
        "let_go": lambda who, args, _: stopping.settle_stopped(
            system, who, args.read("id", door.count), stopping.LET_GO, daily.apply
        ),
        "discard": lambda who, args, _: stopping.settle_stopped(
            system, who, args.read("id", door.count), stopping.DISCARD, daily.apply
        ),
        "treatments": lambda who, _, body: settling.take_treatments(
            system, who, _reading("body", _rows, body)
        ),
        "settlements": lambda _, __, ___: settling.settlements(system),
        "runs": lambda _, __, ___: pieces.runs(system),
        "propose_run": lambda who, args, _: pieces.propose(
            system,
            who,
            args.read("kind", RUNS.__getitem__),
            args["municipality"],
            args.read("day", date.fromisoformat),
        ),
        "confirm_run": lambda who, args, _: pieces.confirm(system, who, args["id"]),
        "go_on": lambda _, args, __: pieces.go_on(system, RUNS, args["id"]),
    }


def _beyond_acts(system: System) -> dict[str, Act]:
    """What is done towards 中間サーバー."""
    return {
        "intermediary_card": lambda _, __, ___: _bytes(carrying.own_card(system)),
        "intermediary": lambda who, args, body: carrying.trust(
            system, who, body, args.get("address", "")
        ),
        "carry_out": lambda who, _, __: _bytes(carrying.give_out(system, who)),
        "carry_in": lambda who, _, body: carrying.take_in(system, who, body),
        "exchange": lambda who, _, __: carrying.exchange(system, who),
        "information_inquiries": lambda _, __, ___: beyond_inquiries.listing(system),
        "search_identity": lambda who, args, _: identity.ask(
            system,
            who,
            args["municipality"],
            args["atena"],
            args.get("by", identity.BY_FACTS),
            args.get("ground", ""),
        ),
        "identities": lambda _, __, ___: identity.shown(system),
        "settle_identity": lambda who, args, _: identity.settle(
            system, who, args["id"], take_over=False
        ),
        "take_number": lambda who, args, _: identity.settle(
            system, who, args["id"], take_over=True
        ),
    }


def _bytes(data: bytes) -> dict[str, str]:
    return {"bytes": base64.b64encode(data).decode("ascii")}


def _claim_acts(system: System) -> dict[str, Act]:
    return {
        "claims": lambda _, __, ___: assessing.waiting(system),
        "assess": lambda who, args, _: assessing.assess(
            system,
            who,
            args["notification"],
            standard=args.read("standard", door.count),
            paid=args.read("paid", door.count) if args.get("paid") else None,
        ),
        "not_necessary": lambda who, args, _: assessing.assess(
            system, who, args["notification"], standard=None, necessary=False
        ),
        "tell_account": lambda who, args, body: assessing.tell_account(
            system, who, args["notification"], _reading("body", _account, body)
        ),
        "unclaimed": lambda who, args, _: unclaimed.list_unclaimed(
            system, who, args["municipality"]
        ),
        "came_back": lambda who, args, _: unclaimed.came_back(system, who, args["notification"]),
        "reckon_month": lambda who, args, _: assessing.reckon_month(
            system, who, args["municipality"], args.read("month", date.fromisoformat)
        ),
    }


def _account(body: bytes) -> dict[str, str]:
    return {str(name): str(value) for name, value in door.json_of(body).items()}


def _status(desk: Desk) -> dict[str, object]:
    system = desk.system
    return {
        "union": system.setup.id,
        "name": system.setup.name,
        "now": system.now(),
        "tables": system.tables.version,
        "addresses": list(system.setup.addresses),
        "authorities": system.keys.authorities.decode("ascii"),
        "signing": system.keys.signing.public_key().public_bytes_raw().hex(),
    }


def _step(state: Any) -> dict[str, object]:
    return {"id": state.id, "step": state.step.value, "note": state.note}


def _facts(body: bytes) -> IncomeFacts:
    """The figures of an answer to a 所得照会. Raises UserError for an amount that is none."""
    said = door.json_of(body)
    facts = IncomeFacts(**said)
    for name, figure in said.items():
        if isinstance(figure, int) and not isinstance(figure, bool):
            amount(str(figure), name)
    return facts


def _rows(body: bytes) -> list[dict[str, Any]]:
    return [dict(row) for row in door.json_of(body)]


def _uses(body: bytes) -> list[tuple[str, bool, int, int]]:
    return [
        (str(number), bool(registered), door.count(year), door.count(quarter))
        for number, registered, year, quarter in door.json_of(body)
    ]


def _daily(desk: Desk, operator: str, municipality: str, body: bytes) -> dict[str, object]:
    records = decode_file(FILES["FILE-03"], body, desk.system.codes)
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "daily_file", municipality, count=len(records))
        return asdict(daily.run(desk.system, connection, municipality, records))


def _hold(desk: Desk, operator: str, args: _Arguments, body: bytes) -> int:
    """What the office has for a municipality, as a file of its own layout."""
    spec = args.read("file", FILES.__getitem__)
    if spec.route is not wire.Route.DOWN or not spec.key:
        raise _bad_arguments("file")
    records = decode_file(spec, body, desk.system.codes)
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "hold", spec.id, count=len(records))
        return hold(connection, spec, args["municipality"], records)


def _load(desk: Desk, operator: str, body: bytes) -> dict[str, int]:
    counts = seed.load(desk.system, _split(body))
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "load", "", **counts)
    return counts


def _split(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        yield body[start:end]
        start = end + 1


def _card_use(desk: Desk, operator: str, said: list[tuple[str, bool, int, int]]) -> int:
    for answer in said:
        seed.put_card_use(desk.system, *answer)
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "card_use", "", count=len(said))
    return len(said)


def _fault(desk: Desk, operator: str, args: _Arguments) -> None:
    fault = Fault(
        args.read("kind", FaultKind),
        args.get("route", "*"),
        args.read("times", door.count, "1"),
        args.read("seconds", door.seconds, "0"),
    )
    desk.faults.add(fault)
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "fault", fault.kind.value, route=fault.route)


def _clock(desk: Desk, operator: str, moment: datetime) -> str:
    if moment.tzinfo is None:
        raise _bad_arguments("moment")
    desk.clock.set_to(moment)
    with desk.system.database.write() as connection:
        log_act(desk.system, connection, operator, "clock", moment.isoformat())
    return desk.system.now()


def _notifications(system: System) -> list[dict[str, object]]:
    columns = (
        notification.c.id,
        notification.c.terminal,
        notification.c.case_id,
        notification.c.atena_number,
        notification.c.standing,
    )
    with system.database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(*columns))]


def _decisions(system: System) -> list[dict[str, object]]:
    columns = (
        decision.c.id,
        decision.c.notification_id,
        decision.c.outcome,
        decision.c.reasons,
        decision.c.supersedes,
        decision.c.provisional,
    )
    with system.database.read() as connection:
        found = connection.execute(select(*columns).order_by(decision.c.id))
        return [dict(row._mapping) for row in found]


def _check_list(system: System) -> list[dict[str, object]]:
    with system.database.read() as connection:
        found = connection.execute(select(check_entry).order_by(check_entry.c.id))
        return [dict(row._mapping) for row in found]


def _log(system: System) -> list[dict[str, object]]:
    with system.database.read() as connection:
        found = connection.execute(select(operator_log).order_by(operator_log.c.id))
        return [dict(row._mapping) for row in found]

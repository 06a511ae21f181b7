"""The line: the routes of ``app.wire.protocol`` over mutual TLS 1.3 (SEC-31, SEC-141).

Only an enrolment request is answered without a client certificate. Everything else is answered
for the caller's own terminal and municipality only (SEC-51), and every refusal has a body that
says why.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config

from app.core.errors import MadoguchiError
from app.peers.connection import PEER, TRANSPORT, CertificateProtocol
from app.peers.union.line import delivery, ending, enrolment, heads, intake, journals, restored
from app.peers.union.line.enrolment import Caller
from app.peers.union.line.faults import FaultKind, Faults
from app.peers.union.line.refusal import Refused, own_mistake
from app.peers.union.office import filling, holding, recalling
from app.peers.union.system import System
from app.wire import protocol
from app.wire.protocol import CHUNK, MEDIA_TYPE, UPLOAD_OFFSET, UPLOAD_STATE, Cause, is_id
from app.wire.segments import SegmentSent
from app.wire.strict_cbor import decode, encode

_LARGEST_BODY = 4 * 1024 * 1024
_BUSY_SECONDS = 30
_HALTED = frozenset(
    {
        "up",
        "complete",
        "receipt",
        "down",
        "fetch",
        "acknowledge",
        "returned",
        "renew",
        "segment",
        "filling",
        "recall",
        "ending",
    }
)
"""Routes that wait while a restore is not confirmed; ``contact`` tells its proofs first."""
_ENDING = "ending"
"""The one route that a terminal which ended itself may ask again."""
_LONGEST_NUMBER = 15  # digits of an offset

_technical_log = logging.getLogger(__name__)

Handler = Callable[[Request, bytes, Caller | None], Response]


@dataclass(frozen=True, slots=True)
class Line:
    """What the routes work with."""

    system: System
    faults: Faults


def tls_config(line: Line) -> Config:
    """uvicorn's settings for the terminals' port: TLS 1.3 and no other, certificates checked."""
    keys = line.system.keys
    config = Config(
        application(line),
        http=CertificateProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_keyfile=str(keys.server_key_file),
        ssl_certfile=str(keys.server_certificate_file),
        ssl_ca_certs=str(keys.authority_file),
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
        timeout_graceful_shutdown=2,
    )
    config.load()
    assert config.ssl is not None
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    return config


def application(line: Line) -> Starlette:
    """The routes."""

    def route(path: str, method: str, name: str, handler: Handler, *, open_: bool = False) -> Route:
        return Route(path, _guarded(line, name, handler, open_=open_), methods=[method])

    item = "/{id}"
    return Starlette(
        routes=[
            route(protocol.ENROLMENTS, "POST", "enrol", _enrol(line), open_=True),
            route(protocol.ENROLMENTS + item, "GET", "enrol", _enrolled(line), open_=True),
            route(protocol.RENEWALS, "POST", "renew", _renew(line)),
            route(protocol.CONTACT, "POST", "contact", _contact(line)),
            route(protocol.HEAD, "GET", "head", _head(line)),
            route(protocol.TIME, "GET", "time", _time(line)),
            route(protocol.UP + item, "HEAD", "up", _upload_state(line)),
            route(protocol.UP + item, "POST", "up", _upload_start(line)),
            route(protocol.UP + item, "PATCH", "up", _upload_chunk(line)),
            route(protocol.UP + item + "/complete", "POST", "complete", _complete(line)),
            route(protocol.UP + item + "/receipt", "GET", "receipt", _receipt(line)),
            route(protocol.UP + item + "/recall", "POST", "recall", _recall(line)),
            route(protocol.DOWN, "GET", "down", _down(line)),
            route(protocol.DOWN + item, "GET", "fetch", _fetch(line)),
            route(
                protocol.DOWN + item + "/acknowledgement",
                "POST",
                "acknowledge",
                _acknowledge(line),
            ),
            route(protocol.RETURNED, "POST", "returned", _returned(line)),
            route(protocol.DIGESTS, "GET", "digests", _digests(line)),
            route(protocol.SEGMENTS, "POST", "segment", _segment(line)),
            route(protocol.FILLING, "POST", "filling", _filling(line)),
            route(protocol.ENDING, "POST", _ENDING, _end(line)),
        ]
    )


def _guarded(
    line: Line, name: str, handler: Handler, *, open_: bool
) -> Callable[[Request], Awaitable[Response]]:
    """Who calls, how much, the faults; work with the database runs beside the event loop."""

    async def answer(request: Request) -> Response:
        try:
            return await answered(request)
        except Exception as error:
            return _refusal(own_mistake(error, _technical_log))

    async def answered(request: Request) -> Response:
        transport = request.scope[TRANSPORT]
        if line.faults.take(name, FaultKind.DROP):
            transport.abort()
            return Response()
        delay = line.faults.take(name, FaultKind.DELAY)
        if delay:
            await asyncio.sleep(delay.seconds)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Refused as cause:
            return _refusal(cause)
        response = await run_in_threadpool(work, request, body)
        if line.faults.take(name, FaultKind.DROP_ANSWER):
            transport.abort()
        return response

    def work(request: Request, body: bytes) -> Response:
        try:
            caller = None if open_ else _caller(line, request, name)
            return handler(request, body, caller)
        except Refused as cause:
            return _refusal(cause)
        except MadoguchiError as cause:
            return _refusal(Refused(Cause.MALFORMED, cause.message))

    return answer


async def _body(request: Request) -> bytes:
    largest = CHUNK if request.method == "PATCH" else _LARGEST_BODY
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise Refused(Cause.TOO_LARGE)
        parts.append(part)
    return b"".join(parts)


def _caller(line: Line, request: Request, name: str) -> Caller:
    with line.system.database.read() as connection:
        certificate = request.scope[PEER]
        caller = enrolment.caller_of(line.system, connection, certificate, ending=name == _ENDING)
        if name in _HALTED and restored.halted(connection):
            raise Refused(Cause.RESTORED)
        return caller


def _refusal(cause: Refused) -> Response:
    headers = {}
    if cause.cause is Cause.WRONG_OFFSET:
        headers[UPLOAD_OFFSET] = str(cause.offset)
    if cause.cause is Cause.BUSY:
        headers["Retry-After"] = str(_BUSY_SECONDS)
    return _cbor(encode(cause.body), protocol.STATUS[cause.cause], headers)


def _cbor(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type=MEDIA_TYPE)


def _id(request: Request) -> str:
    """The id in the path. Raises Refused for what can be none, before any table is asked."""
    found = str(request.path_params["id"])
    if not is_id(found):
        raise Refused(Cause.MALFORMED)
    return found


def _known(caller: Caller | None) -> Caller:
    assert caller is not None, "this route is never open"
    return caller


def _enrol(line: Line) -> Handler:
    def answer(request: Request, body: bytes, _: Caller | None) -> Response:
        address = request.client.host if request.client else ""
        state = enrolment.receive_request(line.system, body, address)
        return _cbor(encode(state), 201)

    return answer


def _enrolled(line: Line) -> Handler:
    return lambda request, _, __: _cbor(encode(enrolment.state_of(line.system, _id(request))))


def _renew(line: Line) -> Handler:
    return lambda _, body, caller: _cbor(
        encode(enrolment.receive_renewal(line.system, _known(caller), body)), 201
    )


def _contact(line: Line) -> Handler:
    return lambda _, body, caller: _cbor(encode(heads.contact(line.system, _known(caller), body)))


def _head(line: Line) -> Handler:
    return lambda _, __, caller: _cbor(encode(heads.last_head(line.system, _known(caller))))


def _time(line: Line) -> Handler:
    return lambda request, _, __: _cbor(
        heads.signed_time(line.system, request.query_params.get("nonce", ""))
    )


def _upload_state(line: Line) -> Handler:
    def answer(request: Request, _: bytes, caller: Caller | None) -> Response:
        state = intake.progress(line.system, _known(caller), _id(request))
        return Response(
            status_code=200,
            headers={UPLOAD_OFFSET: str(state.offset), UPLOAD_STATE: state.state.value},
        )

    return answer


def _upload_start(line: Line) -> Handler:
    def answer(request: Request, body: bytes, caller: Caller | None) -> Response:
        start = decode(protocol.UploadStart, body)
        state = intake.begin(line.system, _known(caller), _id(request), start)
        return Response(
            status_code=201 if state.fresh else 200,
            headers={UPLOAD_OFFSET: str(state.offset), UPLOAD_STATE: state.state.value},
        )

    return answer


def _upload_chunk(line: Line) -> Handler:
    def answer(request: Request, body: bytes, caller: Caller | None) -> Response:
        told = request.headers.get(UPLOAD_OFFSET, "")
        if not (told.isascii() and told.isdigit() and len(told) <= _LONGEST_NUMBER):
            raise Refused(Cause.MALFORMED)
        offset = intake.append(line.system, _known(caller), _id(request), int(told), body)
        return Response(status_code=204, headers={UPLOAD_OFFSET: str(offset)})

    return answer


def _complete(line: Line) -> Handler:
    return lambda request, _, caller: _cbor(
        intake.complete(line.system, _known(caller), _id(request))
    )


def _receipt(line: Line) -> Handler:
    return lambda request, _, caller: _cbor(
        intake.receipt(line.system, _known(caller), _id(request))
    )


def _recall(line: Line) -> Handler:
    return lambda request, body, caller: _cbor(
        recalling.recall(line.system, _known(caller), _id(request), body)
    )


def _down(line: Line) -> Handler:
    def answer(_: Request, __: bytes, caller: Caller | None) -> Response:
        again = line.faults.take("down", FaultKind.REPEAT) is not None
        holding.tell(line.system, _known(caller))
        items = delivery.waiting(line.system, _known(caller), with_acknowledged=again)
        if line.faults.take("down", FaultKind.REORDER):
            items = protocol.DownList(items.items[::-1])
        return _cbor(encode(items))

    return answer


def _fetch(line: Line) -> Handler:
    def answer(request: Request, _: bytes, caller: Caller | None) -> Response:
        part = delivery.fetch(
            line.system,
            _known(caller),
            _id(request),
            request.headers.get("range", ""),
        )
        data = part.data
        if data and line.faults.take("fetch", FaultKind.CORRUPT):
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        headers = {"Accept-Ranges": "bytes"}
        if not part.whole:
            end = part.start + len(data) - 1
            headers["Content-Range"] = f"bytes {part.start}-{end}/{part.size}"
        return _cbor(data, 200 if part.whole else 206, headers)

    return answer


def _acknowledge(line: Line) -> Handler:
    def answer(request: Request, body: bytes, caller: Caller | None) -> Response:
        delivery.acknowledge(line.system, _known(caller), _id(request), body)
        return Response(status_code=204)

    return answer


def _returned(line: Line) -> Handler:
    def answer(_: Request, body: bytes, caller: Caller | None) -> Response:
        restored.take_back(line.system, _known(caller), decode(protocol.Returned, body))
        return Response(status_code=204)

    return answer


def _digests(line: Line) -> Handler:
    def answer(request: Request, _: bytes, caller: Caller | None) -> Response:
        first, last = (request.query_params.get(name, "") for name in ("first", "last"))
        return _cbor(encode(journals.digests(line.system, _known(caller), first, last)))

    return answer


def _filling(line: Line) -> Handler:
    return lambda _, __, caller: _cbor(encode(filling.go_on(line.system, _known(caller))))


def _segment(line: Line) -> Handler:
    return lambda _, body, caller: _cbor(
        journals.take_segment(line.system, _known(caller), decode(SegmentSent, body))
    )


def _end(line: Line) -> Handler:
    return lambda _, body, caller: _cbor(ending.take_ending(line.system, _known(caller), body))

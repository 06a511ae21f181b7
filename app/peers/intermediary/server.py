"""サーバー間連携: unions bring their parcels over TLS, each known by the certificate on its card
(FLOW-923 … 929). One address, one act: a parcel comes, the parcel that answers it goes back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config

from app.core.errors import MadoguchiError, UserError
from app.peers.connection import BoundedServer, CertificateProtocol
from app.peers.intermediary import desk
from app.peers.intermediary.system import Intermediary
from app.peers.intermediary.tables import insurer
from app.wire.cards import open_body_card
from app.wire.parcels import LARGEST

PARCELS = "/parcels"
_LOG = logging.getLogger(__name__)


def application(system: Intermediary) -> Starlette:
    """The one route."""

    async def parcels(request: Request) -> Response:
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                return Response(status_code=413)
            parts.append(part)
        return await run_in_threadpool(_answer, system, b"".join(parts))

    return Starlette(routes=[Route(PARCELS, parcels, methods=["POST"])])


def _answer(system: Intermediary, data: bytes) -> Response:
    try:
        return Response(desk.take(system, data), media_type="application/octet-stream")
    except MadoguchiError as cause:
        said = {"code": cause.code, "message": cause.message, "remedy": cause.remedy}
        return Response(json.dumps(said, ensure_ascii=False), 400, media_type="application/json")
    except Exception:
        _LOG.exception("a parcel was not answered")
        return Response(status_code=500)


def config(system: Intermediary, known: Path) -> Config:
    """uvicorn's settings: TLS 1.3, and nobody without the certificate of a served union. ``known``
    is where their certificates are written for the TLS library. Raises UserError
    ``intermediary.nobody``."""
    with system.read() as connection:
        cards = connection.execute(select(insurer.c.card)).scalars().all()
    if not cards:
        raise UserError(
            "intermediary.nobody",
            "連携する広域連合が、まだありません。",
            "広域連合の名刺を serve で登録してください。",
        )
    certificates = [open_body_card(bytes.fromhex(card)).certificate for card in cards]
    known.write_bytes(b"".join(certificates))
    made = Config(
        application(system),
        http=CertificateProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_keyfile=str(system.keys.line_key),
        ssl_certfile=str(system.keys.line_certificate),
        ssl_ca_certs=str(known),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
        timeout_graceful_shutdown=2,
    )
    made.load()
    assert made.ssl is not None
    made.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


class LineServer:
    """Answers until a signal, or until ``stop``. ``started`` is told the address. Raises as
    ``config``."""

    def __init__(
        self, system: Intermediary, listening: socket.socket, started: Callable[[str], None]
    ) -> None:
        self._server = BoundedServer(config(system, system.data / "keys" / "served.pem"))
        self._listening = listening
        self._started = started

    def run(self) -> None:
        """Answer; returns when it is over."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Answer what is under way, and end."""
        self._server.should_exit = True

    async def _run(self) -> None:
        serving = asyncio.ensure_future(self._server.serve(sockets=[self._listening]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.01)
        host, port = self._listening.getsockname()[:2]
        self._started(f"{host}:{port}")
        await serving

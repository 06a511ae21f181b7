"""A client of the operators' interface, for the command line, training, demo and tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpcore

from app.core.errors import EnvironmentFault, UserError
from app.peers.bounded import BoundedHttp, Bounds
from app.peers.union.folder import endpoint_file
from app.rules.copay.facts import IncomeFacts

_DONE = 200
_OWN_FAULT = 500


class OperatorClient:
    """One operator of a running union. Every call raises UserError for what the union refuses,
    EnvironmentFault ``union.fault`` for a mistake of its own (with the incident number),
    ``union.answer`` for what is no answer, and ``union.not_running`` when it is silent."""

    def __init__(self, url: str, token: str, bounds: Bounds = Bounds()) -> None:  # noqa: B008
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = BoundedHttp(bounds)

    @classmethod
    def of(cls, data: Path, operator: str = "") -> OperatorClient:
        """The operator named (the first one by default) of the union in ``data``."""
        try:
            endpoint = json.loads(endpoint_file(data).read_text(encoding="utf-8"))
            tokens = json.loads((data / "operators.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as cause:
            raise _not_running() from cause
        name = operator or next(iter(tokens))
        if name not in tokens:
            raise UserError(
                "union.no_operator",
                f"操作者 {name} は登録されていません。",
                f"登録されているのは {'、'.join(tokens)} です。",
            )
        return cls(endpoint["operators"], tokens[name])

    def __enter__(self) -> OperatorClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def act(self, name: str, values: Mapping[str, str] | None = None, body: bytes = b"") -> Any:
        """One act with its arguments; the answer as JSON values."""
        url = f"{self._url}/acts/{name}?{urlencode(values or {})}"
        try:
            status, answer = self._http.post(url, self._headers, body)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as cause:
            raise _not_running() from cause
        try:
            content = json.loads(answer)
        except ValueError as cause:
            raise _no_answer(status) from cause
        if status == _DONE:
            return content
        if not isinstance(content, dict):
            raise _no_answer(status)
        kind = EnvironmentFault if status >= _OWN_FAULT else UserError
        raise kind(
            str(content.get("code", "union.refused")),
            str(content.get("message", "広域連合が断りました。")),
            str(content.get("remedy", "指示した内容を確かめてください。")),
        )

    def status(self) -> dict[str, Any]:
        """Name, time, addresses and public halves of the union."""
        return dict(self.act("status"))

    def requests(self) -> list[dict[str, Any]]:
        """Enrolment requests, newest first."""
        return list(self.act("requests"))

    def approve(self, request_id: str) -> dict[str, Any]:
        """This operator's approval of a request."""
        return dict(self.act("approve", {"id": request_id}))

    def withdraw(self, terminal: str) -> None:
        """End a terminal's enrolment."""
        self.act("withdraw", {"terminal": terminal})

    def certificates(self, terminal: str = "") -> list[dict[str, Any]]:
        """The certificates of a terminal, "" for all, and where each stands."""
        return list(self.act("certificates", {"terminal": terminal}))

    def withdraw_certificate(self, fingerprint: str) -> None:
        """Withdraw one certificate; the terminal and its others stay."""
        self.act("withdraw_certificate", {"fingerprint": fingerprint})

    def terminals(self) -> list[dict[str, Any]]:
        """The register of terminals, with how far each was filled."""
        return list(self.act("terminals"))

    def fill_again(self, terminal: str) -> None:
        """Give a terminal its first load once more."""
        self.act("fill_again", {"terminal": terminal})

    def load(self, lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Fill an empty union; ``lines`` as ``app.peers.union.office.seed`` says."""
        body = b"\n".join(json.dumps(line, ensure_ascii=False).encode() for line in lines)
        return dict(self.act("load", body=body))

    def facilities(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Replace the list of 住所地特例 facilities."""
        return int(self.act("facilities", body=json.dumps(list(rows)).encode()))

    def card_use(self, rows: Iterable[tuple[str, bool, int, int]]) -> int:
        """Answers of the 中間サーバー: number, registered, uses in a year and in 3 months."""
        return int(self.act("card_use", body=json.dumps(list(rows)).encode()))

    def deliver(self, municipality: str) -> str:
        """Ask for a delivery; another operator confirms it. Gives who asked."""
        return str(self.act("deliver", {"municipality": municipality}))

    def confirm_delivery(self, municipality: str) -> int:
        """Let a delivery go that another operator asked for: FILE-17 (all persons at first, then
        what changed) and what else is held; how many containers were sealed."""
        return int(self.act("confirm_delivery", {"municipality": municipality}))

    def hold(self, municipality: str, file_id: str, file: bytes) -> int:
        """Give the office a downward file's records to deliver; how many were new."""
        return int(self.act("hold", {"municipality": municipality, "file": file_id}, file))

    def daily(self, municipality: str, file: bytes) -> dict[str, int]:
        """Feed the resident register's FILE-03 (encoded by ``app.wire.codec``)."""
        return dict(self.act("daily", {"municipality": municipality}, file))

    def propose_run(self, kind: str, municipality: str, day: str) -> dict[str, Any]:
        """Ask for a yearly run; another operator confirms it."""
        values = {"kind": kind, "municipality": municipality, "day": day}
        return dict(self.act("propose_run", values))

    def confirm_run(self, run: str) -> dict[str, Any]:
        """Let a yearly run begin that another operator asked for."""
        return dict(self.act("confirm_run", {"id": run}))

    def go_on(self, run: str) -> dict[str, Any]:
        """Work at a yearly run for a few seconds, from where it is; how far it is then. There is
        no more to do when ``finished_at`` is said."""
        return dict(self.act("go_on", {"id": run}))

    def runs(self) -> list[dict[str, Any]]:
        """The yearly runs, the newest first, with how far each is."""
        return list(self.act("runs"))

    def inquiries(self) -> list[dict[str, Any]]:
        """所得照会, newest first."""
        return list(self.act("inquiries"))

    def answer(self, inquiry: str, facts: IncomeFacts) -> str:
        """Answer a 所得照会; returns the superseding decision's id."""
        return str(self.act("answer", {"id": inquiry}, json.dumps(asdict(facts)).encode()))

    def settle_birth(self, notification: str, day: str) -> str:
        """Decide the working day of an unknown birth; returns the decision's id."""
        return str(self.act("settle_birth", {"notification": notification, "day": day}))

    def restores(self) -> list[dict[str, Any]]:
        """Restores of the database, noticed or confirmed, newest first."""
        return list(self.act("restores"))

    def confirm_restored(self, restore: int) -> dict[str, Any]:
        """This operator's word on the restored point; the second operator's takes effect."""
        return dict(self.act("confirm_restored", {"id": str(restore)}))

    def withdraw_site(self, municipality: str, site: str) -> int:
        """End the enrolment of every terminal of a site; how many there were."""
        return int(self.act("withdraw_site", {"municipality": municipality, "site": site}))

    def confirm_tables(self, number: int) -> dict[str, Any]:
        """Let the union decide by a package that the other operator signed, from its first day."""
        return dict(self.act("confirm_tables", {"number": str(number)}))

    def returned(self) -> list[dict[str, Any]]:
        """The decisions that terminals gave back after a restore, without what they say."""
        return list(self.act("returned"))

    def fault(self, kind: str, route: str = "*", times: int = 1, seconds: float = 0.0) -> None:
        """Tell the union to misbehave (``app.peers.union.line.faults``)."""
        values = {"kind": kind, "route": route, "times": str(times), "seconds": str(seconds)}
        self.act("fault", values)

    def behave(self) -> None:
        """Forget all faults."""
        self.act("behave")

    def set_clock(self, moment: datetime) -> None:
        """Move the union's clock."""
        self.act("clock", {"moment": moment.isoformat()})


def _no_answer(status: int) -> EnvironmentFault:
    return EnvironmentFault(
        "union.answer",
        f"広域連合の標準システムの返事が読めません（HTTP {status}）。",
        "接続先が標準システムかどうか確かめ、union.log の最後の行を担当者に伝えてください。",
    )


def _not_running() -> EnvironmentFault:
    return EnvironmentFault(
        "union.not_running",
        "広域連合の標準システムが動いていません。",
        "madoguchi peer union run で起動し、--data のフォルダーを確かめてください。",
    )

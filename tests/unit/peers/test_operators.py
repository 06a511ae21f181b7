"""The operators' side: what is theirs to mend, what is the union's own fault, what is no answer."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.peers.union.client import OperatorClient
from app.peers.union.embed import embedded
from app.training.people import my_number_of
from tests.support.forked_union import ForkedUnion
from tests.support.union_inside import seed_person
from tests.support.union_terminal import MORNING


@pytest.fixture(scope="module")
def union(tmp_path_factory):
    with embedded(tmp_path_factory.mktemp("union"), moment=MORNING, start=ForkedUnion) as running:
        yield running


@pytest.mark.parametrize(
    ("act", "values", "body"),
    [
        ("approve", {}, b""),
        ("daily", {}, b""),
        ("settle_birth", {"notification": "x", "day": "20260230"}, b""),
        ("settle_birth", {"notification": "x"}, b""),
        ("answer", {"id": "x"}, b"no json"),
        ("answer", {"id": "x"}, b'{"taxed": true, "strange": 1}'),
        ("answer", {"id": "x"}, b"[]"),
        ("facilities", {}, b"[1]"),
        ("card_use", {}, b'[["990000000000", true, "many", 0]]'),
        ("card_use", {}, b"[[1]]"),
        ("fault", {"kind": "explode"}, b""),
        ("fault", {"kind": "drop", "times": "often"}, b""),
        ("fault", {"kind": "drop", "times": "9" * 30}, b""),
        ("fault", {"kind": "delay", "seconds": "nan"}, b""),
        ("fault", {"kind": "delay", "seconds": "1e9"}, b""),
        ("confirm_restored", {"id": "9" * 30}, b""),
        ("confirm_restored", {"id": "-1"}, b""),
        ("approve", {"id": "x" * 5_000}, b""),
        ("card_use", {}, b'[["990000000000", true, 99999999999999999999999, 0]]'),
        ("facilities", {}, b'[{"code": "1", "name": ' + b"9" * 30 + b"}]"),
        ("facilities", {}, b"[" * 100_000),
        ("answer", {"id": "x"}, b'{"taxed": true, "taxable_income": ' + b"9" * 40 + b"}"),
        ("clock", {"moment": "yesterday"}, b""),
        ("clock", {"moment": "2026-11-20T09:30:00"}, b""),
    ],
)
def test_what_an_operator_says_wrong_is_told_by_its_name(union, act, values, body):
    with pytest.raises(UserError) as refused:
        union.first.act(act, values, body)
    assert refused.value.code == "union.arguments"
    assert refused.value.remedy


def test_an_income_below_nothing_is_no_income(union):
    with pytest.raises(UserError) as refused:
        union.first.act("answer", {"id": "x"}, b'{"taxed": true, "taxable_income": -2000000}')
    assert refused.value.code == "value.amount.negative"
    assert "taxable_income" in refused.value.message


def _lines(*persons):
    return [
        json.dumps(person).encode() if isinstance(person, dict) else person for person in persons
    ]


ONE, TWO = seed_person(1, "1940-01-01"), seed_person(2, "1940-01-01")


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (b"{half", "形が違います"),
        (b"[]", "形が違います"),
        ({key: value for key, value in TWO.items() if key != "atena_number"}, "形が違います"),
        ({**TWO, "coverages": [["12a45678", "2020-01-01", "ACQ_AGE", "", ""]]}, "形が違います"),
        ({**TWO, "coverages": [["12345678"]]}, "形が違います"),
        ({**TWO, "atena_number": ONE["atena_number"]}, "前の行にもあります"),
        ({**TWO, "my_number": my_number_of(1)}, "前の行にもあります"),
    ],
)
def test_a_wrong_line_of_the_first_load_is_named_and_nobody_is_loaded(union, second, what):
    with pytest.raises(UserError) as refused:
        union.first.act("load", body=b"\n".join(_lines(ONE, second)))
    assert refused.value.code == "union.seed_line"
    assert "2 行目" in refused.value.message
    assert what in refused.value.message
    assert my_number_of(1) not in refused.value.message


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, b"Internal Server Error", "union.answer"),
        (200, b"<html>", "union.answer"),
        (502, b"", "union.answer"),
        (422, b"[]", "union.answer"),
        (500, b'{"code": "union.fault", "message": "m", "remedy": "r"}', "union.fault"),
    ],
)
def test_an_answer_that_is_none_is_told_as_one(status, body, code):
    class Strange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing is logged."""

    server = HTTPServer(("127.0.0.1", 0), Strange)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with OperatorClient(url, "token") as client, pytest.raises(EnvironmentFault) as told:
            client.status()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert told.value.code == code

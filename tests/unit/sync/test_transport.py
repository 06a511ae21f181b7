"""The line: mutual TLS 1.3 to one allowed host, and every trouble told apart."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.core.clock import JST, FixedClock
from app.core.errors import EnvironmentFault
from app.sync.faults import PeerRefused
from app.sync.transport import HttpsLine, open_line, trusting
from app.sync.watched import Limits
from app.wire.protocol import (
    LARGEST,
    Cause,
    DownItem,
    DownList,
    Refusal,
    UploadStart,
    UploadState,
)
from app.wire.strict_cbor import encode
from tests.support.raw_server import raw_server
from tests.support.tls import Answer, Authority, keys_for, server

OURS, THEIRS = Authority("ours"), Authority("another")
CLOCK = FixedClock(datetime.now(JST))
ITEM = DownItem("U15-1-000001", "FILE-16", "file-16", 1, 1, 3_000_000, "0" * 64, "x")


def _code(excinfo) -> str:
    return excinfo.value.code


SHORT = Limits(connect=1.0, answer=0.4, settling=0.4)


def _line(host, trusted=OURS, issuer=None, limits=None):
    return open_line(keys_for(host, trusted, issuer), CLOCK, limits or Limits())


@pytest.mark.req("SEC-141")
def test_a_conversation(tmp_path):
    seen = []

    def script(method, path, headers, body):
        seen.append((method, path, headers.get("Upload-Offset"), headers.get("Range"), len(body)))
        if method == "HEAD":
            state = {"Upload-Offset": "7", "Upload-State": "receiving"}
            return Answer(404) if "new" in path else Answer(200, b"", state)
        if method == "GET" and path.endswith("/down"):
            return Answer(200, encode(DownList((ITEM,))))
        if method == "GET":
            return Answer(206, bytes(1024 * 1024))
        if method == "PATCH":
            return Answer(204, b"", {"Upload-Offset": str(7 + len(body))})
        return Answer(201, b"", {"Upload-Offset": "0"})

    with server(tmp_path, OURS, script) as host:
        line = _line(host)
        assert line.upload_offset("T01-1-new") is None
        assert line.upload_offset("T01-1-000001") == (7, UploadState.RECEIVING)
        start = UploadStart("FILE-01", "file-01", 1, 1, 10, "0" * 64)
        assert line.start_upload("T01-1-000001", start) == 0
        assert line.send_chunk("T01-1-000001", 7, b"abc") == 10
        assert line.down_list() == (ITEM,)
        assert len(line.fetch(ITEM, 1024 * 1024)) == 1024 * 1024
        line.close()
    assert seen[3] == ("PATCH", "/v1/up/T01-1-000001", "7", None, 3)
    assert seen[5][3] == "bytes=1048576-2097151"


@pytest.mark.req("SEC-142")
def test_only_the_allowed_host_is_called():
    with pytest.raises(EnvironmentFault) as fault:
        HttpsLine("192.0.2.1:443", ("192.0.2.2:443",), trusting(OURS.pem))
    assert _code(fault) == "line.not_allowed"


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(EnvironmentFault) as fault:
            _line(host).down_list()
    assert _code(fault) == "line.unreachable"


def test_our_certificate_ended_before_anything_is_sent():
    yesterday = (CLOCK.now() - timedelta(days=1)).isoformat()
    with pytest.raises(EnvironmentFault) as fault:
        open_line(keys_for("127.0.0.1:1", OURS, valid_to=yesterday), CLOCK)
    assert _code(fault) == "line.certificate_expired"


@pytest.mark.req("SEC-141")
@pytest.mark.parametrize(
    ("issuer", "trusted", "days", "start", "code"),
    [
        (THEIRS, OURS, 30, -1, "line.certificate_refused"),  # the peer does not know us
        (OURS, THEIRS, 30, -1, "line.peer_unknown"),  # we do not know the peer
        (OURS, OURS, 5, -10, "line.peer_expired"),
    ],
)
def test_certificates(tmp_path, issuer, trusted, days, start, code):
    with server(tmp_path, OURS, lambda *_: Answer(), days=days, start=start) as host:
        line = _line(host, trusted, issuer)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == code


@pytest.mark.req("SEC-141")
def test_the_peer_s_certificate_runs_out_in_the_middle_of_a_transfer(tmp_path):
    """What was proved when the line was opened carries the parts that are under way; the next line
    is refused by its own cause, and with a new certificate it goes on where it stopped. Two
    seconds, because no test may set the clock of TLS."""
    ranges = []

    def script(method, path, headers, body):
        ranges.append(headers.get("Range"))
        return Answer(206, bytes(1024 * 1024))

    second = 1 / 86400
    with server(tmp_path, OURS, script, days=1 + 2 * second) as host:
        until = time.monotonic() + 2.1
        line = _line(host)
        assert len(line.fetch(ITEM, 0)) == 1024 * 1024
        time.sleep(max(0.0, until - time.monotonic()))
        assert len(line.fetch(ITEM, 1024 * 1024)) == 1024 * 1024
        line.close()
        again = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            again.fetch(ITEM, 2 * 1024 * 1024)
        again.close()
    assert _code(fault) == "line.peer_expired"
    with server(tmp_path, OURS, script) as host:
        renewed = _line(host)
        assert renewed.fetch(ITEM, 1024 * 1024)
        renewed.close()
    assert ranges[:2] == ["bytes=0-1048575", "bytes=1048576-2097151"] and len(ranges) == 3


def test_no_certificate_is_refused_too(tmp_path):
    with server(tmp_path, OURS, lambda *_: Answer()) as host:
        line = HttpsLine(host, (host,), trusting(OURS.pem))
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == "line.certificate_refused"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, b"not cbor"), "line.answer"),
        (Answer(500, b"<html>"), "line.peer_fault"),
        (Answer(501, b""), "line.peer_fault"),
        (Answer(418, b"<html>"), "line.answer"),
        *((Answer(status, b"<html>"), "line.busy") for status in (429, 502, 503, 504)),
        (Answer(413, b"<html>"), "line.too_large"),
        (
            Answer(500, encode(Refusal(Cause.FAULT, "誤り（エラー番号 0A1B2C3D）。", "連絡。"))),
            "peer.fault",
        ),
        (Answer(302, b"", {"Location": "https://192.0.2.9/"}), "line.answer"),
        (Answer(200, None), "line.cut"),
        (Answer(200, encode(DownList((replace(ITEM, id="../x"),)))), "line.answer"),
        (
            Answer(403, encode(Refusal(Cause.WITHDRAWN, "登録が取り消されています。", "連絡。"))),
            "peer.withdrawn",
        ),
    ],
)
def test_answers_that_are_none(tmp_path, answer, code):
    with server(tmp_path, OURS, lambda *_: answer) as host:
        line = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == code


def test_a_wrong_offset_brings_the_true_one(tmp_path):
    refusal = encode(Refusal(Cause.WRONG_OFFSET, "位置が違います。", "続けてください。"))
    answer = Answer(409, refusal, {"Upload-Offset": "512"})
    with server(tmp_path, OURS, lambda *_: answer) as host:
        line = _line(host)
        with pytest.raises(PeerRefused) as refused:
            line.send_chunk("T01-1-000001", 0, b"x")
        line.close()
    assert (refused.value.cause, refused.value.offset) == ("wrong_offset", 512)


def test_a_part_shorter_than_asked_is_no_answer(tmp_path):
    with server(tmp_path, OURS, lambda *_: Answer(206, b"short")) as host:
        line = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            line.fetch(ITEM, 0)
        line.close()
    assert _code(fault) == "line.answer"


def test_a_slow_peer_is_a_time_out(tmp_path):
    release = threading.Event()

    def slow(*_):
        release.wait(5)
        return Answer()

    with server(tmp_path, OURS, slow) as host:
        line = _line(host, limits=SHORT)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        release.set()
        line.close()
    assert _code(fault) == "line.timeout"


def test_the_private_key_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    _line("127.0.0.1:1").close()
    assert list(Path(tmp_path).iterdir()) == []


def test_keys_are_not_shown():
    keys = keys_for("127.0.0.1:1", OURS)
    assert keys.tls_key.hex()[:16] not in repr(keys)
    assert repr(keys) == "TerminalKeys(T01)"


DATE = "Mon, 16 Nov 2026 01:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 16 Nov 2026 01:05:00 GMT", 300.0),
        ("Mon, 16 Nov 2026 00:05:00 GMT", 0.0),
        ("999999999999999", 999999999999999.0),
        ("9" * 400, 0.0),
        ("-5", 0.0),
        ("１２０", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_what_a_busy_peer_asks_for_is_read(tmp_path, said, seconds, own):
    body = (
        encode(Refusal(Cause.BUSY, "混み合っています。", "待ってください。")) if own else b"<html>"
    )
    headers = {"Retry-After": said.encode().decode("latin-1"), "Date": DATE}
    with server(tmp_path, OURS, lambda *_: Answer(503, body, headers)) as host:
        line = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == ("peer.busy" if own else "line.busy")
    assert fault.value.retry_after == seconds  # type: ignore[attr-defined]


def test_a_date_without_a_clock_to_compare_is_no_wait(tmp_path):
    headers = {"Retry-After": "Mon, 16 Nov 2026 01:05:00 GMT", "Date": "x"}
    with server(tmp_path, OURS, lambda *_: Answer(429, b"", headers)) as host:
        line = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert fault.value.retry_after == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1, 2**62])
def test_a_file_that_cannot_be_fetched_to_its_end_is_no_answer(tmp_path, size):
    listed = encode(DownList((replace(ITEM, size=size),)))
    with server(tmp_path, OURS, lambda *_: Answer(200, listed)) as host:
        line = _line(host)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == "line.answer"


@pytest.mark.parametrize("asked", [True, False])
def test_a_line_cut_at_the_first_request_is_no_refused_certificate(tmp_path, asked):
    """Both look the same to who asked: the peer hangs up without a word. Who is cut off was asked
    something before; whose certificate is refused never is."""

    def talk(line, ended):
        if asked:
            while (said := line.recv(65536)) and b"\r\n\r\n" not in said:
                pass

    with raw_server(tmp_path, OURS, talk) as peer:
        line = _line(peer.address)
        with pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        line.close()
    assert _code(fault) == ("line.cut" if asked else "line.certificate_refused")


def test_a_whole_file_is_given_time_by_its_size(tmp_path):
    waited = []

    def script(method, path, headers, body):
        if path.endswith("/complete"):
            return Answer(200, b"receipt")
        return Answer(201, b"", {"Upload-Offset": "0"})

    with server(tmp_path, OURS, script) as host:
        line = _line(host)
        begin = line._watch.begin
        line._watch.begin = lambda seconds, most: (waited.append(seconds), begin(seconds, most))[1]
        for size in (1024, 100 * 1024 * 1024):
            line.start_upload("T01-1-1", UploadStart("FILE-03", "file-03", 1, 1, size, "0" * 64))
            line.complete("T01-1-1")
        line.close()
    small, large = waited[1], waited[3]
    assert large - small > 300

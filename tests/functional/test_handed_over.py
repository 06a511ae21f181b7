"""The ways to say it wrong at the enrolment: each its own sentence, nobody contacted or accused."""

from __future__ import annotations

import dataclasses
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.errors import EnvironmentFault, UserError
from app.core.paths import Paths
from app.start.handed_over import certificate_of, host_of
from app.start.installation import Installation, read_installation, write_installation
from app.sync.transport import _folder_for_a_moment

PEM = serialization.Encoding.PEM
KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本県後期高齢者医療広域連合")])
NOW = datetime(2026, 11, 20, tzinfo=UTC)
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(1)
    .not_valid_before(NOW)
    .not_valid_after(NOW + timedelta(days=365))
    .sign(KEY, hashes.SHA256())
)
AS_PEM = CERTIFICATE.public_bytes(PEM)
AS_KEY = KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
AS_REQUEST = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(NAME)
    .sign(KEY, hashes.SHA256())
    .public_bytes(PEM)
)


@pytest.mark.parametrize(
    "saved",
    [
        AS_PEM,
        "# 広域連合の証明書\n".encode() + AS_PEM,
        "# 広域連合の証明書\n".encode("cp932") + AS_PEM + b"\n\n",
        b"\xef\xbb\xbf" + AS_PEM,
        AS_PEM.replace(b"\n", b"\r\n"),
        AS_PEM.decode().encode("utf-16"),
        CERTIFICATE.public_bytes(serialization.Encoding.DER),
    ],
    ids=["plain", "comment", "cp932 comment", "BOM", "CRLF", "UTF-16", "DER"],
)
def test_however_it_was_saved_it_is_the_same_certificate(tmp_path: Path, saved: bytes) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(saved)
    assert certificate_of(file) == AS_PEM


def test_a_chain_is_taken_whole(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").write_bytes(AS_PEM + AS_PEM)
    assert certificate_of(tmp_path / "chain.pem") == AS_PEM + AS_PEM


def code_and_words(call: object) -> tuple[str, str]:
    with pytest.raises(UserError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.message.endswith("。") and refused.value.remedy
    return refused.value.code, refused.value.message


@pytest.mark.parametrize(
    ("saved", "cause"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (AS_KEY, "key"),
        (AS_PEM + AS_KEY, "key"),
        (AS_REQUEST, "request"),
        ("これは証明書です".encode(), "none"),
        (AS_PEM.replace(b"M", b"!", 5), "damaged"),
        (CERTIFICATE.public_bytes(serialization.Encoding.DER)[:-20], "damaged"),
        (b"x" * (1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_certificate_is_told_as_what_it_is(
    tmp_path: Path, saved: bytes, cause: str
) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(saved)
    assert code_and_words(lambda: certificate_of(file))[0] == f"enrol.certificate_{cause}"


def test_a_folder_and_a_mistyped_name_have_their_own_sentences(tmp_path: Path) -> None:
    told = {
        code_and_words(lambda: certificate_of(tmp_path)),
        code_and_words(lambda: certificate_of(tmp_path / "autority.pem")),
    }
    assert {code for code, _ in told} == {"enrol.certificate_folder", "enrol.certificate_missing"}
    assert len({words for _, words in told}) == 2


@pytest.mark.parametrize("typed", ["union.example:8443", " 127.0.0.1:8443 ", "union", "[::1]:8443"])
def test_an_address_is_taken(typed: str) -> None:
    assert host_of(typed) == typed.strip()


@pytest.mark.parametrize(
    ("typed", "cause", "says"),
    [
        ("", "empty", "union.example"),
        ("https://union.example:8443/", "scheme", "「union.example:8443」"),
        ("http://union", "scheme", "「union」"),
        ("ｕｎｉｏｎ．example：８４４３", "wide", "「union.example:8443」"),
        ("広域連合", "wide", "union.example"),
        ("union .example", "blank", "union.example"),
        ("union.example/enrol", "path", "「union.example」"),
        ("union_example", "signs", "union.example"),
        ("union.example:0", "port", "65535"),
        ("union.example:99999", "port", "65535"),
        ("-union", "signs", "union.example"),
    ],
)
def test_each_wrong_address_says_the_right_one(typed: str, cause: str, says: str) -> None:
    with pytest.raises(UserError) as refused:
        host_of(typed)
    assert refused.value.code == f"enrol.host_{cause}"
    assert says in refused.value.remedy


def test_a_missing_temporary_folder_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(EnvironmentFault) as fault:
        _folder_for_a_moment()
    assert fault.value.code == "line.temporary"


HERE = Installation(True, "152994", "見本市 保険年金課", "0250-00-0001")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_settings_are_read_however_an_editor_saved_them(tmp_path: Path, encoding: str) -> None:
    paths = Paths(tmp_path)
    write_installation(paths, HERE)
    text = paths.settings.read_text(encoding="utf-8")
    paths.settings.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert read_installation(paths).office == HERE.office


def test_a_wrong_line_of_the_settings_is_named(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write_installation(paths, HERE)
    lines = paths.settings.read_text(encoding="utf-8").splitlines()
    lines[2] = 'office = "見本市'
    paths.settings.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(EnvironmentFault) as fault:
        read_installation(paths)
    assert fault.value.code == "settings.damaged"
    assert "3 行目" in fault.value.message


def test_everything_that_settings_say_is_written_again(tmp_path: Path) -> None:
    """A field that were read and not written would be lost at the next writing."""
    whole = Installation(
        training=False,
        municipality_code="152994",
        office='見本市役所 "本庁"',
        phone="0250-00-0000",
        printer="queue",
        key_models=("ee882879-721c-4913-9775-3dfcce97072a",),
        scanner=("clamscan", "--no-summary", "C:\\検査"),
        trays={"91x128": "手差し"},
        printers={"FORM-04": "窓口 2"},
        offsets={"窓口 2": {"front": (0.5, -0.3), "back": (0.0, 1.0)}},
    )
    empty = Installation(False, "", "", "")
    kept_apart = {"key_roots"}  # certificates, in files of their own
    for one in dataclasses.fields(Installation):
        assert (
            one.name == "training"
            or one.name in kept_apart
            or (getattr(whole, one.name) != getattr(empty, one.name))
        ), one.name
    write_installation(Paths(tmp_path), whole)
    assert read_installation(Paths(tmp_path)) == whole

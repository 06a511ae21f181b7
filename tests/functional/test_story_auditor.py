"""An auditor proves later who issued which paper, and that nobody changed the record.

What is kept is enough by itself: no clock, no open session, no program of ours is needed for it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from app.core.errors import UserError
from app.core.relying_party import TRAINING_RP_ID
from app.demo.people import FOUNDERS
from app.functions.admin import upkeep
from app.security.acts.approval import Evidence
from app.security.authenticators.verify import verify_assertion
from app.security.journal.line import State
from app.security.journal.verify import PublicKey, read_anchor, verify
from app.start.auditing import export_journal, verify_journal
from app.start.talk import Talk
from app.sync.faults import line_fault
from db.tables.certificates import certificate
from db.tables.control import credential
from tests.support import independent_verifier
from tests.support.stories import Desk, Story


def public_key(cose: bytes) -> ec.EllipticCurvePublicKey:
    """A COSE ES256 key, read by hand."""
    fields = cbor2.loads(cose)
    assert (fields[1], fields[3], fields[-1]) == (2, -7, 1)
    x, y = (int.from_bytes(fields[part], "big") for part in (-2, -3))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def proved(evidence: Evidence, key: ec.EllipticCurvePublicKey) -> dict[str, object]:
    """What was signed, after checking by hand that this key signed it (WebAuthn, DESIGN 5)."""
    said = json.loads(evidence.client_data)
    challenge = base64.urlsafe_b64decode(said["challenge"] + "=" * (-len(said["challenge"]) % 4))
    assert said["type"] == "webauthn.get"
    assert challenge == hashlib.sha256(b"madoguchi-act-v1" + evidence.signed).digest()
    assert evidence.authenticator_data[:32] == hashlib.sha256(TRAINING_RP_ID.encode()).digest()
    assert evidence.authenticator_data[32] & 0x01  # somebody touched it
    message = evidence.authenticator_data + hashlib.sha256(evidence.client_data).digest()
    key.verify(evidence.signature, message, ec.ECDSA(SHA256()))
    fields = cbor2.loads(evidence.signed)
    return {
        "function": fields[7],
        "staff": fields[9],
        "subject": (fields[11], fields[12]),
        "document": fields[16],
        "at": fields[18],
    }


def visit(story: Story) -> bytes:
    """One visit on the day; the PDF that went over the counter."""
    with story.desk() as desk:
        issued = desk.issued(story.movers[0])
        desk.settle(issued)
        desk.contact()  # the union countersigns
        (sheet,) = story.printed.glob(f"{issued.number}*.pdf")
        return sheet.read_bytes()


def keys_of(desk: Desk) -> dict[bytes, PublicKey]:
    return {row.id: PublicKey(row.staff_id, row.public_key) for row in desk.rows(credential)}


@pytest.mark.req("SEC-93", "FLOW-107")
def test_who_issued_over_which_pdf_with_which_key(story: Story) -> None:
    pdf = visit(story)
    with story.desk(FOUNDERS[0]) as desk:
        (row,) = desk.rows(certificate)
        keys = keys_of(desk)
        lines = [line.entry for line in desk.script.terminal.journal.lines()]
    (begun,) = [
        one
        for one in lines
        if one.state is State.BEGUN and one.function_id == "eligibility.issue_certificate"
    ]
    (evidence,) = begun.evidence
    owner = keys[evidence.credential_id]
    told = proved(evidence, public_key(owner.public_key))
    assert told["function"] == "eligibility.issue_certificate"
    assert told["subject"] == ("certificate", row.number)
    assert told["staff"] == owner.staff_id == row.issued_by == "S101"
    assert told["document"] == hashlib.sha256(pdf).digest() == bytes.fromhex(row.pdf_digest)
    assert str(told["at"]).startswith("2026-11-20")

    # Another document, another key: it proves nothing any more.
    other = evidence.signed.replace(hashlib.sha256(pdf).digest(), hashlib.sha256(b"x").digest())
    assert other != evidence.signed
    with pytest.raises(AssertionError):
        proved(
            Evidence(
                other,
                evidence.credential_id,
                evidence.authenticator_data,
                evidence.client_data,
                evidence.signature,
            ),
            public_key(owner.public_key),
        )
    stranger = next(key for key in keys.values() if key.staff_id != owner.staff_id)
    with pytest.raises(InvalidSignature):
        proved(evidence, public_key(stranger.public_key))


def command(story: Story, anchor: str) -> tuple[int, str]:
    """``madoguchi journal verify --anchor`` at the keyboard, by the first founder."""
    said: list[str] = []
    person = FOUNDERS[0]
    talk = Talk(lambda question: person.staff_id, lambda question: person.password, said.append)
    drawer = story.drawer()
    code = verify_journal(
        story.data, anchor, talk, story.parts(), lambda _: drawer.authenticator_of(person.staff_id)
    )
    return code, "\n".join(said)


@pytest.mark.req("SEC-105")
def test_the_journal_is_proved_by_the_founders_fingerprint(story: Story) -> None:
    visit(story)
    code, said = command(story, story.template.fingerprint)
    assert code == 0 and story.template.fingerprint in said and "×" not in said
    code, said = command(story, "0000-" * 7 + "0000")
    assert code == 1 and "照合する印（anchor）と合いません" in said


@pytest.mark.req("SEC-105")
def test_the_proof_says_what_it_could_not_ask_and_how_wide_the_window_is(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(story)
    code, said = command(story, "")
    assert code == 0 and "△" not in said
    assert "より後の" in said and "書き換えのないことを言えません" in said

    def down(*_: object) -> None:
        raise line_fault("unreachable")

    monkeypatch.setattr("app.start.auditing.open_line", down)
    code, said = command(story, "")
    assert code == 0 and "△" in said and "尋ねられなかった" in said


@pytest.mark.req("SEC-105")
def test_the_exported_journal_is_proved_by_somebody_else(story: Story, tmp_path: Path) -> None:
    pdf = visit(story)
    target = tmp_path / "journal.jsonl"
    said: list[str] = []
    person, drawer = FOUNDERS[0], story.drawer()
    talk = Talk(lambda question: person.staff_id, lambda question: person.password, said.append)

    def export() -> int:
        return export_journal(
            story.data,
            target,
            talk,
            story.parts(),
            lambda _: drawer.authenticator_of(person.staff_id),
        )

    assert export() == 0
    text = target.read_text(encoding="utf-8")
    assert list(independent_verifier.Journal(text).faults()) == []
    digest = hashlib.sha256(pdf).digest().hex()
    assert digest in text  # who touched the key over this very sheet can be proved from it
    for name in (person.name, story.movers[0].person.name):
        assert name not in text
        assert name.encode().hex() not in text
    with pytest.raises(UserError) as refused:
        export()
    assert refused.value.code == "export.exists"
    assert target.read_text(encoding="utf-8") == text
    changed = text.replace(b"S101".hex(), b"S102".hex())
    assert list(independent_verifier.Journal(changed).faults())


@pytest.mark.req("SEC-105")
@pytest.mark.parametrize("what", ["line changed", "line removed", "chain rewritten"])
def test_tampering_is_found(story: Story, what: str) -> None:
    """Somebody with all keys of the journal's file rewrites the issue to another clerk's."""
    visit(story)
    with story.desk(FOUNDERS[0]) as desk:
        journal = desk.script.terminal.journal
        anchor = journal.last_countersigned()
        assert anchor is not None
        number = next(
            line.number
            for line in journal.lines()
            if line.entry.function_id == "eligibility.issue_certificate"
        )
        assert verify(
            journal, keys_of(desk), verify_assertion, anchor=anchor.head, open_allowed=True
        ).whole
        tamper(journal, number, what)
        report = verify(
            journal, keys_of(desk), verify_assertion, anchor=anchor.head, open_allowed=True
        )
        genesis = verify(
            journal,
            keys_of(desk),
            verify_assertion,
            anchor=read_anchor(story.template.fingerprint),
            open_allowed=True,
        )
    code = {"line changed": "changed", "line removed": "missing", "chain rewritten": "rechained"}
    (fault,) = report.findings
    assert fault.code == code[what]
    # a chain rewritten is a range where the union is not asked for its lines
    assert fault.line <= number <= max(fault.line, fault.last)
    assert not genesis.whole  # the founders' fingerprint alone finds it too


def tamper(journal: object, number: int, what: str) -> None:
    from app.wire.heads import chain_hash

    with journal.file.write() as connection:  # type: ignore[attr-defined]
        for trigger in ("line_stays", "line_kept"):  # a border for mistakes, not for this one
            connection.execute(f"DROP TRIGGER {trigger}")
        rows = connection.execute(
            "SELECT number, hash, body FROM line WHERE number >= ? ORDER BY number", (number - 1,)
        ).fetchall()
        if what == "line removed":
            connection.execute("DELETE FROM line WHERE number = ?", (number,))
            return
        forged = bytes(rows[1][2]).replace(b"S101", b"S102")
        assert forged != bytes(rows[1][2])
        connection.execute("UPDATE line SET body = ? WHERE number = ?", (forged, number))
        if what == "chain rewritten":
            value = bytes(rows[0][1])
            for at, _, body in rows[1:]:
                content = forged if at == number else bytes(body)
                value = chain_hash(value, at, hashlib.sha256(content).digest())
                connection.execute("UPDATE line SET hash = ? WHERE number = ?", (value, at))


@pytest.mark.req("SEC-105")
def test_after_a_long_pause_it_is_still_proved(story: Story) -> None:
    """Nobody used the terminal meanwhile: two supervisors vouch for its clock first."""
    visit(story)
    story.stop_union()
    story.clock.set_to(story.clock.now() + timedelta(days=60))
    with story.desk(FOUNDERS[0]) as desk:
        prepared = upkeep.prepare_clock(desk.gate, desk.session)
        approvals = desk.script.approvals(prepared, FOUNDERS[1].staff_id)
        upkeep.perform_clock(desk.gate, prepared, approvals)
    code, said = command(story, story.template.fingerprint)
    assert code == 0 and "×" not in said

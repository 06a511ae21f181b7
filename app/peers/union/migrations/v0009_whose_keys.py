"""Version 9: which TLS key each certificate is about, and where a request came from."""

from __future__ import annotations

import hashlib

import cbor2
import sqlalchemy as sa
from alembic.operations import Operations
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def upgrade(op: Operations) -> None:
    """A certificate's key is that of the request it answered, which is kept whole."""
    for table, column in (("enrolment", "address"), ("credential", "tls_key")):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_credential_tls_key", "credential", ["tls_key"])
    connection = op.get_bind()
    answered = sa.text("SELECT request FROM enrolment WHERE step = 'approved'")
    for row in connection.execute(answered).all():
        request = cbor2.loads(cbor2.loads(bytes(row.request))["body"])
        public = x509.load_der_x509_csr(request["csr"]).public_key()
        raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        connection.execute(
            sa.text("UPDATE credential SET tls_key = :key WHERE signing = :signing"),
            {"key": hashlib.sha256(raw).hexdigest(), "signing": request["signing"]},
        )

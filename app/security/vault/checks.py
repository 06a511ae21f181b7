"""Is the store whole? Every page's HMAC, the structure, the references and the schema."""

from __future__ import annotations

from pathlib import Path

from app.core.paths import Paths
from app.security.vault.opening import open_raw, schema_version, translated
from db.engine import Tuning
from db.migrations import SHIPPED, Schema
from db.tables import METADATA


def verify(paths: Paths, data_key: bytes) -> tuple[str, ...]:
    """What is wrong with store and journal, in Japanese, one sentence a finding; empty when
    they are whole. Holds no personal data. Raises as ``open_store`` when a file does not open.
    """
    found = check_file(paths.store, data_key, SHIPPED)
    if paths.journal.exists():
        found += check_pages(paths.journal, data_key)
    return found


def check_file(path: Path, data_key: bytes, schema: Schema) -> tuple[str, ...]:
    """The findings for one store."""
    return check_pages(path, data_key) + _check_schema(path, data_key, schema)


def check_pages(path: Path, data_key: bytes) -> tuple[str, ...]:
    """The findings that any encrypted file can have: pages, structure, references."""
    connection = open_raw(path, data_key, Tuning())
    try:
        with translated(path):
            pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            if pages:
                return (f"{path.name}：{len(pages)} 頁が改ざんの検査に合いません。",)
            structure = connection.execute("PRAGMA quick_check").fetchall()
            if structure != [("ok",)]:
                return (f"{path.name}：索引または表の構造が壊れています。",)
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            tables = sorted({row[0] for row in broken})
            return tuple(f"{path.name}：表 {table} の参照先がありません。" for table in tables)
    finally:
        connection.close()


def _check_schema(path: Path, data_key: bytes, schema: Schema) -> tuple[str, ...]:
    connection = open_raw(path, data_key, Tuning())
    try:
        with translated(path):
            version = schema_version(connection)
            if version != schema.head:
                return (f"{path.name}：版が {version} で、{schema.head} ではありません。",)
            found = []
            for table in METADATA.sorted_tables:
                rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
                if {row[1] for row in rows} != set(table.columns.keys()):
                    found.append(f"{path.name}：表 {table.name} の項目が版と一致しません。")
            return tuple(found)
    finally:
        connection.close()

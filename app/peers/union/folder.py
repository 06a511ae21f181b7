"""The union's data directory: one process has it, and says there where it listens."""

from __future__ import annotations

from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import FileLock, lock_file


def endpoint_file(data: Path) -> Path:
    """Where the running union's addresses stand (JSON); only its own process writes it."""
    return data / "endpoint.json"


def take_folder(data: Path) -> FileLock:
    """Become the one process of the union in ``data``, made when it is not there; what a union
    that crashed said of itself is gone then. Raises EnvironmentFault ``union.running``."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = lock_file(data / "lock")
    if lock is None:
        raise EnvironmentFault(
            "union.running",
            f"このフォルダー（{data}）の標準システムは、もう動いています。",
            "動いている方を使うか、終わらせてから始めるか、--data で別のフォルダーを"
            "指定してください。",
        )
    endpoint_file(data).unlink(missing_ok=True)
    return lock

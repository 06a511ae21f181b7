"""The real machine's list of removable media: the one module that reads it (DESIGN 6).

Linux: what udev knows, by ``lsblk``. Windows: the drives that the system calls removable, their
serial by the storage query that the driver answers.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.core.errors import EnvironmentFault
from app.sync.media.port import Attached

_LSBLK = ("lsblk", "--json", "--output", "NAME,SERIAL,MODEL,RM,HOTPLUG,RO,TRAN,TYPE,MOUNTPOINTS")
_SECONDS = 10
_USB = frozenset(("usb", "mmc", "ieee1394"))


class SystemMedia:
    """What the operating system says is plugged in and mounted."""

    def attached(self) -> tuple[Attached, ...]:
        """Raises EnvironmentFault ``media.list`` when the system does not say."""
        return _windows_media() if sys.platform == "win32" else _linux_media()


def _linux_media() -> tuple[Attached, ...]:
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, nothing of it comes from outside
            _LSBLK, capture_output=True, timeout=_SECONDS, check=True
        )
        return read_lsblk(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as cause:
        raise EnvironmentFault(
            "media.list",
            "差さっている媒体を、端末の機器の一覧から読み取れませんでした。",
            "システム管理者に、端末に util-linux（lsblk）が入っているか確かめてもらってください。",
        ) from cause


def read_lsblk(answer: bytes) -> tuple[Attached, ...]:
    """The mounted removable media in an answer of ``lsblk --json``. Raises ValueError for what is
    no such answer."""
    told = json.loads(answer)
    if not isinstance(told, Mapping) or not isinstance(told.get("blockdevices"), list):
        raise ValueError("no list of block devices")
    return tuple(
        Attached(_text(disk, "serial"), Path(mount), _text(disk, "model"), bool(part.get("ro")))
        for disk in told["blockdevices"]
        if _is_removable(disk)
        for part, mount in _mounted(disk)
    )


def _is_removable(disk: Mapping[str, Any]) -> bool:
    plugged = bool(disk.get("rm")) or bool(disk.get("hotplug"))
    return plugged and disk.get("type") == "disk" and disk.get("tran") in _USB


def _mounted(device: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every partition that stands somewhere in the tree, and where; the device itself may."""
    for mount in device.get("mountpoints") or ():
        if isinstance(mount, str) and mount.startswith("/"):
            yield device, mount
    for child in device.get("children") or ():
        yield from _mounted(child)


def _text(device: Mapping[str, Any], name: str) -> str:
    value = device.get(name)
    return value.strip() if isinstance(value, str) else ""


_REMOVABLE = 2  # DRIVE_REMOVABLE
_QUERY = 0x002D1400  # IOCTL_STORAGE_QUERY_PROPERTY
_SHARED, _OPEN_EXISTING = 0x3, 3
_PRODUCT_AT, _SERIAL_AT = 16, 24  # offsets of offsets in STORAGE_DEVICE_DESCRIPTOR
_READ_ONLY_VOLUME = 0x00080000


def _windows_media() -> tuple[Attached, ...]:
    """Drives of removable media and what their drivers say. Raises EnvironmentFault."""
    kernel = getattr(ctypes, "WinDLL")("kernel32.dll", use_last_error=True)  # noqa: B009 - only there
    letters = kernel.GetLogicalDrives()
    found = []
    for at in range(26):
        root = f"{chr(ord('A') + at)}:\\"
        if letters & (1 << at) and kernel.GetDriveTypeW(root) == _REMOVABLE:
            answer = _descriptor(kernel, root[:2])
            if answer:
                serial, model = read_descriptor(answer)
                found.append(Attached(serial, Path(root), model, _is_read_only(kernel, root)))
    return tuple(found)


def _descriptor(kernel: Any, drive: str) -> bytes:
    """STORAGE_DEVICE_DESCRIPTOR of a drive; b"" for a slot without a medium."""
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(f"\\\\.\\{drive}", 0, _SHARED, None, _OPEN_EXISTING, 0, None)
    if handle in (None, ctypes.c_void_p(-1).value):
        return b""
    try:
        query = (ctypes.c_uint32 * 3)(0, 0, 0)  # StorageDeviceProperty, PropertyStandardQuery
        answer = ctypes.create_string_buffer(1024)
        size = ctypes.c_uint32(0)
        done = kernel.DeviceIoControl(
            ctypes.c_void_p(handle),
            _QUERY,
            query,
            ctypes.sizeof(query),
            answer,
            ctypes.sizeof(answer),
            ctypes.byref(size),
            None,
        )
        return answer.raw[: size.value] if done else b""
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def read_descriptor(answer: bytes) -> tuple[str, str]:
    """Serial and product name in a STORAGE_DEVICE_DESCRIPTOR; "" for what it does not tell."""
    return _named(answer, _SERIAL_AT), _named(answer, _PRODUCT_AT)


def _named(answer: bytes, at: int) -> str:
    where = int.from_bytes(answer[at : at + 4], "little") if len(answer) >= at + 4 else 0
    if not 0 < where < len(answer):
        return ""
    return answer[where:].partition(b"\0")[0].decode("ascii", "replace").strip()


def _is_read_only(kernel: Any, root: str) -> bool:
    flags = ctypes.c_uint32(0)
    kernel.GetVolumeInformationW(root, None, 0, None, None, ctypes.byref(flags), None, 0)
    return bool(flags.value & _READ_ONLY_VOLUME)

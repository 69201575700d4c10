# SPDX-License-Identifier: MIT
"""Boot archives (cpio, format newc): read, and made from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HEADER_BYTES = 110
FIELDS = (
    "inode mode uid gid links modified file_bytes device_major device_minor real_major real_minor "
    "name_bytes check"
).split()
REGULAR = 0o100644
DIRECTORY = 0o040755


def entry(name: str, data: bytes = b"", mode: int = REGULAR) -> bytes:
    """A file, or whatever the mode says."""
    path = name.encode() + b"\0"
    values = dict.fromkeys(FIELDS, 0)
    values |= {"mode": mode, "links": 1, "file_bytes": len(data), "name_bytes": len(path)}
    header = "070701" + "".join(f"{values[field]:08x}" for field in FIELDS)
    return _pad(header.encode() + path) + _pad(data)


def archive(files: Mapping[str, bytes]) -> bytes:
    return b"".join(entry(name, data) for name, data in files.items()) + trailer()


# What init needs to run a program.
SYSTEM = ("manifest", "console", "names")


def with_system(built: Path, files: Mapping[str, bytes]) -> bytes:
    """An archive of these files and of what init needs, from the archive that the build has made."""
    found = read(built.read_bytes())
    return archive({name: found[name] for name in SYSTEM} | dict(files))


def trailer() -> bytes:
    return entry("TRAILER!!!", mode=0)


def read(data: bytes) -> dict[str, bytes]:
    """The files of an archive that the build has made."""
    files = {}
    offset = 0
    while True:
        header = data[offset : offset + HEADER_BYTES]
        file_bytes, name_bytes = int(header[54:62], 16), int(header[94:102], 16)
        name = data[offset + HEADER_BYTES :][:name_bytes].partition(b"\0")[0].decode()
        start = offset + len(_pad(bytes(HEADER_BYTES + name_bytes)))
        if name == "TRAILER!!!":
            return files
        files[name.removeprefix("./")] = data[start : start + file_bytes]
        offset = start + len(_pad(bytes(file_bytes)))


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)

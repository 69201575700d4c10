# SPDX-License-Identifier: MIT
"""The names in a boot archive (cpio, format newc): the programs that a kernel can run."""

from __future__ import annotations

from pathlib import Path

_HEADER_BYTES = 110
_TRAILER = "TRAILER!!!"
_EXECUTABLE = 0o100  # of a file's mode; other files are no programs


def program_names(archive: Path) -> list[str]:
    """The names of an archive's programs, sorted. The archive is one that the build has made."""
    data = archive.read_bytes()
    names = []
    offset = 0
    while data[offset : offset + 6] == b"070701":
        mode = int(data[offset + 14 : offset + 22], 16)
        file_size = int(data[offset + 54 : offset + 62], 16)
        name_size = int(data[offset + 94 : offset + 102], 16)
        start = offset + _HEADER_BYTES
        name = data[start : start + name_size].partition(b"\0")[0].decode()
        if name == _TRAILER:
            break
        if mode & _EXECUTABLE:
            names.append(name.removeprefix("./"))
        offset = _align(_align(start + name_size) + file_size)
    return sorted(names)


def _align(offset: int) -> int:
    return (offset + 3) & ~3

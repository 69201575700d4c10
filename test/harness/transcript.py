# SPDX-License-Identifier: MIT
"""What a machine wrote in a test, kept in the build directory for whoever looks into a failure."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Sequence
from pathlib import Path


class Transcript:
    """A file that opens with the command and takes the output as it comes, so that a test that is
    killed leaves what there was."""

    def __init__(self, directory: Path, test: str, command: Sequence[str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = _unused_path(directory, test)
        self._file = open(self.path, "xb", buffering=0)
        self._file.write(f"$ {shlex.join(command)}\n".encode())

    def write(self, data: bytes | str) -> None:
        self._file.write(data.encode() if isinstance(data, str) else data)

    def flush(self) -> None:
        """Nothing is buffered; pexpect asks for it."""

    def close(self) -> None:
        self._file.close()


def clear(directory: Path, test: str) -> None:
    """Removes what an earlier run of the test has left."""
    for path in directory.glob(f"{_file_name(test)}*.txt"):
        if re.fullmatch(rf"{re.escape(_file_name(test))}(-\d+)?\.txt", path.name):
            path.unlink()


def _file_name(test: str) -> str:
    return re.sub(r"[^\w.+=-]+", "-", test).strip("-")


def _unused_path(directory: Path, test: str) -> Path:
    """TEST.txt for a test's first machine, then TEST-2.txt, ..."""
    for number in itertools.count(1):
        suffix = "" if number == 1 else f"-{number}"
        path = directory / f"{_file_name(test)}{suffix}.txt"
        if not path.exists():
            return path
    raise AssertionError("unreachable")

# SPDX-License-Identifier: MIT
"""Version numbers: taken from what a tool says of itself, compared with the least that will do."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence

Version = tuple[int, ...]

MINIMUM: dict[str, Version] = {
    "QEMU": (7, 2),
    "OpenSBI": (1, 1),
    "SBI": (1, 0),
    "GCC": (12,),
    "binutils": (2, 39),
    "picolibc": (1, 8),
    "GDB": (12,),
    "CMake": (3, 25),
    "Ninja": (1, 10),
    "Python": (3, 11),
}


def find_version(text: str) -> Version | None:
    """The last version number of the first line of `text` that has one."""
    for line in text.splitlines():
        # What stands in parentheses is the packager's: "GNU ld (2.40-2+18+b1) 2.40".
        found = re.findall(r"(?<![\w.])\d+(?:\.\d+)+", re.sub(r"\([^)]*\)", "", line))
        if found:
            return tuple(int(part) for part in found[-1].split("."))
    return None


def ask_version(command: Sequence[str], expected: str = "") -> Version | None:
    """The version that a command tells; None if it cannot be run, or does not say `expected`."""
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if expected not in answer.stdout:
        return None
    return find_version(answer.stdout) or find_version(answer.stderr)


def will_do(name: str, version: Version) -> bool:
    """Whether a version of a tool is at least the minimum."""
    return version >= MINIMUM[name]


def text(version: Version) -> str:
    return ".".join(str(part) for part in version)

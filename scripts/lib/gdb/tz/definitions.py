# SPDX-License-Identifier: MIT
"""What the source defines and debug information does not have: the .def lists, some macros."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from trapeze_tools.definitions import INTERFACE, entries
from trapeze_tools.paths import SOURCE


class SystemCall(NamedTuple):
    name: str
    arguments: tuple[str, ...]
    summary: str


@lru_cache(maxsize=None)
def system_calls() -> dict[int, SystemCall]:
    return {
        int(number): SystemCall(str(name), tuple(str(arguments).split()), str(summary))
        for number, name, _, arguments, summary in entries(INTERFACE / "syscalls.def", "SYSCALL")
    }


@lru_cache(maxsize=None)
def exceptions() -> dict[int, str]:
    """The exception codes of scause, in words."""
    found = entries(INTERFACE / "causes.def", "CAUSE")
    return {int(code): str(meaning) for code, _, meaning in found}


@lru_cache(maxsize=None)
def macro(header: str, name: str) -> int:
    """A number that a header of the kernel defines."""
    found = re.search(
        rf"^#define {name} \(?(0x[0-9a-f]+|[0-9]+)U?L?\)?",
        (SOURCE / "src" / header).read_text(),
        re.MULTILINE,
    )
    if found is None:
        raise LookupError(f"src/{header} does not define {name}")
    return int(found[1], 0)

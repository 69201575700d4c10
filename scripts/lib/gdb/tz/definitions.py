# SPDX-License-Identifier: MIT
"""What the source defines and debug information does not have: lists, constants, macros."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from trapeze_tools.definitions import INTERFACE, constants, entries
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


# What the calls that carry messages take beside their arguments (docs/abi.md).
MESSAGE_REGISTERS = {
    "call": {"t0": "grant", "t1": "deadline", "t2": "welcome"},
    "reply_recv": {"t0": "grant", "t1": "deadline", "t2": "welcome"},
    "send": {"t0": "grant", "t1": "deadline"},
    "recv": {"t1": "deadline", "t2": "welcome"},
    "reply": {"t0": "grant"},
}


@lru_cache(maxsize=None)
def exceptions() -> dict[int, str]:
    """The exception codes of scause, in words."""
    found = entries(INTERFACE / "causes.def", "CAUSE")
    return {int(code): str(meaning) for code, _, meaning in found}


@lru_cache(maxsize=None)
def object_types() -> dict[int, str]:
    """What a handle can name, and the one object that none can: "process", "endpoint", ..."""
    listed = constants("OBJECT_")
    listed["OBJECT_MAPPING"] = macro("object/object.h", "OBJECT_MAPPING")
    return {value: name.removeprefix("OBJECT_").lower() for name, value in listed.items()}


@lru_cache(maxsize=None)
def rights() -> dict[int, str]:
    """The rights of a handle by their bits."""
    return {
        value: name.removeprefix("RIGHT_").lower() for name, value in constants("RIGHT_").items()
    }


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

# SPDX-License-Identifier: MIT
"""Which instructions of the kernel a machine executes, and what its registers hold as it does.

QEMU itself tells: its execution log, filtered by address. Nothing is added to the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trapeze_tools.qemu import Qemu

_EXECUTED = re.compile(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
# QEMU takes a block back that it has logged: because of an interrupt, or to translate it anew.
_TAKEN_BACK = ("Stopped execution of TB chain before", "cpu_io_recompile: rewound execution")
_REGISTER = re.compile(r"([\w/]+)\s+([0-9a-f]{16})\b")


@dataclass(frozen=True)
class Visit:
    """An instruction is about to be executed."""

    address: int
    registers: dict[str, int] = field(default_factory=dict)  # by QEMU's names: x10/a0, satp, ...


def log_options(
    emulator: Qemu, addresses: Iterable[int], log: Path, *, functions: bool, registers: bool
) -> tuple[str, ...]:
    """Options of QEMU's that log each execution of these instructions, and the registers if
    wanted. Those of functions begin blocks, which QEMU logs without slowing down that much."""
    ranges = ",".join(f"{address:#x}+1" for address in sorted(addresses))
    wanted = "exec,nochain,cpu" if registers else "exec,nochain"
    blocks = () if functions else emulator.one_instruction_per_block()
    return (*blocks, "-d", wanted, "-dfilter", ranges, "-D", str(log))


def read_log(log: Path) -> list[Visit]:
    """What QEMU has logged, in the order in which it happened."""
    with open(log, encoding="utf-8", errors="replace") as lines:
        return list(_visits(lines))


def _visits(lines: Iterable[str]) -> Iterator[Visit]:
    held: Visit | None = None  # the last one, until it is known that it stays
    for line in lines:
        if found := _EXECUTED.match(line):
            if held:
                yield held
            held = Visit(int(found[1], 16))
        elif line.startswith(_TAKEN_BACK):
            held = None
        elif held:
            held.registers.update((name, int(value, 16)) for name, value in _REGISTER.findall(line))
    if held:
        yield held

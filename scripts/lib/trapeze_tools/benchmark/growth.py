# SPDX-License-Identifier: MIT
"""scripts/bench --growth: what costs become with the number of processes, handles, mappings, ..."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..qemu import Machine
from ..run import kernel_command_line
from .report import columns, number

if TYPE_CHECKING:
    from .measure import Bench

_MEMORY = "1G"
_LINE = re.compile(r"^growth: (\w+) (\d+) (\w+) (\d+) instructions$", re.MULTILINE)

TITLES = {
    "processes": "processes that wait for a message",
    "handles": "handles",
    "mappings": "mappings in the address space",
    "sleepers": "sleeping processes, each with a deadline of its own",
    "ready": "ready processes",
}


@dataclass(frozen=True)
class Point:
    """What an operation costs where there are so many of something."""

    of: str
    count: int
    operation: str
    instructions: int


def measure(bench: Bench) -> list[Point]:
    machine = Machine(
        kernel=bench.made.kernel,
        memory=_MEMORY,
        icount=True,
        append=kernel_command_line("timer=sstc slice=10s", ["growth"]),
        bios=bench.bios,
    )
    found = _LINE.findall(bench.output(machine, "'growth'"))
    return [Point(of, int(count), name, int(value)) for of, count, name, value in found]


def series(points: Sequence[Point]) -> dict[str, dict[str, dict[int, int]]]:
    """Instructions by count, by operation, by what there are so many of."""
    result: dict[str, dict[str, dict[int, int]]] = {}
    for point in points:
        by_operation = result.setdefault(point.of, {}).setdefault(point.operation, {})
        by_operation[point.count] = point.instructions
    return result


def tables(points: Sequence[Point]) -> str:
    parts = []
    for of, by_operation in series(points).items():
        counts = sorted({count for values in by_operation.values() for count in values})
        rows = [(TITLES[of], *map(number, counts))]
        rows += [(name, *(number(v.get(c)) for c in counts)) for name, v in by_operation.items()]
        parts.append(columns(rows))
    return "\n\n".join(parts)

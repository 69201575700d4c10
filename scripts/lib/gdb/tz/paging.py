# SPDX-License-Identifier: MIT
"""The Sv39 walk (Privileged 1.12, 4.3.2 and 4.4). Knows nothing of GDB or the kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

LEVELS = 3
ENTRY_BYTES = 8
PAGE_SHIFT = 12
PAGE_BYTES = 1 << PAGE_SHIFT
_INDEX_BITS = 9
_VALID, _READ, _WRITE, _EXECUTE, _USER = (1 << bit for bit in range(5))
_FLAGS = "VRWXUGAD"
_SIZES = {0: "4 KiB", 1: "2 MiB", 2: "1 GiB"}


class Step(NamedTuple):
    """One entry on the way."""

    level: int
    table: int  # physical address
    index: int
    entry: int

    @property
    def is_valid(self) -> bool:
        # Writable without readable is reserved.
        return bool(self.entry & _VALID) and not (self.entry & _WRITE and not self.entry & _READ)

    @property
    def is_leaf(self) -> bool:
        return self.is_valid and bool(self.entry & (_READ | _WRITE | _EXECUTE))

    @property
    def is_user(self) -> bool:
        return bool(self.entry & _USER)

    @property
    def target(self) -> int:
        """The physical address that the entry leads to."""
        return (self.entry >> 10 & (1 << 44) - 1) << PAGE_SHIFT

    @property
    def flags(self) -> str:
        """ "V R - X U - A D" """
        return " ".join(
            name if self.entry >> bit & 1 else "-" for bit, name in enumerate(_FLAGS)
        )

    @property
    def size(self) -> str:
        return _SIZES[self.level]

    @property
    def access(self) -> str:
        rights = [
            name
            for bit, name in ((_READ, "read"), (_WRITE, "write"), (_EXECUTE, "execute"))
            if self.entry & bit
        ]
        return f"{'user' if self.is_user else 'kernel'}: {', '.join(rights)}"


class Walk(NamedTuple):
    steps: list[Step]
    physical: int | None  # None: nothing is mapped there


def is_canonical(address: int) -> bool:
    """Whether bits 63 to 39 equal bit 38."""
    return address >> 38 in (0, (1 << 26) - 1)


def shift(level: int) -> int:
    """The bits of an address within a page of that level."""
    return PAGE_SHIFT + level * _INDEX_BITS


def index(address: int, level: int) -> int:
    return address >> shift(level) & (1 << _INDEX_BITS) - 1


def walk(root: int, address: int, read_entry: Callable[[int], int]) -> Walk:
    """Follows a canonical address from the root table. `read_entry` reads physical memory."""
    steps: list[Step] = []
    table = root
    for level in reversed(range(LEVELS)):
        position = index(address, level)
        entry = read_entry(table + position * ENTRY_BYTES)
        step = Step(level, table, position, entry)
        steps.append(step)
        if not step.is_valid:
            return Walk(steps, None)
        if step.is_leaf:
            mask = (1 << shift(level)) - 1
            misaligned = step.target & mask
            return Walk(steps, None if misaligned else step.target | address & mask)
        table = step.target
    return Walk(steps, None)

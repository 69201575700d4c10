# SPDX-License-Identifier: MIT
"""The halted machine: registers of the selected hart, physical memory, single-stepping.

Memory is always read by its physical address, after a walk of our own: what QEMU lets GDB read by
a virtual address depends on the mode that the hart happens to be in (from U-mode the kernel
cannot be read, in M-mode there is no translation at all).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import gdb

from . import csr, paging

_WORD = (1 << 64) - 1


def _need_machine() -> None:
    if gdb.selected_thread() is None:
        raise gdb.GdbError("there is no machine: it has ended, or GDB is not connected to it")


def register(name: str) -> int:
    _need_machine()
    value = gdb.parse_and_eval(f"${name}")
    if value.type.code == gdb.TYPE_CODE_VOID:
        raise gdb.GdbError(f"the machine tells of no register {name}: is it QEMU's?")
    return int(value) & _WORD


def mode() -> int:
    """The hart's privilege mode. QEMU tells it in a register of its own."""
    return register("priv") & 3


def hart_number() -> int:
    """QEMU's threads are harts, numbered from 1."""
    return gdb.selected_thread().num - 1


def _ask(packet: str) -> str:
    """Sends QEMU a packet of its own, and gives its answer."""
    _need_machine()
    said = gdb.execute(f"maintenance packet {packet}", to_string=True)
    found = re.search(r'received: "(.*)"', said)
    return found[1] if found else ""


# What is known until the machine runs on. Every packet to QEMU takes its time.
_leaves: dict[tuple[int, int], int] = {}  # (level, page number there): its physical address
_mode_before: str | None = None
_depth = 0


def forget() -> None:
    """To be called when the machine may have run since the last look at it."""
    global _mode_before
    _leaves.clear()
    _mode_before = None


@contextlib.contextmanager
def _physical_addresses() -> Iterator[None]:
    """GDB's addresses are physical ones; at the end they are what they were before."""
    global _mode_before, _depth
    if _mode_before is None:
        _mode_before = _ask("qqemu.PhyMemMode")
        if _mode_before not in ("0", "1"):
            raise gdb.GdbError("physical memory can be read in QEMU only")
    if _depth == 0:
        _ask("Qqemu.PhyMemMode:1")
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0:
            _ask(f"Qqemu.PhyMemMode:{_mode_before}")


def read_physical(address: int, length: int) -> bytes:
    with _physical_addresses():
        return bytes(gdb.selected_inferior().read_memory(address, length))


def read_entry(address: int) -> int:
    """A page-table entry at a physical address."""
    return int.from_bytes(read_physical(address, paging.ENTRY_BYTES), "little")


def _root() -> int:
    """The root table of the current satp.

    To be called before _physical_addresses: a look at a register may make GDB look at the stack.
    """
    satp = csr.Satp.decode(register("satp"))
    if satp.mode == "Bare":
        raise gdb.GdbError("satp is Bare: no address is translated yet")
    if satp.mode != "Sv39":
        raise gdb.GdbError(f"satp asks for {satp.mode}, not for Sv39")
    return satp.root


def _walk(root: int, address: int) -> paging.Walk:
    if not paging.is_canonical(address):
        raise gdb.GdbError(
            f"{address:#x} is not canonical: in Sv39 bits 63 to 39 equal bit 38, so it is "
            "never mapped"
        )
    return paging.walk(root, address, read_entry)


def translate(address: int) -> paging.Walk:
    """Walks the page tables of the current satp."""
    root = _root()
    with _physical_addresses():
        return _walk(root, address)


def _physical(root: int, address: int) -> int:
    """Where a mapped address is in physical memory."""
    for level in range(paging.LEVELS):
        target = _leaves.get((level, address >> paging.shift(level)))
        if target is not None:
            return target | address & (1 << paging.shift(level)) - 1
    walk = _walk(root, address)
    if walk.physical is None:
        raise gdb.GdbError(f"nothing is mapped at {address:#x}")
    leaf = walk.steps[-1]
    _leaves[leaf.level, address >> paging.shift(leaf.level)] = leaf.target
    return walk.physical


def read(address: int, length: int) -> bytes:
    """Reads virtual memory, whatever mode the hart is in."""
    data = b""
    root = _root()
    with _physical_addresses():
        while length > 0:
            part = min(length, paging.PAGE_BYTES - address % paging.PAGE_BYTES)
            data += read_physical(_physical(root, address), part)
            address += part
            length -= part
    return data


# How QEMU single-steps: bits of its sstep flags.
_STEP, _NO_INTERRUPTS, _NO_TIMER = 1, 2, 4


def steps_take_interrupts() -> bool:
    return int(_ask("qqemu.sstep"), 16) & (_NO_INTERRUPTS | _NO_TIMER) == 0


def let_steps_take_interrupts(wanted: bool) -> None:
    flags = _STEP if wanted else _STEP | _NO_INTERRUPTS | _NO_TIMER
    if _ask(f"Qqemu.sstep={flags:#x}") != "OK":
        raise gdb.GdbError("QEMU refuses to change how it single-steps")

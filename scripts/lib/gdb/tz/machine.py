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


def register(name: str) -> int:
    value = gdb.parse_and_eval(f"${name}")
    if value.type.code == gdb.TYPE_CODE_VOID:
        raise gdb.GdbError(f"there is no register {name}: is GDB connected to QEMU?")
    return int(value) & _WORD


def mode() -> int:
    """The hart's privilege mode. QEMU tells it in a register of its own."""
    return register("priv") & 3


def hart_number() -> int:
    """QEMU's threads are harts, numbered from 1."""
    thread = gdb.selected_thread()
    if thread is None:
        raise gdb.GdbError("the machine is not running: `target remote` connects to it")
    return thread.num - 1


def _ask(packet: str) -> str:
    """Sends QEMU a packet of its own, and gives its answer."""
    said = gdb.execute(f"maintenance packet {packet}", to_string=True)
    found = re.search(r'received: "(.*)"', said)
    return found[1] if found else ""


@contextlib.contextmanager
def _physical_addresses() -> Iterator[None]:
    """GDB's addresses are physical ones; afterwards they are what they were before."""
    before = _ask("qqemu.PhyMemMode")
    if before not in ("0", "1"):
        raise gdb.GdbError("physical memory can be read in QEMU only, from version 4.1 on")
    _ask("Qqemu.PhyMemMode:1")
    try:
        yield
    finally:
        _ask(f"Qqemu.PhyMemMode:{before}")


def read_physical(address: int, length: int) -> bytes:
    with _physical_addresses():
        return bytes(gdb.selected_inferior().read_memory(address, length))


def read_entry(address: int) -> int:
    """A page-table entry at a physical address."""
    return int.from_bytes(read_physical(address, paging.ENTRY_BYTES), "little")


def translate(address: int) -> paging.Walk:
    """Walks the page tables of the current satp."""
    satp = csr.Satp.decode(register("satp"))
    if satp.mode == "Bare":
        raise gdb.GdbError("satp is Bare: no address is translated yet")
    if satp.mode != "Sv39":
        raise gdb.GdbError(f"satp asks for {satp.mode}, not for Sv39")
    if not paging.is_canonical(address):
        raise gdb.GdbError(
            f"{address:#x} is not canonical: in Sv39 bits 63 to 39 equal bit 38, so it is "
            "never mapped"
        )
    return paging.walk(satp.root, address, read_entry)


def read(address: int, length: int) -> bytes:
    """Reads virtual memory, whatever mode the hart is in."""
    data = b""
    while length > 0:
        physical = translate(address).physical
        if physical is None:
            raise gdb.GdbError(f"nothing is mapped at {address:#x}")
        part = min(length, paging.PAGE_BYTES - address % paging.PAGE_BYTES)
        data += read_physical(physical, part)
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

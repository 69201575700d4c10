# SPDX-License-Identifier: MIT
"""Every instruction that a machine executes, told by QEMU itself: nothing is added to the kernel.

QEMU logs the address of each block that it executes; made to execute blocks of one instruction,
it logs every instruction. One that it gives up before its end, because an interrupt is pending or
because it has to translate an access to a device anew, is followed by a line that says so, and is
not counted here. Under -icount, the counts are those of the instret register, but for the
firmware's instructions: it executes fifty times what the kernel does until that is booted, so it is
left out of the log.
"""

from __future__ import annotations

import bisect
import itertools
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from .emulator import Emulator
from .errors import ToolError
from .qemu import Machine, Qemu
from .watch import FIRMWARE_END, RAM_BASE

_CHUNK_BYTES = 1 << 20
_PANIC_STATUS = 255
# An executed block's address; or an S or c, which opens the line that takes the block before it back:
# "Stopped execution of TB chain before ...", "cpu_io_recompile: rewound execution of TB to ...".
_LINE = re.compile(rb"^(?:Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/|[Sc])", re.MULTILINE)

# Where an interrupt is let in or looked for: wfi, and csrr of sip into any register.
_LETS_IN = re.compile(rb"\x73\x00\x50\x10|[\x73\xf3][\x20-\x2f]\x40\x14", re.DOTALL)
_SRET = re.compile(rb"\x73\x00\x20\x10")
# Where instructions are told of: first and last address. User programs lie below RAM's physical
# addresses, the kernel at its load address while it boots, and then in the upper half.
USER_RANGE = (0, RAM_BASE - 1)
BOOT_RANGE = (FIRMWARE_END, (1 << 63) - 1)
KERNEL_RANGE = (1 << 63, (1 << 64) - 1)


def executed(
    qemu: Qemu, machine: Machine, *ranges: tuple[int, int], any_status: bool = False
) -> Iterator[int]:
    """The address of each instruction in some ranges that the machine executes, from the kernel's
    first one on. ToolError if the machine's exit status is not 0; or a panic's, with `any_status`.
    """
    wanted = ",".join(f"{first:#x}..{last:#x}" for first, last in (BOOT_RANGE, *ranges))
    log_reader, log_writer = os.pipe()
    options = qemu.one_instruction_per_block()
    options += ("-d", "exec,nochain", "-D", f"/dev/fd/{log_writer}", "-dfilter", wanted)
    with open(log_reader, "rb", buffering=0) as log:
        try:
            emulator = Emulator(
                qemu.command(machine, options),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[log_writer],
            )
        finally:
            os.close(log_writer)
        with emulator:
            yield from itertools.dropwhile(
                lambda address: address != FIRMWARE_END, _addresses(log.read)
            )
            status = emulator.wait()
            if status == _PANIC_STATUS or (status and not any_status):
                raise ToolError(
                    f"the traced machine ended with status {status}", f"it was: {machine.append}"
                )


def _addresses(read: Callable[[int], bytes]) -> Iterator[int]:
    """The addresses in a log, without the blocks that were taken back."""
    rest = b""
    held: int | None = None  # the last address, until the next line shows that it stays
    while data := read(_CHUNK_BYTES):
        lines, newline, rest = (rest + data).rpartition(b"\n")
        for address in _LINE.findall(lines + newline):
            if not address:
                held = None
                continue
            if held is not None:
                yield held
            held = int(address, 16)
    if held is not None:
        yield held


def _matches(pattern: re.Pattern, code: list[tuple[int, bytes]]) -> frozenset[int]:
    """Where it is found in sections, of each its address and its bytes."""
    return frozenset(
        start + found.start() for start, data in code for found in pattern.finditer(data)
    )


class Symbols:
    """The functions and labels of the kernel, to look addresses up; in `lets_in` the addresses of
    the instructions that let an interrupt in or look whether one is pending, in `leaves` of those
    that return to user mode."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            elf = ELFFile(file)
            table = elf.get_section_by_name(".symtab")
            pairs = [
                (symbol["st_value"], symbol.name)
                for symbol in table.iter_symbols()
                # Assembly's functions need not have a type; the mapping symbols begin with $.
                if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE")
                and symbol.name
                and not symbol.name.startswith(("$", "."))
            ]
            code = [
                (section["sh_addr"], section.data())
                for section in elf.iter_sections()
                if section["sh_flags"] & SH_FLAGS.SHF_EXECINSTR
            ]
        self.lets_in = _matches(_LETS_IN, code)
        self.leaves = _matches(_SRET, code)
        # Two files may have functions of the same name, one place two names.
        self.addresses = {name: address for address, name in pairs}
        named = dict(pairs)
        self._starts = sorted(named)
        self._names = [named[start] for start in self._starts]

    def function_at(self, pc: int) -> str:
        """The name of the function that an address lies in."""
        index = bisect.bisect_right(self._starts, pc)
        return self._names[index - 1] if index else f"{pc:#x}"


@dataclass(frozen=True)
class Stretch:
    """Kernel instructions in a row for which an interrupt has to wait."""

    addresses: list[int]

    def __len__(self) -> int:
        return len(self.addresses)

    def functions(self, symbols: Symbols) -> Counter[str]:
        """How many of its instructions each function has; in the order in which they begin."""
        return Counter(map(symbols.function_at, self.addresses))


def is_kernel(pc: int) -> bool:
    """Whose instruction it is, the firmware's left out."""
    return pc >= RAM_BASE


def stretches(
    addresses: Iterable[int], lets_in: frozenset[int], leaves: frozenset[int]
) -> Iterator[Stretch]:
    """The stretches of the kernel's instructions after its first return to user mode; what was
    before it is the boot.

    One ends with a return to user mode, and with each instruction that lets an interrupt in or
    looks for one: a long operation that finds one pending makes way for it.
    """
    current: list[int] | None = None
    for pc in addresses:
        if current is not None:
            current.append(pc)
        if pc in leaves or pc in lets_in:
            if current:
                yield Stretch(current)
                current = []
            elif pc in leaves:
                current = []

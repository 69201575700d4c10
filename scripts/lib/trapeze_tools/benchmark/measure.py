# SPDX-License-Identifier: MIT
"""Takes the measurements: boots machines with the programs that measure, and reads what they say."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from elftools.elf.elffile import ELFFile

from .. import build, trace
from ..boot import boot
from ..errors import ToolError
from ..qemu import Machine, Qemu
from ..run import kernel_command_line
from ..watch import Console
from . import listing, worst
from .figures import Figure, Result


@dataclass(frozen=True)
class Run:
    """A machine, and the program that measures there. `bench` is told what to measure."""

    memory: str
    words: str  # for the kernel's command line
    program: str = "bench"


# Short slices, since `bench` waits for preemptions: no figure depends on their length.
_SLICE = "slice=100us"
RUNS = {
    "fast": Run("128M", f"timer=sstc {_SLICE}"),
    "c": Run("128M", f"timer=sstc {_SLICE} fastpath=off"),
    "no_asid": Run("128M", f"timer=sstc {_SLICE} asidbits=0"),
    "sbi": Run("128M", f"timer=sbi {_SLICE}"),
    "8G": Run("8G", f"timer=sstc {_SLICE}"),
    "256M": Run("256M", "timer=sstc", "footprint"),
}
_TIMEOUT_SECONDS = 600.0
_LINE = re.compile(r"^(?:bench|footprint): (\w+) (\d+) (\w+)$", re.MULTILINE)


@dataclass
class Bench:
    """Takes the measurements, each machine at most once."""

    qemu: Qemu
    made: build.Build
    bios: str
    figures: Sequence[Figure]  # all of budgets.toml
    firmware: str = ""  # its version, once a machine has been booted
    _lines: dict[str, dict[str, int]] = field(default_factory=dict)
    _longest: trace.Stretch | None = None
    _symbols: trace.Symbols | None = None

    def measure(self, figures: Sequence[Figure]) -> list[Result]:
        return [Result(figure, self.value(figure), self._limit(figure)) for figure in figures]

    def value(self, figure: Figure) -> int:
        if figure.special is not None:
            return getattr(self, f"_{figure.special}")(figure)
        return self._line(figure.run, figure.line or figure.name)

    def _limit(self, figure: Figure) -> int | None:
        if figure.budget_of is None:
            return figure.least if figure.least is not None else figure.budget
        other = next(one for one in self.figures if one.name == figure.budget_of["figure"])
        return self.value(other) * figure.budget_of["percent"] // 100

    @property
    def symbols(self) -> trace.Symbols:
        if self._symbols is None:
            self._symbols = trace.Symbols(self.made.kernel)
        return self._symbols

    def machine(self, run: str, command: Sequence[str]) -> Machine:
        return Machine(
            kernel=self.made.kernel,
            memory=RUNS[run].memory,
            icount=True,
            append=kernel_command_line(RUNS[run].words, command),
            bios=self.bios,
        )

    def window(self, figure: Figure) -> list[int]:
        """The instructions of one operation: listing.py."""
        return listing.window(self.qemu, self.made, self.machine, figure)

    # What budgets.toml calls special.

    def _firmware_share(self, figure: Figure) -> int:
        """What the firmware executes of another figure: the trace leaves that out."""
        window = self.window(figure)
        return self._line(figure.run, figure.line) - listing.cost(window, self.made, figure)

    def _boot_handoff(self, figure: Figure) -> int:
        """What the kernel executes before the first user instruction, which is init's. What the
        firmware does for it meanwhile is not in it."""
        machine = self.machine(figure.run, ["trivial"])
        addresses = trace.executed(self.qemu, machine, trace.USER_RANGE, trace.KERNEL_RANGE)
        with contextlib.closing(addresses):
            return sum(1 for _ in itertools.takewhile(trace.is_kernel, addresses))

    def _longest_stretch(self, figure: Figure) -> int:
        return len(self.longest_stretch())

    def _text_bytes(self, figure: Figure) -> int:
        """What this machine keeps of the code: the other fast path and .boot_text go."""
        with open(self.made.kernel, "rb") as file:
            elf = ELFFile(file)
            return sum(elf.get_section_by_name(name)["sh_size"] for name in (".text", ".fast_path"))

    def _process_bytes(self, figure: Figure) -> int:
        """Pages and object slots; what a slot takes is in the kernel's debug information."""
        slot = _structure_bytes(self.made, "object")
        pages = self._line(figure.run, "process_page_bytes")
        return pages + self._line(figure.run, "process_slots") * slot

    def longest_stretch(self) -> trace.Stretch:
        """With interrupts off, in the short form of `--worst`."""
        if self._longest is None:
            every = (one for program in worst.SHORT for one in worst.stretches(self, program))
            self._longest = max(every, key=len)
        return self._longest

    def _line(self, run: str, name: str) -> int:
        lines = self._run(run)
        if name not in lines:
            raise ToolError(f"{RUNS[run].program} prints no figure {name} on '{run}'")
        return lines[name]

    def _run(self, run: str) -> dict[str, int]:
        """The lines that the program prints on a machine: always of the same figures."""
        if run not in self._lines:
            command = [RUNS[run].program]
            if command == ["bench"]:
                of_run = (figure for figure in self.figures if figure.run == run)
                command += dict.fromkeys(one.line for one in of_run if one.line)
            text = self.output(self.machine(run, command), f"'{run}'")
            self._lines[run] = {name: int(value) for name, value, _ in _LINE.findall(text)}
        return self._lines[run]

    def output(self, machine: Machine, name: str) -> str:
        """What a machine writes, which has to end with status 0."""
        written = bytearray()
        status = boot(
            self.qemu,
            machine,
            written.extend,
            console=Console(show_firmware=True),
            timeout=_TIMEOUT_SECONDS,
            script="bench",
        )
        text = written.decode(errors="replace").replace("\r\n", "\n")
        if status != 0:
            raise ToolError(f"the machine {name} ended with status {status}", text)
        if version := re.search(r"^OpenSBI v(\S+)", text, re.MULTILINE):
            self.firmware = version[1]
        return text


def _structure_bytes(made: build.Build, name: str) -> int:
    with open(made.kernel, "rb") as file:
        for unit in ELFFile(file).get_dwarf_info().iter_CUs():
            for entry in unit.iter_DIEs():
                if (
                    entry.tag == "DW_TAG_structure_type"
                    and "DW_AT_byte_size" in entry.attributes
                    and entry.attributes.get("DW_AT_name", None) is not None
                    and entry.attributes["DW_AT_name"].value == name.encode()
                ):
                    return entry.attributes["DW_AT_byte_size"].value
    raise ToolError(f"the kernel's debug information has no struct {name}")

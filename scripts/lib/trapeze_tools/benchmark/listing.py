# SPDX-License-Identifier: MIT
"""scripts/bench --trace: every instruction of one operation, from the ecall to the next user one.

The program `bench` marks where a figure begins and ends by labels in measured.S; budgets.toml names
them. A program's own instructions in between are listed, too, but not counted, unless they trap.
"""

from __future__ import annotations

import bisect
import os
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from elftools.elf.elffile import ELFFile

from .. import trace
from ..build import Build
from ..errors import ToolError, UsageError
from ..paths import SOURCE
from ..qemu import Machine, Qemu
from .figures import Figure
from .report import columns

PHASES = SOURCE / "test" / "bench" / "phases.toml"
PROGRAM_PHASE = "program"
_TOOLS = "riscv64-unknown-elf-"
_STEP = re.compile(r"\s*/\* (\d+)\. ")  # as docs/architecture.md has it: /* 1. Get hold of ...


def _program(made: Build) -> Path:
    return made.directory / "programs" / "bench.elf"


@cache
def _symbols(path: Path) -> trace.Symbols:
    return trace.Symbols(path)


def _marked(made: Build, mark: str | Sequence[str]) -> range:
    """The addresses that a label names; those from the first to before the second of two."""
    labels = _symbols(_program(made)).addresses
    first, *last = [mark] if isinstance(mark, str) else mark
    return range(labels[first], labels[last[0]] if last else labels[first] + 1)


def window(
    qemu: Qemu,
    made: Build,
    machine: Callable[[str, Sequence[str]], Machine],
    figure: Figure,
) -> list[int]:
    """The addresses of what is executed in the last of a figure's samples, from the instruction
    where it begins; the one where it ends is not in it."""
    if not figure.traceable:
        raise UsageError(f"{figure.name} is not one operation of the kernel's")
    labels = _symbols(_program(made)).addresses
    measured = (labels["measured_begin"], labels["measured_end"] - 1)
    asked = machine(figure.run, ["bench", figure.line or figure.name])
    addresses = trace.executed(qemu, asked, measured, trace.KERNEL_RANGE)
    found = windows(addresses, _marked(made, figure.begins), _marked(made, figure.ends))
    last = None
    for last in found:
        pass
    if last is None:
        raise ToolError(f"the trace has no {figure.name}", f"it was: {asked.append}")
    return last


def windows(addresses: Iterable[int], begins: range, ends: range) -> Iterator[list[int]]:
    """Begins with an instruction that the kernel follows."""
    current: list[int] = []
    previous = 0
    for pc in addresses:
        if previous in begins and trace.is_kernel(pc):
            current = [previous]
        elif pc in ends and current:
            yield current
            current = []
        if current:
            current.append(pc)
        previous = pc


def counted(addresses: Sequence[int], made: Build) -> list[bool]:
    """Which instructions of a window are the operation's: the kernel's, and the program's ecalls
    and faults. One after which an interrupt came is not: all that it has to do with it is its
    place."""
    program = _disassembly(_program(made))
    result = []
    for pc, following in zip(addresses, [*addresses[1:], 0]):
        traps = trace.is_kernel(following) and not re.match(r"sw|rdinstret", program.get(pc, ""))
        result.append(trace.is_kernel(pc) or traps)
    return result


def cost(addresses: Sequence[int], made: Build, figure: Figure) -> int:
    """What the figure is, by the trace."""
    return sum(counted(addresses, made))


# What the instructions are.


@dataclass(frozen=True)
class Place:
    """Where an instruction comes from; of inlined ones, all functions."""

    functions: tuple[str, ...]  # innermost first
    label: str  # the nearest one before it
    file: str
    line: str

    @property
    def source(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def text(self) -> str:
        """The line itself, if it is assembly: an instruction, or a macro's name."""
        lines = _assembly(self.file)
        return lines[int(self.line) - 1].strip() if lines and self.line.isdigit() else ""

    @property
    def step(self) -> str:
        """In assembly, the numbered step: FILE:NUMBER of the comment before the line."""
        if self.line.isdigit():
            for line in reversed(_assembly(self.file)[: int(self.line)]):
                if found := _STEP.match(line):
                    return f"{self.file}:{found[1]}"
        return ""


@cache
def _assembly(file: str) -> list[str]:
    path = SOURCE / file
    if path.suffix != ".S" or not path.exists():
        return []
    return path.read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True)
class Instruction:
    address: int
    text: str
    place: Place
    phase: str
    counts: bool


@cache
def _disassembly(path: Path) -> dict[int, str]:
    command = [f"{_TOOLS}objdump", "-d", "--no-show-raw-insn", str(path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^\s*([0-9a-f]+):\s+(\S.*)$", listed, re.MULTILINE)
    return {int(address, 16): " ".join(text.split()) for address, text in lines}


def places(path: Path, addresses: Sequence[int]) -> dict[int, Place]:
    """By the debug information and the symbols of a file."""
    asked = list(dict.fromkeys(addresses))
    command = [f"{_TOOLS}addr2line", "-a", "-f", "-i", "-e", str(path)]
    answer = subprocess.run(
        command, input="\n".join(map(hex, asked)), capture_output=True, text=True, check=True
    ).stdout
    symbols = _symbols(path)
    found = {}
    for part in re.split(r"^0x", answer, flags=re.MULTILINE)[1:]:
        address, *lines = part.splitlines()
        pc = int(address, 16)
        label = symbols.function_at(pc)
        # Assembly's functions have no name there.
        functions = tuple(name for name in lines[::2] if name != "??") or (label,)
        file, _, line = lines[1].split(" ")[0].rpartition(":")
        if file == "??":
            table = _line_table(path)
            _, file, line = table[bisect.bisect_right(table, (pc, "~")) - 1]
            functions = (label,)
        found[pc] = Place(functions, label, _relative(file), line)
    return found


@cache
def _line_table(path: Path) -> list[tuple[int, str, str]]:
    """Addresses where a line begins, with file and line: for what addr2line does not find, since
    the linker has made a piece of code shorter, and its end lies in another one now."""
    table = []
    with open(path, "rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            first = 0 if unit["version"] >= 5 else 1
            for entry in program.get_entries() if program else ():
                if entry.state is not None and not entry.state.end_sequence:
                    name = program["file_entry"][entry.state.file - first]
                    folder = program["include_directory"][name.dir_index - first]
                    where = Path(os.fsdecode(folder), os.fsdecode(name.name))
                    table.append((entry.state.address, str(where), str(entry.state.line)))
    return sorted(table)


def _relative(file: str) -> str:
    try:
        return str(Path(file).resolve().relative_to(SOURCE))
    except ValueError:
        return Path(file).name


@cache
def _phases(path: Path = PHASES) -> list[tuple[str, str, str]]:
    """(what is looked at, pattern, phase), in the order in which they apply."""
    with open(path, "rb") as file:
        content = tomllib.load(file)
    return [
        (kind, pattern, phase)
        for kind in _KINDS
        for phase, patterns in content[kind].items()
        for pattern in patterns
    ]


def phase_names() -> list[str]:
    with open(PHASES, "rb") as file:
        return tomllib.load(file)["order"]


# What the table looks at, in this order.
_KINDS: dict[str, Callable[[Place], Sequence[str]]] = {
    "labels": lambda place: (place.label,),
    "lines": lambda place: (place.text,),
    "steps": lambda place: (place.step,),
    "functions": lambda place: place.functions,
    "files": lambda place: (place.file,),
}


def phase_of(place: Place) -> str:
    for kind, values in _KINDS.items():
        for value in values(place):
            for of_kind, pattern, phase in _phases():
                if of_kind == kind and fnmatchcase(value, pattern):
                    return phase
    return "other"


def instructions(addresses: Sequence[int], made: Build) -> list[Instruction]:
    files = {True: made.kernel, False: _program(made)}
    where: dict[int, Place] = {}
    for kernel, path in files.items():
        where |= places(path, [pc for pc in addresses if trace.is_kernel(pc) is kernel])
    result = []
    for pc, counts in zip(addresses, counted(addresses, made)):
        kernel = trace.is_kernel(pc)
        text = _disassembly(files[kernel]).get(pc, "?")
        place = where[pc]
        phase = phase_of(place) if kernel else "entry" if counts else PROGRAM_PHASE
        result.append(Instruction(pc, text, place, phase, counts))
    return result


def render(figure: Figure, listed: Sequence[Instruction]) -> str:
    rows = [("", "phase", "address", "instruction", "function", "source")]
    count = 0
    for one in listed:
        count += one.counts
        name = one.place.functions[0]
        if one.place.label != name:
            name += f" in {one.place.label}"
        address = f"{one.address:x}"[-8:]
        mark = str(count) if one.counts else "-"
        text = one.text.split(" #")[0]
        rows.append((mark, one.phase, address, text, name, one.place.source))
    head = f"{figure.title}: {count} instructions; - is the program's own, and not counted\n"
    return "\n".join([head, columns(rows, left=(1, 2, 3, 4, 5)), "", summary(listed)])


def summary(listed: Sequence[Instruction]) -> str:
    """How many instructions each phase has, and each label."""
    phases = Counter(one.phase for one in listed if one.counts)
    labels = Counter((one.phase, one.place.label) for one in listed if one.counts)
    total = sum(phases.values())
    rows = [("phase", "", "", "of which in")]
    order = [*phase_names(), *phases.keys()]
    for phase in sorted(phases, key=order.index):
        parts = [f"{name} {n}" for (of, name), n in labels.most_common() if of == phase]
        share = f"{100 * phases[phase] / total:.0f} %"
        rows.append((phase, str(phases[phase]), share, ", ".join(parts)))
    return columns(rows, left=(0, 3))

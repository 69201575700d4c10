# SPDX-License-Identifier: MIT
"""scripts/bench: what the kernel's operations cost, in instructions, beside budgets and peers."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import build, cli, qemu, trace
from .boot import boot
from .errors import ToolError, UsageError
from .paths import SOURCE
from .qemu import Machine, Qemu
from .run import kernel_command_line
from .watch import Console

_BUDGETS = SOURCE / "test" / "bench" / "budgets.toml"

_DESCRIPTION = """\
Measures what the kernel's operations cost, in instructions under QEMU's -icount: the same to the
digit each time. Prints a table beside the budgets and what other kernels take, and writes the
figures to bench.json in the build directory."""

_EPILOG = """\
exit status: 0 all within budget, 1 a figure exceeds its budget, 2 wrong usage, 125 nothing measured

These are instructions, not cycles: caches, TLB and pipeline are not seen.
"""

# Short slices, since the program waits for preemptions: no figure depends on their length.
_SLICE = "slice=100us"
# name: (memory, kernel command line)
_RUNS = {
    "sbi": ("128M", f"timer=sbi {_SLICE}"),
    "sstc": ("128M", f"timer=sstc {_SLICE}"),
    "8G": ("8G", f"timer=sbi {_SLICE}"),
}
# What the longest stretch is looked for in, besides `bench`: faults, tear-down, many processes.
_TRACED_PROGRAMS = (("restricted",), ("test-many", "8"))
_TIMEOUT_SECONDS = 600.0
_LINE = re.compile(r"^bench: (\w+) (\d+) (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Figure:
    """One of budgets.toml."""

    name: str
    title: str
    run: str | None = None
    line: str | None = None
    trace: str | None = None
    budget: int | None = None
    budget_of: dict | None = None
    xv6: int | None = None
    linux: int | None = None
    sel4: int | None = None
    sel4_slow: int | None = None


@dataclass(frozen=True)
class Result:
    """A figure that was measured."""

    figure: Figure
    value: int
    unit: str
    budget: int | None

    @property
    def over(self) -> bool:
        return self.budget is not None and self.value > self.budget


def read_figures(path: Path = _BUDGETS) -> list[Figure]:
    with open(path, "rb") as file:
        return [Figure(**entry) for entry in tomllib.load(file)["figure"]]


@dataclass
class Bench:
    """Takes the measurements, each machine at most once."""

    qemu: Qemu
    made: build.Build
    bios: str
    _lines: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    _stretches: dict[tuple[str, ...], list[trace.Stretch]] = field(default_factory=dict)

    def value(self, figure: Figure) -> tuple[int, str]:
        """A figure's value and unit."""
        if figure.trace == "longest_stretch":
            return len(self.longest_stretch()), "instructions"
        if figure.trace == "firmware_share":
            return self._firmware_share(), "instructions"
        if figure.trace == "boot_handoff":
            return self._boot_handoff(figure.run), "instructions"
        lines = self._run(figure.run)
        if figure.line not in lines:
            raise ToolError(f"the program bench prints no figure {figure.line} on '{figure.run}'")
        return lines[figure.line]

    def longest_stretch(self) -> trace.Stretch:
        programs = (("bench",), *_TRACED_PROGRAMS)
        return max((stretch for one in programs for stretch in self._trace(one)), key=len)

    def symbols(self) -> trace.Symbols:
        return trace.Symbols(self.made.kernel)

    def _firmware_share(self) -> int:
        """What a preemption costs less what the kernel executes of it, and the trace leaves out."""
        symbols = self.symbols()
        lengths = Counter(
            len(stretch)
            for stretch in self._trace(("bench",))
            if {"interrupt_timer", "swtch_leave"} <= stretch.functions(symbols).keys()
        )
        if not lengths:
            raise ToolError("the trace has no timer interrupt that switches processes")
        (kernel, _), *_ = lengths.most_common(1)
        return self._run("sbi")["preemption_sbi"][0] - kernel

    def _boot_handoff(self, run: str) -> int:
        """What the kernel executes before the first user instruction, which is init's. What the
        firmware does for it meanwhile is not in it."""
        addresses = trace.executed(self.qemu, self._machine(run, ["trivial"]))
        with contextlib.closing(addresses):
            return sum(1 for _ in itertools.takewhile(trace.is_kernel, addresses))

    def _machine(self, run: str, command: Sequence[str]) -> Machine:
        memory, words = _RUNS[run]
        return Machine(
            kernel=self.made.kernel,
            memory=memory,
            icount=True,
            append=kernel_command_line(words, command),
            bios=self.bios,
        )

    def _run(self, run: str) -> dict[str, tuple[int, str]]:
        """The lines that `bench` prints on a machine."""
        if run not in self._lines:
            output = bytearray()
            status = boot(
                self.qemu,
                self._machine(run, ["bench"]),
                output.extend,
                console=Console(show_firmware=False),
                timeout=_TIMEOUT_SECONDS,
                script="bench",
            )
            text = output.decode(errors="replace").replace("\r\n", "\n")
            if status != 0:
                raise ToolError(f"the program bench ended with status {status} on '{run}'", text)
            self._lines[run] = {
                name: (int(value), unit) for name, value, unit in _LINE.findall(text)
            }
        return self._lines[run]

    def _trace(self, command: tuple[str, ...]) -> list[trace.Stretch]:
        if command not in self._stretches:
            addresses = trace.executed(self.qemu, self._machine("sbi", command))
            lets_in = self.symbols().lets_in
            self._stretches[command] = list(trace.stretches(addresses, lets_in))
        return self._stretches[command]


def measure(bench: Bench, figures: Sequence[Figure]) -> list[Result]:
    results = []
    for figure in figures:
        value, unit = bench.value(figure)
        results.append(Result(figure, value, unit, budget_of(figure, bench)))
    return results


def budget_of(figure: Figure, bench: Bench) -> int | None:
    if figure.budget_of is None:
        return figure.budget
    other = next(one for one in read_figures() if one.name == figure.budget_of["figure"])
    return bench.value(other)[0] * figure.budget_of["percent"] // 100


def select(figures: Sequence[Figure], names: Sequence[str]) -> list[Figure]:
    known = [figure.name for figure in figures]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no figure '{name}'", "figures: " + " ".join(known))
    return [figure for figure in figures if not names or figure.name in names]


def table(results: Sequence[Result]) -> str:
    header = ("instructions", "here", "budget", "", "xv6", "Linux 6.12", "seL4", "seL4 slow")
    rows = [header]
    for result in results:
        figure = result.figure
        verdict = "" if result.budget is None else "OVER" if result.over else "ok"
        numbers = (figure.xv6, figure.linux, figure.sel4, figure.sel4_slow)
        rows.append(
            (
                figure.title,
                _number(result.value),
                _number(result.budget),
                verdict,
                *map(_number, numbers),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        for index, (cell, width) in enumerate(zip(row[1:], widths[1:]), start=1):
            cells.append(cell.ljust(width) if index == 3 else cell.rjust(width))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def as_json(results: Sequence[Result]) -> str:
    objects = [
        {
            "name": result.figure.name,
            "value": result.value,
            "unit": result.unit,
            "budget": result.budget,
        }
        for result in results
    ]
    return json.dumps(objects, indent=2) + "\n"


def describe_stretch(bench: Bench) -> str:
    """Where the longest stretch spends its instructions."""
    functions = bench.longest_stretch().functions(bench.symbols()).most_common(6)
    parts = ", ".join(f"{name} {count:,}" for name, count in functions)
    return f"The longest stretch with interrupts off is in: {parts}, ..."


def parser() -> cli.Parser:
    result = cli.Parser(
        "bench",
        usage="scripts/bench [OPTION...] [NAME...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = result.add_argument
    add("--json", action="store_true", help="prints the figures as JSON instead of the table")
    add("--output", metavar="FILE", type=Path, help="writes the JSON there")
    add("--list", action="store_true", help="lists the figures' names and measures nothing")
    add("--no-build", action="store_true", help="measures what is built already")
    add("--qemu", metavar="PATH", help="QEMU to use (or TRAPEZE_QEMU=PATH)")
    add("--bios", metavar="FILE", help="firmware to use (or TRAPEZE_BIOS=FILE)")
    add("names", metavar="NAME", nargs="*", help="figures to measure (default: all)")
    return result


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    figures = select(read_figures(), options.names)
    if options.list:
        print("\n".join(figure.name for figure in figures))
        return 0
    made = build.select("default")
    if not options.no_build:
        build.ensure_tools("run", "test")
        build.make(made)
    bench = Bench(qemu.find(options.qemu), made, qemu.find_firmware(options.bios))
    results = measure(bench, figures)
    # Some of the figures are not the figures: the build's file holds all of them or stays.
    output = options.output or (None if options.names else made.directory / "bench.json")
    if output:
        output.write_text(as_json(results))
    print(as_json(results) if options.json else table(results), end="" if options.json else "\n")
    if not options.json and any(figure.trace == "longest_stretch" for figure in figures):
        print(f"\n{describe_stretch(bench)}")
    return 1 if any(result.over for result in results) else 0

# SPDX-License-Identifier: MIT
"""scripts/bench --worst: the longest stretch with interrupts off, of each system call and each
interrupt, over the programs of the test suite, and the path that it takes."""

from __future__ import annotations

import multiprocessing
import re
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import definitions, soak, trace
from ..qemu import Machine
from ..run import kernel_command_line
from .report import columns

if TYPE_CHECKING:
    from .measure import Bench

_TIMER = "timer=sstc"
_TELLING = 200  # instructions: past the entry and the dispatch, whatever the path


@dataclass(frozen=True)
class Program:
    """One of the test suite, with its arguments; and its machine, where that differs."""

    command: str
    words: str = _TIMER
    memory: str = "128M"


# What a table's figure and the tests look at.
SHORT = (
    Program("bench", f"{_TIMER} slice=100us"),
    Program("restricted"),
    Program("test-many 8"),
    Program("test-messages"),
    Program("test-hostile"),
    Program("test-faults"),
    Program("test-death 20 1"),
)

# The boot tests' programs; the random ones in a short form. Longer runs of the same add nothing:
# what counts is which paths are taken, not how often.
ALL = (
    *SHORT,
    Program("test-args one"),
    Program("test-libc"),
    Program("test-abort"),
    Program("test-syscalls"),
    Program("test-registers"),
    Program("test-fpu"),
    Program("test-asid"),
    Program("test-sleep"),
    Program("test-switch all 3 20"),
    Program("test-death 200 1"),
    Program("test-memory-objects"),
    Program("test-exhaustion"),
    Program("test-interrupts"),
    Program("test-limits"),
    Program("test-restarts"),
    Program("test-priorities"),
    Program("test-registers-of-messages"),
    Program("test-ways-out"),
    Program("test-hostile-memory"),
    Program("kill-servers 3 1"),
    Program("fuzz 1 10000"),
    Program("shares 8", f"{_TIMER} slice=1ms"),
    Program("test-slices", f"{_TIMER} slice=1ms"),
    Program("test-orphans", f"{_TIMER} slice=1ms"),
    Program("test-many exhaust", memory="32M"),
    Program("test-memory all", memory="32M"),
    Program("test-memory refused", memory="32M"),
    Program("test-spaces 300", f"{_TIMER} asidbits=7"),
    Program("test-death 200 2", "timer=sbi slice=200us asidbits=3"),
    Program("fuzz 2 5000", f"{_TIMER} fastpath=off"),
    Program("test-messages", f"{_TIMER} fastpath=off"),
)

# A driver may be told of interrupts, and is in no other manifest.
_MANIFEST = """
run test-interrupts
    priority 8
    pages most
    slots most
    uses console names
    archive
    machine device
"""
_CLOCK = ("-rtc", "clock=vm")  # the machine's time, not the host's
_MAY_FAIL = ("fuzz", "test-abort")  # so few random calls do not reach all that they should


def stretches(bench: Bench, program: Program) -> Iterator[trace.Stretch]:
    """The stretches while a program runs, from its machine's first user instruction on."""
    words = program.command.split()
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory) / "archive.cpio"
        soak.make_archive(bench.made, archive, _MANIFEST)
        machine = Machine(
            kernel=bench.made.kernel,
            memory=program.memory,
            icount=True,
            append=kernel_command_line(program.words, words),
            bios=bench.bios,
            extra=("-initrd", str(archive), *_CLOCK),
        )
        addresses = trace.executed(
            bench.qemu, machine, trace.KERNEL_RANGE, any_status=words[0] in _MAY_FAIL
        )
        yield from trace.stretches(addresses, bench.symbols.lets_in, bench.symbols.leaves)


@dataclass(frozen=True)
class Worst:
    """The longest stretch of a kind, and in which program it was."""

    kind: str
    stretch: trace.Stretch
    program: Program


class Kinds:
    """Tells what a stretch is about, by the functions that are executed in it."""

    def __init__(self, symbols: trace.Symbols) -> None:
        self._symbols = symbols
        self._kinds: dict[str, str | None] = {}
        calls = definitions.entries(definitions.INTERFACE / "syscalls.def", "SYSCALL")
        self.calls = {name for _, name, *_ in calls}

    def of_function(self, name: str) -> str | None:
        """What an entry point's name says: sys_X, direct_X, endpoint_X and fast_X are of the system
        call X; GCC may have added .part.0 and the like."""
        if name not in self._kinds:
            call = re.match(r"(?:sys|direct|endpoint|fast)_(\w+)", name)
            event = re.match(r"interrupt_\w+|fault_\w+|fast_fault|illegal_\w+|death_\w+", name)
            known = call is not None and call[1] in self.calls
            self._kinds[name] = call[1] if known else f"({event[0]})" if event else None
        return self._kinds[name]

    def of(self, stretch: trace.Stretch) -> str:
        seen = None
        for pc in stretch.addresses:
            function = self._symbols.function_at(pc)
            if function != seen and (kind := self.of_function(function)):
                return kind
            seen = function
        return "(other)"


def worst_of(bench: Bench, kinds: Kinds, program: Program) -> dict[str, Worst]:
    """The longest stretch of each kind while a program runs."""
    found: dict[str, Worst] = {}
    seen: dict[tuple[int, ...], str] = {}
    for stretch in stretches(bench, program):
        # What a stretch is about shows at its beginning, and most begin like another.
        key = tuple(stretch.addresses[:_TELLING])
        kind = seen.get(key) or seen.setdefault(key, kinds.of(stretch))
        if kind not in found or len(stretch) > len(found[kind].stretch):
            found[kind] = Worst(kind, stretch, program)
    return found


_worker: Callable[[Program], dict[str, Worst]]


def _start_worker(work: Callable[[Program], dict[str, Worst]]) -> None:
    """In each process: what to do with a program. A terminal's ^C is for their parent, which ends
    them, and their machines with them."""
    global _worker
    _worker = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(program: Program) -> dict[str, Worst]:
    return _worker(program)


def worst(bench: Bench, programs: Iterable[Program], tell=lambda text: None) -> list[Worst]:
    """The longest stretch of each kind, longest first; of equal ones that of the first program. On
    every processor of the host: the programs have nothing to do with each other."""
    kinds = Kinds(bench.symbols)

    def work(program: Program) -> dict[str, Worst]:
        tell(program.command)
        return worst_of(bench, kinds, program)

    found: dict[str, Worst] = {}
    # A fork takes along what cannot be sent.
    with multiprocessing.get_context("fork").Pool(
        initializer=_start_worker, initargs=(work,)
    ) as pool:
        for of_program in pool.imap(_do, programs):
            for kind, one in of_program.items():
                if kind not in found or len(one.stretch) > len(found[kind].stretch):
                    found[kind] = one
    return sorted(found.values(), key=lambda one: len(one.stretch), reverse=True)


def path(stretch: trace.Stretch, symbols: trace.Symbols, most: int = 7) -> str:
    """The functions in the order in which they begin, those with the most instructions."""
    counts = stretch.functions(symbols)
    large = {name for name, _ in counts.most_common(most)}
    parts = [f"{name} {count:,}" for name, count in counts.items() if name in large]
    return " > ".join(parts) + (" > ..." if len(counts) > most else "")


def table(found: Sequence[Worst], symbols: trace.Symbols) -> str:
    rows = [("system call", "instructions", "in", "path")]
    for one in found:
        rows.append(
            (one.kind, f"{len(one.stretch):,}", one.program.command, path(one.stretch, symbols))
        )
    return columns(rows, left=(0, 2, 3))

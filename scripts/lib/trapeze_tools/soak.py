# SPDX-License-Identifier: MIT
"""scripts/soak: what test/boot tries in a short form, at length."""

from __future__ import annotations

import argparse
import re
import runpy
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import build, cli, qemu
from .boot import DeadlinePassed, boot
from .errors import ToolError, UsageError
from .paths import SOURCE, shown
from .qemu import Machine, Qemu
from .run import kernel_command_line
from .watch import Console

_MANIFEST = SOURCE / "userland" / "tests" / "fuzz" / "manifest"
_MAKER = SOURCE / "userland" / "make-archive"
_HEADER_BYTES = 110
_TRAILER = "TRAILER!!!"
_PANIC = "trapeze: panic: "
_TIMEOUT_SECONDS = 3600.0  # of one machine: a backstop for what hangs
_LINE_SECONDS = 60.0  # between two progress lines where there is no terminal


@dataclass(frozen=True)
class Kind:
    """Something to be tried. One machine does at most `chunk` of it, with a seed of its own."""

    name: str
    unit: str
    amount: int  # unless told
    chunk: int
    command: Callable[[int, int], list[str]]  # of an amount and a seed
    harts: tuple[int, ...] = (1,)  # in turns, by the seed; several: without icount


def _fuzz(amount: int, seed: int) -> list[str]:
    return ["fuzz", str(seed), str(amount)]


def _servers(amount: int, seed: int) -> list[str]:
    return ["kill-servers", str(amount), str(seed)]


def _deaths(amount: int, seed: int) -> list[str]:
    return ["test-death", str(amount), str(seed)]


def _smp(amount: int, seed: int) -> list[str]:
    return ["smp-stress", str(seed), str(amount), "4"]  # pairs


SEVERAL = (2, 4, 8)
KINDS = {
    kind.name: kind
    for kind in (
        Kind("fuzz", "random system calls", 100_000_000, 1_000_000, _fuzz),
        Kind("servers", "kills of each server", 1_000, 100, _servers),
        Kind("deaths", "processes killed at random moments", 100_000, 20_000, _deaths),
        Kind("smp", "operations of 2, 4, 8 harts on each other", 100_000, 2_000, _smp, SEVERAL),
    )
}

_DESCRIPTION = """\
Tries at length what the tests try in short. Installs what is missing and builds Trapeze first."""

_EPILOG = (
    "kinds, and how much there is of each unless told (default: all kinds):\n"
    + "".join(f"  {kind.name:<10}{kind.amount:>12,} {kind.unit}\n" for kind in KINDS.values())
    + """
Each machine has a seed of its own, one more than the last, and, unless it has several harts, runs
under QEMU's -icount: what fails does so again, to the digit. The first failure ends the soak; it
says how to see it again.

exit status: 0 nothing failed, 1 something did, 2 wrong usage, 125 nothing could be run

examples:
  scripts/soak
  scripts/soak --hours 8 fuzz
  scripts/soak --hours 8 --smp
  scripts/soak --seed 17 --amount 1000000 fuzz
"""
)


@dataclass(frozen=True)
class Run:
    """One machine's share of a kind."""

    kind: Kind
    seed: int
    amount: int
    done: int  # of the kind, before it

    @property
    def command(self) -> list[str]:
        return self.kind.command(self.amount, self.seed)

    @property
    def harts(self) -> int:
        return self.kind.harts[self.seed % len(self.kind.harts)]


def runs(kind: Kind, amount: int, seed: int) -> Iterator[Run]:
    for done in range(0, amount, kind.chunk):
        yield Run(kind, seed, min(kind.chunk, amount - done), done)
        seed += 1


def mistake(run: Run, status: int, output: str) -> str | None:
    """What is wrong with how a machine ended; None if nothing is."""
    lines = output.splitlines()
    if any(line.startswith(_PANIC) for line in lines):
        return "the kernel panicked"
    if status != 0:
        return f"exit status {status}"
    last = lines[-1] if lines else ""
    wanted = f"{run.command[0]}: ok"
    return None if last == wanted else f"the last line is {last!r} instead of {wanted!r}"


def read_archive(data: bytes) -> dict[str, tuple[int, bytes]]:
    """The files of a boot archive that the build has made: name to mode and contents."""
    files = {}
    offset = 0
    while True:
        mode, size, name_bytes = (
            int(data[offset + at : offset + at + 8], 16) for at in (14, 54, 94)
        )
        start = offset + _HEADER_BYTES
        name = data[start : start + name_bytes].rstrip(b"\0").decode()
        if name == _TRAILER:
            return files
        start = (start + name_bytes + 3) & ~3
        files[name] = (mode, data[start : start + size])
        offset = (start + size + 3) & ~3


def make_archive(made: build.Build, path: Path, further: str = "") -> None:
    """Writes the build's boot archive with a manifest that lets these programs do what they need,
    and what is `further` to be in it: for QEMU's -initrd."""
    files = read_archive((made.directory / "archive.cpio").read_bytes())
    mode, manifest = files["manifest"]
    files["manifest"] = (mode, manifest + b"\n" + _MANIFEST.read_bytes() + further.encode())
    entry = runpy.run_path(str(_MAKER))["entry"]
    data = b""
    for inode, (name, (mode, contents)) in enumerate(sorted(files.items()), start=1):
        data += entry(name, inode, mode, contents, len(data))
    path.write_bytes(data + entry(_TRAILER, 0, 0, b"", len(data)))


def machine_for(run: Run, made: build.Build, archive: Path, bios: str) -> Machine:
    return Machine(
        kernel=made.kernel,
        harts=run.harts,
        icount=run.harts == 1,
        append=kernel_command_line("", run.command),
        bios=bios,
        extra=("-initrd", str(archive)),
    )


class Soak:
    """Runs one machine after the other."""

    def __init__(self, found: Qemu, made: build.Build, bios: str, seconds: float | None) -> None:
        self._qemu, self._made, self._bios = found, made, bios
        self._archive = made.directory / "soak.cpio"
        self._end = time.monotonic() + seconds if seconds else None
        self._next_line = 0.0
        make_archive(made, self._archive)

    @property
    def is_over(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def try_kind(self, kind: Kind, amount: int, seed: int) -> bool:
        """False: something failed."""
        began = time.monotonic()
        done = 0
        for run in runs(kind, amount, seed):
            if self.is_over:
                break
            self._progress(
                f"{kind.name}: {run.done:,} of {amount:,} {kind.unit}, seed {run.seed}"
            )
            if not self._try(run):
                return False
            done = run.done + run.amount
        seconds = time.monotonic() - began
        self._show("")
        print(f"{kind.name}: {done:,} {kind.unit} in {seconds:.0f} s: ok", flush=True)
        return True

    def _try(self, run: Run) -> bool:
        machine = machine_for(run, self._made, self._archive, self._bios)
        output = bytearray()
        try:
            status = boot(
                self._qemu,
                machine,
                output.extend,
                console=Console(show_firmware=False),
                timeout=_TIMEOUT_SECONDS,
                script="soak",
            )
            text = _text(output)
            problem = mistake(run, status, text)
        except DeadlinePassed as error:
            text, problem = _text(output), str(error)
        if problem is None:
            return True
        self._show("")
        self._tell(run, machine, text, problem)
        return False

    def _tell(self, run: Run, machine: Machine, text: str, problem: str) -> None:
        kept = self._made.directory / f"soak-{run.kind.name}-{run.seed}.txt"
        kept.write_text(text)
        again = f"scripts/soak --preset {self._made.preset} --seed {run.seed}"
        print(
            f"{run.kind.name}: FAILED with seed {run.seed}: {problem}\n"
            f"  output: {shown(kept)}\n"
            f"  again: {again} --amount {run.amount} {run.kind.name}\n"
            f"     or: {shlex.join(self._qemu.command(machine))}",
            flush=True,
        )

    def _progress(self, text: str) -> None:
        """Seen at once on a terminal, and once a minute in a file."""
        self._show(text)
        if not sys.stderr.isatty() and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            print(text, file=sys.stderr, flush=True)

    @staticmethod
    def _show(text: str) -> None:
        """The progress line, where there is a terminal."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _text(output: bytearray) -> str:
    return output.decode(errors="replace").replace("\r\n", "\n")


def hours(text: str) -> float:
    """A type for `add_argument`: a positive number of hours, in seconds."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of hours")
    return float(text) * 3600


def parser() -> cli.Parser:
    result = cli.Parser(
        "soak",
        usage="scripts/soak [OPTION...] [KIND...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = result.add_argument
    number = cli.integer(1, 10**12)
    add("--seed", metavar="N", type=number, default=1, help="of the first machine (default 1)")
    add("--amount", metavar="N", type=number, help="how many calls, kills or deaths of the kind")
    add("--hours", metavar="H", type=hours, help="starts no other machine after that time")
    add("--preset", metavar="NAME", default="debug", help="CMake preset to boot (default: debug)")
    add("--no-build", action="store_true", help="tries what is built already")
    add("--qemu", metavar="PATH", help="QEMU to use (or TRAPEZE_QEMU=PATH)")
    add("--bios", metavar="FILE", help="firmware to use (or TRAPEZE_BIOS=FILE)")
    add("--smp", action="append_const", const="smp", dest="kinds", help="the kind smp")
    add("kinds", metavar="KIND", nargs="*", action="extend", default=[], help="what to try")
    return result


def select(names: Sequence[str]) -> list[Kind]:
    for name in names:
        if name not in KINDS:
            raise UsageError(f"there is no kind '{name}'", "kinds: " + " ".join(KINDS))
    return [kind for kind in KINDS.values() if not names or kind.name in names]


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    kinds = select(options.kinds)
    if options.amount and len(kinds) != 1:
        raise UsageError("--amount takes one kind: each counts something else")
    if options.preset == "host":
        raise UsageError("the preset 'host' builds no kernel: it is for the unit tests")
    made = build.select(options.preset)
    if not options.no_build:
        build.ensure_tools("run")
        build.make(made)
    if not made.kernel.exists():
        raise ToolError(f"there is no {shown(made.kernel)}", "without --no-build it gets built")
    soak = Soak(qemu.find(options.qemu), made, qemu.find_firmware(options.bios), options.hours)
    fine = all(soak.try_kind(kind, options.amount or kind.amount, options.seed) for kind in kinds)
    return 0 if fine else 1

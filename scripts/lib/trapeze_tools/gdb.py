# SPDX-License-Identifier: MIT
"""scripts/gdb: starts QEMU halted, and GDB connected to it, with the symbols of both worlds."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import build, cli, qemu, versions
from .emulator import Emulator
from .errors import ToolError, UsageError
from .paths import SCRIPTS
from .run import kept_terminal, kernel_command_line, prepare, write_out
from .watch import Console

NAMES = ("gdb-multiarch", "riscv64-unknown-elf-gdb")
COMMANDS = SCRIPTS / "lib" / "gdb" / "load.py"
DEFAULT_PROGRAM = "shell"

_START_SECONDS = 30.0
_FOREVER = 1e6

_DESCRIPTION = """\
Installs what is missing, builds Trapeze, starts QEMU halted at reset and GDB connected to it, with
the symbols of the kernel and of PROGRAM (default: shell). QEMU ends when GDB does.

In GDB: `tz help` lists the commands that know Trapeze, Ctrl-C stops the machine, `continue` lets it
go on, `stepi` on an ecall lands where stvec points: trap_entry_fast, or, with --append
fastpath=off, trap_entry, from where C does everything. What the machine writes appears between
GDB's own output.
Your own settings in ~/.gdbinit are not read: -x ~/.gdbinit reads them."""

_EPILOG = """\
exit status:
  the machine's if it ended before GDB did (see scripts/run --help), else GDB's
  2 wrong usage, 125 the machine or GDB could not be started

environment:
  TRAPEZE_GDB                  GDB to use
  TRAPEZE_QEMU, TRAPEZE_BIOS   as --qemu and --bios
  TRAPEZE_BUILD                build directory to use instead of build/

examples:
  scripts/gdb direct
  scripts/gdb --append preempt=off polite 3
  scripts/gdb --append fastpath=off direct   through the C path, step by step
  scripts/gdb --batch -x commands.gdb restricted
"""


def parser() -> cli.Parser:
    result = cli.Parser(
        "gdb",
        usage="scripts/gdb [OPTION...] [PROGRAM [ARG...]]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = result.add_argument
    add("--smp", metavar="N", type=cli.integer(1, 8), default=1, help="harts, 1 to 8 (default 1)")
    add("--memory", metavar="SIZE", type=cli.memory_size, default="128M", help="default 128M")
    add(
        "--icount",
        action=argparse.BooleanOptionalAction,
        help="an instruction takes one nanosecond (default where there is one hart)",
    )
    add("--append", metavar="TEXT", default="", help="adds to the kernel's command line")
    add("-x", metavar="FILE", action="append", default=[], help="GDB commands (or FILE.py) to run")
    add("--batch", action="store_true", help="quits GDB after the files of -x")
    add("--console", metavar="FILE", help="a file or terminal for what the machine writes")
    add("--dry-run", action="store_true", help="prints both commands and does nothing else")
    add("--preset", metavar="NAME", default="default", help="CMake preset to build and debug")
    add("--no-build", action="store_true", help="debugs what is built already")
    add("--qemu", metavar="PATH", help="QEMU to use")
    add("--bios", metavar="FILE", help="firmware to use: a path, fw_jump, ... (default: QEMU's)")
    add("command", metavar="PROGRAM [ARG...]", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return result


def find_gdb() -> str:
    """The GDB to use: $TRAPEZE_GDB, else the first in PATH that knows RISC-V."""
    wanted = os.environ.get("TRAPEZE_GDB")
    found = next(filter(None, map(shutil.which, [wanted] if wanted else NAMES)), None)
    if found is None:
        raise ToolError(
            f"GDB is missing: there is no {wanted or ' and no '.join(NAMES)}",
            "scripts/setup gdb installs gdb-multiarch; TRAPEZE_GDB=PATH names another one",
        )
    version = versions.ask_version([found, "--version"])
    if version is None or not versions.will_do("GDB", version):
        said = "tells no version" if version is None else f"is {versions.text(version)}"
        raise ToolError(
            f"{found} {said}: GDB {versions.text(versions.MINIMUM['GDB'])} or later is needed",
            "scripts/setup gdb installs gdb-multiarch; TRAPEZE_GDB=PATH names another one",
        )
    return found


def check_python(gdb: str) -> None:
    """The commands are in Python, which not every GDB has been built with."""
    probe = subprocess.run(
        [gdb, "-nx", "-batch", "-ex", "python print('it has')"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if "it has" not in probe.stdout:
        raise ToolError(
            f"{gdb} has been built without Python, which Trapeze's commands are written in",
            "gdb-multiarch of Debian and Ubuntu has it; TRAPEZE_GDB=PATH names another one",
        )


def machine_options(connection: Path, icount: bool) -> tuple[str, ...]:
    """What QEMU is told beyond what scripts/run tells it."""
    # Not sleep=off: with it the clock jumps to the end of time wherever the debugger stops.
    clock = ("-icount", "shift=0") if icount else ()
    path = str(connection).replace(",", ",,")
    return (*clock, "-S", "-chardev", f"socket,id=gdb,path={path},server=on,wait=off",
            "-gdb", "chardev:gdb")  # fmt: skip


def gdb_command(
    gdb: str, made: build.Build, program: str, connection: Path, options: argparse.Namespace
) -> list[str]:
    """The command that starts GDB. COMMANDS makes the settings."""
    command = [gdb, "-nx", "-q", *(["-batch"] if options.batch else [])]
    command += ["-x", str(COMMANDS)]
    command += ["-ex", f"target remote {connection}"]
    command += ["-ex", f"tz program {program}"]
    for file in options.x:
        command += ["-x", file]
    return [*command, str(made.kernel)]


class ConsolePump(threading.Thread):
    """Shows what the machine writes while GDB has the terminal, and tells when it ends."""

    def __init__(self, emulator: Emulator, show: Callable[[bytes], None]) -> None:
        super().__init__(daemon=True)
        self._emulator = emulator
        self._show = show
        self._console = Console(show_firmware=False)
        self._told = False
        self.tells_the_end = True

    def run(self) -> None:
        while data := self._emulator.read(_FOREVER):
            self._show(self._console.feed(data))
        self._show(self._console.finish())
        if self.tells_the_end:
            self.tell_the_end()

    def tell_the_end(self) -> None:
        if not self._told:
            self._told = True
            status = self._emulator.wait()
            print(f"scripts/gdb: the machine has ended, status {status}", file=sys.stderr)


def wait_until_listening(emulator: Emulator) -> None:
    """Returns when QEMU's monitor answers: by then GDB can connect."""
    if emulator.monitor.wait_for_start(_START_SECONDS):
        return
    if select.select([emulator.output], [], [], 1)[0]:
        raise ToolError(
            "QEMU has ended before GDB could connect", "what QEMU says above is the reason"
        )
    raise ToolError(f"QEMU did not answer in {_START_SECONDS:g} s")


@contextlib.contextmanager
def interrupts_for_gdb() -> Iterator[None]:
    """Ctrl-C is GDB's, which is in the same terminal: here it means nothing."""
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def debug(
    machine_command: Sequence[str], debugger_command: Sequence[str], show: Callable[[bytes], None]
) -> int:
    """Runs both until GDB ends; the status to exit with."""
    environment = dict(os.environ)
    environment.pop("DEBUGINFOD_URLS", None)  # GDB would ask whether to use them
    with Emulator(machine_command) as emulator:
        wait_until_listening(emulator)
        pump = ConsolePump(emulator, show)
        pump.start()
        try:
            with interrupts_for_gdb(), kept_terminal():
                status = subprocess.run(debugger_command, env=environment, check=False).returncode
        finally:
            pump.tells_the_end = False
            outlived = emulator.monitor.quit()
            pump.join()
        if outlived:
            return status
        pump.tell_the_end()
        return emulator.wait()


@contextlib.contextmanager
def opened_console(path: str | None) -> Iterator[Callable[[bytes], None]]:
    """Where the machine's output goes: stdout, or a file or terminal."""
    if path is None:
        yield write_out
        return
    try:
        with open(path, "wb", buffering=0) as file:

            def show(data: bytes) -> None:
                file.write(data)

            yield show
    except OSError as error:
        raise UsageError(f"--console {path}: {error.strerror}") from error


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    if options.command[:1] == ["--"]:
        options.command.pop(0)
    if options.preset == "host":
        raise UsageError("the preset 'host' builds no kernel: it is for the unit tests")
    if options.batch and not options.x:
        raise UsageError("--batch without -x FILE has nothing to do")
    for file in options.x:
        if not Path(file).is_file():
            raise UsageError(f"-x {file}: there is no such file")
    made = build.select(options.preset)
    machine = qemu.Machine(
        kernel=made.kernel,
        memory=options.memory,
        harts=options.smp,
        append=kernel_command_line(options.append, options.command),
        bios=qemu.find_firmware(options.bios),
    )
    icount = options.smp == 1 if options.icount is None else options.icount
    program = options.command[0] if options.command else DEFAULT_PROGRAM
    with tempfile.TemporaryDirectory(prefix="trapeze-gdb-") as directory:
        connection = Path(directory, "gdb")
        extra = machine_options(connection, icount)
        if options.dry_run:
            name = options.qemu or os.environ.get("TRAPEZE_QEMU") or qemu.PROGRAM
            print(shlex.join([*qemu.machine_command(name, machine), *extra]))
            name = os.environ.get("TRAPEZE_GDB") or NAMES[0]
            print(shlex.join(gdb_command(name, made, program, connection, options)))
            return 0
        if not options.no_build and "TRAPEZE_GDB" not in os.environ:
            build.ensure_tools("gdb")
        gdb = find_gdb()
        check_python(gdb)
        prepare(options, made)
        with opened_console(options.console) as show:
            return debug(
                qemu.find(options.qemu).command(machine, extra),
                gdb_command(gdb, made, program, connection, options),
                show,
            )

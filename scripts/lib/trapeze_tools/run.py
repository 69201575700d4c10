# SPDX-License-Identifier: MIT
"""scripts/run: builds Trapeze, boots it, and exits as the program did."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import shlex
import socket
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence

from . import build, cli, qemu
from .boot import boot
from .errors import ToolError, UsageError
from .paths import shown
from .watch import Console

_DESCRIPTION = """\
Installs what is missing, builds Trapeze and boots it in QEMU.

With PROGRAM, runs that one user program: prints what it prints, powers the machine off, and exits
with its exit status. Without, boots into the shell, with the keyboard connected to the machine's
console: `help` lists its commands, Ctrl-A X ends QEMU, Ctrl-A H lists what else that can do."""

_EPILOG = """\
exit status:
  the program's; 128 + n if the program ended by exception n; 255 after a kernel panic
  2 wrong usage, 124 --timeout passed, 125 the machine could not be built or did not come up

environment:
  TRAPEZE_QEMU, TRAPEZE_BIOS   as --qemu and --bios
  TRAPEZE_BUILD                build directory to use instead of build/

examples:
  scripts/run restricted
  scripts/run --icount --append 'slice=1ms' shares 4
  scripts/run --gdb direct
"""


def parser() -> cli.Parser:
    result = cli.Parser(
        "run",
        usage="scripts/run [OPTION...] [PROGRAM [ARG...]]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = result.add_argument
    add("--smp", metavar="N", type=cli.integer(1, 8), default=1, help="harts, 1 to 8 (default 1)")
    add("--memory", metavar="SIZE", type=cli.memory_size, default="128M", help="default 128M")
    add("--icount", action="store_true", help="an instruction takes one nanosecond: repeats exactly")
    add("--append", metavar="TEXT", default="", help="adds to the kernel's command line")
    add("--timeout", metavar="SECONDS", type=cli.seconds, help="ends the machine after this time")
    add("--gdb", action="store_true", help="halts at reset and waits for a debugger")
    add("--gdb-port", metavar="N", type=cli.integer(1, 65535), default=1234, help="default 1234")
    add("--dry-run", action="store_true", help="prints the QEMU command and does nothing else")
    add("--preset", metavar="NAME", default="default", help="CMake preset to build and boot")
    add("--no-build", action="store_true", help="boots what is built already")
    add("--verbose", action="store_true", help="shows the firmware's and the kernel's banner")
    add("--qemu", metavar="PATH", help="QEMU to use")
    add("--bios", metavar="FILE", help="firmware to use: a path, fw_jump, ... (default: QEMU's)")
    add("command", metavar="PROGRAM [ARG...]", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return result


def quote_words(words: Sequence[str]) -> str:
    """Program and arguments as the kernel's command line takes them: trapeze.run="..."."""
    if "" in words:
        raise UsageError("the kernel's command line cannot carry an empty argument")
    quoted = ("".join("\\" + c if c in '\\" \t\r\n' else c for c in word) for word in words)
    return f'trapeze.run="{" ".join(quoted)}"'


def kernel_command_line(append: str, command: Sequence[str]) -> str:
    return " ".join(part for part in (append, quote_words(command) if command else "") if part)


def check_program(made: build.Build, name: str) -> None:
    programs = made.programs()
    if name not in programs:
        raise UsageError(f"there is no program '{name}'", "programs: " + " ".join(programs))


def write_out(data: bytes) -> None:
    """Writes to stdout. QEMU makes a shared terminal non-blocking, so a full one means: wait."""
    descriptor = sys.stdout.fileno()
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


@contextlib.contextmanager
def kept_terminal() -> Iterator[None]:
    """Leaves the terminal as it was, however QEMU ends."""
    if not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    modes = termios.tcgetattr(descriptor)
    blocking = os.get_blocking(descriptor)
    try:
        yield
    finally:
        os.set_blocking(descriptor, blocking)
        termios.tcsetattr(descriptor, termios.TCSANOW, modes)


def announce_debugger(made: build.Build, port: int) -> None:
    """Says how to connect; a port that is taken is told now, not by QEMU."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ToolError(f"port {port} is taken", "--gdb-port N takes another one") from error
    print(
        f"scripts/run: halted at reset; connect from another terminal with\n"
        f"  gdb-multiarch {shown(made.kernel)} -ex 'target remote :{port}'",
        file=sys.stderr,
    )


def prepare(options: argparse.Namespace, made: build.Build) -> None:
    """Sees to it that there is a kernel to boot, and in it the program to run."""
    if not options.no_build:
        build.ensure_tools("run")
        qemu.find(options.qemu)  # before the build, which takes longer
        build.make(made)
    if not made.kernel.exists():
        raise ToolError(f"there is no {shown(made.kernel)}", "without --no-build it gets built")
    if options.command:
        check_program(made, options.command[0])


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    command = options.command
    if command[:1] == ["--"]:
        command.pop(0)
    if options.preset == "host":
        raise UsageError("the preset 'host' builds no kernel: it is for the unit tests")
    made = build.select(options.preset)
    machine = qemu.Machine(
        kernel=made.kernel,
        memory=options.memory,
        harts=options.smp,
        icount=options.icount,
        append=kernel_command_line(options.append, command),
        bios=qemu.find_firmware(options.bios),
        gdb_port=options.gdb_port if options.gdb else None,
    )
    if options.dry_run:
        program = options.qemu or os.environ.get("TRAPEZE_QEMU") or qemu.PROGRAM
        print(shlex.join(qemu.machine_command(program, machine)))
        return 0
    prepare(options, made)
    if options.gdb:
        announce_debugger(made, options.gdb_port)
    with kept_terminal():
        return boot(
            qemu.find(options.qemu),
            machine,
            write_out,
            console=Console(show_firmware=options.verbose),
            timeout=options.timeout,
            stdin=subprocess.DEVNULL if command else None,
        )

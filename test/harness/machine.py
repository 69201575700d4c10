# SPDX-License-Identifier: MIT
"""Boots the kernel for a test and judges the outcome.

A boot test passes only if the exit status is the expected one, and the last line is, and no kernel
panic was written. The deadline, in seconds of the host's time, is only there to end what hangs: no
test passes or fails by being quick or slow.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from trapeze_tools import qemu, watch
from trapeze_tools.boot import boot
from trapeze_tools.build import Build
from trapeze_tools.errors import ToolError
from trapeze_tools.run import kernel_command_line

from .transcript import Transcript

DEADLINE_SECONDS = 240.0
PANIC = "trapeze: panic: "
# OpenSBI 1.6 says so, without a newline, of a privileged instruction in a user program.
FIRMWARE_REMARK = "system_opcode_insn: Invalid opcode for CSR read/write instruction"


@dataclass(frozen=True)
class Outcome:
    """What a machine did. `output` begins with the kernel's banner; what the firmware says is left
    out."""

    status: int
    output: str
    firmware: str
    transcript: Path

    @property
    def lines(self) -> list[str]:
        """The lines of the output without the kernel's banner."""
        return self.output.splitlines()[1:]

    @property
    def kernel_lines(self) -> list[str]:
        return [line for line in self.output.splitlines() if line.startswith("trapeze: ")]

    @property
    def panicked(self) -> bool:
        return any(line.startswith(PANIC) for line in self.output.splitlines())


@dataclass(frozen=True)
class Wanted:
    """The outcome that a test requires. `last` is a whole line, as text or as a pattern."""

    last: str | re.Pattern[str]
    status: int
    panic: bool

    def mistake(self, outcome: Outcome) -> str | None:
        """What about an outcome is not as wanted; None if nothing is."""
        if outcome.panicked != self.panic:
            return "the kernel did not panic" if self.panic else "the kernel panicked"
        if outcome.status != self.status:
            return f"exit status {outcome.status} instead of {self.status}"
        last = next(reversed(outcome.output.splitlines()), "")
        pattern = re.compile(re.escape(self.last)) if isinstance(self.last, str) else self.last
        if not pattern.fullmatch(last):
            return f"the last line is {last!r} instead of {pattern.pattern!r}"
        return None


def make_machine(
    build: Build,
    command: tuple[str, ...],
    *,
    memory: str = "128M",
    harts: int = 1,
    icount: bool | None = None,
    append: str = "",
    extra: tuple[str, ...] = (),
) -> qemu.Machine:
    """The machine for a test: under icount, and thereby the same each time, if it has one hart.

    $TRAPEZE_FASTPATH is for tests that are run twice: "off" selects the kernel's C path."""
    path = os.environ.get("TRAPEZE_FASTPATH")
    if path and "fastpath=" not in append:
        append = f"fastpath={path} {append}".strip()
    return qemu.Machine(
        kernel=build.kernel,
        memory=memory,
        harts=harts,
        icount=harts == 1 if icount is None else icount,
        append=kernel_command_line(append, command),
        bios=qemu.find_firmware(),
        extra=extra,
    )


def run_machine(
    found: qemu.Qemu, machine: qemu.Machine, transcript: Transcript, timeout: float
) -> Outcome:
    """Boots the machine and stays until it ends; ToolError if it does not come up, or not end."""
    console = watch.Console(show_firmware=True)
    output = bytearray()

    def take(data: bytes) -> None:
        output.extend(data)
        transcript.write(data)

    try:
        status = boot(found, machine, take, console=console, timeout=timeout, script="test")
        transcript.write(f"\n[exit status {status}]\n")
    except ToolError as error:
        transcript.write(f"\n[{error}]\n")
        raise
    finally:
        transcript.close()
    firmware, kernel = split_firmware(output.decode(errors="replace").replace("\r\n", "\n"))
    return Outcome(status, kernel, firmware, transcript.path)


def split_firmware(text: str) -> tuple[str, str]:
    """The firmware's part of the output, and the kernel's."""
    found = re.search(r"^trapeze: ", text, re.MULTILINE)
    start = found.start() if found else len(text)
    return text[:start], text[start:].replace(FIRMWARE_REMARK, "")

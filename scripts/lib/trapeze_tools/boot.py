# SPDX-License-Identifier: MIT
"""Starts a machine and stays with it until it ends."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import IO

from . import watch
from .emulator import Emulator
from .errors import TIMEOUT_STATUS, ToolError
from .qemu import Machine, Qemu

_CHECK_SECONDS = 0.25


class DeadlinePassed(ToolError):
    """The machine was still running at its deadline, and was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"still running after {seconds:g} s: ended", status=TIMEOUT_STATUS)


def boot(
    qemu: Qemu,
    machine: Machine,
    show: Callable[[bytes], None],
    *,
    console: watch.Console | None = None,
    timeout: float | None = None,
    until: Callable[[], bool] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    stderr: int | IO[bytes] | None = None,
    script: str = "run",
) -> int:
    """Runs the machine until it powers off; its exit status.

    What it writes goes to `show` as `console` has it. `timeout` is in seconds. Raises ToolError if
    it does not come up, DeadlinePassed if it does not end in time. With `until`, ends the machine
    with status 0 as soon as that holds. QEMU has ended in any case.
    """
    console = console or watch.Console()
    with Emulator(qemu.command(machine), stdin=stdin, stderr=stderr) as emulator:
        halted = machine.gdb_port is not None
        silence = None if halted else watch.BootWatch(emulator, machine, console, script)
        deadline = emulator.started + timeout if timeout else None
        while (data := emulator.read(_time_to_next_check(deadline))) != b"":
            if data is not None:
                show(console.feed(data))
                if silence:
                    silence.heard()
                if until and until():
                    return 0
            elif silence:
                silence.check()
            if deadline and timeout and time.monotonic() > deadline:
                raise DeadlinePassed(timeout)
        show(console.finish())
        status = emulator.wait()
    if console.stage is not watch.Stage.KERNEL and not halted:
        raise watch.ended_error(status, console)
    return status


def _time_to_next_check(deadline: float | None) -> float:
    if deadline is None:
        return _CHECK_SECONDS
    return min(_CHECK_SECONDS, deadline - time.monotonic())

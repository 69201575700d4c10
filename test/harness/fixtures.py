# SPDX-License-Identifier: MIT
"""The fixtures: `build`, `boot`, `interact`, `script`."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from trapeze_tools import build as builds
from trapeze_tools import qemu
from trapeze_tools.errors import ToolError
from trapeze_tools.paths import SCRIPTS, SOURCE

from . import transcript
from .machine import DEADLINE_SECONDS, Outcome, Wanted, make_machine, run_machine


def select_build(preset: str = "default") -> builds.Build:
    """The build under test: $TRAPEZE_BUILD, or for another preset $TRAPEZE_BUILD_<PRESET>."""
    if preset == "default":
        return builds.select(preset)
    named = os.environ.get(f"TRAPEZE_BUILD_{preset.upper()}")
    return builds.Build(preset, Path(named)) if named else builds.select(preset)


@pytest.fixture(scope="session")
def build() -> builds.Build:
    """The default preset's build."""
    return select_build()


@pytest.fixture(scope="session")
def emulator() -> qemu.Qemu:
    return qemu.find()


@pytest.fixture
def new_transcript(request: pytest.FixtureRequest, build: builds.Build) -> Callable:
    """Makes the transcripts of a test's machines."""
    # A test that is run twice, with each path (make_machine), may run at the same time.
    path = os.environ.get("TRAPEZE_FASTPATH")
    directory = build.directory / (f"transcripts-fastpath={path}" if path else "transcripts")
    test = f"{request.node.path.stem}.{request.node.name}"
    transcript.clear(directory, test)
    return lambda command: transcript.Transcript(directory, test, command)


@pytest.fixture
def boot(emulator: qemu.Qemu, new_transcript: Callable) -> Callable[..., Outcome]:
    """boot(PROGRAM, ARG..., last=LINE): runs a machine to its end and requires its outcome.

    last     the last line: text, or a compiled pattern that matches all of it
    status   the exit status, 0 unless told
    panic    True if the kernel has to panic
    preset   the build to boot: "default" or "debug"
    memory, harts, icount, append   of the machine; icount is on for one hart unless told
    extra    further options of QEMU's
    timeout  host seconds until a machine that hangs is ended
    """

    def start(
        *command: str,
        last: str | re.Pattern[str],
        status: int = 0,
        panic: bool = False,
        preset: str = "default",
        timeout: float = DEADLINE_SECONDS,
        **machine_options: object,
    ) -> Outcome:
        machine = make_machine(select_build(preset), command, **machine_options)
        kept = new_transcript(emulator.command(machine))
        try:
            outcome = run_machine(emulator, machine, kept, timeout)
        except ToolError as error:
            pytest.fail(f"{error}\ntranscript: {kept.path}", pytrace=False)
        if mistake := Wanted(last, status, panic).mistake(outcome):
            pytest.fail(f"{mistake}\n{_tail(outcome)}", pytrace=False)
        return outcome

    return start


def _tail(outcome: Outcome, count: int = 25) -> str:
    lines = outcome.output.splitlines()
    omitted = ["..."] if len(lines) > count else []
    shown = ["  " + line for line in omitted + lines[-count:]]
    return "\n".join([*shown, f"transcript: {outcome.transcript}"])


@pytest.fixture
def interact(emulator: qemu.Qemu, new_transcript: Callable) -> Iterator[Callable[..., pexpect.spawn]]:
    """interact(PROGRAM, ARG...): starts a machine and gives its console, to expect and send.

    Options of the machine as for `boot`. What is still running when the test ends is ended.
    """
    started: list[tuple[pexpect.spawn, transcript.Transcript]] = []

    def start(
        *command: str,
        preset: str = "default",
        timeout: float = DEADLINE_SECONDS,
        **machine_options: object,
    ) -> pexpect.spawn:
        machine = make_machine(select_build(preset), command, **machine_options)
        argv = emulator.command(machine)
        kept = new_transcript(argv)
        console = pexpect.spawn(argv[0], argv[1:], timeout=timeout, encoding="utf-8", echo=False)
        console.logfile_read = kept
        started.append((console, kept))
        return console

    yield start
    for console, kept in started:
        console.close(force=True)
        kept.close()


@pytest.fixture(scope="session")
def script(build: builds.Build) -> Callable[..., subprocess.CompletedProcess[str]]:
    """script(NAME, ARG...): runs scripts/NAME on the build under test; its status and output."""

    def start(
        name: str,
        *arguments: str,
        timeout: float = DEADLINE_SECONDS,
        cwd: Path = SOURCE,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SCRIPTS / name), *arguments],
            cwd=cwd,
            env=os.environ | {"TRAPEZE_BUILD": str(build.directory)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    return start

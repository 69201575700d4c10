# SPDX-License-Identifier: MIT
"""scripts/gdb itself: what it starts, what it ends, and what it says when it cannot."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from debugger import Debugger
from harness.machine import DEADLINE_SECONDS
from trapeze_tools.build import Build
from trapeze_tools.paths import SCRIPTS
from trapeze_tools.qemu import Qemu

USAGE_STATUS, TOOL_STATUS = 2, 125
Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def commands(tmp_path: Path) -> Callable[..., str]:
    """commands(LINE...): a file with commands of GDB's."""

    def write(*lines: str) -> str:
        path = tmp_path / "commands.gdb"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    return write


@pytest.fixture
def traced_qemu(tmp_path: Path, emulator: Qemu) -> tuple[str, Path]:
    """A QEMU that leaves its process id in a file."""
    script, pid = tmp_path / "qemu", tmp_path / "pid"
    script.write_text(
        f"#!/bin/sh\n[ $# -eq 1 ] || echo $$ > {shlex.quote(str(pid))}\n"
        f'exec {emulator.path} "$@"\n'
    )
    script.chmod(0o755)
    return str(script), pid


def has_ended(pid: Path) -> bool:
    """Also of a zombie: in a container nobody may be there to collect it."""
    try:
        status = Path("/proc", pid.read_text().strip(), "stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_help(script: Script) -> None:
    told = script("gdb", "--help")
    assert told.returncode == 0
    assert told.stdout.startswith("usage: scripts/gdb [OPTION...] [PROGRAM [ARG...]]\n")
    assert told.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--smp", "9"], "'9' is not a number from 1 to 8"),
        (["--memory", "lots"], "'lots' is not a size such as 128M or 8G"),
        (["-x"], "expected one argument"),
        (["-x", "/nonexistent", "direct"], "-x /nonexistent: there is no such file"),
        (["--batch", "direct"], "--batch without -x FILE has nothing to do"),
        (["--preset", "nonsense"], "there is no preset 'nonsense'"),
        (["--preset", "host"], "'host' builds no kernel"),
        (["--no-build", "nonsense"], "there is no program 'nonsense'\n  programs: "),
        (["--no-build", "--console", "/nonexistent/file", "direct"], "No such file or directory"),
    ],
)
def test_mistakes(script: Script, arguments: list[str], complaint: str) -> None:
    told = script("gdb", *arguments)
    assert told.returncode == USAGE_STATUS
    assert told.stderr.startswith("scripts/gdb: ")
    assert complaint in told.stderr
    assert told.stdout == ""


def test_without_gdb(script: Script, tmp_path: Path) -> None:
    told = script("gdb", "--no-build", "direct", TRAPEZE_GDB="/nonexistent/gdb")
    assert told.returncode == TOOL_STATUS
    assert told.stderr == (
        "scripts/gdb: GDB is missing: there is no /nonexistent/gdb\n"
        "  scripts/setup gdb installs gdb-multiarch; TRAPEZE_GDB=PATH names another one\n"
    )
    for tool in ("dirname", "readlink"):
        path = shutil.which(tool)
        assert path is not None
        (tmp_path / tool).symlink_to(path)
    told = script("gdb", "--no-build", "direct", PATH=str(tmp_path))
    assert told.returncode == TOOL_STATUS
    assert "there is no gdb-multiarch and no riscv64-unknown-elf-gdb\n" in told.stderr


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("GNU gdb (Posing) 11.2", "is 11.2: GDB 12 or later is needed"),
        ("nothing to see here", "tells no version: GDB 12 or later is needed"),
        ("GNU gdb (Posing) 16.3", "has been built without Python"),
    ],
)
def test_unfit_gdb(script: Script, tmp_path: Path, answer: str, complaint: str) -> None:
    posing = tmp_path / "gdb"
    posing.write_text(f"#!/bin/sh\necho '{answer}'\n")
    posing.chmod(0o755)
    told = script("gdb", "--no-build", "direct", TRAPEZE_GDB=str(posing))
    assert told.returncode == TOOL_STATUS
    assert complaint in told.stderr


def test_dry_run(script: Script, build: Build) -> None:
    told = script("gdb", "--dry-run", "--memory", "1G", "--append", "slice=1ms", "direct", "a b")
    assert told.returncode == 0
    qemu, gdb = (shlex.split(line) for line in told.stdout.splitlines())
    assert qemu[0] == "qemu-system-riscv64" and "-S" in qemu
    assert qemu[qemu.index("-m") + 1] == "1G"
    assert qemu[qemu.index("-append") + 1] == 'slice=1ms trapeze.run="direct a\\ b"'
    # With sleep=off the clock would jump to the end of time wherever GDB stops the machine.
    assert qemu[qemu.index("-icount") + 1] == "shift=0"
    assert gdb[0] == "gdb-multiarch" and gdb[-1] == str(build.kernel)
    assert "tz program direct" in gdb
    for options in (["--no-icount"], ["--smp", "2"]):
        assert "-icount" not in script("gdb", "--dry-run", *options).stdout
    assert "-icount" in script("gdb", "--dry-run", "--smp", "2", "--icount").stdout


def test_exit_status(script: Script, commands: Callable[..., str], build: Build) -> None:
    """The machine's, if it has ended; what it writes is there, and what the firmware writes not."""
    file = commands("continue")
    told = script("gdb", "--no-build", "--batch", "-x", file, "test-exit", "3")
    assert told.returncode == 3
    assert "scripts/gdb: the machine has ended, status 3\n" in told.stderr
    told = script("gdb", "--no-build", "--batch", "-x", file, "test-args", "a b")
    assert told.returncode == 0
    assert 'test-args: argv[1] "a b"' in told.stdout
    assert "OpenSBI" not in told.stdout


def test_qemu_ends_with_gdb(
    script: Script, commands: Callable[..., str], traced_qemu: tuple[str, Path]
) -> None:
    """And the program does not run on while GDB ends."""
    qemu, pid = traced_qemu
    file = commands("tbreak main", "continue")
    told = script("gdb", "--no-build", "--qemu", qemu, "--batch", "-x", file, "test-args")
    assert told.returncode == 0
    assert "Temporary breakpoint 1" in told.stdout
    assert "test-args: " not in told.stdout
    assert "has ended" not in told.stderr
    assert has_ended(pid)


@pytest.mark.parametrize(
    ("start", "status", "complaint"),
    [
        ("sleep 3", 3, "the machine has ended, status 3"),  # longer than an answer may take
        ("exit 1", TOOL_STATUS, "QEMU has ended before GDB could connect"),
    ],
)
def test_qemu_starts_slowly_or_not(
    script: Script, commands: Callable[..., str], tmp_path: Path, emulator: Qemu,
    start: str, status: int, complaint: str,
) -> None:  # fmt: skip
    qemu = tmp_path / "qemu"
    qemu.write_text(f'#!/bin/sh\n[ $# -eq 1 ] || {start}\nexec {emulator.path} "$@"\n')
    qemu.chmod(0o755)
    file = commands("continue")
    options = ("--no-build", "--qemu", str(qemu), "--batch", "-x", file)
    told = script("gdb", *options, "test-exit", "3")
    assert told.returncode == status
    assert complaint in told.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_qemu_ends_with_the_script(
    build: Build, commands: Callable[..., str], traced_qemu: tuple[str, Path], number: int
) -> None:
    qemu, pid = traced_qemu
    endless = commands("tbreak count", "continue", "set $t6 = -1", "continue")
    with subprocess.Popen(
        [SCRIPTS / "gdb", "--no-build", "--qemu", qemu, "--batch", "-x", endless, "test-gdb"],
        env=os.environ | {"TRAPEZE_BUILD": str(build.directory)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: pid.exists() and pid.read_text() != "")
        process.send_signal(number)
        process.wait(timeout=DEADLINE_SECONDS)
    wait_until(lambda: has_ended(pid))


def test_several_at_once(debugger: Callable[..., Debugger]) -> None:
    machines = [debugger("test-exit", str(status)) for status in (3, 4, 5)]
    for machine in machines:
        machine.run_to(machine.address("trap_entry_fast"))
    assert [machine.run_to_end()[0] for machine in machines] == [3, 4, 5]


def test_interactive(build: Build, tmp_path: Path, new_transcript: Callable) -> None:
    """At a terminal: no question from the first prompt to the last, Ctrl-C stops the machine."""
    (tmp_path / ".gdbinit").write_text("echo must not be read\\n\n")
    kept = new_transcript(["scripts/gdb", "test-gdb"])
    session = pexpect.spawn(
        str(SCRIPTS / "gdb"),
        ["--no-build", "test-gdb"],
        cwd=str(tmp_path),
        env=os.environ | {"TRAPEZE_BUILD": str(build.directory), "TERM": "dumb"},
        encoding="utf-8",
        echo=False,
        timeout=DEADLINE_SECONDS,
        dimensions=(24, 400),  # GDB wraps long paths
    )
    session.logfile_read = kept
    try:
        session.expect_exact("(gdb) ")
        assert "gdbinit" not in session.before and "must not" not in session.before
        assert "0x0000000000001000 in ?? ()" in session.before
        for command, answer in (
            ("tbreak count", "Temporary breakpoint 1"),
            ("continue", "count () at "),
            ("set $t6 = -1", ""),
        ):
            session.sendline(command)
            session.expect_exact("(gdb) ")
            assert answer in session.before
        session.sendline("continue")
        session.expect_exact("Continuing.")
        session.sendintr()
        session.expect_exact("Program received signal SIGINT")
        session.expect_exact("(gdb) ")
        session.sendline("tz where")
        session.expect(r"process \d+ \(test-gdb\), running")
        session.expect_exact("(gdb) ")
        session.sendline("quit")
        session.expect(pexpect.EOF)
        assert "(y or n)" not in session.before
        session.close()
        assert session.exitstatus == 0
    finally:
        session.close(force=True)
        kept.close()

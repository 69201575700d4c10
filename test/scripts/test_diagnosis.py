# SPDX-License-Identifier: MIT
"""A QEMU or a firmware that does not work is told, each by its own message, within 10 seconds."""

import itertools
import os
import subprocess
import time
from pathlib import Path

import pytest

from trapeze_tools import watch
from trapeze_tools.paths import SCRIPTS
from trapeze_tools.qemu import Machine
from trapeze_tools.watch import Console, Stage

TELL_SECONDS = 10


@pytest.fixture
def fake_qemu(tmp_path):
    """Makes a shell script that poses as QEMU: it tells a version, then does what it is given."""

    def make(version, action="exit 0"):
        path = tmp_path / "qemu"
        path.write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "{version}"; exit; }}\n{action}\n')
        path.chmod(0o755)
        return str(path)

    return make


def check_told(build, message, name, *arguments):
    """Runs a script that must tell something in time, and fail."""
    start = time.monotonic()
    process = subprocess.Popen(
        [str(SCRIPTS / name), *arguments],
        env=os.environ | {"TRAPEZE_BUILD": str(build.directory)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        lines = iter(process.stdout)
        said = "".join(itertools.takewhile(lambda line: message not in line, lines))
        seconds = time.monotonic() - start
        rest = "".join(lines)
    assert process.returncode == {"doctor": 1, "run": 125}[name], said + rest
    assert "Traceback" not in said + rest
    assert said.count("\n") < 5, f"not told: {said}"
    assert seconds < TELL_SECONDS


def both_tell(build, message, *options):
    """What holds for scripts/doctor holds for scripts/run."""
    check_told(build, message, "doctor", *options)
    check_told(build, message, "run", "--no-build", *options, "demo")


def test_missing(build):
    both_tell(build, "QEMU is missing: there is no /no/such/qemu", "--qemu", "/no/such/qemu")


def test_named_by_environment(script):
    result = script("doctor", TRAPEZE_QEMU="/no/such/qemu")
    assert result.returncode == 1 and "there is no /no/such/qemu" in result.stdout


def test_too_old(build, fake_qemu):
    old = fake_qemu("QEMU emulator version 6.2.0 (Debian 1:6.2+dfsg-2ubuntu6.22)")
    both_tell(build, f"QEMU 6.2.0 ({old}) is too old: 7.2 or later is needed", "--qemu", old)


def test_not_a_qemu(build, fake_qemu):
    both_tell(build, "is not a QEMU that works", "--qemu", fake_qemu("something 9.9"))


def test_ends_at_once(build, fake_qemu):
    broken = fake_qemu("QEMU emulator version 7.2.0", "echo no such machine >&2; exit 1")
    both_tell(
        build, "QEMU ended with status 1 before the firmware wrote anything", "--qemu", broken
    )


def test_silent_and_idle(build, fake_qemu):
    silent = fake_qemu("QEMU emulator version 7.2.0", "exec sleep 60")
    both_tell(build, "the firmware does not come up", "--qemu", silent)


def test_silent_and_spinning(build, fake_qemu):
    spinning = fake_qemu("QEMU emulator version 7.2.0", "while :; do :; done")
    both_tell(build, "the firmware does not come up", "--qemu", spinning)


def test_fw_jump_with_little_memory(build):
    for message in ("the firmware does not come up", "fw_jump keeps the device tree at a fixed"):
        check_told(build, message, "doctor", "--bios", "fw_jump", "--memory", "32M")


def test_fw_jump_with_enough_memory(script):
    result = script("doctor", "--bios", "fw_jump", "--memory", "128M")
    assert result.returncode == 0, result.stdout


def test_unknown_firmware(build):
    both_tell(build, "there is no firmware 'fw_none'", "--bios", "fw_none")


def test_kernel_that_stays_silent(build, fake_qemu):
    stuck = fake_qemu("QEMU emulator version 7.2.0", 'echo "OpenSBI v1.1"; exec sleep 60')
    both_tell(build, "the firmware came up, but the kernel has written nothing", "--qemu", stuck)


def test_all_is_well(script):
    result = script("doctor")
    assert result.returncode == 0, result.stdout
    assert "All of these will do." in result.stdout
    for name in ("QEMU", "OpenSBI", "GCC", "binutils", "GDB", "CMake", "kernel"):
        assert f"ok  {name} " in result.stdout


BANNER = b"trapeze: 0.1.0, hart 0 of 1, 128 MiB, timer sbi, 10 ms slices\n"


def fed(console, *pieces):
    return b"".join(console.feed(piece) for piece in pieces) + console.finish()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_console_hides_firmware_and_banner_however_it_is_cut(size):
    data = b"\r\nOpenSBI v1.1\r\n" + BANNER + b"hello\nno newline"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    console = Console(show_firmware=False)
    assert fed(console, *pieces) == b"hello\nno newline"
    assert console.stage is Stage.KERNEL
    assert console.firmware_text == b"OpenSBI v1.1\r\n"


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_console_shows_all_when_asked(size):
    data = b"OpenSBI v1.1\r\n" + BANNER + b"hello\nno newline"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert fed(Console(show_firmware=True), *pieces) == data


def test_console_shows_other_kernel_lines():
    console = Console(show_firmware=False)
    lines = b"trapeze: command line: unknown word 'x' is ignored\n"
    panic = b"trapeze: panic: no memory\nhalted"
    assert fed(console, b"OpenSBI\n", lines, BANNER, panic) == lines + panic


def test_console_shows_a_panic_before_the_banner():
    console = Console(show_firmware=False)
    panic = b"trapeze: panic: malformed device tree\nmore"
    assert fed(console, b"OpenSBI\n", panic) == panic


class StarvedEmulator:
    """A QEMU that wants to run and is not let: a busy host's."""

    started = 0.0

    def is_asleep(self):
        return False

    def cpu_seconds(self):
        return 0.0


def test_a_busy_host_is_not_blamed_on_the_machine(monkeypatch, capsys):
    clock = [0.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: clock[0])
    machine = Machine(kernel=Path("trapeze.elf"))
    silence = watch.BootWatch(StarvedEmulator(), machine, Console(), "run")
    while clock[0] < watch.GIVE_UP_SECONDS - 1:
        clock[0] += 0.25
        silence.check()
    assert capsys.readouterr().err.count("waiting for it") == 1
    clock[0] += 2
    with pytest.raises(watch.ToolError, match="this host is too busy"):
        silence.check()

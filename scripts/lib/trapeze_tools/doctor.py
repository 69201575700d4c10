# SPDX-License-Identifier: MIT
"""scripts/doctor: what is here, whether it will do, and what to do if not."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import build, cli, qemu, versions, watch
from .boot import boot
from .errors import ToolError
from .paths import shown
from .probe import probe

_DESCRIPTION = """\
Tells whether this machine has what Trapeze needs: each tool with its version, and whether QEMU and
the firmware come up, by booting a probe of a few instructions (and the kernel, if it is built)."""

_EPILOG = """\
exit status: 0 all will do, 1 something will not, 2 wrong usage
"""

# (name, commands of which one is needed, what it is good for)
_COMMANDS = (
    ("GCC", ("riscv64-unknown-elf-gcc",), "compiles the kernel and its programs"),
    ("binutils", ("riscv64-unknown-elf-ld",), "links them"),
    ("GDB", ("gdb-multiarch", "riscv64-unknown-elf-gdb"), "debugs them"),
    ("CMake", ("cmake",), "configures the build"),
    ("Ninja", ("ninja",), "builds"),
)
_MODULES = (
    ("pytest", "pytest"),
    ("pexpect", "pexpect"),
    ("pyelftools", "elftools"),
    ("matplotlib", "matplotlib"),
)


@dataclass(frozen=True)
class Finding:
    """One line of the report. `advice` is what to do, and empty if all is well."""

    name: str
    version: str
    note: str
    advice: str = ""

    @property
    def verdict(self) -> str:
        return "NO" if self.advice else "ok"


def judged(name: str, version: versions.Version | None, note: str) -> Finding:
    """The finding on a version that was found, or could not be told."""
    if version is None:
        return Finding(name, "?", note, f"its version cannot be told; reinstall {name}")
    if not versions.will_do(name, version):
        needed = versions.text(versions.MINIMUM[name])
        return Finding(
            name,
            versions.text(version),
            note,
            f"too old: {needed} or later is needed; Debian 12 and Ubuntu 24.04 have one",
        )
    return Finding(name, versions.text(version), note)


def failed(name: str, error: ToolError) -> Finding:
    return Finding(name, "-", error.message, error.advice or "see above")


def check_machine(options: object) -> Iterator[Finding]:
    """QEMU, the firmware in it, and the kernel if it is built."""
    try:
        found = qemu.find(options.qemu)
    except ToolError as error:
        yield failed("QEMU", error)
        return
    yield judged("QEMU", found.version, found.path)
    try:
        machine = qemu.Machine(
            kernel=Path(), memory=options.memory, bios=qemu.find_firmware(options.bios)
        )
        firmware = probe(found, machine, "doctor")
    except ToolError as error:
        yield failed("OpenSBI", error)
        return
    yield judged(
        "OpenSBI", firmware.version, f"{machine.bios}; came up in {firmware.seconds:.1f} s"
    )
    yield judged("SBI", firmware.sbi, "the interface that OpenSBI offers")
    yield from check_kernel(found, machine)


def check_kernel(found: qemu.Qemu, machine: qemu.Machine) -> Iterator[Finding]:
    """Boots the kernel up to its first line, if there is one."""
    kernel = build.select("default").kernel
    if not kernel.exists():
        return
    console = watch.Console(show_firmware=False)
    shown_lines = bytearray()
    machine = qemu.Machine(kernel, memory=machine.memory, bios=machine.bios)
    try:
        boot(
            found,
            machine,
            shown_lines.extend,
            console=console,
            until=lambda: console.stage is watch.Stage.KERNEL,
            script="doctor",
        )
    except ToolError as error:
        yield failed("kernel", error)
        return
    yield Finding("kernel", "", f"{shown(kernel)} boots")


def check_commands() -> Iterator[Finding]:
    for name, commands, purpose in _COMMANDS:
        path = next(filter(None, map(shutil.which, commands)), None)
        if path is None:
            advice = "scripts/setup installs it"
            yield Finding(name, "-", f"missing: {' or '.join(commands)} ({purpose})", advice)
        else:
            yield judged(name, versions.ask_version([path, "--version"]), path)


def picolibc_version() -> versions.Version | None:
    """What picolibc's own header says, through the compiler that will use it."""
    command = ["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-E", "-dM"]
    command += ["-include", "picolibc.h", "-x", "c", "/dev/null"]
    try:
        macros = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    found = re.search(r'__PICOLIBC_VERSION__ "([\d.]+)"', macros)
    return tuple(int(part) for part in found[1].split(".")) if found else None


def check_libraries() -> Iterator[Finding]:
    version = picolibc_version()
    if version is None:
        note = "missing (the user programs' C library)"
        yield Finding("picolibc", "-", note, "scripts/setup installs it")
    else:
        yield judged("picolibc", version, "the user programs' C library")
    python = tuple(int(part) for part in platform.python_version_tuple()[:2])
    yield judged("Python", python, "runs the scripts and the tests")
    for name, module in _MODULES:
        if importlib.util.find_spec(module) is None:
            yield Finding(name, "-", "missing (the tests use it)", "scripts/setup installs it")
        else:
            yield Finding(name, importlib.metadata.version(name), "a module that the tests use")


def print_finding(finding: Finding) -> None:
    print(f"{finding.verdict:3} {finding.name:11} {finding.version:9} {finding.note}", flush=True)
    for line in finding.advice.splitlines():
        print(f"    -> {line}", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = cli.Parser("doctor", description=_DESCRIPTION, epilog=_EPILOG)
    add = parser.add_argument
    add("--memory", metavar="SIZE", type=cli.memory_size, default="128M", help="default 128M")
    add("--qemu", metavar="PATH", help="QEMU to try (or TRAPEZE_QEMU=PATH)")
    add("--bios", metavar="FILE", help="firmware to try: a path, fw_jump, ... (or TRAPEZE_BIOS)")
    options = parser.parse_args(arguments)
    bad = 0
    for check in (check_machine(options), check_commands(), check_libraries()):
        for finding in check:
            print_finding(finding)
            bad += finding.advice != ""
    print(f"\n{bad} of these will not do." if bad else "\nAll of these will do.")
    return 1 if bad else 0

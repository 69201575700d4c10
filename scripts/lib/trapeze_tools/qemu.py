# SPDX-License-Identifier: MIT
"""Which QEMU there is, and the one place where its command line is made."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import versions
from .errors import ToolError

PROGRAM = "qemu-system-riscv64"

# Where distributions keep the firmware images that are not QEMU's default, for `--bios fw_jump`.
FIRMWARE_DIRECTORIES = (
    "/usr/lib/riscv64-linux-gnu/opensbi/generic",
    "/usr/share/opensbi/lp64/generic/firmware",
    "/usr/share/opensbi/generic/firmware",
)


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine; everything else is QEMU's `virt` as it comes."""

    kernel: Path
    memory: str = "128M"
    harts: int = 1
    icount: bool = False
    append: str = ""
    bios: str = "default"
    gdb_port: int | None = None
    extra: tuple[str, ...] = ()  # further options of QEMU's


@dataclass(frozen=True)
class Qemu:
    """A QEMU that is new enough."""

    path: str
    version: versions.Version

    def command(self, machine: Machine, extra: tuple[str, ...] = ()) -> list[str]:
        return machine_command(self.path, machine) + list(extra)

    def one_instruction_per_block(self) -> tuple[str, ...]:
        """Options that make QEMU's execution log tell every instruction."""
        if self.version >= (8, 1):
            return ("-accel", "tcg,one-insn-per-tb=on")
        return ("-singlestep",)


def machine_command(program: str, machine: Machine) -> list[str]:
    """The command that starts the machine: what `scripts/run --dry-run` prints."""
    command = [program, "-machine", "virt", "-nographic"]
    command += ["-smp", str(machine.harts), "-m", machine.memory]
    if machine.bios != "default":
        command += ["-bios", machine.bios]
    if machine.icount:
        # One instruction is one nanosecond, and idle time passes at once; but not under a
        # debugger: wherever it stops the machine, the clock would jump to the next deadline.
        sleep = "" if machine.gdb_port is not None else ",sleep=off"
        command += ["-icount", f"shift=0{sleep}"]
    if machine.gdb_port is not None:
        command += ["-S", "-gdb", f"tcp:127.0.0.1:{machine.gdb_port}"]
    command += ["-kernel", str(machine.kernel)]
    if machine.append:
        command += ["-append", machine.append]
    return command + list(machine.extra)


def find(path: str | None = None) -> Qemu:
    """The QEMU to use: the one named, else $TRAPEZE_QEMU, else the one in PATH."""
    wanted = path or os.environ.get("TRAPEZE_QEMU") or PROGRAM
    found = shutil.which(wanted)
    if found is None:
        raise ToolError(
            f"QEMU is missing: there is no {wanted}",
            "scripts/setup installs it; --qemu PATH or TRAPEZE_QEMU=PATH names another one",
        )
    version = versions.ask_version([found, "--version"], expected="QEMU emulator")
    if version is None:
        raise ToolError(
            f"{found} is not a QEMU that works: '{found} --version' tells no version",
            "scripts/setup installs one; --qemu PATH or TRAPEZE_QEMU=PATH names another one",
        )
    if not versions.will_do("QEMU", version):
        raise ToolError(
            f"QEMU {versions.text(version)} ({found}) is too old: "
            f"{versions.text(versions.MINIMUM['QEMU'])} or later is needed",
            "Debian 12 and Ubuntu 24.04 have one that will do; "
            "--qemu PATH or TRAPEZE_QEMU=PATH names another one",
        )
    return Qemu(found, version)


def find_firmware(name: str | None = None) -> str:
    """What to give to `-bios`: the one named, else $TRAPEZE_BIOS, else QEMU's default.

    A bare name such as `fw_jump` is looked up where distributions put OpenSBI's images.
    """
    wanted = name or os.environ.get("TRAPEZE_BIOS") or "default"
    if wanted == "default" or Path(wanted).is_file():
        return wanted
    for directory in FIRMWARE_DIRECTORIES:
        for candidate in (wanted, f"{wanted}.bin"):
            if Path(directory, candidate).is_file():
                return str(Path(directory, candidate))
    raise ToolError(
        f"there is no firmware '{wanted}'",
        "give the path of an OpenSBI image, a name such as fw_jump, or 'default'",
    )

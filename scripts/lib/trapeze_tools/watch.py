# SPDX-License-Identifier: MIT
"""How far the boot has come, as its output shows, and what it means when nothing more comes.

A boot takes a tenth of a second of CPU time up to the kernel's first line. What a hang looks like
depends on the machine's state: the harts either wait for an interrupt that never comes (then QEMU
sleeps), or they spin (then QEMU uses up CPU time). A host that is too busy looks like neither, so
a slow but healthy boot is waited for.
"""

from __future__ import annotations

import enum
import re
import sys
import time
from dataclasses import dataclass, field

from .cli import memory_bytes
from .emulator import Emulator
from .errors import ToolError
from .qemu import Machine

RAM_BASE = 0x80000000
FIRMWARE_END = 0x80200000  # where OpenSBI starts the kernel

QUIET_SECONDS = 5.0  # of silence, before it is looked into
SLEEP_SECONDS = 1.0  # that QEMU must have slept without a break to be called idle
BUSY_SECONDS = 8.0  # of silence, after which the user is told that the host is busy
GIVE_UP_SECONDS = 120.0

KERNEL_PREFIX = b"trapeze: "
BANNER = re.compile(rb"trapeze: .*, hart \d+ of \d+, ")

# mcause and scause, Privileged 1.12, tables 3.6 and 4.2.
EXCEPTIONS = {
    0: "instruction address misaligned",
    1: "instruction access fault",
    2: "illegal instruction",
    3: "breakpoint",
    4: "load address misaligned",
    5: "load access fault",
    6: "store address misaligned",
    7: "store access fault",
    12: "instruction page fault",
    13: "load page fault",
    15: "store page fault",
}


class Stage(enum.Enum):
    """What has written last."""

    NOTHING = "nothing"
    FIRMWARE = "firmware"
    KERNEL = "kernel"


@dataclass
class Console:
    """Reads the console's output, and passes on what is to be shown.

    Up to the kernel's banner it works by lines: the firmware's are held back unless
    `show_firmware`, and so is the banner. After it, every byte passes.
    """

    show_firmware: bool = True
    stage: Stage = Stage.NOTHING
    firmware_text: bytearray = field(default_factory=bytearray)
    _banner_seen: bool = False
    _line: bytes = b""

    def feed(self, data: bytes) -> bytes:
        """Takes output; gives the part of it that is to be shown now."""
        if self._banner_seen:
            return data
        self._line += data
        shown = b""
        while not self._banner_seen and b"\n" in self._line:
            line, _, self._line = self._line.partition(b"\n")
            shown += self._take_line(line + b"\n")
        if self._banner_seen:
            shown, self._line = shown + self._line, b""
        return data if self.show_firmware else shown

    def finish(self) -> bytes:
        """Gives what is still held back of the kernel's output when there is no more."""
        rest, self._line = self._line, b""
        return rest if self.stage is Stage.KERNEL and not self.show_firmware else b""

    def _take_line(self, line: bytes) -> bytes:
        if line.startswith(KERNEL_PREFIX):
            self.stage = Stage.KERNEL
            self._banner_seen = BANNER.match(line) is not None
            return b"" if self._banner_seen else line
        if self.stage is Stage.KERNEL:
            return line
        if line.strip():
            self.stage = Stage.FIRMWARE
            self.firmware_text += line
        return b""


@dataclass
class BootWatch:
    """Raises ToolError once a boot that has gone silent is certain not to go on."""

    emulator: Emulator
    machine: Machine
    console: Console
    script: str
    _last_output: float = field(init=False)
    _cpu_at_output: float = 0.0
    _asleep_since: float | None = None
    _told_busy: bool = False

    def __post_init__(self) -> None:
        self._last_output = self.emulator.started

    def heard(self) -> None:
        """Notes that output came."""
        if self.console.stage is Stage.KERNEL:
            return
        self._last_output = time.monotonic()
        self._cpu_at_output = self.emulator.cpu_seconds()
        self._asleep_since = None

    def check(self) -> None:
        """To be called some times a second while nothing comes."""
        now = time.monotonic()
        asleep = self.emulator.is_asleep()
        self._asleep_since = (self._asleep_since or now) if asleep else None
        silence = now - self._last_output
        if self.console.stage is Stage.KERNEL or silence < QUIET_SECONDS:
            return
        used = self.emulator.cpu_seconds() - self._cpu_at_output
        idles = self._asleep_since is not None and now - self._asleep_since > SLEEP_SECONDS
        if idles or used > self._spin_seconds():
            raise silence_error(self.emulator, self.machine, self.console, silence)
        if silence > GIVE_UP_SECONDS:
            raise ToolError(
                f"QEMU got {used:.1f} s of CPU time in {silence:.0f} s and wrote nothing: "
                "this host is too busy"
            )
        if silence > BUSY_SECONDS and not self._told_busy:
            self._told_busy = True
            print(
                f"scripts/{self.script}: nothing from the machine for {silence:.0f} s, "
                f"but QEMU got only {used:.1f} s of CPU time in them: waiting for it",
                file=sys.stderr,
            )

    def _spin_seconds(self) -> float:
        """CPU time that no healthy boot needs: harts that wait for each other spin, all of them."""
        return 1.0 + 0.5 * self.machine.harts


def ended_error(status: int, console: Console) -> ToolError:
    """QEMU has ended before the kernel wrote anything."""
    if console.stage is Stage.NOTHING:
        return ToolError(
            f"QEMU ended with status {status} before the firmware wrote anything",
            "what QEMU itself says is the reason; if it lacks the firmware, scripts/setup installs it",
        )
    return ToolError(
        f"the machine ended with status {status} before the kernel wrote anything",
        "the firmware's last words:\n" + _last_lines(console.firmware_text),
    )


def silence_error(
    emulator: Emulator, machine: Machine, console: Console, silence: float
) -> ToolError:
    """Says which part of the boot hangs, where, and what to do."""
    registers = emulator.monitor.registers() or {}
    if console.stage is Stage.NOTHING:
        return ToolError(
            f"the firmware does not come up: nothing written in {silence:.0f} s "
            f"(firmware: {machine.bios}, memory: {machine.memory})",
            _where(registers, "m") + _firmware_advice(registers, machine),
        )
    return ToolError(
        f"the firmware came up, but the kernel has written nothing in {silence:.0f} s "
        f"(kernel: {machine.kernel})",
        _where(registers, "s") + "scripts/run --gdb shows what it does; scripts/doctor checks QEMU",
    )


def _where(registers: dict[str, int], level: str) -> str:
    """One line on hart 0, from its registers and those of the trap at a privilege level."""
    if "pc" not in registers:
        return ""
    pc = registers["pc"]
    place = "the firmware" if RAM_BASE <= pc < FIRMWARE_END else "the kernel"
    if pc < RAM_BASE:
        place = "neither firmware nor kernel"
    line = f"hart 0 is at pc {pc:#x}, in {place}"
    cause = registers.get(f"{level}cause", 0)
    if cause in EXCEPTIONS and registers.get(f"{level}epc"):
        line += f"; its last trap: {EXCEPTIONS[cause]}"
        line += f" at pc {registers.get(f'{level}epc', 0):#x}"
        line += f", address {registers.get(f'{level}tval', 0):#x}"
    return line + "\n"


def _firmware_advice(registers: dict[str, int], machine: Machine) -> str:
    end = RAM_BASE + memory_bytes(machine.memory)
    beyond = registers.get("mtval", 0) >= end and registers.get("mcause") in (1, 5, 7)
    if beyond or "fw_jump" in machine.bios:
        return (
            f"RAM ends at {end:#x}. fw_jump keeps the device tree at a fixed address, beyond the\n"
            "end of a small RAM: take the default firmware (no --bios), or --memory 128M"
        )
    return "take the firmware that comes with QEMU (no --bios); scripts/doctor checks it"


def _last_lines(text: bytes, count: int = 5) -> str:
    return "\n".join(text.decode(errors="replace").split("\n")[-count - 1 :]).strip()

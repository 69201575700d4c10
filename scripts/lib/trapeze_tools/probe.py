# SPDX-License-Identifier: MIT
"""A payload of a few instructions that shows whether QEMU and the firmware come up.

It is here as machine code, so that it works before any compiler is there.
"""

from __future__ import annotations

import re
import struct
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from . import versions, watch
from .boot import boot
from .qemu import Machine, Qemu

# Prints the text that follows it, then powers QEMU's `virt` off through its test device.
_CODE = (
    0x00000417,  #     auipc s0, 0
    0x03440413,  #     addi  s0, s0, 52    the text
    0x00044503,  # 1:  lbu   a0, 0(s0)
    0x00050A63,  #     beqz  a0, 2f
    0x00100893,  #     li    a7, 1         SBI's legacy console_putchar
    0x00000073,  #     ecall
    0x00140413,  #     addi  s0, s0, 1
    0xFEDFF06F,  #     j     1b
    0x001002B7,  # 2:  lui   t0, 0x100     the test device
    0x00005337,  #     lui   t1, 0x5
    0x55530313,  #     addi  t1, t1, 0x555 its word for success
    0x0062A023,  #     sw    t1, 0(t0)
    0x0000006F,  # 3:  j     3b
)
_TEXT = watch.KERNEL_PREFIX + b"probe\n\0"


@dataclass(frozen=True)
class Firmware:
    """What the firmware tells of itself."""

    version: versions.Version | None
    sbi: versions.Version | None
    seconds: float


def probe(qemu: Qemu, machine: Machine, script: str) -> Firmware:
    """Boots the payload instead of the machine's kernel; ToolError tells what does not work."""
    console = watch.Console(show_firmware=False)
    start = time.monotonic()
    with tempfile.NamedTemporaryFile(prefix="trapeze-probe-") as payload:
        payload.write(struct.pack(f"<{len(_CODE)}I", *_CODE) + _TEXT)
        payload.flush()
        boot(
            qemu,
            replace(machine, kernel=Path(payload.name)),
            lambda data: None,
            console=console,
            script=script,
        )
    text = console.firmware_text.decode(errors="replace")
    return Firmware(
        _search(r"OpenSBI v(\d+(?:\.\d+)+)", text),
        _search(r"Runtime SBI Version\s*: (\d+(?:\.\d+)+)", text),
        time.monotonic() - start,
    )


def _search(pattern: str, text: str) -> versions.Version | None:
    found = re.search(pattern, text)
    return tuple(int(part) for part in found[1].split(".")) if found else None

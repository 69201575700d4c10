# SPDX-License-Identifier: MIT
"""Machines whose harts are in two sockets. QEMU gives each an interrupt controller, and the UART is
at the first one's; which hart boots is chosen here, since the firmware lets any of its harts."""

from __future__ import annotations

import struct
from pathlib import Path

FLASH = 0x20000000  # that neither firmware nor kernel uses
KERNEL = 0x80200000

# What every hart executes first, instead of QEMU's reset vector. All but the one that is to boot
# wait until the firmware interrupts them, which it does when the kernel starts them.
_RESET = (
    0xF1402573,  #     csrr a0, mhartid
    0x00000617,  #     auipc a2, 0
    0x03C60613,  #     addi a2, a2, 60        what the firmware is told
    0x02866303,  #     lwu t1, 40(a2)         the hart that is to boot
    0x00650E63,  #     beq a0, t1, 2f
    0x30445073,  #     csrwi mie, 8           software interrupts end wfi
    0x10500073,  # 1:  wfi
    0x34402373,  #     csrr t1, mip
    0x00837313,  #     andi t1, t1, 8
    0xFE030AE3,  #     beqz t1, 1b
    0x30405073,  #     csrwi mie, 0
    0x000012B7,  # 2:  lui t0, 1              QEMU's vector, and behind it
    0x0202B583,  #     ld a1, 32(t0)          the device tree
    0x0182B283,  #     ld t0, 24(t0)          the firmware
    0x00028067,  #     jr t0
    0x00000013,  #     nop
)
_MAGIC, _VERSION, _SUPERVISOR = 0x4942534F, 2, 1  # OpenSBI's fw_dynamic.h


def two_sockets(harts: int, boot_hart: int, directory: Path) -> dict[str, object]:
    """Options for the fixture `boot`: half of the harts are in each socket."""
    half = harts // 2
    extra: list[str] = []
    for node, cpus in enumerate((f"0-{half - 1}", f"{half}-{harts - 1}")):
        extra += ["-object", f"memory-backend-ram,size=64M,id=m{node}"]
        extra += ["-numa", f"node,memdev=m{node},cpus={cpus}"]
    told = (_MAGIC, _VERSION, KERNEL, _SUPERVISOR, 0, boot_hart)
    path = directory / "reset"
    path.write_bytes(struct.pack("<16I6Q", *_RESET, *told))
    extra += ["-device", f"loader,file={path},addr={FLASH:#x},force-raw=on,cpu-num=0"]
    for hart in range(1, harts):
        extra += ["-device", f"loader,addr={FLASH:#x},cpu-num={hart}"]
    return {"harts": harts, "memory": "128M", "extra": tuple(extra)}

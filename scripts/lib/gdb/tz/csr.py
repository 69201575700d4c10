# SPDX-License-Identifier: MIT
"""Control and status registers in words (Privileged 1.12, chapter 4). Knows nothing of GDB."""

from __future__ import annotations

from typing import NamedTuple

from .definitions import exceptions

USER, SUPERVISOR, MACHINE = 0, 1, 3
MODES = {USER: "U (user)", SUPERVISOR: "S (supervisor)", MACHINE: "M (machine)"}

INTERRUPT_BIT = 63
INTERRUPTS = {
    1: "supervisor software interrupt",
    3: "machine software interrupt",
    5: "supervisor timer interrupt",
    7: "machine timer interrupt",
    9: "supervisor external interrupt",
    11: "machine external interrupt",
    13: "counter overflow interrupt",
}

_UNIT_STATES = ("Off", "Initial", "Clean", "Dirty")

# Name, lowest bit, width, names of the values (none: a number).
_SSTATUS = (
    ("SIE", 1, 1, ()),
    ("SPIE", 5, 1, ()),
    ("SPP", 8, 1, ("U", "S")),
    ("FS", 13, 2, _UNIT_STATES),
    ("VS", 9, 2, _UNIT_STATES),
    ("SUM", 18, 1, ()),
    ("MXR", 19, 1, ()),
)

_INTERRUPT_BITS = (("SS", 1), ("ST", 5), ("SE", 9))

_SATP_MODES = {0: "Bare", 8: "Sv39", 9: "Sv48", 10: "Sv57"}


class Satp(NamedTuple):
    mode: str
    asid: int
    root: int  # physical address

    @staticmethod
    def decode(value: int) -> Satp:
        mode = _SATP_MODES.get(value >> 60, "reserved mode")
        return Satp(mode, value >> 44 & 0xFFFF, (value & (1 << 44) - 1) << 12)

    def __str__(self) -> str:
        if self.mode == "Bare":
            return "Bare: no translation"
        return f"{self.mode}, ASID {self.asid}, root table at {self.root:#x}"


def sstatus_text(value: int) -> str:
    words = []
    for name, low, width, values in _SSTATUS:
        field = value >> low & (1 << width) - 1
        words.append(f"{name}={values[field] if values else field}")
    return " ".join(words)


def is_interrupt(scause: int) -> bool:
    return scause >> INTERRUPT_BIT == 1


def cause_text(scause: int) -> str:
    """ "exception 8, environment call from U-mode" for a value of scause."""
    code = scause & (1 << INTERRUPT_BIT) - 1
    if is_interrupt(scause):
        return f"interrupt {code}, {INTERRUPTS.get(code, 'reserved')}"
    return f"exception {code}, {exceptions().get(code, 'reserved')}"


def stvec_text(value: int) -> str:
    return ("direct", "vectored")[value & 1] if value & 2 == 0 else "reserved mode"


def interrupts_text(value: int, suffix: str) -> str:
    """The bits of sie ("IE") or sip ("IP") that are set."""
    return " ".join(name + suffix for name, bit in _INTERRUPT_BITS if value >> bit & 1) or "none"

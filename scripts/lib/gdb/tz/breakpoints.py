# SPDX-License-Identifier: MIT
"""Breakpoints in user programs, which all lie at the same addresses.

Each breakpoint gets the condition $tz_here(): in user mode only processes of the program stop
there whose symbols GDB has. The kernel's own breakpoints stop whoever runs.
"""

from __future__ import annotations

import gdb

from . import csr, kernel, machine, programs

_CALL = "$tz_here()"


class Here(gdb.Function):
    """Whether the hart is in the kernel, or in the program whose symbols GDB has."""

    def __init__(self) -> None:
        super().__init__("tz_here")

    def invoke(self) -> bool:
        machine.forget()
        if machine.mode() != csr.USER or programs.loaded() is None:
            return True
        return programs.is_of_loaded_one(kernel.Hart().current)


def _guard(breakpoint: gdb.Breakpoint) -> None:
    """Adds the condition where it is missing, also to one that has been changed by hand."""
    if breakpoint.type != gdb.BP_BREAKPOINT or not breakpoint.visible:
        return
    condition = breakpoint.condition
    if condition is None:
        breakpoint.condition = _CALL
    elif _CALL not in condition:
        breakpoint.condition = f"{_CALL} && ({condition})"


def register() -> None:
    """From now on each breakpoint is guarded."""
    Here()
    gdb.events.breakpoint_created.connect(_guard)
    gdb.events.breakpoint_modified.connect(_guard)

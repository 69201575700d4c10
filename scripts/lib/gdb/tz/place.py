# SPDX-License-Identifier: MIT
"""Where the hart is: which process, which stack, and what sscratch means."""

from __future__ import annotations

import itertools

import gdb

from . import csr, kernel, machine, paging, programs

_SIGN_BIT = 1 << 63


def is_translating() -> bool:
    """Whether the kernel has turned its page tables on, so that its structures can be read."""
    return csr.Satp.decode(machine.register("satp")).mode != "Bare"


def symbol_at(address: int) -> str:
    """ " <main+4>" for an address in code or data that GDB has a name for, else nothing."""
    if address < _SIGN_BIT and not (is_translating() and programs.is_loaded_one_running()):
        return ""
    said = gdb.execute(f"info symbol {address:#x}", to_string=True)
    if " in section " not in said:
        return ""
    return f" <{said.partition(' in section ')[0].replace(' + ', '+')}>"


def kernel_is_ready() -> bool:
    """Whether the kernel takes traps at one of its entries: before that nothing here means
    anything."""
    entries = map(kernel.symbol_address, kernel.ENTRIES)
    return is_translating() and machine.register("stvec") in entries


def registers_are_users() -> bool:
    """In S-mode: whether the hart still has the user's registers, or has them again: at the ends
    of a trap, where sscratch is the thread, but for the moment before sp is loaded."""
    current = kernel.Hart().current
    return (
        current is not None
        and machine.register("sscratch") == current.thread.address
        and _kernel_stack_of(current, machine.register("sp")) is None
    )


def registers_are_in_hart() -> bool:
    """The same, or the entry is still saving them, and has sp to do it by; the fast path, too,
    until the call is made."""
    current = kernel.Hart().current
    saving = current is not None and machine.register("sp") == current.thread.address
    return registers_are_users() or (saving and machine.register("sscratch") != 0)


def describe_sscratch() -> str:
    value = machine.register("sscratch")
    if not kernel_is_ready():
        return "not the kernel's yet"
    current = kernel.Hart().current
    if current is not None and value == current.thread.address:
        return f"the thread of {current.label}: a trap saves the registers there"
    if value == 0:
        return "0: the kernel is at work, and a trap from here on would be its own bug"
    if current is not None and machine.register("sp") == current.thread.address:
        return f"the interrupted sp; sp is the thread of {current.label} instead"
    return "neither 0 nor the current thread: this is wrong, or not the kernel's hart"


def _user_stack(sp: int) -> str:
    whose = kernel.Hart().current
    name = f"user stack of {whose.label}" if whose else "user address"
    if not paging.is_canonical(sp):
        return "no stack: sp is not canonical, the user's own business"
    walk = machine.translate(sp)
    if walk.physical is None or not walk.steps[-1].is_user:
        return "no stack: sp is at no page of the user's, which is the user's own business"
    return name


def _static_stack(sp: int) -> str | None:
    """The stacks in the image, each with a guard page below."""
    for name, what in (
        ("image_boot_stack", "boot and idle stack"),
        ("image_emergency_stack", "emergency stack: the kernel itself has trapped"),
    ):
        start = kernel.symbol_address(name)
        end = kernel.symbol_address(f"{name}_end")
        if start < sp <= end:
            return f"{what}, {end - sp} bytes in use"
        if start - paging.PAGE_BYTES < sp <= start:
            return f"guard page below the {what}: overflow"
    return None


def _kernel_stack_of(process: kernel.Process, sp: int) -> str | None:
    top = process.thread.stack_top
    if top - paging.PAGE_BYTES < sp <= top:
        return f"kernel stack of {process.label}, {top - sp} bytes in use"
    if top - 2 * paging.PAGE_BYTES < sp <= top - paging.PAGE_BYTES:
        return f"guard page below the kernel stack of {process.label}: overflow"
    if sp == process.thread.address:
        return f"no stack: sp points to the trapframe of {process.label}"
    return None


def _kernel_stack(sp: int) -> str:
    current = kernel.Hart().current
    candidates = itertools.chain([current] if current else [], kernel.processes())
    found = (_kernel_stack_of(process, sp) for process in candidates)
    return next(filter(None, found), "no stack that is known")


def describe_stack() -> str:
    sp = machine.register("sp")
    mode = machine.mode()
    if mode == csr.MACHINE:
        return "the firmware's"
    if not kernel_is_ready():
        return is_translating() and _static_stack(sp) or "none yet: the kernel is starting"
    if mode == csr.USER:
        return _user_stack(sp)
    if registers_are_users():
        return f"still the user's, at the edge of a trap: {_user_stack(sp)}"
    return _static_stack(sp) or _kernel_stack(sp)


def describe_process() -> str:
    if not is_translating():
        return "none: this hart does not run the kernel, or not yet"
    current = kernel.Hart().current
    if current is None:
        return "none: the hart idles" if kernel.Hart().idles else "none: the kernel is starting"
    dying = ", dying" if current.thread.is_dying else ""
    return f"{current.label}, {current.thread.state}{dying}"

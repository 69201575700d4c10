# SPDX-License-Identifier: MIT
"""Through a system call and through timer interrupts, instruction by instruction.

At each stage: the privilege mode, sepc, scause, the stack, sscratch, and every register, in the
hart or in the trapframe. The program is test-gdb, whose registers are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from debugger import (
    HART,
    IN_C,
    MACHINE,
    REGISTERS,
    SSTATUS_SIE,
    SSTATUS_SPP,
    SUPERVISOR,
    USER,
    Debugger,
    DebuggerError,
    Snapshot,
)
from trapeze_tools.qemu import Qemu

PAGE_BYTES = 4096
ECALL_BYTES = 4
ECALL_FROM_U = 8
SUPERVISOR_TIMER = 1 << 63 | 5
MACHINE_TIMER = 1 << 63 | 7
SIE_STIE = 1 << 5
SRET = 0x10200073
STEPS_MAX = 20000  # a part of the kernel that takes more than this goes round in circles

SYS_PROCESS_SELF = 8
E_TIMEOUT = -8
INTERRUPTS_MAX = 10
LOOP_ROUNDS = 40000000
LOOP_BYTES = 4  # two instructions


def pattern(debugger: Debugger, place: str, **others: int) -> dict[str, int]:
    """The registers that test-gdb has loaded at a place."""
    base = debugger.address(f"pattern_{place}")
    return {name: base + n for n, name in enumerate(REGISTERS, start=1)} | others


def except_for(registers: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: value for name, value in registers.items() if name not in names}


Timer = Callable[[str], tuple[str, ...]]


@pytest.fixture(params=["sstc", "sbi", "firmware"])
def timer(request: pytest.FixtureRequest, without_sstc: str) -> Timer:
    """timer(SLICE): options for each way in which the timer interrupt comes: the kernel's own
    comparator; the one that the firmware sets for it; and where there is none, from the
    firmware's hands."""
    kind = "sstc" if request.param == "sstc" else "sbi"
    firmware = ("--qemu", without_sstc) if request.param == "firmware" else ()
    return lambda slice_: ("--append", f"slice={slice_} timer={kind} {IN_C}", *firmware)


@pytest.fixture
def without_sstc(tmp_path: Path, emulator: Qemu) -> str:
    """A QEMU whose harts lack Sstc."""
    script = tmp_path / "qemu"
    script.write_text(f'#!/bin/sh\nexec {emulator.path} -cpu rv64,sstc=off "$@"\n')
    script.chmod(0o755)
    return str(script)


class Kernel:
    """The kernel's addresses."""

    def __init__(self, debugger: Debugger) -> None:
        self.trap_entry = debugger.address("trap_entry")
        self.trap_return = debugger.address("trap_return")
        self.trap_dispatch = debugger.address("trap_dispatch")
        self.swtch_leave = debugger.address("swtch_leave")
        self.hart = debugger.address(HART)


def stack_top(debugger: Debugger, thread: int) -> int:
    return debugger.value(f"((struct thread *){thread:#x})->stack_top")


def steps_until(debugger: Debugger, arrived: Callable[[Snapshot], bool]) -> Iterator[Snapshot]:
    """Steps, and tells each snapshot on the way, up to the one at which `arrived` holds."""
    for _ in range(STEPS_MAX):
        debugger.step()
        here = debugger.snapshot()
        yield here
        if arrived(here):
            return
    pytest.fail(f"not there after {STEPS_MAX} steps: {here}")


def check_entry(here: Snapshot, kernel: Kernel, user: Snapshot, scause: int) -> None:
    """At the first instruction of a trap: nothing has changed but what the hart itself does."""
    assert here.mode == SUPERVISOR
    assert here.pc == kernel.trap_entry
    assert here.scause == scause
    assert here.sepc == user.pc
    assert here.sscratch == user.sscratch, "the thread of the process"
    assert here.satp == user.satp
    assert here.sstatus & (SSTATUS_SIE | SSTATUS_SPP) == 0
    assert here.registers == user.registers


def save(debugger: Debugger, kernel: Kernel, user: Snapshot) -> Snapshot:
    """From trap_entry to trap_dispatch: the registers get saved, then the stack changes."""
    thread = user.sscratch
    debugger.step()
    here = debugger.snapshot()
    assert here.sp == thread and here.sscratch == user.sp, "swapped"
    assert except_for(here.registers, "sp") == except_for(user.registers, "sp")

    saved = (user.pc, user.registers)
    complete = None
    for here in steps_until(debugger, lambda at: at.pc == kernel.trap_dispatch):
        assert here.mode == SUPERVISOR
        assert here.sstatus & SSTATUS_SIE == 0
        assert here.satp == user.satp
        assert here.sscratch in (user.sp, 0)
        if complete is None and debugger.trapframe(thread) == saved:
            complete = here
        if complete is None:
            assert here.sp == thread, "all is saved before the stack changes"
    assert complete is not None, "the trapframe is not what the user's registers were"
    assert complete.sscratch == 0
    return here


def check_dispatch(
    debugger: Debugger, here: Snapshot, kernel: Kernel, user: Snapshot, scause: int
) -> None:
    """At trap_dispatch: C can run, on the process's own kernel stack, which is empty."""
    thread = user.sscratch
    assert here.mode == SUPERVISOR
    assert here.a0 == thread and here.a1 == scause
    assert here.sp == stack_top(debugger, thread) and here.sp % 16 == 0
    assert here.tp == kernel.hart
    assert here.ra == kernel.trap_return
    assert here.sscratch == 0
    assert here.scause == scause and here.sepc == user.pc
    assert debugger.trapframe(thread) == (user.pc, user.registers)


def handle(debugger: Debugger, kernel: Kernel, dispatch: Snapshot) -> Snapshot:
    """From trap_dispatch to trap_return: the kernel stays on its stack, or calls the firmware."""
    for here in steps_until(debugger, lambda at: at.pc == kernel.trap_return):
        if here.mode == MACHINE:
            continue
        assert here.mode == SUPERVISOR
        assert here.sstatus & SSTATUS_SIE == 0
        assert here.sscratch == 0
        assert here.satp == dispatch.satp
        assert here.tp == kernel.hart
        assert dispatch.sp - PAGE_BYTES < here.sp <= dispatch.sp
    return here


def check_return(
    debugger: Debugger, here: Snapshot, thread: int, sepc: int, registers: dict[str, int]
) -> None:
    """At trap_return: the stack is empty again, the trapframe has what user mode will have."""
    assert here.mode == SUPERVISOR
    assert here.sp == stack_top(debugger, thread)
    assert here.sscratch == 0
    assert debugger.trapframe(thread) == (sepc, registers)


def restore(debugger: Debugger, thread: int, sepc: int, registers: dict[str, int]) -> Snapshot:
    """From trap_return into user mode: the last instruction is sret, with all registers loaded."""
    before = None
    for here in steps_until(debugger, lambda at: at.mode == USER):
        if here.mode == USER:
            break
        assert here.mode == SUPERVISOR
        assert here.sscratch in (0, thread)
        assert here.sstatus & SSTATUS_SIE == 0
        before, instruction = here, debugger.value("*(unsigned int *)$pc")
    assert before is not None and instruction == SRET
    assert before.registers == registers
    assert before.sepc == sepc
    assert before.sscratch == thread
    assert before.sstatus & SSTATUS_SPP == 0
    return here


def check_user(here: Snapshot, thread: int, pc: int, registers: dict[str, int]) -> None:
    assert here.mode == USER
    assert here.pc == pc
    assert here.registers == registers
    assert here.sscratch == thread


def test_system_call(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb", options=("--append", IN_C))
    kernel = Kernel(gdb)
    call = gdb.address("call_self")
    gdb.run_to(call)
    user = gdb.snapshot()
    thread = user.sscratch
    assert user.mode == USER
    assert user.registers == pattern(gdb, "call", a7=SYS_PROCESS_SELF)

    gdb.step()
    check_entry(gdb.snapshot(), kernel, user, ECALL_FROM_U)
    dispatch = save(gdb, kernel, user)
    check_dispatch(gdb, dispatch, kernel, user, ECALL_FROM_U)
    assert gdb.value(f"{HART}.current") == thread
    process_id = gdb.value(f"((struct process *){thread:#x})->object->id")
    here = handle(gdb, kernel, dispatch)
    result = pattern(gdb, "call", a7=SYS_PROCESS_SELF, a0=process_id)
    check_return(gdb, here, thread, call + ECALL_BYTES, result)
    here = restore(gdb, thread, call + ECALL_BYTES, result)
    check_user(here, thread, call + ECALL_BYTES, result)


def test_fast_system_call(debugger: Callable[..., Debugger]) -> None:
    """Without a stack, and without writing anything but what it gives back: the user's registers
    are what the C path would have left."""
    gdb = debugger("test-gdb")
    call = gdb.address("call_self")
    gdb.run_to(call)
    user = gdb.snapshot()
    thread = user.sscratch
    gdb.step()
    here = gdb.snapshot()
    assert here.pc == gdb.address("trap_entry_fast")
    assert here.registers == user.registers and here.sscratch == thread
    process_id = gdb.value(f"((struct process *){thread:#x})->object->id")
    for here in steps_until(gdb, lambda at: at.mode == USER):
        if here.mode == USER:
            break
        assert here.mode == SUPERVISOR and here.satp == user.satp
        assert here.sstatus & (SSTATUS_SIE | SSTATUS_SPP) == 0
        assert (here.sp, here.sscratch) in ((thread, user.sp), (user.sp, thread))
        changed = {name for name in REGISTERS if here.registers[name] != user.registers[name]}
        assert changed <= {"sp", "s0", "a0"}
    result = pattern(gdb, "call", a7=SYS_PROCESS_SELF, a0=process_id)
    check_user(here, thread, call + ECALL_BYTES, result)


def into_timer_interrupt(
    gdb: Debugger, kernel: Kernel, before: Snapshot
) -> tuple[Snapshot, Snapshot]:
    """From the loop, where the process was `before`, to trap_entry: the process as it was
    interrupted, and the trap. Time may have passed while GDB held the machine."""
    gdb.run_to(kernel.trap_entry)
    entry = gdb.snapshot()
    assert entry.sepc - gdb.address("count") in range(LOOP_BYTES)
    assert 0 < entry.t6 <= before.t6
    csrs = {"priv": USER, "pc": entry.sepc, "satp": before.satp, "sscratch": before.sscratch}
    return Snapshot(dict(before.registers) | {"t6": entry.t6}, csrs), entry


def into_firmware(gdb: Debugger) -> Snapshot:
    """From the loop to the firmware, which passes the timer interrupt on."""
    gdb.run_to(gdb.value("$mtvec") & ~3)
    here = gdb.snapshot()
    assert here.mode == MACHINE
    assert gdb.value("$mcause") == MACHINE_TIMER
    assert gdb.value("$mepc") - gdb.address("count") in range(LOOP_BYTES)
    return here


def test_timer_interrupt(debugger: Callable[..., Debugger], timer: Timer) -> None:
    """The deadline of the sleeping child passes; the interrupted process goes on."""
    options = timer("10s")
    gdb = debugger("test-gdb", options=options)
    kernel = Kernel(gdb)
    gdb.run_to(gdb.address("count"))
    before = gdb.snapshot()
    assert before.mode == USER
    assert before.registers == pattern(gdb, "loop", t6=LOOP_ROUNDS)

    firmware = into_firmware(gdb) if "--qemu" in options else None
    user, entry = into_timer_interrupt(gdb, kernel, before)
    assert firmware is None or firmware.registers == entry.registers
    check_entry(entry, kernel, user, SUPERVISOR_TIMER)
    dispatch = save(gdb, kernel, user)
    check_dispatch(gdb, dispatch, kernel, user, SUPERVISOR_TIMER)
    here = handle(gdb, kernel, dispatch)
    check_return(gdb, here, user.sscratch, user.pc, user.registers)
    assert gdb.value(f"{HART}.current") == user.sscratch
    here = restore(gdb, user.sscratch, user.pc, user.registers)
    check_user(here, user.sscratch, user.pc, user.registers)


def test_preemption(debugger: Callable[..., Debugger], timer: Timer) -> None:
    """A slice ends: the kernel switches stacks, and back again, and no register is lost."""
    gdb = debugger("test-gdb", options=timer("1ms"))
    kernel = Kernel(gdb)
    gdb.run_to(gdb.address("count"))
    user = gdb.snapshot()
    parent = user.sscratch
    # The first interrupt, the child's deadline, makes it ready; a later one ends the slice.
    for _ in range(INTERRUPTS_MAX):
        user, entry = into_timer_interrupt(gdb, kernel, user)
        check_entry(entry, kernel, user, SUPERVISOR_TIMER)
        gdb.run_to(kernel.trap_return)
        check_return(gdb, gdb.snapshot(), parent, user.pc, user.registers)
        if gdb.value(f"{HART}.current->flags") != 0:
            break
    else:
        pytest.fail(f"no preemption by {INTERRUPTS_MAX} timer interrupts")

    # In swtch_leave: the user's registers are in the trapframe, both are at the boundary.
    gdb.run_to(kernel.swtch_leave)
    child = gdb.snapshot().a0
    assert child != parent
    assert gdb.value(f"{HART}.current") == child
    assert gdb.trapframe(parent) == (user.pc, user.registers)
    for here in steps_until(gdb, lambda at: at.pc == kernel.trap_return):
        assert here.mode == SUPERVISOR and here.sscratch == 0
    assert here.sp == stack_top(gdb, child), "on the child's stack, which is empty"
    for thread in (parent, child):
        assert context(gdb, thread) == (kernel.trap_return, stack_top(gdb, thread))

    # The child returns from its system call, with the result and nothing else changed.
    sepc, registers = gdb.trapframe(child)
    assert sepc == gdb.address("child_awake")
    assert registers == pattern(gdb, "child", **received_nothing())
    here = restore(gdb, child, sepc, registers)
    check_user(here, child, sepc, registers)
    assert here.satp != user.satp

    # It sleeps again, and the parent goes on where it was.
    gdb.run_to(kernel.trap_return, f"{HART}.current == {parent:#x}")
    here = gdb.snapshot()
    check_return(gdb, here, parent, user.pc, user.registers)
    assert here.satp == user.satp
    here = restore(gdb, parent, user.pc, user.registers)
    check_user(here, parent, user.pc, user.registers)


def received_nothing() -> dict[str, int]:
    """What the end of a receiving call leaves in the registers that C does not keep."""
    numbered = [f"a{n}" for n in range(1, 8)] + [f"t{n}" for n in range(7)]
    return dict.fromkeys(numbered, 0) | {"a0": E_TIMEOUT & (1 << 64) - 1}


def context(gdb: Debugger, thread: int) -> tuple[int, int]:
    """Where the kernel goes on with a thread: ra and sp."""
    place = f"((struct thread *){thread:#x})->context"
    ra, sp = gdb.values(f"{place}.ra", f"{place}.sp")
    return ra, sp


def test_steps_hold_interrupts_back(
    debugger: Callable[..., Debugger], without_sstc: str
) -> None:
    """`tz interrupts on` lets a step end up in a handler, which QEMU prevents otherwise."""
    gdb = debugger("test-gdb", options=("--qemu", without_sstc, "--append", IN_C))
    kernel = Kernel(gdb)
    loop = gdb.address("count")
    gdb.run_to(loop)
    enabled = gdb.value("$sie")
    assert enabled & SIE_STIE
    gdb.execute(f"set $sie = {enabled & ~SIE_STIE}")
    gdb.run_to(gdb.value("$mtvec") & ~3)
    gdb.run_to(loop)
    assert gdb.value("$sip") & SIE_STIE, "pending, and not let in"

    assert gdb.execute("tz interrupts") == "stepi holds interrupts back\n"
    gdb.execute(f"set $sie = {enabled}")
    for _ in range(10):
        gdb.step()
        assert gdb.value("$priv") == USER and gdb.value("$pc") - loop in range(LOOP_BYTES)
    gdb.execute("tz interrupts on")
    assert gdb.execute("tz interrupts") == "stepi lets interrupts in\n"
    gdb.step()
    assert gdb.value("$pc") == kernel.trap_entry
    assert gdb.value("$scause") == SUPERVISOR_TIMER
    gdb.execute("tz interrupts off")
    assert gdb.execute("tz interrupts") == "stepi holds interrupts back\n"
    with pytest.raises(DebuggerError, match="tz interrupts on"):
        gdb.execute("tz interrupts perhaps")

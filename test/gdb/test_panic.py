# SPDX-License-Identifier: MIT
"""The end of the machine by a bug of the kernel's, which GDB puts into it.

The report names the cause, the function, the registers and who called whom; QEMU exits with 255.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from debugger import HART, REGISTERS, Debugger, Snapshot

STATUS_PANIC = 255
PAGE_BYTES = 4096
NOWHERE = 0x123450000
MACHINE_TIMER = 1 << 63 | 7  # the kernel never gets that one
BY_A_PROCESS = f"{HART}.current != &{HART}.idle"


def stop_in(gdb: Debugger, function: str) -> Snapshot:
    """At the first instruction of a function of the kernel's, called on behalf of a process."""
    gdb.run_to(gdb.address(function), BY_A_PROCESS)
    return gdb.snapshot()


def report(gdb: Debugger, reason: str, cause: str) -> list[str]:
    """Lets the machine go on into its panic; the lines of the report after the first two."""
    status, console = gdb.run_to_end()
    assert status == STATUS_PANIC
    lines = console.splitlines()
    assert lines[0] == f"trapeze: panic: {reason}"
    assert lines[1].startswith(f"trapeze:   scause {cause}, ")
    assert lines[-1] == "trapeze: stopped"
    assert all(line.startswith("trapeze: ") for line in lines)
    return lines[2:-1]


def places(lines: list[str]) -> list[str]:
    """The functions of the backtrace, the innermost first; addresses where there is none."""
    found = (re.fullmatch(r"trapeze:   (at  |from) (0x[0-9a-f]{16})( +\S+)?", x) for x in lines)
    return [(m[3] or m[2]).strip().partition("+")[0] for m in found if m]


def registers(lines: list[str]) -> dict[str, int]:
    """The registers of the report, with sepc."""
    table = "\n".join(line.removeprefix("trapeze: ") for line in lines[len(places(lines)) :])
    return {name: int(value, 16) for name, value in re.findall(r"(\w+) ([0-9a-f]{16})", table)}


def test_stack_overflow(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    stop_in(gdb, "process_create")
    gdb.execute(f"set $sp = {HART}.current->stack_top - {PAGE_BYTES}")
    here = gdb.snapshot()
    assert "in use" not in gdb.execute("tz where")
    lines = report(gdb, "kernel stack overflow", "0xf (store page fault)")
    assert places(lines)[:2] == ["process_create", "sys_process_create"]
    assert 0 < here.sp - registers(lines)["sp"] < PAGE_BYTES


def test_wild_jump(debugger: Callable[..., Debugger]) -> None:
    """The pc leads nowhere: what tells more is ra."""
    gdb = debugger("test-gdb")
    here = stop_in(gdb, "process_create")
    gdb.execute(f"set $pc = {NOWHERE:#x}")
    lines = report(gdb, "the kernel itself has trapped", "0xc (instruction page fault)")
    assert places(lines)[:2] == [f"{NOWHERE:#018x}", "sys_process_create"]
    assert places(lines)[-1] == "trap_system_call"
    reported = registers(lines)
    assert reported.pop("sepc") == NOWHERE
    assert reported == here.registers


def test_bad_pointer(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    stop_in(gdb, "syscall_dispatch")
    gdb.execute(f"set $a0 = {NOWHERE:#x}")
    lines = report(gdb, "the kernel itself has trapped", "0xd (load page fault)")
    assert places(lines) == ["syscall_dispatch", "trap_system_call"]
    assert registers(lines)["a0"] == NOWHERE


def test_assertion(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("sched_make_ready"))
    gdb.execute("set ((struct thread *)$a0)->state = THREAD_ENDED")
    status, console = gdb.run_to_end()
    assert status == STATUS_PANIC
    lines = console.splitlines()
    assert re.fullmatch(
        r"trapeze: panic: assertion failed: .*thread->state.*, sched/\w+\.[ch]:\d+", lines[0]
    )
    assert lines[1].startswith("trapeze:   scause 0x3 (breakpoint), ")
    called = places(lines[2:])
    assert "sched_make_ready" in called[:2] and "init_process_start" in called
    assert called[-2:] == ["main", "first_steps"]


def test_unexpected_interrupt(debugger: Callable[..., Debugger]) -> None:
    """panic() itself, with a message of its own."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("count"))
    gdb.run_to(gdb.address("trap_entry_fast"))  # by the timer
    gdb.execute(f"set $scause = {MACHINE_TIMER:#x}")
    lines = report(gdb, "interrupt 7, which nothing has enabled", "0x3 (breakpoint)")
    assert places(lines)[0] == "panic"
    assert places(lines)[-1] == "trap_saved"
    assert "interrupt_unexpected" in places(lines)


def test_trap_before_the_kernel_has_its_registers(debugger: Callable[..., Debugger]) -> None:
    """sscratch is lost: every register is still the user's, even tp and sp."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("call_self"))
    user = gdb.snapshot()
    gdb.execute("set $sscratch = 0")
    lines = report(gdb, "the kernel itself has trapped", "0x8 (environment call from U-mode)")
    reported = registers(lines)
    assert reported.pop("sepc") == user.pc
    assert reported == user.registers


def test_trap_while_the_registers_are_saved(debugger: Callable[..., Debugger]) -> None:
    """sscratch holds no thread: the first store of the entry traps, with the user's sp in
    sscratch, and must not be taken for a trap from user mode."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("call_self"))
    user = gdb.snapshot()
    unmapped = (user.sscratch & ~0xFFF) + (1 << 36)
    gdb.execute(f"set $sscratch = {unmapped:#x}")
    lines = report(gdb, "the kernel itself has trapped", "0xf (store page fault)")
    assert places(lines)[0] == "trap_entry_fast"
    reported = registers(lines)
    assert reported["sp"] == unmapped
    rest = [name for name in REGISTERS if name != "sp"]
    assert [reported[name] for name in rest] == [user.registers[name] for name in rest]


def test_trap_in_the_report(debugger: Callable[..., Debugger]) -> None:
    """The second trap stops the machine at once, without a word."""
    gdb = debugger("test-gdb")
    stop_in(gdb, "syscall_dispatch")
    gdb.execute(f"set $pc = {NOWHERE:#x}")
    gdb.run_to(gdb.address("panic_report"))
    assert "emergency stack" in gdb.execute("tz where")
    gdb.execute(f"set $pc = {NOWHERE:#x}")
    assert gdb.run_to_end() == (STATUS_PANIC, "")


@pytest.mark.parametrize("preset", ["debug"])
def test_broken_invariant(debugger: Callable[..., Debugger], preset: str) -> None:
    """The debug build notices at the next exit of the kernel what nothing trips over."""
    gdb = debugger("test-gdb", preset=preset)
    here = stop_in(gdb, "syscall_dispatch")
    gdb.execute(f"set ((struct thread *){here.a0:#x})->heap_index = 1")
    status, console = gdb.run_to_end()
    assert status == STATUS_PANIC
    lines = console.splitlines()
    assert lines[0].startswith("trapeze: panic: assertion failed: ")
    assert "heap_index" in lines[0]
    assert {"trap_dispatch_call", "invariants_check"} & set(places(lines))

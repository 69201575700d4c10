# SPDX-License-Identifier: MIT
"""What each `tz` command says, at places where all that it can say is known."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from debugger import MACHINE, REGISTERS, SUPERVISOR, USER, Debugger, DebuggerError

PAGE_BYTES = 4096
SYS_PROCESS_SELF, SYS_PROCESS_CREATE, SYS_PROCESS_START = 8, 11, 13
UNKNOWN_CALL = 999


def facts(answer: str) -> dict[str, str]:
    """Lines "name  what is said of it"."""
    return dict(re.split(r" +", line, maxsplit=1) for line in answer.splitlines() if " " in line)


def processes(answer: str) -> list[dict[str, str]]:
    """The lines of `tz ps` by their heading's names; "current" is there for the current one."""
    heading, *lines = answer.splitlines()
    names = [(match[0].strip(), match.start()) for match in re.finditer(r"\S+( \S+)?", heading)]
    starts = [start for _, start in names]
    ends = [*starts[1:], None]
    found = []
    for line in lines:
        row = {name: line[s:e].strip() for (name, _), s, e in zip(names, starts, ends)}
        found.append(row | {"current": str(line.startswith("*"))})
    return found


def refusal(gdb: Debugger, command: str) -> str:
    """How a command says that it cannot do it."""
    with pytest.raises(DebuggerError) as error:
        gdb.execute(command)
    return str(error.value)


@pytest.fixture
def at_call(debugger: Callable[..., Debugger]) -> Debugger:
    """In user mode, about to make the system call process_self."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("call"))
    return gdb


def test_at_reset(debugger: Callable[..., Debugger]) -> None:
    """Before there is a kernel, each command says so."""
    gdb = debugger("test-gdb")
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == "0"
    assert where["mode"] == "M (machine)"
    assert where["process"] == "none: this hart does not run the kernel, or not yet"
    assert facts(gdb.execute("tz csr"))["satp"].endswith("Bare: no translation")
    for command in ("tz ps", "tz trapframe", "tz syscall"):
        assert "this hart does not run the kernel, or not yet" in refusal(gdb, command)
    assert "satp is Bare" in refusal(gdb, "tz pagetable $pc")

    gdb.run_to(gdb.address("main"))
    where = facts(gdb.execute("tz where"))
    assert where["mode"] == "S (supervisor)"
    assert where["process"] == "none: the kernel is starting"
    assert where["stack"].endswith("  boot and idle stack, 0 bytes in use")
    assert where["sscratch"].endswith("  not the kernel's yet")


def test_without_a_machine(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.execute("disconnect")
    for command in ("where", "ps", "trapframe", "syscall", "pagetable 0", "csr", "interrupts"):
        assert "there is no machine" in refusal(gdb, f"tz {command}")


def test_help(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    listed = re.findall(r"^tz (\w+) +(\S.*)$", gdb.execute("tz help"), re.MULTILINE)
    names = [name for name, _ in listed]
    assert set("where ps trapframe syscall pagetable csr program interrupts".split()) < set(names)
    for name, summary in listed:
        told = gdb.execute(f"help tz {name}")
        assert summary in told and f"tz {name}" in told
    assert gdb.execute("tz") == gdb.execute("tz help")
    assert "no command 'tz nonsense'" in refusal(gdb, "tz nonsense")


def test_where_in_user_mode(at_call: Debugger) -> None:
    here = at_call.snapshot()
    assert here.mode == USER
    where = facts(at_call.execute("tz where"))
    assert where["mode"] == "U (user)"
    assert where["pc"] == f"{here.pc:#018x} <call>"
    assert where["process"] == "process 1 (test-gdb), running"
    # The program has loaded sp with a pattern.
    assert where["stack"].startswith(f"{here.sp:#018x}  no stack: sp is not canonical")
    assert where["sscratch"].startswith(f"{here.sscratch:#018x}  the thread of process 1 ")

    at_call.execute("set $sp = 0xfe000")
    assert facts(at_call.execute("tz where"))["stack"].endswith(
        "user stack of process 1 (test-gdb)"
    )
    at_call.execute("set $sp = 0x1000")
    assert "no stack: sp is at no page of the user's" in at_call.execute("tz where")


def test_where_in_a_trap(at_call: Debugger) -> None:
    """Stage by stage: whose sp, and what sscratch holds."""
    user = at_call.snapshot()
    at_call.step()
    where = facts(at_call.execute("tz where"))
    assert where["mode"] == "S (supervisor)"
    assert where["pc"].endswith(" <trap_entry>")
    assert "still the user's, at the edge of a trap" in where["stack"]
    assert "  the thread of process 1 (test-gdb)" in where["sscratch"]

    at_call.step()
    where = facts(at_call.execute("tz where"))
    assert where["stack"].startswith(f"{user.sscratch:#018x}  no stack: sp points to the trapframe")
    assert where["sscratch"].startswith(f"{user.sp:#018x}  the interrupted sp")

    at_call.run_to(at_call.address("syscall_dispatch"))
    used = at_call.value("boot_hart.current->stack_top") - at_call.value("$sp")
    where = facts(at_call.execute("tz where"))
    assert where["stack"].endswith(f"kernel stack of process 1 (test-gdb), {used} bytes in use")
    assert where["sscratch"].startswith("0x0000000000000000  0: the kernel is at work")

    at_call.execute(f"set $sp = boot_hart.current->stack_top - {PAGE_BYTES}")
    assert "guard page below the kernel stack of process 1" in at_call.execute("tz where")


def test_where_in_the_idle_loop_and_the_firmware(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("swtch"))  # from the idle loop to the first process
    where = facts(gdb.execute("tz where"))
    assert "boot and idle stack, " in where["stack"]

    gdb.run_to(gdb.address("loop"))
    gdb.run_to(gdb.value("$mtvec") & ~3)  # the kernel programs the timer
    assert gdb.value("$priv") == MACHINE
    where = facts(gdb.execute("tz where"))
    assert where["mode"] == "M (machine)"
    assert where["stack"].endswith("  the firmware's")
    assert where["process"] == "process 1 (test-gdb), running"
    # What the kernel has in memory can be read from there, too.
    assert [p["ID"] for p in processes(gdb.execute("tz ps"))] == ["1", "2"]


def test_where_with_several_harts(debugger: Callable[..., Debugger]) -> None:
    """The firmware picks one hart for the kernel; the others wait in the firmware."""
    gdb = debugger("test-gdb", options=("--smp", "2"))
    gdb.run_to(gdb.address("call"))
    running = gdb.value("$_thread")
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == str(running - 1)
    assert where["process"] == "process 1 (test-gdb), running"
    gdb.execute(f"thread {3 - running}")
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == str(2 - running)
    assert where["mode"] == "M (machine)"
    assert where["process"] == "none: this hart does not run the kernel, or not yet"
    assert "`info threads` lists the harts" in refusal(gdb, "tz ps")


def test_csr(at_call: Debugger) -> None:
    at_call.step()
    here = at_call.snapshot()
    assert here.mode == SUPERVISOR
    said = facts(at_call.execute("tz csr"))
    assert set(said) == set("sstatus scause sepc stval stvec sscratch satp sie sip".split())
    for name, text in said.items():
        assert text.startswith(f"{at_call.value(f'${name}'):#018x}")
    assert "SIE=0 " in said["sstatus"] and " SPP=U " in said["sstatus"]
    assert said["scause"].endswith("  exception 8, environment call from U-mode")
    assert said["sepc"].endswith("  <call>")
    assert said["stvec"].endswith("  <trap_entry>, direct")
    root = (here.satp & (1 << 44) - 1) * PAGE_BYTES
    asid = here.satp >> 44 & 0xFFFF
    assert said["satp"].endswith(f"  Sv39, ASID {asid}, root table at {root:#x}")


def test_csr_of_a_timer_interrupt(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("loop"))
    gdb.run_to(gdb.address("trap_entry"))
    said = facts(gdb.execute("tz csr"))
    assert said["scause"].endswith("  interrupt 5, supervisor timer interrupt")
    assert said["sie"].endswith("  STIE")
    assert said["sip"].endswith("  STIP")


def test_trapframe(at_call: Debugger) -> None:
    thread = at_call.value("$sscratch")
    assert "these are of its last trap" in at_call.execute("tz trapframe")
    at_call.run_to(at_call.address("trap_dispatch"))
    sepc, registers = at_call.trapframe(thread)
    answers = [at_call.execute(f"tz trapframe {which}") for which in ("", "1", "test-gdb")]
    assert len(set(answers)) == 1
    first, pc, *table = answers[0].splitlines()
    assert first == f"process 1 (test-gdb), running: trapframe at {thread:#x}"
    assert pc == f"sepc {sepc:#018x} <call>"
    cells = re.findall(r"(\w+) +0x([0-9a-f]{16})\b", "\n".join(table))
    assert [name for name, _ in cells] == list(REGISTERS)
    assert {name: int(value, 16) for name, value in cells} == registers
    assert refusal(at_call, "tz trapframe 7") == "no process '7'; there are: 1 (test-gdb)"


def test_ps(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("loop"))
    parent, child = processes(gdb.execute("tz ps"))
    assert parent["current"] == "True" and child["current"] == "False"
    assert [parent["ID"], child["ID"]] == ["1", "2"]
    assert [parent["NAME"], child["NAME"]] == ["test-gdb"] * 2
    assert [parent["STATE"], child["STATE"]] == ["running", "sleeping"]
    assert int(parent["PC"], 16) == gdb.address("loop")
    assert int(child["PC"], 16) == gdb.address("child_awake")
    assert [parent["PARENT"], child["PARENT"]] == ["-", "1"]
    assert parent["WAITS FOR"] == "-"
    assert re.fullmatch(r"time \d+", child["WAITS FOR"])
    # Both have the same program and the same stack.
    assert int(parent["FRAMES"]) == int(child["FRAMES"]) > 8

    assert "several processes are called 'test-gdb'" in refusal(gdb, "tz trapframe test-gdb")
    gdb.execute("tz trapframe 2")


def test_ps_of_every_state(debugger: Callable[..., Debugger]) -> None:
    """test-orphans has a family with a process in each state."""
    gdb = debugger("test-orphans", options=("--append", "slice=1ms"))
    gdb.run_to(gdb.address("first_process_start"))
    assert gdb.execute("tz ps") == "there is no process yet\n"
    assert "no process is running" in refusal(gdb, "tz trapframe")

    gdb.run_to(gdb.address("sleep_for_slices"))  # the family is made, and gets time to run
    gdb.run_to(gdb.value("$ra"))
    family = {process["ID"]: process for process in processes(gdb.execute("tz ps"))}
    first, head = family["1"], family["2"]
    assert first["STATE"] == "waiting child" and first["WAITS FOR"] == "child 2"
    assert head["STATE"] == "running" and head["current"] == "True" and head["PARENT"] == "1"
    children = [process for process in family.values() if process["PARENT"] == "2"]
    states = [process["STATE"] for process in children]
    assert sorted(states) == [
        "ended", "ready", "ready", "sleeping", "stopped", "waiting child"
    ]  # fmt: skip
    by_state = dict(zip(states, children))
    assert by_state["sleeping"]["WAITS FOR"] == f"time {2**64 - 1}"
    (grandchild,) = (p for p in family.values() if p["PARENT"] == by_state["waiting child"]["ID"])
    assert by_state["waiting child"]["WAITS FOR"] == f"child {grandchild['ID']}"
    assert by_state["ended"]["FRAMES"] == "0"
    assert all(process["WAITS FOR"] == "-" for process in children if process["STATE"] == "ready")

    # Its end has to wait for theirs.
    thread = f"((struct thread *){gdb.value('$sscratch'):#x})"
    gdb.run_to(gdb.address("swtch_leave"), f"{thread}->state == THREAD_WAITING_DESCENDANTS")
    head = processes(gdb.execute("tz ps"))[1]
    assert head["STATE"] == "waiting descendants, dying"
    assert re.fullmatch(r"[1-9]\d* to end", head["WAITS FOR"])


def test_syscall(at_call: Debugger) -> None:
    """The same, before the trap, at its first instruction, and from the trapframe."""
    expected = (
        f"process 1 (test-gdb) at {at_call.address('call'):#x} <call>\n"
        f"a7 = {SYS_PROCESS_SELF}: process_self, the caller's process id\n"
    )
    assert at_call.execute("tz syscall") == expected
    at_call.step()
    assert at_call.execute("tz syscall") == expected
    at_call.run_to(at_call.address("syscall_dispatch"))
    assert at_call.execute("tz syscall") == expected

    # process_create: eight bytes of its name in each register.
    at_call.run_to(at_call.address("syscall_dispatch"))
    first, second, *arguments = at_call.execute("tz syscall").splitlines()
    assert second.startswith(f"a7 = {SYS_PROCESS_CREATE}: process_create, ")
    assert arguments[0] == f"a0  {int.from_bytes(b'test-gdb', 'little'):#018x}  name0 'test-gdb'"
    assert len(arguments) == 5

    # process_start: a number.
    at_call.run_to(at_call.address("syscall_dispatch"))
    *_, argument = at_call.execute("tz syscall").splitlines()
    assert argument == f"a0  {2:#018x}  process 2"

    at_call.run_to(at_call.address("loop"))
    assert "no system call: there is no ecall at" in refusal(at_call, "tz syscall")


def test_unknown_syscall(at_call: Debugger) -> None:
    at_call.execute(f"set $a7 = {UNKNOWN_CALL}")
    assert f"a7 = {UNKNOWN_CALL}: no system call has this number" in at_call.execute("tz syscall")


def test_pagetable(at_call: Debugger) -> None:
    """A page of the user's, of the kernel's, a large one, a hole, and no address at all."""
    satp = at_call.value("$satp")
    root = (satp & (1 << 44) - 1) * PAGE_BYTES
    call = at_call.address("call")
    answer = at_call.execute("tz pagetable $pc")
    lines = answer.splitlines()
    assert lines[0].startswith(f"satp    {satp:#018x}  Sv39, ")
    parts = [call >> shift & 0x1FF for shift in (30, 21, 12)]
    assert f"= {parts[0]} | {parts[1]} | {parts[2]} | {call % PAGE_BYTES:#05x} <call>" in lines[1]
    assert f"table {root:#x}, level 2" in lines
    assert [line.count("+-[") for line in lines].count(1) == 3
    assert re.search(r"V R - X U - A D +-> page 0x[0-9a-f]+, 4 KiB$", answer, re.MULTILINE)
    physical = physical_address(answer)
    assert physical % PAGE_BYTES == call % PAGE_BYTES
    assert answer.endswith(f"result  physical {physical:#x}, user: read, execute\n")
    # What is there is the ecall.
    at_call.execute("maintenance packet Qqemu.PhyMemMode:1")
    assert at_call.value(f"*(unsigned int *){physical:#x}") == 0x73
    at_call.execute("maintenance packet Qqemu.PhyMemMode:0")

    text = at_call.execute("tz pagetable trap_entry")
    assert text.endswith("kernel: read, execute, in all address spaces\n")
    assert "<trap_entry>" in text
    data = at_call.execute("tz pagetable &boot_hart")
    assert data.endswith("kernel: read, write, in all address spaces\n")
    direct_map = at_call.execute("tz pagetable 0xffffffc081000000")
    assert re.search(r"-> page 0x81000000, 2 MiB$", direct_map, re.MULTILINE)
    assert physical_address(direct_map) == 0x81000000

    null = at_call.execute("tz pagetable 0")
    assert "-> invalid" in null
    assert null.endswith("result  not mapped: any access faults\n")
    assert "is not canonical" in refusal(at_call, "tz pagetable 0x4000000000")
    assert "which address?" in refusal(at_call, "tz pagetable")
    assert 'No symbol "nonsense"' in refusal(at_call, "tz pagetable nonsense")


def physical_address(answer: str) -> int:
    found = re.search(r"^result  physical (0x[0-9a-f]+), ", answer, re.MULTILINE)
    assert found is not None
    return int(found[1], 16)


def test_memory_mode_is_restored(at_call: Debugger) -> None:
    """The commands read physical memory; what GDB reads is by virtual addresses again."""
    at_call.run_to(at_call.address("trap_dispatch"))
    thread = at_call.value("boot_hart.current")
    at_call.execute("tz ps")
    at_call.execute("tz pagetable $pc")
    assert 'received: "0"' in at_call.execute("maintenance packet qqemu.PhyMemMode")
    assert at_call.value("boot_hart.current") == thread


def test_program(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    told = gdb.execute("tz program")
    assert "symbols of: test-gdb\n" in told and " direct " in told
    gdb.execute("tz program direct")
    assert gdb.execute("info symbol counted_loop").startswith("counted_loop in section .text")
    assert 'No symbol "pattern_call"' in refusal(gdb, "print &pattern_call")
    assert "there is no program 'nonsense'; there are: " in refusal(gdb, "tz program nonsense")

    # Symbols of a program that the process is not running would be wrong: none, then, and a hint.
    gdb.run_to(0x100000)
    assert "GDB has no symbols of test-gdb: `tz program test-gdb` loads them" in gdb.execute(
        "tz where"
    )
    assert facts(gdb.execute("tz where"))["pc"] == f"{0x100000:#018x}"
    gdb.execute("tz program test-gdb")
    assert facts(gdb.execute("tz where"))["pc"] == f"{0x100000:#018x} <_start>"

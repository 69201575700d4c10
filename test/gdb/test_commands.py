# SPDX-License-Identifier: MIT
"""What each `tz` command says, at places where all that it can say is known."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from debugger import HART, IN_C, MACHINE, REGISTERS, SUPERVISOR, USER, Debugger, DebuggerError

PAGE_BYTES = 4096
SYS_PROCESS_SELF, SYS_PROCESS_CREATE = 8, 31
UNKNOWN_CALL = 999
FAST_STEPS_MAX = 100


def facts(answer: str) -> dict[str, str]:
    """Lines "name  what is said of it"."""
    return dict(re.split(r" +", line, maxsplit=1) for line in answer.splitlines() if " " in line)


def rows(answer: str) -> list[dict[str, str]]:
    """The lines of a table by their heading's names; "current" is there for `tz ps`."""
    heading, *lines = answer.splitlines()
    names = [(match[0].strip(), match.start()) for match in re.finditer(r"\S+( \S+)?", heading)]
    starts = [start for _, start in names]
    ends = [*starts[1:], None]
    found = []
    for line in lines:
        row = {name: line[s:e].strip() for (name, _), s, e in zip(names, starts, ends)}
        found.append(row | {"current": str(line.startswith("*"))})
    return found


def row(answer: str, **wanted: str) -> dict[str, str]:
    """The one line of a table with these values."""
    (found,) = (r for r in rows(answer) if all(r[name] == wanted[name] for name in wanted))
    return found


def me(gdb: Debugger) -> str:
    """What the commands call the current process, which is test-gdb's."""
    current = row(gdb.execute("tz ps"), current="True")
    assert current["NAME"] == "test-gdb"
    return f"process {current['NUMBER']} (test-gdb)"


def refusal(gdb: Debugger, command: str) -> str:
    """How a command says that it cannot do it."""
    with pytest.raises(DebuggerError) as error:
        gdb.execute(command)
    return str(error.value)


@pytest.fixture
def at_call(debugger: Callable[..., Debugger]) -> Debugger:
    """In user mode, about to make the system call process_self."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("call_self"))
    return gdb


@pytest.fixture
def at_call_in_c(debugger: Callable[..., Debugger]) -> Debugger:
    """The same, where C does it."""
    gdb = debugger("test-gdb", options=("--append", IN_C))
    gdb.run_to(gdb.address("call_self"))
    return gdb


def test_at_reset(debugger: Callable[..., Debugger]) -> None:
    """Before there is a kernel, each command says so."""
    gdb = debugger("test-gdb")
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == "0"
    assert where["mode"] == "M (machine)"
    assert where["process"] == "none: this hart does not run the kernel, or not yet"
    assert facts(gdb.execute("tz csr"))["satp"].endswith("Bare: no translation")
    for command in "ps trapframe syscall handles endpoints objects".split():
        assert "this hart does not run the kernel, or not yet" in refusal(gdb, f"tz {command}")
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
    for command in (
        "where", "ps", "handles", "endpoints", "objects", "trapframe", "syscall", "pagetable 0",
        "csr", "interrupts",
    ):  # fmt: skip
        assert "there is no machine" in refusal(gdb, f"tz {command}")


def test_help(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    listed = re.findall(r"^tz (\w+) +(\S.*)$", gdb.execute("tz help"), re.MULTILINE)
    names = [name for name, _ in listed]
    assert names == (
        "where ps handles endpoints objects trapframe syscall pagetable csr program interrupts help"
    ).split()
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
    assert where["pc"] == f"{here.pc:#018x} <call_self>"
    process = me(at_call)
    assert where["process"] == f"{process}, running"
    # The program has loaded sp with a pattern.
    assert where["stack"].startswith(f"{here.sp:#018x}  no stack: sp is not canonical")
    assert where["sscratch"].startswith(f"{here.sscratch:#018x}  the thread of {process}:")

    at_call.execute("set $sp = 0xfe000")
    assert facts(at_call.execute("tz where"))["stack"].endswith(f"user stack of {process}")
    at_call.execute("set $sp = 0x1000")
    assert "no stack: sp is at no page of the user's" in at_call.execute("tz where")


def test_where_in_a_trap(at_call_in_c: Debugger) -> None:
    """Stage by stage: whose sp, and what sscratch holds."""
    user, process = at_call_in_c.snapshot(), me(at_call_in_c)
    at_call_in_c.step()
    where = facts(at_call_in_c.execute("tz where"))
    assert where["mode"] == "S (supervisor)"
    assert where["pc"].endswith(" <trap_entry>")
    assert "still the user's, at the edge of a trap" in where["stack"]
    assert f"  the thread of {process}" in where["sscratch"]

    at_call_in_c.step()
    where = facts(at_call_in_c.execute("tz where"))
    assert where["stack"].startswith(f"{user.sscratch:#018x}  no stack: sp points to the trapframe")
    assert where["sscratch"].startswith(f"{user.sp:#018x}  the interrupted sp")

    at_call_in_c.run_to(at_call_in_c.address("syscall_dispatch"))
    used = at_call_in_c.value(f"{HART}.current->stack_top") - at_call_in_c.value("$sp")
    where = facts(at_call_in_c.execute("tz where"))
    assert where["stack"].endswith(f"kernel stack of {process}, {used} bytes in use")
    assert where["sscratch"].startswith("0x0000000000000000  0: the kernel is at work")

    at_call_in_c.execute(f"set $sp = {HART}.current->stack_top - {PAGE_BYTES}")
    assert f"guard page below the kernel stack of {process}" in at_call_in_c.execute("tz where")


def test_where_in_the_fast_path(at_call: Debugger) -> None:
    """Each step has a name, and says which phase it is; the call is known until it is over."""
    user, process, call = at_call.snapshot(), me(at_call), at_call.execute("tz syscall")
    places = []
    for _ in range(FAST_STEPS_MAX):
        at_call.step()
        where = facts(at_call.execute("tz where"))
        if where["mode"] == "U (user)":
            break
        name = re.fullmatch(r"0x[0-9a-f]{16} <(\w+)(\+\d+)?>", where["pc"])
        assert name, where["pc"]
        places.append(name[1])
        assert where["process"] == f"{process}, running"
        if where["stack"].startswith(f"{user.sscratch:#018x}"):
            assert where["stack"].endswith(f"no stack: sp points to the trapframe of {process}")
            assert where["sscratch"].startswith(f"{user.sp:#018x}  the interrupted sp")
            if at_call.value("$a0") == user.a0:
                assert at_call.execute("tz syscall") == call
        else:
            assert "still the user's, at the edge of a trap" in where["stack"]
    named = list(dict.fromkeys(places))
    assert named == ["trap_entry_fast", "not_call", "not_reply_recv", "fast_process_self", "step_over"]


def test_where_in_the_idle_loop_and_the_firmware(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb", options=("--append", "timer=sbi"))
    gdb.run_to(gdb.address("swtch"))  # from the idle loop to the first process
    where = facts(gdb.execute("tz where"))
    assert "boot and idle stack, " in where["stack"]

    gdb.run_to(gdb.address("count"))
    gdb.run_to(gdb.value("$mtvec") & ~3)  # the kernel programs the timer
    assert gdb.value("$priv") == MACHINE
    where = facts(gdb.execute("tz where"))
    assert where["mode"] == "M (machine)"
    assert where["stack"].endswith("  the firmware's")
    # What the kernel has in memory can be read from there, too.
    assert where["process"] == f"{me(gdb)}, running"


def test_where_with_several_harts(debugger: Callable[..., Debugger]) -> None:
    """One runs the program; the other one is told apart from it."""
    gdb = debugger("test-gdb", options=("--smp", "2"))
    gdb.run_to(gdb.address("call_self"))
    running = gdb.value("$_thread")
    process = me(gdb)
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == str(running - 1)
    assert where["process"] == f"{process}, running"
    gdb.execute(f"thread {3 - running}")
    where = facts(gdb.execute("tz where"))
    assert where["hart"] == str(2 - running)
    assert process not in where["process"]


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
    assert said["sepc"].endswith("  <call_self>")
    assert said["stvec"].endswith("  <trap_entry_fast>, direct")
    root = (here.satp & (1 << 44) - 1) * PAGE_BYTES
    asid = here.satp >> 44 & 0xFFFF
    assert said["satp"].endswith(f"  Sv39, ASID {asid}, root table at {root:#x}")


def test_csr_of_a_timer_interrupt(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("count"))
    gdb.run_to(gdb.address("trap_entry_fast"))
    said = facts(gdb.execute("tz csr"))
    assert said["scause"].endswith("  interrupt 5, supervisor timer interrupt")
    assert said["sie"].endswith("  SSIE STIE SEIE")
    assert said["sip"].endswith("  STIP")


def test_trapframe(at_call_in_c: Debugger) -> None:
    thread, process = at_call_in_c.value("$sscratch"), me(at_call_in_c)
    number = process.split()[1]
    assert "these are of its last trap" in at_call_in_c.execute("tz trapframe")
    at_call_in_c.run_to(at_call_in_c.address("trap_dispatch"))
    sepc, registers = at_call_in_c.trapframe(thread)
    answers = [at_call_in_c.execute(f"tz trapframe {which}") for which in ("", number, "test-gdb")]
    assert len(set(answers)) == 1
    first, pc, *table = answers[0].splitlines()
    assert first == f"{process}, running: trapframe at {thread:#x}"
    assert pc == f"sepc {sepc:#018x} <call_self>"
    cells = re.findall(r"(\w+) +0x([0-9a-f]{16})\b", "\n".join(table))
    assert [name for name, _ in cells] == list(REGISTERS)
    assert {name: int(value, 16) for name, value in cells} == registers
    others = refusal(at_call_in_c, "tz trapframe 7777")
    assert others.startswith("no process '7777'; there are: 1 (init), ")
    assert f", {number} (test-gdb)" in others
    assert at_call_in_c.execute("tz trapframe init").startswith("process 1 (init), receiving: ")


def test_ps(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("count"))
    answer = gdb.execute("tz ps")
    everybody = rows(answer)
    assert [int(p["NUMBER"]) for p in everybody] == sorted(int(p["NUMBER"]) for p in everybody)
    init, parent = everybody[0], row(answer, current="True")
    child = row(answer, PARENT=parent["NUMBER"])
    assert init["NAME"] == "init" and init["NUMBER"] == "1" and init["PARENT"] == "-"
    assert [parent["NAME"], child["NAME"]] == ["test-gdb"] * 2
    assert [parent["STATE"], child["STATE"]] == ["running", "receiving"]
    assert parent["PARENT"] == "1"
    assert int(parent["PC"], 16) == gdb.address("count")
    assert int(child["PC"], 16) == gdb.address("child_awake")
    assert parent["WAITS FOR"] == "-"
    assert re.fullmatch(r"time \d+", child["WAITS FOR"])
    assert re.fullmatch(r"endpoint \d+(, time \d+)?", init["WAITS FOR"])
    assert parent["PRIORITY"] == child["PRIORITY"] and init["PRIORITY"] == "15"

    # By the kernel's own word: the structures, and who gives to whom.
    process = f"((struct process *){gdb.value('$sscratch'):#x})"
    gdb.run_to(gdb.address("trap_dispatch"))  # user mode cannot reach the kernel's memory
    used, limit, slots, handles = gdb.values(
        f"{process}->pages.used", f"{process}->pages.limit", f"{process}->slots.used",
        f"{process}->handles.count",
    )  # fmt: skip
    assert parent["PAGES"] == f"{used}/{limit}"
    assert parent["SLOTS"].startswith(f"{slots}/")
    assert parent["HANDLES"] == str(handles)
    assert int(child["PAGES"].split("/")[1]) < used < limit

    assert "several processes are called 'test-gdb'" in refusal(gdb, "tz trapframe test-gdb")
    gdb.execute(f"tz trapframe {child['NUMBER']}")


def test_ps_of_every_state(debugger: Callable[..., Debugger]) -> None:
    """test-orphans has a family with a process in each state."""
    gdb = debugger("test-orphans")
    gdb.run_to(gdb.address("init_process_start"))
    assert gdb.execute("tz ps") == "there is no process yet\n"
    assert "no process is running" in refusal(gdb, "tz trapframe")
    assert gdb.execute("tz endpoints") == "there is no endpoint yet\n"

    gdb.run_to(gdb.address("sleep_for_slices"))  # the family is made, and gets time to run
    gdb.run_to(gdb.value("$ra"))
    answer = gdb.execute("tz ps")
    head = row(answer, current="True")
    number = head["NUMBER"]
    first = row(answer, NUMBER=head["PARENT"])
    assert first["STATE"] == "receiving" and first["NAME"] == "test-orp"
    children = [process for process in rows(answer) if process["PARENT"] == number]
    states = [process["STATE"] for process in children]
    assert sorted(states) == [
        "calling", "ended", "faulting", "ready", "ready", "receiving", "receiving", "receiving",
        "sending", "stopped",
    ]  # fmt: skip
    by_state = dict(zip(states, children))
    assert by_state["stopped"]["WAITS FOR"] == by_state["ready"]["WAITS FOR"] == "-"
    waiting = [child["WAITS FOR"] for child in children if child["STATE"] == "receiving"]
    assert f"time {2**64 - 1}" in waiting

    # Where they queue, and in which order: the parent has not received yet.
    endpoints = gdb.execute("tz endpoints")
    def queue(state: str) -> str:
        found = re.fullmatch(r"endpoint (\d+)", by_state[state]["WAITS FOR"])
        assert found is not None
        return row(endpoints, NUMBER=found[1])["QUEUE"]
    for state in ("sending", "calling"):
        assert queue(state) == f"process {by_state[state]['NUMBER']} (test-orp) {state}"
    assert queue("faulting") == queue("ended") == (
        f"process {by_state['faulting']['NUMBER']} (test-orp) faulting, "
        f"end of process {by_state['ended']['NUMBER']}"
    )
    ended = row(gdb.execute("tz objects process"), WHAT="has ended, and nobody has heard of it yet")
    assert ended["PAYER"] == f"process {number} (test-orp)"

    # Its end has to wait for theirs.
    thread = f"((struct thread *){gdb.value('$sscratch'):#x})"
    gdb.run_to(gdb.address("swtch_leave"), f"{thread}->state == THREAD_AWAITING_CHILDREN")
    head = row(gdb.execute("tz ps"), NUMBER=number)
    assert head["STATE"] == "awaiting children, dying"
    assert re.fullmatch(r"[1-9]\d* to end", head["WAITS FOR"])


def test_waiting_for_a_reply(debugger: Callable[..., Debugger]) -> None:
    """While the console has the message of a program that writes."""
    gdb = debugger("test-args", "a")
    gdb.run_to(gdb.address("trapeze_call"), "*(unsigned long *)($a1 + 8) != 0")
    client = row(gdb.execute("tz ps"), current="True")["NUMBER"]
    gdb.run_to(gdb.address("syscall_dispatch"))
    _, call, *registers = gdb.execute("tz syscall").splitlines()
    assert call == "a7 = 1: call, sends a message and waits for the reply"
    frame = "((struct thread *)$a0)->trapframe"
    names = "endpoint label word0 word1 word2 word3 grant deadline welcome".split()
    places = [*(f"a{i}" for i in range(6)), "t0", "t1", "t2"]
    for place, name, line in zip(places, names, registers, strict=True):
        value = gdb.value(f"{frame}.{place}")
        assert re.fullmatch(rf"{place}  {value:#018x}  {name} (\d+|0x[0-9a-f]+)( '.*')?", line)

    gdb.execute("set ((struct thread *)$a0)->trapframe.a2 = 0x0a6b6f203a")
    assert "  word0 0xa6b6f203a ': ok\\n'" in gdb.execute("tz syscall")

    gdb.execute("tz program console")
    gdb.run_to(gdb.address("trapeze_reply_recv"))
    answer = gdb.execute("tz ps")
    server = row(answer, current="True")
    waiting = row(answer, NUMBER=client)
    assert waiting["STATE"] == "awaiting reply"
    assert waiting["WAITS FOR"] == f"process {server['NUMBER']} (console)"


def test_handles(at_call: Debugger) -> None:
    """Of a program, and of init, which has all kinds."""
    process = me(at_call)
    first, heading, *lines = at_call.execute("tz handles").splitlines()
    table = rows("\n".join((heading, *lines)))
    assert first == f"{process}: {len(table)} handles"
    assert first.endswith(f" {row(at_call.execute('tz ps'), current='True')['HANDLES']} handles")
    assert at_call.execute("tz handles test-gdb").splitlines()[0] == first
    # What init's list gives every program; a handle's generation stands above bit 17.
    archive = row("\n".join((heading, *lines)), TYPE="memory")
    assert archive["RIGHTS"] == "read execute" and archive["BADGE"] == "-"
    assert all(int(handle["HANDLE"], 16) >> 17 == 1 for handle in table)
    endpoints = {e["NUMBER"]: e for e in rows(at_call.execute("tz endpoints"))}
    clients = [handle for handle in table if handle["TYPE"] == "endpoint"]
    assert clients
    for handle in clients:
        assert handle["RIGHTS"] == "send" and int(handle["BADGE"], 16) > 0
        assert f"served by {endpoints[handle['OBJECT']]['SERVER']}" in handle["WHAT"]

    table = rows(at_call.execute("tz handles init").partition("\n")[2])
    (machine,) = (handle for handle in table if handle["TYPE"] == "machine")
    assert machine["RIGHTS"] == "off device log"
    assert {"endpoint", "memory", "process"} <= {handle["TYPE"] for handle in table}
    assert "no process '7777'" in refusal(at_call, "tz handles 7777")


def test_handle_of_what_has_gone(debugger: Callable[..., Debugger]) -> None:
    """The parent keeps its handle to a child that the test ends; the object's number is gone."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("count"))
    answer = gdb.execute("tz ps")
    child = row(answer, PARENT=row(answer, current="True")["NUMBER"])
    named = row(gdb.execute("tz handles").partition("\n")[2], OBJECT=child["NUMBER"])
    assert named["TYPE"] == "process" and named["RIGHTS"] == "control inspect"
    assert named["WHAT"] == "test-gdb, receiving"
    gdb.run_to(gdb.address("trap_entry_fast"))
    number = int(child["NUMBER"])
    place = next(i for i in range(100) if gdb.value(f"object_table[{i}].id") == number)
    gdb.execute(f"set object_table[{place}].id = 0")
    table = gdb.execute("tz handles").partition("\n")[2]
    gone = row(table, HANDLE=named["HANDLE"])
    assert [gone["TYPE"], gone["OBJECT"], gone["WHAT"]] == ["-", "gone", "-"]
    assert gone["RIGHTS"] == "control inspect"


def test_endpoints(at_call: Debugger) -> None:
    """The servers wait, each at its own."""
    answer = at_call.execute("tz endpoints")
    there = {process["NAME"]: process for process in rows(at_call.execute("tz ps"))}
    for name in ("console", "names"):
        server = f"process {there[name]['NUMBER']} ({name})"
        endpoint = row(answer, SERVER=server)
        assert endpoint["PAYER"] == "process 1 (init)", "it outlives the server"
        assert endpoint["QUEUE"] == f"{server} receiving"
        assert there[name]["WAITS FOR"].startswith(f"endpoint {endpoint['NUMBER']}")
        assert endpoint["PENDING"] == "-"


def test_objects(at_call: Debugger) -> None:
    process = me(at_call)
    everything = rows(at_call.execute("tz objects"))
    numbers = [thing["NUMBER"] for thing in everything]
    assert len(set(numbers)) == len(numbers)
    by_type = {name: rows(at_call.execute(f"tz objects {name}")) for name in (
        "process", "endpoint", "memory", "mapping", "irq", "machine")}  # fmt: skip
    assert sum(by_type.values(), []) == sorted(
        everything, key=lambda thing: list(by_type).index(thing["TYPE"])
    )
    assert [p["NUMBER"] for p in by_type["process"]] == [
        p["NUMBER"] for p in rows(at_call.execute("tz ps"))
    ]
    assert by_type["machine"] == [row(at_call.execute("tz objects"), TYPE="machine")]

    # The page that the program executes.
    pc = at_call.value("$pc")
    (text,) = (
        mapping for mapping in by_type["mapping"]
        if mapping["PAYER"] == process and mapping["WHAT"].find(": read execute, memory ") > 0
    )  # fmt: skip
    start, end = (int(word, 16) for word in re.findall(r"0x[0-9a-f]+", text["WHAT"])[:2])
    assert start <= pc < end
    memory = re.search(r"memory (\d+)", text["WHAT"])
    assert memory is not None and memory[1] in [m["NUMBER"] for m in by_type["memory"]]
    (uart,) = by_type["irq"]
    console = row(at_call.execute("tz ps"), NAME="console")["NUMBER"]
    server = row(at_call.execute("tz endpoints"), SERVER=f"process {console} (console)")
    assert f", signals endpoint {server['NUMBER']} with 0x" in uart["WHAT"]
    assert "there is no type 'nonsense'" in refusal(at_call, "tz objects nonsense")


def test_breakpoints_are_the_programs_own(debugger: Callable[..., Debugger]) -> None:
    """init and the servers execute at the same addresses before; the kernel stops whoever runs."""
    gdb = debugger("test-gdb")
    gdb.run_to(gdb.address("trap_entry_fast"))
    assert "process 1 (init), running" in gdb.execute("tz where")
    gdb.run_to(gdb.address("crt0_start"))
    me(gdb)
    gdb.execute("break call_self")
    assert "stop only if $tz_here()" in gdb.execute("info breakpoints")
    gdb.execute("condition $bpnum $a7 == 8")
    assert "stop only if $tz_here() && ($a7 == 8)" in gdb.execute("info breakpoints")
    gdb.execute("continue")
    assert gdb.value("$pc") == gdb.address("call_self")


def test_syscall(at_call_in_c: Debugger) -> None:
    """The same, before the trap, at its first instruction, and from the trapframe."""
    process = me(at_call_in_c)
    expected = (
        f"{process} at {at_call_in_c.address('call_self'):#x} <call_self>\n"
        f"a7 = {SYS_PROCESS_SELF}: process_self, the caller's number\n"
    )
    assert at_call_in_c.execute("tz syscall") == expected
    at_call_in_c.step()
    assert at_call_in_c.execute("tz syscall") == expected
    at_call_in_c.run_to(at_call_in_c.address("syscall_dispatch"))
    assert at_call_in_c.execute("tz syscall") == expected

    # process_create: numbers, and eight bytes of a name.
    at_call_in_c.run_to(
        at_call_in_c.address("syscall_dispatch"),
        f"((struct thread *)$a0)->trapframe.a7 == {SYS_PROCESS_CREATE}",
    )
    caller, call, *arguments = at_call_in_c.execute("tz syscall").splitlines()
    assert caller.startswith(f"{process} at ")
    assert call == f"a7 = {SYS_PROCESS_CREATE}: process_create, makes a stopped, empty process"
    values = at_call_in_c.values(*(f"((struct thread *)$a0)->trapframe.a{i}" for i in range(6)))
    names = [re.fullmatch(r"a(\d)  (0x[0-9a-f]{16})  (\w+) (.*)", line) for line in arguments]
    assert [(int(m[1]), int(m[2], 16)) for m in names if m] == list(enumerate(values))
    assert [m[3] for m in names if m] == "supervisor badge pages slots priority name".split()
    assert arguments[0].endswith(f" supervisor {values[0]:#x}")
    assert arguments[4].endswith(f" priority {values[4]}")
    assert arguments[5] == f"a5  {int.from_bytes(b'test-gdb', 'little'):#018x}  name 'test-gdb'"

    at_call_in_c.run_to(at_call_in_c.address("count"))
    assert "no system call: there is no ecall at" in refusal(at_call_in_c, "tz syscall")


def test_unknown_syscall(at_call: Debugger) -> None:
    at_call.execute(f"set $a7 = {UNKNOWN_CALL}")
    assert f"a7 = {UNKNOWN_CALL}: no system call has this number" in at_call.execute("tz syscall")


def test_pagetable(at_call: Debugger) -> None:
    """A page of the user's, of the kernel's, a large one, a hole, and no address at all."""
    satp = at_call.value("$satp")
    root = (satp & (1 << 44) - 1) * PAGE_BYTES
    call = at_call.address("call_self")
    answer = at_call.execute("tz pagetable $pc")
    lines = answer.splitlines()
    assert lines[0].startswith(f"satp    {satp:#018x}  Sv39, ")
    parts = [call >> shift & 0x1FF for shift in (30, 21, 12)]
    split = " | ".join(map(str, parts))
    assert f"= {split} | {call % PAGE_BYTES:#05x} <call_self>" in lines[1]
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
    data = at_call.execute(f"tz pagetable &{HART}")
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


def test_memory_mode_is_restored(at_call_in_c: Debugger) -> None:
    """The commands read physical memory; what GDB reads is by virtual addresses again."""
    at_call_in_c.run_to(at_call_in_c.address("trap_dispatch"))
    thread = at_call_in_c.value(f"{HART}.current")
    at_call_in_c.execute("tz ps")
    at_call_in_c.execute("tz pagetable $pc")
    assert 'received: "0"' in at_call_in_c.execute("maintenance packet qqemu.PhyMemMode")
    assert at_call_in_c.value(f"{HART}.current") == thread


def test_program(debugger: Callable[..., Debugger]) -> None:
    gdb = debugger("test-gdb")
    told = gdb.execute("tz program")
    assert "symbols of: test-gdb\n" in told and " direct " in told
    gdb.execute("tz program direct")
    assert gdb.execute("info symbol counted_loop").startswith("counted_loop in section .text")
    assert 'No symbol "pattern_call"' in refusal(gdb, "print &pattern_call")
    assert "there is no program 'nonsense'; there are: " in refusal(gdb, "tz program nonsense")

    # Symbols of a program that the process is not running would be wrong: none, then, and a hint.
    gdb.execute("tz program test-gdb")
    start = gdb.address("crt0_start")
    gdb.run_to(start)
    gdb.execute("tz program direct")
    assert "GDB has no symbols of test-gdb: `tz program test-gdb` loads them" in gdb.execute(
        "tz where"
    )
    assert facts(gdb.execute("tz where"))["pc"] == f"{start:#018x}"
    gdb.execute("tz program test-gdb")
    assert facts(gdb.execute("tz where"))["pc"] == f"{start:#018x} <crt0_start>"

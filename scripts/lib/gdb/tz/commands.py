# SPDX-License-Identifier: MIT
"""The commands themselves. The first line of a docstring is what `tz help` lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import gdb

from . import breakpoints, csr, definitions, kernel, machine, paging, place, programs

_ECALL = bytes.fromhex("73000000")
_COLUMNS = 4
_TEXT_BYTES = 4  # so many at least look like text
_LARGE = 1 << 16  # numbers from here on are read more easily in hexadecimal


def _say(text: str = "") -> None:
    gdb.write(text + "\n")


def _table(rows: Iterable[Sequence[str]]) -> None:
    """Left-aligned columns, two spaces apart."""
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        _say("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def _hex(value: int) -> str:
    return f"{value:#018x}"


def _need_kernel() -> None:
    if not place.is_translating():
        raise gdb.GdbError(
            "this hart does not run the kernel, or not yet: `tbreak trap_return` and `continue` "
            "take the machine to its first process, `info threads` lists the harts"
        )


def _running_process() -> kernel.Process:
    current = kernel.Hart().current
    if current is None:
        raise gdb.GdbError("no process is running; `tz ps` lists those that there are")
    return current


class Command(gdb.Command):
    """A command `tz NAME`. Subclasses define `name` and `run`."""

    name = ""

    def __init__(self) -> None:
        super().__init__(f"tz {self.name}", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        self.dont_repeat()
        machine.forget()
        try:
            self.run(argument.strip())
        except (gdb.error, LookupError) as error:
            raise gdb.GdbError(f"tz {self.name}: {error}") from None

    def run(self, argument: str) -> None:
        raise NotImplementedError


class Trapframe(Command):
    """The registers that a process will have when it returns to user mode.

    tz trapframe [PROCESS]

    PROCESS is a number or a name; without it, the process that the hart runs. While that one is in
    user mode its registers are the hart's own (`info registers`), and its trapframe still has
    what the last trap saved."""

    name = "trapframe"

    def run(self, argument: str) -> None:
        _need_kernel()
        process = kernel.find_process(argument) if argument else _running_process()
        thread = process.thread
        _say(f"{process.label}, {thread.state}: trapframe at {thread.address:#x}")
        if machine.mode() == csr.USER and machine.register("sscratch") == thread.address:
            _say("in user mode: the hart has its registers, and these are of its last trap")
        sepc = thread.saved("sepc")
        _say(f"sepc {_hex(sepc)}{place.symbol_at(sepc)}")
        cells = [f"{name:<4} {_hex(thread.saved(name))}" for name in kernel.REGISTERS]
        cells += [""] * (-len(cells) % _COLUMNS)
        _table(cells[i : i + _COLUMNS] for i in range(0, len(cells), _COLUMNS))


class Ps(Command):
    """Every process: state, pc, what it waits for, priority, budget, handles, parent.

    tz ps

    The pc is where the process is or goes on in user mode. A priority that it has been lent stands
    behind its own. Pages and slots (of objects) are those in use, its children's budgets included,
    and those that it may use. One that has ended is listed until its supervisor has heard of it."""

    name = "ps"

    def run(self, argument: str) -> None:
        _need_kernel()
        there = kernel.processes()
        if not there:
            _say("there is no process yet")
            return
        current = kernel.Hart().current
        address = current.address if current else 0
        heading = "NUMBER NAME STATE PC WAITS_FOR PRIORITY PAGES SLOTS HANDLES PARENT".split()
        rows = [["", *(word.replace("_", " ") for word in heading)]]
        rows += [self._row(process, address) for process in there]
        rows += [self._ended(o) for o in kernel.objects() if o.type == "process" and not o.process]
        _table(rows)

    @staticmethod
    def _row(process: kernel.Process, current: int) -> list[str]:
        runs = process.address == current
        in_user_mode = runs and machine.mode() == csr.USER
        own, now = process.own_priority, process.priority
        return [
            "*" if runs else "",
            str(process.number),
            process.name,
            process.thread.state + (", dying" if process.thread.is_dying else ""),
            _hex(machine.register("pc") if in_user_mode else process.thread.saved("sepc")),
            _awaited(process),
            str(own) if own == now else f"{own}, now {now}",
            "/".join(map(str, process.budget("pages"))),
            "/".join(map(str, process.budget("slots"))),
            str(process.handle_count),
            str(process.parent.number) if process.parent else "-",
        ]

    @staticmethod
    def _ended(ended: kernel.Object) -> list[str]:
        endpoint, payer = ended.endpoint, ended.payer
        waits = endpoint.label if endpoint else "-"
        parent = str(payer.number) if payer else "-"
        return ["", str(ended.former_number), "-", "ended", "-", waits, *"----", parent]


def _awaited(process: kernel.Process) -> str:
    """What a process waits for."""
    thread = process.thread
    parts = []
    endpoint = process.endpoint
    if process.server is not None:
        parts.append(process.server.label)
    elif endpoint is not None:
        parts.append(endpoint.label)
    elif thread.state == "awaiting children":
        parts.append(f"{len(process.children())} to end")
    if thread.deadline_ticks is not None:
        parts.append(f"time {thread.deadline_ticks}")
    return ", ".join(parts) or "-"


class Handles(Command):
    """The handle table of a process: number, type, object, rights, badge.

    tz handles [PROCESS]

    PROCESS is a number or a name; without it, the process that the hart runs. The object's number
    is what `tz objects` has, and nothing else is ever called by it; "gone": it has ended."""

    name = "handles"

    def run(self, argument: str) -> None:
        _need_kernel()
        process = kernel.find_process(argument) if argument else _running_process()
        _say(f"{process.label}: {process.handle_count} handles")
        rows = [("HANDLE", "TYPE", "OBJECT", "RIGHTS", "BADGE", "WHAT")]
        for handle in process.handles():
            there = handle.object
            rows.append((
                f"{handle.number:#x}",
                there.type if handle.is_good else "-",
                str(there.number) if handle.is_good else "gone",
                _rights(handle.rights),
                f"{handle.badge:#x}" if handle.badge else "-",
                _description(there) if handle.is_good else "-",
            ))  # fmt: skip
        if len(rows) > 1:
            _table(rows)


def _rights(bits: int) -> str:
    known = definitions.rights()
    names = [name for bit, name in known.items() if bits & bit]
    unknown = bits & ~sum(known)
    return " ".join(names + ([f"{unknown:#x}"] if unknown else [])) or "none"


def _description(there: kernel.Object) -> str:
    """What there is to say of an object beside its type and number."""
    describe = {
        "process": _describe_process,
        "endpoint": _describe_endpoint,
        "memory": _describe_memory,
        "mapping": _describe_mapping,
        "irq": _describe_irq,
    }.get(there.type)
    return describe(there) if describe else "-"


def _describe_process(there: kernel.Object) -> str:
    process = there.process
    if process is None:
        return "has ended, and nobody has heard of it yet"
    return f"{process.name}, {process.thread.state}"


def _describe_endpoint(there: kernel.Object) -> str:
    waiting = len(list(there.queue()))
    parts = [f"{waiting} {'receive' if there.has_receivers else 'wait'}"] if waiting else []
    if there.server is not None:
        parts.append(f"served by {there.server.label}")
    return ", ".join(parts) or "-"


def _describe_memory(there: kernel.Object) -> str:
    memory = there.value["memory"]
    base, count = int(memory["base"]), int(memory["page_count"])
    kind = kernel.enumerator("memory_kind", int(memory["kind"]))
    where = {
        "MEMORY_RUN": f"from {base:#x}",
        "MEMORY_INDEXED": "one by one",
        "MEMORY_FOREIGN": f"from {base:#x}, not the kernel's to give",
    }.get(kind, kind)
    made = "" if kind == "MEMORY_FOREIGN" or count == int(memory["pages_ready"]) else ", unfinished"
    return f"{count} {'page' if count == 1 else 'pages'} {where}{made}"


def _describe_mapping(there: kernel.Object) -> str:
    mapping = there.value["mapping"]
    start = int(mapping["address"])
    end = start + int(mapping["page_count"]) * paging.PAGE_BYTES
    memory = kernel.Object(int(mapping["memory"]))
    first = int(mapping["first_page"])
    behind = f" from page {first} on" if first else ""
    return (
        f"{start:#x} to {end:#x} of {there.payer.label}: {_rights(int(mapping['rights']))}, "
        f"{memory.label}{behind}"
    )


def _describe_irq(there: kernel.Object) -> str:
    irq = there.value["irq"]
    source = f"source {int(irq['source'])}"
    address = int(irq["endpoint"])
    if address == 0:
        return f"{source}, not bound"
    endpoint = kernel.Object(address)
    if endpoint.number != int(irq["endpoint_id"]):
        return f"{source}, bound to an endpoint that has gone"
    return f"{source}, signals {endpoint.label} with {int(irq['badge']):#x}"


class Endpoints(Command):
    """Every endpoint: who pays, who serves it, pending signals, and who waits in its queue.

    tz endpoints

    The server is who has received there last: it runs at the priority of whoever queues. Either
    receivers wait in the queue, or those who send, call, have faulted or have ended."""

    name = "endpoints"

    def run(self, argument: str) -> None:
        _need_kernel()
        rows = [("NUMBER", "PAYER", "SERVER", "PENDING", "QUEUE")]
        for there in kernel.objects():
            if there.type != "endpoint":
                continue
            pending = int(there.value["endpoint"]["pending"])
            rows.append((
                str(there.number or "ending"),
                there.payer.label if there.payer else "-",
                there.server.label if there.server else "-",
                f"{pending:#x}" if pending else "-",
                ", ".join(map(self._waiting, there.queue())) or "-",
            ))  # fmt: skip
        if len(rows) == 1:
            _say("there is no endpoint yet")
        else:
            _table(rows)

    @staticmethod
    def _waiting(there: kernel.Object) -> str:
        process = there.process
        if process is None:
            return f"end of process {there.former_number}"
        badge = int(there.value["process"]["badge"])
        sends = process.thread.state in ("sending", "calling")
        used = f" with badge {badge:#x}" if sends and badge else ""
        return f"{process.label} {process.thread.state}{used}"


class Objects(Command):
    """Every object: number, type, who pays for it, and what it is.

    tz objects [TYPE]

    TYPE is process, endpoint, memory, mapping, irq or machine; without it, all of them. The number
    is the object's own and never repeats; "ending": no handle to it is good any more."""

    name = "objects"

    def run(self, argument: str) -> None:
        _need_kernel()
        types = definitions.object_types().values()
        if argument and argument not in types:
            raise gdb.GdbError(f"there is no type '{argument}'; there are: {', '.join(types)}")
        rows = [("NUMBER", "TYPE", "PAYER", "WHAT")]
        for there in kernel.objects():
            if argument not in ("", there.type):
                continue
            payer = there.payer.label if there.payer else "-"
            rows.append((str(there.number or "ending"), there.type, payer, _description(there)))
        if len(rows) == 1:
            _say(f"there is no {argument or 'object'} yet")
        else:
            _table(rows)

    def complete(self, text: str, word: str) -> list[str]:
        return [name for name in definitions.object_types().values() if name.startswith(word)]


class PageTable(Command):
    """Draws how an address is translated.

    tz pagetable ADDRESS

    ADDRESS is any expression, such as $pc or &harts. The walk starts at the current satp and
    reads the tables from physical memory. Flags: Valid, Read, Write, eXecute, User, Global,
    Accessed, Dirty."""

    name = "pagetable"

    def run(self, argument: str) -> None:
        if not argument:
            raise gdb.GdbError("which address? `tz pagetable $pc`, for example")
        address = _address(argument)
        satp = machine.register("satp")
        _say(f"satp    {_hex(satp)}  {csr.Satp.decode(satp)}")
        walk = machine.translate(address)
        levels = reversed(range(paging.LEVELS))
        split = " | ".join(str(paging.index(address, level)) for level in levels)
        offset = address % paging.PAGE_BYTES
        _say(f"address {_hex(address)}  = {split} | {offset:#05x}{place.symbol_at(address)}")
        _say()
        for depth, step in enumerate(walk.steps):
            self._draw(depth, step)
        _say()
        if walk.physical is None:
            _say("result  not mapped: any access faults")
            return
        last = walk.steps[-1]
        globally = ", in all address spaces" if last.flags.split()[5] == "G" else ""
        _say(f"result  physical {walk.physical:#x}, {last.access}{globally}")

    @staticmethod
    def _draw(depth: int, step: paging.Step) -> None:
        indent = "   " * depth
        _say(f"{indent}table {step.table:#x}, level {step.level}")
        if step.is_leaf:
            target = f"page {step.target:#x}, {step.size}"
        elif step.is_valid:
            target = f"table {step.target:#x}"
        else:
            target = "invalid"
        _say(f"{indent}+-[{step.index:3}] {_hex(step.entry)}  {step.flags}  -> {target}")


def _address(expression: str) -> int:
    value = gdb.parse_and_eval(expression)
    if value.type.code in (gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_ARRAY):
        value = value.address
    try:
        return int(value) & (1 << 64) - 1
    except gdb.error:
        raise gdb.GdbError(f"'{expression}' is no address") from None


class Csr(Command):
    """The supervisor's control and status registers, decoded.

    tz csr

    scause, sepc and stval tell of the last trap into S-mode, which may be long past."""

    name = "csr"

    def run(self, argument: str) -> None:
        meanings = {
            "sstatus": csr.sstatus_text,
            "scause": csr.cause_text,
            "sepc": lambda value: place.symbol_at(value).strip(),
            "stval": lambda value: "",
            "stvec": lambda value: f"{place.symbol_at(value)}, {csr.stvec_text(value)}".strip(", "),
            "sscratch": lambda value: place.describe_sscratch(),
            "satp": lambda value: str(csr.Satp.decode(value)),
            "sie": lambda value: csr.interrupts_text(value, "IE"),
            "sip": lambda value: csr.interrupts_text(value, "IP"),
        }
        rows = []
        for name, meaning in meanings.items():
            value = machine.register(name)
            rows.append((name, _hex(value), meaning(value)))
        _table(rows)


class Where(Command):
    """Where the hart is: its process, mode and stack, and what sscratch means.

    tz where"""

    name = "where"

    def run(self, argument: str) -> None:
        pc = machine.register("pc")  # first: it tells whether there is a machine
        _table((
            ("hart", machine.hart_number()),
            ("mode", csr.MODES[machine.mode()]),
            ("pc", f"{_hex(pc)}{place.symbol_at(pc)}"),
            ("process", place.describe_process()),
            ("stack", f"{_hex(machine.register('sp'))}  {place.describe_stack()}"),
            ("sscratch", f"{_hex(machine.register('sscratch'))}  {place.describe_sscratch()}"),
        ))  # fmt: skip
        self._warn_of_other_symbols()

    @staticmethod
    def _warn_of_other_symbols() -> None:
        if not place.is_translating() or programs.is_loaded_one_running():
            return
        current = kernel.Hart().current
        name = programs.named(current) if current else None
        if name is not None:
            _say(f"GDB has no symbols of {name}: `tz program {name}` loads them")


class Syscall(Command):
    """The system call that the process makes, decoded.

    tz syscall

    At an ecall in user mode, it is the one about to be made; in the kernel, the one it is at."""

    name = "syscall"

    def run(self, argument: str) -> None:
        _need_kernel()
        process = _running_process()
        if machine.mode() == csr.USER:
            read = machine.register
            pc = read("pc")
            if machine.read(pc, len(_ECALL)) != _ECALL:
                raise gdb.GdbError(f"no system call: there is no ecall at {pc:#x}")
        elif definitions.exceptions().get(machine.register("scause"), "").startswith(
            "environment call from U"
        ):
            pc = machine.register("sepc")
            read = machine.register if place.registers_are_in_hart() else process.thread.saved
        else:
            raise gdb.GdbError("no system call: the last trap was for another reason")
        _say(f"{process.label} at {pc:#x}{place.symbol_at(pc)}")
        number = read("a7")
        call = definitions.system_calls().get(number)
        if call is None:
            _say(f"a7 = {number}: no system call has this number")
            return
        _say(f"a7 = {number}: {call.name}, {call.summary}")
        taken = {f"a{i}": name for i, name in enumerate(call.arguments)}
        taken |= definitions.MESSAGE_REGISTERS.get(call.name, {})
        values = {register: read(register) for register in taken}
        _table(
            (register, _hex(values[register]), self._meaning(name, values[register]))
            for register, name in taken.items()
        )

    @staticmethod
    def _meaning(name: str, value: int) -> str:
        """The argument's name, and its value: as text where that is what it is or looks like."""
        number = f"{name} {value if value < _LARGE else format(value, '#x')}"
        data = value.to_bytes(8, "little")
        if name.startswith(("name", "byte")):
            return f"{name} {_quoted(data)}"
        text = data.rstrip(b"\0")
        if name.startswith("word") and len(text) >= _TEXT_BYTES and text.isascii():
            if text.decode().replace("\n", "").isprintable():
                return f"{number} {_quoted(text)}"
        return number


def _quoted(data: bytes) -> str:
    return repr(data)[1:]


class Program(Command):
    """Loads the symbols of a user program instead of those of another.

    tz program [NAME]

    All programs lie at the same addresses, so GDB has the symbols of one at a time, and in user
    mode breakpoints stop only in processes of that program: they get the condition $tz_here().
    Without NAME: tells which, and lists the programs."""

    name = "program"

    def run(self, argument: str) -> None:
        if argument:
            programs.load(argument)
            return
        _say(f"symbols of: {programs.loaded() or 'none'}")
        _say(f"programs:   {' '.join(programs.names())}")

    def complete(self, text: str, word: str) -> list[str]:
        return [name for name in programs.names() if name.startswith(word)]


class Interrupts(Command):
    """Whether stepi lets interrupts in: on or off.

    tz interrupts [on|off]

    QEMU holds interrupts and the clock back while GDB single-steps, so that a step never ends up
    in a handler. `on` lets them through. Without an argument: tells what holds."""

    name = "interrupts"

    def run(self, argument: str) -> None:
        if argument in ("on", "off"):
            machine.let_steps_take_interrupts(argument == "on")
        elif argument:
            raise gdb.GdbError("`tz interrupts on` or `tz interrupts off`")
        else:
            taken = machine.steps_take_interrupts()
            _say(f"stepi {'lets interrupts in' if taken else 'holds interrupts back'}")

    def complete(self, text: str, word: str) -> list[str]:
        return [choice for choice in ("on", "off") if choice.startswith(word)]


class Help(Command):
    """This list.

    tz help"""

    name = "help"

    def run(self, argument: str) -> None:
        _table(
            (f"tz {command.name}", (command.__doc__ or "").partition("\n")[0])
            for command in COMMANDS
        )
        _say()
        _say("`help tz NAME` tells more of each. A name that kernel and program both have, such")
        _say("as main, means both in `break main`; `break boot/main.c:main` is the kernel's alone,")
        _say("`break direct.c:main` the program's.")


COMMANDS = (
    Where, Ps, Handles, Endpoints, Objects, Trapframe, Syscall, PageTable, Csr, Program,
    Interrupts, Help,
)  # fmt: skip


class Prefix(gdb.Command):
    """Commands that know Trapeze; `tz help` lists them."""

    def __init__(self) -> None:
        super().__init__("tz", gdb.COMMAND_STATUS, prefix=True)

    def invoke(self, argument: str, from_tty: bool) -> None:
        if argument:
            raise gdb.GdbError(f"there is no command 'tz {argument}'; `tz help` lists them")
        gdb.execute("tz help")


def register() -> None:
    """Gives GDB the commands."""
    Prefix()
    breakpoints.register()
    for command in COMMANDS:
        command()

# SPDX-License-Identifier: MIT
"""The commands themselves. The first line of a docstring is what `tz help` lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import gdb

from . import csr, definitions, kernel, machine, paging, place, programs

_ECALL = bytes.fromhex("73000000")
_COLUMNS = 4


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

    PROCESS is an id or a name; without it, the process that the hart runs. While that one is in
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
    """Every process: id, name, state, pc, what it waits for, parent, frames.

    tz ps

    Children follow their parent. The pc is where the process is or goes on in user mode. Frames
    are the pages that it has: its own, their page tables, its kernel stack."""

    name = "ps"

    def run(self, argument: str) -> None:
        _need_kernel()
        there = kernel.processes()
        if not there:
            _say("there is no process yet")
            return
        hart = kernel.Hart()
        current = hart.current.address if hart.current else 0
        rows = [("", "ID", "NAME", "STATE", "PC", "WAITS FOR", "PARENT", "FRAMES")]
        for process in there:
            rows.append((
                "*" if process.address == current else "",
                process.id,
                process.name,
                process.thread.state + (", dying" if process.thread.is_dying else ""),
                _hex(self._pc(process, current)),
                self._waits_for(process),
                process.parent or "-",
                process.frames,
            ))  # fmt: skip
        _table(rows)

    @staticmethod
    def _pc(process: kernel.Process, current: int) -> int:
        if process.address == current and machine.mode() == csr.USER:
            return machine.register("pc")
        return process.thread.saved("sepc")

    @staticmethod
    def _waits_for(process: kernel.Process) -> str:
        thread = process.thread
        until = thread.deadline_ticks
        words = {
            "sleeping": "",
            "waiting child": f"child {process.awaited or '(any)'}",
            "waiting descendants": f"{len(list(process.children()))} to end",
        }.get(thread.state)
        if words is None:
            return "-"
        time = f"time {until}" if until is not None else ""
        return ", ".join(filter(None, (words, time))) or "-"


class PageTable(Command):
    """Draws how an address is translated.

    tz pagetable ADDRESS

    ADDRESS is any expression, such as $pc or &boot_hart. The walk starts at the current satp and
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
        if current is not None and current.name in programs.names():
            _say(f"GDB has no symbols of {current.name}: `tz program {current.name}` loads them")


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
            # Until trap_entry has saved the registers, they are where they were.
            read = machine.register if place.registers_are_users() else process.thread.saved
        else:
            raise gdb.GdbError("no system call: the last trap was for another reason")
        _say(f"{process.label} at {pc:#x}{place.symbol_at(pc)}")
        number = read("a7")
        call = definitions.system_calls().get(number)
        if call is None:
            _say(f"a7 = {number}: no system call has this number")
            return
        _say(f"a7 = {number}: {call.name}, {call.summary}")
        values = [read(f"a{i}") for i in range(len(call.arguments))]
        _table(
            (f"a{i}", _hex(value), self._meaning(name, value))
            for i, (name, value) in enumerate(zip(call.arguments, values))
        )

    @staticmethod
    def _meaning(name: str, value: int) -> str:
        """The argument's name, and for eight bytes of text the text."""
        if not name.startswith(("name", "byte")):
            return f"{name} {value}"
        return f"{name} {value.to_bytes(8, 'little')!r}"[: len(name) + 40].replace(" b'", " '")


class Program(Command):
    """Loads the symbols of a user program instead of those of another.

    tz program [NAME]

    All programs lie at the same addresses, so GDB has the symbols of one at a time. Without NAME:
    tells which, and lists the programs."""

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


COMMANDS = (Where, Ps, Trapframe, Syscall, PageTable, Csr, Program, Interrupts, Help)


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
    for command in COMMANDS:
        command()

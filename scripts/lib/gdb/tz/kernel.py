# SPDX-License-Identifier: MIT
"""The kernel's structures, read through its debug information."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gdb

from . import machine
from .definitions import macro

REGISTERS = (
    "ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
    "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
).split()

_STATE_PREFIX = "THREAD_"


def image() -> gdb.Objfile:
    """The kernel's symbols: the file that GDB debugs."""
    name = gdb.current_progspace().filename
    if name is None:
        raise gdb.GdbError("no kernel symbols: `file build/trapeze.elf` loads them")
    return gdb.lookup_objfile(name)


def build_directory() -> Path:
    return Path(image().filename).parent


def symbol_address(name: str) -> int:
    """Where a symbol of assembly or of the linker script is."""
    return int(gdb.parse_and_eval(f"&{name}")) & (1 << 64) - 1


def _lookup(name: str, domain: int) -> gdb.Symbol:
    found = image().lookup_static_symbol(name, domain) or image().lookup_global_symbol(
        name, domain
    )
    if found is None:
        raise gdb.GdbError(
            f"the debug information of {image().filename} has no '{name}': "
            "is it a kernel that these commands belong to?"
        )
    return found


def struct(name: str) -> gdb.Type:
    return _lookup(name, gdb.SYMBOL_STRUCT_DOMAIN).type.strip_typedefs()


def at(address: int, kind: gdb.Type) -> gdb.Value:
    """The value of a type at an address of the kernel's."""
    return gdb.Value(machine.read(address, kind.sizeof), kind)


def variable(name: str) -> gdb.Value:
    symbol = _lookup(name, gdb.SYMBOL_VAR_DOMAIN)
    return at(variable_address(name), symbol.type.strip_typedefs())


def variable_address(name: str) -> int:
    return int(_lookup(name, gdb.SYMBOL_VAR_DOMAIN).value().address) & (1 << 64) - 1


def offset(kind: gdb.Type, member: str) -> int:
    """The bytes from the start of a structure to a member."""
    return kind[member].bitpos // 8


def state_name(state: gdb.Value) -> str:
    """ "waiting child" for THREAD_WAITING_CHILD."""
    names = {field.enumval: field.name for field in state.type.fields()}
    name = names.get(int(state), f"{_STATE_PREFIX}STATE_{int(state)}")
    return name.removeprefix(_STATE_PREFIX).replace("_", " ").lower()


class Thread:
    """A struct thread."""

    def __init__(self, address: int, value: gdb.Value) -> None:
        self.address = address
        self.value = value

    @property
    def state(self) -> str:
        return state_name(self.value["state"])

    @property
    def is_dying(self) -> bool:
        return bool(int(self.value["flags"]) & macro("sched/thread.h", "THREAD_DYING"))

    @property
    def stack_top(self) -> int:
        return int(self.value["stack_top"])

    @property
    def deadline_ticks(self) -> int | None:
        return int(self.value["deadline_ticks"]) if int(self.value["deadline_index"]) else None

    def saved(self, name: str) -> int:
        """A register of the trapframe."""
        return int(self.value["trapframe"][name])


class Process:
    """A struct process, whose thread comes first."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.value = at(address, struct("process"))
        self.thread = Thread(address, self.value["thread"])

    @property
    def id(self) -> int:
        return int(self.value["id"])

    @property
    def name(self) -> str:
        raw = bytes(int(self.value["name"][i]) & 0xFF for i in range(self._name_bytes()))
        return raw.partition(b"\0")[0].decode(errors="replace")

    def _name_bytes(self) -> int:
        return self.value["name"].type.sizeof

    @property
    def label(self) -> str:
        return f"process {self.id} ({self.name})"

    @property
    def parent(self) -> int | None:
        """The parent's id."""
        address = int(self.value["parent"])
        return Process(address).id if address else None

    @property
    def awaited(self) -> int:
        """In `waiting child`: whose end it waits for, 0 for any child's."""
        return int(self.value["awaited"])

    @property
    def frames(self) -> int:
        """Its pages and page tables, with the root table and the kernel stack."""
        if self.thread.state == "ended":
            return 0
        return int(self.value["space"]["table"]["frames"]["count"]) + 2

    def children(self) -> Iterator[Process]:
        """Those that run, and those whose end it has not collected."""
        kind = struct("process")
        for member in ("children", "ended"):
            head = self.address + offset(kind, member)
            seen = {head, 0}
            link = int(self.value[member]["next"])
            while link not in seen:  # a broken list need not lead back to its head
                seen.add(link)
                child = Process(link - offset(kind, "sibling"))
                yield child
                link = int(child.value["sibling"]["next"])


class Hart:
    """The struct hart of the hart that runs processes."""

    def __init__(self) -> None:
        self.address = variable_address("boot_hart")
        self.value = variable("boot_hart")

    @property
    def idles(self) -> bool:
        """Whether its own thread is current, which waits for others to become ready."""
        idle = self.address + offset(struct("hart"), "idle")
        return int(self.value["current"]) == idle

    @property
    def current(self) -> Process | None:
        """Whose thread is current; None: it idles, or it has not been set up."""
        address = int(self.value["current"])
        return Process(address) if address != 0 and not self.idles else None

    @property
    def departed(self) -> Process | None:
        """Who has ended and is about to be buried."""
        address = int(self.value["departed"])
        return Process(address) if address else None


def processes() -> list[Process]:
    """All of them, each followed by its children, and then by those that nobody waits for."""
    hart = Hart()
    first = int(variable("first"))
    found: dict[int, Process] = {}
    waiting = [Process(first)] if first else []
    while waiting:
        process = waiting.pop()
        if process.address not in found:
            found[process.address] = process
            waiting += reversed(list(process.children()))
    for other in (hart.current, hart.departed):
        if other is not None:
            found.setdefault(other.address, other)
    return list(found.values())


def find_process(text: str) -> Process:
    """The process that an id or a name tells."""
    there = processes()
    matching = [p for p in there if text in (str(p.id), p.name)]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(f"{p.id} ({p.name})" for p in there) or "none"
    what = f"several processes are called '{text}'" if matching else f"no process '{text}'"
    raise gdb.GdbError(f"{what}; there are: {known}")

# SPDX-License-Identifier: MIT
"""The kernel's structures, read through its debug information."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import gdb

from . import machine, paging
from .definitions import macro, object_types

REGISTERS = (
    "ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
    "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
).split()

NAME_BYTES = 8  # of a process's name

# Where stvec can lead.
ENTRIES = ("trap_entry", "trap_entry_fast", "trap_entry_fast_shared")

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


def enumerator(enumeration: str, value: int) -> str:
    """The name of a value of an enum."""
    kind = _lookup(enumeration, gdb.SYMBOL_STRUCT_DOMAIN).type.strip_typedefs()
    names = {field.enumval: field.name for field in kind.fields()}
    return names.get(value, f"{enumeration} {value}")


def at(address: int, kind: gdb.Type) -> gdb.Value:
    """The value of a type at an address of the kernel's."""
    return gdb.Value(machine.read(address, kind.sizeof), kind)


def variable(name: str) -> gdb.Value:
    symbol = _lookup(name, gdb.SYMBOL_VAR_DOMAIN)
    return at(variable_address(name), symbol.type.strip_typedefs())


def variable_address(name: str) -> int:
    return int(_lookup(name, gdb.SYMBOL_VAR_DOMAIN).value().address) & (1 << 64) - 1


def offset(kind: gdb.Type, path: str) -> int:
    """The bytes from the start of a structure to a member, "process.queue" for one in another."""
    first, _, rest = path.partition(".")
    for field in kind.fields():
        inner = field.type.strip_typedefs()
        if field.name == first:
            return field.bitpos // 8 + (offset(inner, rest) if rest else 0)
        if not field.name and inner.code in (gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_STRUCT):
            with contextlib.suppress(LookupError):
                return field.bitpos // 8 + offset(inner, path)
    raise LookupError(f"{kind} has no member {path}")


def linked(head: int, kind: str, path: str) -> Iterator[int]:
    """The addresses of the structures in a list, which are in it by their member `path`."""
    link = struct("list")
    to_start = offset(struct(kind), path)
    seen = {head, 0}
    node = int(at(head, link)["next"])
    while node not in seen:  # a broken list need not lead back to its head
        seen.add(node)
        yield node - to_start
        node = int(at(node, link)["next"])


def ringed(first: int, kind: str, path: str) -> Iterator[int]:
    """The same of a ring, which has no head: `first` is the first one's link, or 0."""
    if first != 0:
        yield first - offset(struct(kind), path)
        yield from linked(first, kind, path)


def state_name(state: gdb.Value) -> str:
    """ "awaiting reply" for THREAD_AWAITING_REPLY."""
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
        return int(self.value["heap_key"]) if int(self.value["heap_index"]) else None

    def saved(self, name: str) -> int:
        """A register of the trapframe."""
        return int(self.value["trapframe"][name])


class Object:
    """A struct object: a slot of the table, in use."""

    def __init__(self, address: int, value: gdb.Value | None = None) -> None:
        self.address = address
        self.value = at(address, struct("object")) if value is None else value

    @property
    def slot(self) -> int:
        return int(self.value["number"]) & (1 << macro("object/object.h", "NUMBER_INDEX_BITS")) - 1

    @property
    def number(self) -> int:
        """What nothing else is called, 0 once its end is under way."""
        if self.type == "mapping":  # no handle names it
            return int(self.value["number"])
        return int(self.value["id"])

    @property
    def type(self) -> str:
        code = int(self.value["type"])
        return object_types().get(code, f"type {code}")

    @property
    def label(self) -> str:
        if self.type == "process":
            process = self.process
            return process.label if process else f"process {self.former_number}, which has ended"
        return f"{self.type} {self.number or f'in slot {self.slot}, ending'}"

    @property
    def payer(self) -> Process | None:
        """None: the kernel. Of a mapping: whose it is."""
        address = int(self.value["payer"])
        return Process(address) if address else None

    # Of a process.

    @property
    def process(self) -> Process | None:
        """None: it has ended, and its supervisor is still to hear of it."""
        address = int(self.value["process"]["process"])
        return Process(address) if address else None

    @property
    def former_number(self) -> int:
        """A process's number, which it keeps when it has ended."""
        return int(self.value["process"]["number"])

    @property
    def endpoint(self) -> Object | None:
        """In whose queue the end of a process waits."""
        address = int(self.value["process"]["endpoint"])
        return Object(address) if address else None

    # Of an endpoint.

    def queue(self) -> Iterator[Object]:
        if self._waiting < 0:  # the only one that receives
            return iter([Process(self._waiting & (1 << 64) - 1).object])
        first = int(self.value["endpoint"]["first"])
        return map(Object, ringed(first, "object", "process.queue"))

    @property
    def _waiting(self) -> int:
        return int(self.value["endpoint"]["waiting"])

    @property
    def has_receivers(self) -> bool:
        several = macro("object/object.h", "ENDPOINT_RECEIVERS")
        return self._waiting < 0 or bool(self._waiting & several)

    @property
    def server(self) -> Process | None:
        """Who has received there last."""
        address = int(self.value["endpoint"]["server"])
        return Process(address) if address else None


def objects() -> list[Object]:
    """All that are in use, in the order of their slots."""
    table, kind = int(variable("object_table")), struct("object")
    if table == 0:
        return []
    size = kind.sizeof
    # Processes have the first slots; those from `fresh` on have never been used.
    processes, others = variable("object_processes"), variable("object_others")
    spans = [(0, int(processes["fresh"])), (int(processes["end"]), int(others["fresh"]))]
    found = []
    for start, end in spans:
        data = machine.read(table + start * size, (end - start) * size)
        for slot in range(start, end):
            place = (slot - start) * size
            value = gdb.Value(data[place : place + size], kind)
            if int(value["type"]) != 0:
                found.append(Object(table + slot * size, value))
    return found


class Handle(NamedTuple):
    """A used place of a handle table."""

    number: int
    object: Object
    is_good: bool  # False: the object that it named has ended
    rights: int
    badge: int


class Process:
    """A struct process, whose thread comes first."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.value = at(address, struct("process"))
        self.thread = Thread(address, self.value["thread"])

    @property
    def object(self) -> Object:
        return Object(int(self.value["object"]))

    @property
    def number(self) -> int:
        return self.object.former_number

    @property
    def name(self) -> str:
        """Up to eight characters."""
        raw = int(self.value["name"]).to_bytes(NAME_BYTES, "little")
        return raw.partition(b"\0")[0].decode(errors="replace")

    @property
    def label(self) -> str:
        return f"process {self.number} ({self.name})"

    @property
    def parent(self) -> Process | None:
        address = int(self.value["parent"])
        return Process(address) if address else None

    @property
    def server(self) -> Process | None:
        """Whose reply or verdict it waits for."""
        if self.thread.state not in ("awaiting reply", "awaiting verdict"):
            return None
        return Process(int(self.value["server"]))

    @property
    def endpoint(self) -> Object | None:
        """Where it waits; None: nowhere, or it sleeps."""
        address = int(self.value["endpoint"])
        waits = self.thread.state in ("receiving", "sending", "calling", "faulting")
        return Object(address) if waits and address != int(self.value["object"]) else None

    @property
    def own_priority(self) -> int:
        return int(self.value["thread"]["own_priority"])

    @property
    def priority(self) -> int:
        """What it runs at: its own, or one that it has been lent."""
        return int(self.value["thread"]["priority"])

    def budget(self, name: str) -> tuple[int, int]:
        """Of "pages" or "slots": how much is used, and how much there is."""
        budget = self.value[name]
        return int(budget["used"]), int(budget["limit"])

    @property
    def handle_count(self) -> int:
        return int(self.value["handles"]["count"])

    def children(self) -> list[Object]:
        """With those whose end is still to be told."""
        head = self.address + offset(struct("process"), "children")
        return [Object(address) for address in linked(head, "object", "owned")]

    def handles(self) -> Iterator[Handle]:
        table = self.value["handles"]
        kind = struct("handle")
        inline = macro("object/handle.h", "HANDLES_INLINE")
        per_page = macro("object/handle.h", "HANDLES_PER_PAGE")
        bits = macro("object/handle.h", "HANDLE_INDEX_BITS")
        directory = int(table["directory"])
        for place in range(int(table["fresh"])):
            if place < inline:
                value = table["inline_places"][place]
            else:
                page, index = divmod(place - inline, per_page)
                entry = machine.read(directory + page * paging.ENTRY_BYTES, paging.ENTRY_BYTES)
                value = at(int.from_bytes(entry, "little") + index * kind.sizeof, kind)
            address = int(value["object"])
            if address != 0:
                named = Object(address)
                number = int(value["generation"]) << bits | place
                good = int(value["id"]) == named.number
                yield Handle(number, named, good, int(value["rights"]), int(value["badge"]))


class Hart:
    """A struct hart: that of the hart that GDB looks at, or the boot hart's if it has none yet."""

    def __init__(self, index: int | None = None) -> None:
        values = variable("harts")
        if index is None:
            numbers = [int(values[i]["id"]) for i in range(hart_count())]
            here = machine.hart_number()
            index = numbers.index(int(here)) if int(here) in numbers else 0
        self.value = values[index]
        self.address = variable_address("harts") + index * self.value.type.sizeof

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


def hart_count() -> int:
    """How many run the kernel."""
    return int(variable("harts_count"))


def processes() -> list[Process]:
    """All of them, in the order of their numbers."""
    found = [o.process for o in objects() if o.type == "process"]
    for hart in map(Hart, range(hart_count())):
        found += [hart.current, hart.departed]
    by_address = {process.address: process for process in found if process is not None}
    return sorted(by_address.values(), key=lambda process: process.number)


def find_process(text: str) -> Process:
    """The process that a number or a name tells."""
    there = processes()
    matching = [p for p in there if text in (str(p.number), p.name)]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(f"{p.number} ({p.name})" for p in there) or "none"
    what = f"several processes are called '{text}'" if matching else f"no process '{text}'"
    raise gdb.GdbError(f"{what}; there are: {known}")

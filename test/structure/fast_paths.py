# SPDX-License-Identifier: MIT
"""Every way through the fast path, with what each register holds at its end.

The machine code is executed with symbols for values, from the entry to wherever it leaves, both
ways at each branch. There are no loops in it, so there is an end.
"""
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import disassembly
import kernel_build

NAMES = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
         "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
FRAME_BYTES = 256
ENTRIES = {"trap_entry_fast": "", "trap_entry_fast_shared": "_shared"}
_PATHS_MAX = 20000


@dataclass(frozen=True)
class Value:
    """What a register holds. `kind`: "user" (register `text` of who has trapped), "thread" (its
    address), "number", "loaded" (`offset` bytes behind what `base` tells), "made" of others."""

    kind: str
    text: str = ""
    offset: int = 0
    base: "Value | None" = None
    parts: frozenset = frozenset()  # of an `or`

    @property
    def is_users(self) -> bool:
        """Whether a user chooses it, so that no address may be made of it."""
        frame = self.kind == "loaded" and 0 <= self.offset < FRAME_BYTES and self.base is not None \
            and self.base.is_thread
        return self.kind in ("user", "tainted") or frame

    @property
    def is_thread(self) -> bool:
        return self.kind in ("thread", "peer")


ZERO = Value("number", "0")
THREAD = Value("thread")
SCAUSE = Value("made", "scause")
PEER = Value("peer")  # who gets the hart: s6, once it is in hart.current


@dataclass
class Path:
    """One way. `end`: "sret", or the symbol that it goes to."""

    registers: dict[str, Value]
    memory: dict[tuple[Value, int], Value] = field(default_factory=dict)
    sscratch: Value = THREAD
    code: list = field(default_factory=list)
    stores: list = field(default_factory=list)  # (instruction, base, offset, bytes, value)
    loads: list = field(default_factory=list)
    csrs: list = field(default_factory=list)  # (instruction, name)
    labels: list[str] = field(default_factory=list)
    zeros: frozenset = frozenset({ZERO})  # values that a branch has shown to be 0
    bounded: frozenset = frozenset()  # a user's that it has shown to be no more than the kernel's
    end: str = ""

    def fork(self) -> "Path":
        return replace(self, registers=dict(self.registers), memory=dict(self.memory),
                       **{name: list(getattr(self, name))
                          for name in ("code", "stores", "loads", "csrs", "labels")})


def _made(path: Path, *values: Value) -> Value:
    users = any(value.is_users and value not in path.bounded for value in values)
    return Value("tainted" if users else "made", repr(values))


def _flat(value: Value) -> frozenset:
    return value.parts or frozenset({value})


def _memory_operand(operand: str) -> tuple[str, int]:
    offset, _, base = operand.rstrip(")").partition("(")
    return base, int(offset or "0")


def _know_zero(path: Path, value: Value) -> None:
    """A branch has shown that a value is 0, so all the parts of an `or` are."""
    path.zeros |= _flat(value)


def _know_bound(path: Path, value: Value, bound: Value) -> None:
    """A branch has shown that a value is below another, or the same: then all the parts of an `or`
    have no other bits. An address may be made of it if the other is the kernel's."""
    if not bound.is_users and bound.kind != "or":
        path.bounded |= _flat(value)


def _load(path: Path, instruction) -> None:
    base, offset, size = instruction.load
    value = path.registers[base]
    path.loads.append((instruction, value, offset, size))
    if not instruction.operands[0].startswith("f"):
        path.registers[instruction.operands[0]] = path.memory.get(
            (value, offset), Value("loaded", instruction.mnemonic[-1], offset, value))


def _store(path: Path, instruction, base: str, offset: int, size: int, register: str) -> None:
    value = path.registers.get(register, Value("float"))
    path.stores.append((instruction, path.registers[base], offset, size, value))
    path.memory[path.registers[base], offset] = value


def _csr(path: Path, instruction) -> None:
    target, name, source = instruction.operands
    value = path.registers.get(source, Value("number", source))
    if instruction.mnemonic == "csrrw" or value != ZERO:
        path.csrs.append((instruction, name))
    old = path.sscratch if name == "sscratch" else Value("made", name)
    if instruction.mnemonic == "csrrw" and name == "sscratch":
        path.sscratch = value
    if target != "zero":
        path.registers[target] = old


def _compute(path: Path, name: str, operands: tuple[str, ...]) -> None:
    target, *sources = operands
    if len(sources) == 1 and name not in ("mv", "li", "lui"):
        sources = [target, *sources]
    values = [path.registers.get(source, Value("number", source)) for source in sources]
    if name in ("mv", "li"):
        result = values[0]
    elif name == "or":
        result = Value("or", parts=_flat(values[0]) | _flat(values[1]))
    else:
        result = _made(path, Value("number", name), *values)
    if target != "zero":
        path.registers[target] = result


def _step(path: Path, instruction) -> list[int] | None:
    """Executes one; where it may go on, [] if that is outside, None: behind it."""
    name = instruction.mnemonic.removeprefix("c.")
    operands = instruction.operands
    if instruction.load:
        _load(path, instruction)
    elif instruction.store:
        _store(path, instruction, *instruction.store, operands[0])
    elif name == "sc.d":  # to lose a reservation: it stores what is there already
        base, offset = _memory_operand(operands[2])
        there = path.memory.get((path.registers[base], offset))
        if operands[0] != "zero" or there != path.registers[operands[1]]:
            _store(path, instruction, base, offset, 8, operands[1])
    elif name == "amoor.w.aq":
        _store(path, instruction, *_memory_operand(operands[2]), 4, operands[1])
        path.registers[operands[0]] = Value("made", name)
    elif name in ("csrrw", "csrrs", "csrrc"):
        _csr(path, instruction)
    elif name in ("j", "jal"):
        return [int(operands[-1], 16)]
    elif name.startswith("b"):
        return [int(operands[-1], 16), -1]
    elif name not in ("fence", "sfence.vma", "sret", "nop"):
        _compute(path, name, operands)
    return None


def _after_branch(path: Path, instruction, taken: bool) -> Path:
    name = instruction.mnemonic.removeprefix("c.").replace("eqz", "eq").replace("nez", "ne")
    other = path.fork()
    if name in ("bgeu", "bltu") and (name == "bltu") == taken:
        _know_bound(other, *(other.registers[operand] for operand in instruction.operands[:2]))
    if name in ("beq", "bne") and (name == "beq") == taken:
        one, two = (other.registers[operand]
                    for operand in (*instruction.operands[:-1], "zero")[:2])
        if two == ZERO:
            _know_zero(other, one)
        _know_bound(other, one, two)
        _know_bound(other, two, one)
        for register, held in other.registers.items():
            if held == one and two.kind == "made":
                other.registers[register] = two
    return other


def _known(path: Path, instruction) -> bool | None:
    """Whether a branch is taken that an earlier one has decided: by the sign of scause, or by s0,
    which is 0 in a call with FPU, and in a reply 2 less than an address."""
    name, (register, *against) = instruction.mnemonic.removeprefix("c."), instruction.operands[:2]
    if name in ("beq", "beqz") and path.labels[-1] == "switch_fpu" and register == "s0":
        return _flat(path.registers[register]) <= path.zeros
    if name not in ("blt", "bge") or against != ["zero"] or path.registers[register] != SCAUSE:
        return None
    return (name == "blt") == ("interrupt" in path.labels)


@functools.cache
def code() -> dict[int, disassembly.Instruction]:
    return {i.address: i for i in disassembly.disassemble(kernel_build.IMAGE)}


@functools.cache
def ranges() -> tuple[tuple[range, frozenset[str]], ...]:
    """Where the files of the fast path are in the image, and their labels. The linker may have
    made them shorter."""
    found = []
    for unit in kernel_build.units():
        if unit.name.startswith("trap/fast_"):
            anchor = next(symbol for symbol in kernel_build.symbols(unit.object)
                          if symbol["st_info"]["bind"] == "STB_GLOBAL"
                          and symbol["st_shndx"] != "SHN_UNDEF")
            start = kernel_build.image_symbol(anchor.name)["st_value"] - anchor["st_value"]
            size = kernel_build.elf(unit.object).get_section(anchor["st_shndx"])["sh_size"]
            found.append((range(start, start + size), frozenset(
                symbol.name for symbol in kernel_build.symbols(unit.object))))
    assert len(found) >= 2, "the files of the fast path were not found"
    return tuple(found)


def belongs(address: int) -> bool:
    return any(address in span and code()[address].function in names for span, names in ranges())


def paths(entry: str) -> Iterator[Path]:
    """All ways from an entry, in the order of the code."""
    start = kernel_build.image_symbol(entry)["st_value"]
    first = Path({name: Value("user", name) for name in NAMES} | {"zero": ZERO})
    work, count = [(start, first)], 0
    while work:
        address, path = work.pop()
        while True:
            instruction = code()[address]
            if not belongs(address):
                path.end = instruction.function
                break
            if path.labels[-1:] != [instruction.function]:
                path.labels.append(instruction.function)
            path.code.append(instruction)
            assert len(path.code) < 2000, f"{instruction}: a loop"
            following = address + (2 if instruction.mnemonic.startswith("c.") else 4)
            targets = _step(path, instruction)
            if instruction.mnemonic == "sret":
                path.end = "sret"
                break
            if targets is None:
                address = following
            elif targets[-1] == -1 and (taken := _known(path, instruction)) is not None:
                address = targets[0] if taken else following
            elif targets[-1] == -1:
                work.append((targets[0], _after_branch(path, instruction, True)))
                path, address = _after_branch(path, instruction, False), following
            else:
                address = targets[0]
        count += 1
        assert count < _PATHS_MAX, "too many ways"
        yield path


# The phases of a way.

_DISPATCH = {"trap_entry_fast", "trap_entry_fast_shared", "not_call", "not_reply_recv", "not_ecall",
             "interrupt", "timer"}
PHASES = ("entry", "save", "lock", "checks", "transfer", "switch", "FPU", "return")


def is_lock(store: tuple) -> bool:
    """Whether a store takes or releases the kernel lock: its address is one `lui`."""
    instruction, base, offset, size, value = store
    release = base.kind == "made" and offset == 0 and size == 1 and value == ZERO
    return instruction.mnemonic.startswith("amo") or release


def changes(path: Path) -> list[tuple]:
    """The stores that are more than saving the registers of who has trapped, and locking."""
    return [store for store in path.stores if not is_lock(store)
            and not (store[1] == THREAD and 0 <= store[2] < FRAME_BYTES)]


def phases(path: Path, satp_offset: int, float_range: range) -> dict[str, int]:
    """How many instructions each phase has; the ecall, or what has trapped, is in the entry."""
    counts = dict.fromkeys(PHASES, 0)
    counts["entry"] = 1
    stores = {store[0]: store for store in path.stores}
    loads = {load[0]: load for load in path.loads}
    changed = {store[0] for store in changes(path)}
    released = max((path.code.index(s[0]) for s in path.stores if is_lock(s)), default=None)
    begun = False
    for index, instruction in enumerate(path.code):
        before = path.code[index - 1] if index else instruction
        name = instruction.mnemonic.removeprefix("c.")
        store, load = stores.get(instruction), loads.get(instruction)
        offset = (store or load or (0, 0, -1))[2]
        reads = name == "csrrs" and instruction.operands[2] == "zero" and instruction.operands[1]
        begun |= instruction in changed
        if instruction.function in _DISPATCH:
            phase = "entry"
        elif instruction.function == "step_over" or released is not None and index > released:
            phase = "return"
        elif instruction.is_float or offset in float_range or (
                instruction.function in ("call_with_fpu", "reply_otherwise") and name in ("andi", "sub")) or (
                "sstatus" in instruction.operands):
            phase = "FPU"
        elif store and is_lock(store) or name in ("fence", "amoor.w.aq") or (
                before.mnemonic == "amoor.w.aq") or (
                name == "lui" and path.code[index + 1].mnemonic == "amoor.w.aq"):
            phase = "lock"
        elif store and store not in changes(path) or reads in ("sscratch", "sepc") or (
                name == "addi" and before.operands[1:2] == ("sepc",)):
            phase = "save"
        elif "satp" in instruction.operands or load and offset == satp_offset or any(
                each.mnemonic == "sfence.vma" and each.operands[0] == "zero"
                for each in path.code[index:index + 2]):
            phase = "switch"
        else:
            phase = "transfer" if begun else "checks"
        counts[phase] += 1
    return counts

# SPDX-License-Identifier: MIT
"""Machine code as objdump reads it, and what a register can hold at an instruction."""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kernel_build

_FUNCTION = re.compile(r"^([0-9a-f]+) <([^>]+)>:$")
_INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t(\S+)(?:\t([^#<]*))?")
_STORE = re.compile(r"^(?:c\.)?f?s[bhwd](?:sp)?$")
_LOAD = re.compile(r"^(?:c\.)?f?l[bhwd]u?(?:sp)?$")
_BRANCH = re.compile(r"^(?:c\.)?b(?:eq|ne|lt|ge|ltu|geu|eqz|nez)$")
_MEMORY_OPERAND = re.compile(r"^(-?\d+)\((\w+)\)$")
_ACCESS_BYTES = {"b": 1, "h": 2, "w": 4, "d": 8}
_CALLER_SAVED = {"ra", *(f"a{i}" for i in range(8)), *(f"t{i}" for i in range(7))}
_VALUES_MAX = 64  # that are kept apart for one register
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Instruction:
    """One instruction, by its name without aliases: `c.li`, not `li`."""

    address: int
    mnemonic: str
    operands: tuple[str, ...]
    function: str

    def __str__(self) -> str:
        return f"{self.function}: {self.address:x}: {self.mnemonic} {','.join(self.operands)}"

    @property
    def is_float(self) -> bool:
        """Whether it needs the F or D extension."""
        name = self.mnemonic.removeprefix("c.")
        csr_names = {"fcsr", "frm", "fflags"}
        return (name.startswith("f") and not name.startswith("fence")) \
            or (name.startswith("csr") and bool(csr_names & set(self.operands)))

    def _access(self, pattern: re.Pattern) -> tuple[str, int, int] | None:
        if not pattern.match(self.mnemonic):
            return None
        memory = _MEMORY_OPERAND.match(self.operands[-1])
        assert memory, f"{self}: not the operands of a load or a store"
        width = self.mnemonic.removeprefix("c.").removesuffix("sp").removesuffix("u")[-1]
        return memory[2], int(memory[1]), _ACCESS_BYTES[width]

    @property
    def store(self) -> tuple[str, int, int] | None:
        """(base register, offset, bytes) of an ordinary store."""
        return self._access(_STORE)

    @property
    def load(self) -> tuple[str, int, int] | None:
        """(base register, offset, bytes) of an ordinary load."""
        return self._access(_LOAD)


def disassemble(path: Path) -> list[Instruction]:
    """All machine code of an ELF file."""
    listing = kernel_build.run_tool("objdump", "-d", "-M", "no-aliases", "--no-show-raw-insn",
                                    path)
    found = []
    function = ""
    for line in listing.splitlines():
        if match := _FUNCTION.match(line):
            function = match[2]
        elif match := _INSTRUCTION.match(line):
            operands = tuple(part.strip() for part in (match[3] or "").split(",") if part.strip())
            found.append(Instruction(int(match[1], 16), match[2], operands, function))
    return found


def by_function(code: list[Instruction]) -> Iterator[list[Instruction]]:
    """The instructions of each function, which follow one another."""
    start = 0
    for index in range(1, len(code) + 1):
        if index == len(code) or code[index].function != code[start].function:
            yield code[start:index]
            start = index


# What a register can hold: a set of values, or, where it is not in the state, anything.
State = dict[str, frozenset[int]]


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


_BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "sll": lambda a, b: a << (b & 63),
    "srl": lambda a, b: (a & _MASK) >> (b & 63),
    "addw": lambda a, b: _signed(a + b, 32),
    "subw": lambda a, b: _signed(a - b, 32),
    "sllw": lambda a, b: _signed(a << (b & 31), 32),
}


def _values(state: State, operand: str) -> frozenset[int] | None:
    if operand == "zero":
        return frozenset({0})
    try:
        return frozenset({int(operand, 0)})
    except ValueError:
        return state.get(operand)


def _result(instruction: Instruction, state: State) -> frozenset[int] | None:
    """What the instruction puts into its first operand; None: anything."""
    name = instruction.mnemonic.removeprefix("c.")
    operands = instruction.operands
    if name in ("li", "mv"):
        return _values(state, operands[1])
    if name == "lui":
        return frozenset({_signed(int(operands[1], 0) << 12, 32)})
    if name in ("slt", "sltu", "slti", "sltiu"):
        return frozenset({0, 1})
    operation = _BINARY.get(name) or _BINARY.get({"addiw": "addw", "slliw": "sllw"}.get(
        name, name.removesuffix("i")))
    if operation is None:
        return None
    left, right = operands[1:] if len(operands) == 3 else operands
    lefts, rights = _values(state, left), _values(state, right)
    if lefts is None or rights is None:
        return None
    return frozenset(_signed(operation(a, b), 64) for a in lefts for b in rights)


def _after(instruction: Instruction, state: State) -> State:
    name = instruction.mnemonic
    following = dict(state)
    if name in ("c.jalr", "jalr", "jal") and instruction.operands[0] != "zero":
        for register in _CALLER_SAVED:
            following.pop(register, None)
    elif instruction.operands and instruction.store is None and not _BRANCH.match(name):
        result = _result(instruction, state)
        following.pop(instruction.operands[0], None)
        if result is not None and len(result) <= _VALUES_MAX:
            following[instruction.operands[0]] = result
    return following


def _successors(instruction: Instruction, following: int | None) -> list[int]:
    name = instruction.mnemonic
    if name in ("c.j", "c.jr", "jalr", "jal") and (name.startswith("c.")
                                                  or instruction.operands[0] == "zero"):
        return [int(instruction.operands[-1], 16)] if name in ("c.j", "jal") else []
    if name in ("sret", "mret", "c.ebreak", "ebreak"):
        return []
    targets = [] if following is None else [following]
    if _BRANCH.match(name):
        targets.append(int(instruction.operands[-1], 16))
    return targets


def _entries(code: list[Instruction]) -> set[int]:
    """Where functions begin, and whatever is jumped to from another function."""
    home = {instruction.address: instruction.function for instruction in code}
    entries = {function[0].address for function in by_function(code)}
    for instruction in code:
        entries.update(target for target in _successors(instruction, None)
                       if home.get(target) != instruction.function)
    return entries


def states(code: list[Instruction], entries: set[int]) -> dict[int, State]:
    """For each instruction of a function that can be reached: what registers hold before it."""
    place = {instruction.address: index for index, instruction in enumerate(code)}
    before: dict[int, State] = {address: {} for address in entries & place.keys()}
    work = list(before)
    while work:
        address = work.pop()
        instruction = code[place[address]]
        index = place[address] + 1
        state = _after(instruction, before[address])
        for target in _successors(instruction, code[index].address if index < len(code) else None):
            if target not in place:
                continue
            old = before.get(target)
            new = state if old is None else {
                register: old[register] | state[register]
                for register in old.keys() & state.keys()
                if len(old[register] | state[register]) <= _VALUES_MAX}
            if new != old:
                before[target] = new
                work.append(target)
    return before


def csr_writes(code: list[Instruction], csr: str) -> Iterator[tuple[Instruction, frozenset | None]]:
    """Each instruction that sets bits in `csr`, with what it can set; None: anything."""
    entries = _entries(code)
    for function in by_function(code):
        writers = [i for i in function if i.mnemonic in ("csrrw", "csrrs", "csrrwi", "csrrsi")
                   and i.operands[1] == csr and i.operands[2] not in ("zero", "0")]
        known = states(function, entries) if writers else {}
        for writer in writers:
            yield writer, _values(known.get(writer.address, {}), writer.operands[2])

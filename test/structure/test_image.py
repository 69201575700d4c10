# SPDX-License-Identifier: MIT
"""The linked kernel: what may be written and executed, the trap tables, and whether assembly and C
agree about the structures that both use.
"""
import functools
import re
import struct
import subprocess

import pytest

import disassembly
import dwarf
import fast_paths
import kernel_build
from findings import expect_none
from kernel_build import IMAGE, KERNEL_SOURCE, SOURCE
from trapeze_tools import definitions

PF_X, PF_W = 1, 2
SHF_WRITE, SHF_EXECINSTR = 1, 4
PAGE_BYTES = 4096

# Privileged 1.13, table 20, written down here a second time: supervisor cause codes.
EXCEPTION_CODES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 18, 19}
INTERRUPT_CODES = {1, 3, 5, 7, 9, 11, 13}  # also the machine's, and the counter overflow


def writable_code(segments: list[tuple[int, int]]) -> list[str]:
    """Of (address, flags): those that can be both written and executed."""
    return [f"segment at 0x{address:x}" for address, flags in segments
            if flags & PF_W and flags & PF_X]


def load_segments(path) -> list:
    return [segment for segment in kernel_build.elf(path).iter_segments()
            if segment["p_type"] == "PT_LOAD"]


def test_no_segment_is_writable_and_executable():
    segments = [(s["p_vaddr"], s["p_flags"]) for s in kernel_build.elf(IMAGE).iter_segments()]
    assert segments, "the image has no segments"
    expect_none("writable and executable", writable_code(segments))


def test_writable_code_is_found():
    assert writable_code([(0x1000, 5), (0x2000, 7)]) == ["segment at 0x2000"]


def test_segments_share_no_page():
    """Else a page would need the permissions of both."""
    spans = sorted((s["p_vaddr"] // PAGE_BYTES, -(-(s["p_vaddr"] + s["p_memsz"]) // PAGE_BYTES))
                   for s in load_segments(IMAGE))
    expect_none("segments that share a page", [
        f"pages 0x{first:x} to 0x{end:x} and 0x{following:x} on"
        for (first, end), (following, _) in zip(spans, spans[1:]) if following < end])


def test_sections_have_one_purpose():
    """Machine code is in its sections only, and cannot be written; constants can be neither."""
    sections = {s.name: s["sh_flags"] for s in kernel_build.elf(IMAGE).iter_sections()}
    code = (".text", ".fast_path", ".boot_text", ".fast_path_shared")
    assert all(sections[name] & SHF_EXECINSTR and not sections[name] & SHF_WRITE for name in code)
    assert not sections[".rodata"] & (SHF_WRITE | SHF_EXECINSTR)
    expect_none("executable, beside those", [name for name, flags in sections.items()
                                             if flags & SHF_EXECINSTR and name not in code])


def jumps_to(code: list, section) -> list[str]:
    """Jumps, branches and calls from outside into a section."""
    inside = range(section["sh_addr"], section["sh_addr"] + section["sh_size"])
    return [str(i) for i in code if i.address not in inside and i.operands
            and re.fullmatch("[0-9a-f]{16}", i.operands[-1]) and int(i.operands[-1], 16) in inside]


def test_nothing_calls_what_is_gone():
    """After boot there is no .boot_text: only the first instructions lead there, and a hart that
    is being started, which asks whether it suits and whether it takes the interrupts of devices,
    and begins, and for which the one that boots waits."""
    boot = kernel_build.elf(IMAGE).get_section_by_name(".boot_text")
    found = jumps_to(disassembly.disassemble(IMAGE), boot)
    assert [jump.partition(":")[0] for jump in found] == ["_start"] + 3 * ["main_of_hart"], found


def test_jump_is_found():
    section = {"sh_addr": 0xffffffff8000a000, "sh_size": 0x1000}
    def jump(address: int, operands: str) -> disassembly.Instruction:
        return disassembly.Instruction(address, "jal", tuple(operands.split(",")), "f")
    outside, inside = 0xffffffff80000000, 0xffffffff8000a010
    assert jumps_to([jump(outside, "ra,ffffffff8000a010")], section)
    assert not jumps_to([jump(inside, "ra,ffffffff8000a010")], section)
    assert not jumps_to([jump(outside, "ra,ffffffff8000b010")], section)


@pytest.mark.parametrize("name", ["trap_entry", "trap_return", "swtch"])
def test_symbol_exists(name):
    symbol = kernel_build.image_symbol(name)
    assert symbol["st_info"]["type"] == "STT_FUNC", f"{name} is not marked as a function"
    text = kernel_build.elf(IMAGE).get_section_by_name(".text")
    assert 0 <= symbol["st_value"] - text["sh_addr"] < text["sh_size"], f"{name} is not in .text"


def test_trap_entry_suits_stvec():
    """The two low bits of stvec are the mode: 0 for one entry (Privileged 1.12, 4.1.2)."""
    address = kernel_build.image_symbol("trap_entry")["st_value"]
    assert address % 4 == 0, f"trap_entry is at 0x{address:x}"


def test_boot_starts_at_the_first_byte():
    """The firmware jumps to where it has put the image."""
    elf = kernel_build.elf(IMAGE)
    first = min(load_segments(IMAGE), key=lambda segment: segment["p_vaddr"])
    assert elf["e_entry"] == first["p_paddr"]
    assert kernel_build.image_symbol("_start")["st_value"] == first["p_vaddr"]
    assert first["p_paddr"] % (2 << 20) == 0


# The trap tables.

def table_entries(name: str, row: str | None = None) -> list[int]:
    """The function addresses in a table of the kernel's constants, of which each row is one, or a
    struct ROW that begins with one."""
    elf = kernel_build.elf(IMAGE)
    symbol = kernel_build.image_symbol(name)
    section = elf.get_section(symbol["st_shndx"])
    assert not section["sh_flags"] & SHF_WRITE, f"{name} is in {section.name}, which is writable"
    start = symbol["st_value"] - section["sh_addr"]
    data = section.data()[start:start + symbol["st_size"]]
    entries = [entry for (entry,) in struct.iter_unpack("<Q", data)]
    return entries[::dwarf.structure_size(row) // 8] if row else entries


def function_names() -> dict[int, set[str]]:
    names: dict[int, set[str]] = {}
    for symbol in kernel_build.symbols(IMAGE):
        if symbol["st_info"]["type"] == "STT_FUNC":
            names.setdefault(symbol["st_value"], set()).add(symbol.name)
    return names


@pytest.mark.parametrize("name", ["exceptions", "interrupts"])
def test_table_is_constant_and_full(name):
    """Every row leads to the start of a function: no cause may lead to address 0."""
    names = function_names()
    entries = table_entries(name)
    assert entries, f"{name} is empty"
    expect_none(f"rows of {name} without a function", [
        f"row {index}: 0x{entry:x}" for index, entry in enumerate(entries) if entry not in names])


def functions_of(table: str, row: str | None = None) -> dict[int, set[str]]:
    """The functions in the rows of a table that has rows without one."""
    names = function_names()
    return {index: names[entry] for index, entry in enumerate(table_entries(table, row)) if entry}


def test_each_call_has_its_row():
    """A call of the list has a row in one of two tables, which leads to the function of its name;
    those of other numbers lead nowhere."""
    direct, others = functions_of("direct"), functions_of("rows", "row")
    listed = {int(number): str(name) for number, name, *_ in definitions.entries(
        definitions.INTERFACE / "syscalls.def", "SYSCALL")}
    assert not direct.keys() & others.keys()
    assert direct.keys() | others.keys() == listed.keys()
    expect_none("rows of another function", [
        f"row {number} of {listed[number]}: {names}"
        for prefixes, rows in ((("endpoint_", "direct_"), direct), (("sys_",), others))
        for number, names in rows.items()
        if names.isdisjoint(prefix + listed[number] for prefix in prefixes)])


@pytest.mark.parametrize("file, name", [("trap_table.c", "exceptions"),
                                        ("trap_table.c", "interrupts"),
                                        ("syscall.c", "rows"), ("syscall.c", "direct")])
def test_table_is_declared_constant(file, name):
    """GCC puts a table that nobody happens to change among the constants, const or not."""
    source = (KERNEL_SOURCE / "trap" / file).read_text(encoding="utf-8")
    constant = rf"\*const {name}\[|static const struct \w+ \{{.*?^\}} {name}\["
    assert re.search(constant, source, re.MULTILINE | re.DOTALL), \
        f"{file}: the rows of {name} are not const"


@pytest.mark.parametrize("table, code, handler", [
    ("exceptions", 8, "syscall_dispatch"),
    ("exceptions", 2, "illegal_instruction"),
    ("exceptions", 13, "fault_suspend"),
    ("exceptions", -1, "fault_suspend"),
    ("interrupts", 5, "interrupt_timer"),
    ("interrupts", 9, "interrupt_external"),
    ("interrupts", 1, "interrupt_software"),
    ("interrupts", -1, "interrupt_unexpected"),
])
def test_row_leads_to_its_handler(table, code, handler):
    assert handler in function_names()[table_entries(table)[code]]


def named_codes(source: str, pattern: str) -> dict[str, int]:
    return {name: int(code) for code, name in re.findall(pattern, source, re.MULTILINE)}


def rows_without_name(table: str, names: dict[str, int], source: str) -> list[str]:
    """The names of `names` that the initializer of `table` in C source does not use."""
    match = re.search(rf"\b{table}\[[^\]]*\]\s*=\s*\{{(.*?)\}};", source, re.DOTALL)
    assert match, f"no table {table}"
    rows = set(re.findall(r"\[(\w+)\]\s*=", match[1]))
    return sorted(set(names) - rows)


def exception_names() -> dict[str, int]:
    return named_codes((SOURCE / "include/trapeze/causes.def").read_text(encoding="utf-8"),
                       r"^CAUSE\((\d+), (\w+),")


def interrupt_names() -> dict[str, int]:
    pairs = re.findall(r"^#define (SCAUSE_\w+) (\d+)$", (KERNEL_SOURCE / "platform/riscv.h")
                       .read_text(encoding="utf-8"), re.MULTILINE)
    return {name: int(code) for name, code in pairs if name != "SCAUSE_INTERRUPT_BIT"}


def test_every_cause_of_the_specification_is_named():
    assert set(exception_names().values()) == EXCEPTION_CODES
    assert set(interrupt_names().values()) == INTERRUPT_CODES


@pytest.mark.parametrize("table, names", [("exceptions", exception_names()),
                                          ("interrupts", interrupt_names())])
def test_every_cause_has_its_named_row(table, names):
    source = (KERNEL_SOURCE / "trap/trap_table.c").read_text(encoding="utf-8")
    expect_none(f"{table} has no row by this name", rows_without_name(table, names, source))
    assert len(table_entries(table)) > max(names.values()), f"{table} is too short"


def test_missing_row_is_found():
    source = "static h *const exceptions[2 + 1] = {\n [SCAUSE_A] = f,\n [1] = f,\n};"
    assert rows_without_name("exceptions", {"SCAUSE_A": 0, "SCAUSE_B": 1}, source) == ["SCAUSE_B"]


# Assembly and C.

REGISTERS = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
             "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
CALLEE_SAVED = ["ra", "sp", *(f"s{i}" for i in range(12))]


def trapframe_x(number: int) -> int:
    """TRAPFRAME_X of sched/trapframe.h, by the preprocessor and then by arithmetic."""
    unit = next(unit for unit in kernel_build.units() if unit.source.suffix == ".S")
    result = subprocess.run(
        [*unit.command, "-E", "-P", "-x", "assembler-with-cpp", "-include", "sched/trapframe.h",
         "-"], input=f"TRAPFRAME_X({number})", cwd=unit.directory, check=True, capture_output=True,
        text=True)
    text = result.stdout.strip()
    assert re.fullmatch(r"[0-9()+* ]+", text), f"TRAPFRAME_X({number}) is {text}, not a number"
    return eval(text)  # pylint: disable=eval-used


OFFSET = re.compile(r"^OFFSET\((\w+),\s*(\w+),\s*([\w.]+)\)$", re.MULTILINE)


def listed_offsets() -> list[tuple[str, str, str]]:
    """(name, structure, member) of each OFFSET of the files offsets.c, but for those of a policy
    that is not built."""
    found = [offset for unit in kernel_build.units("offsets-")
             for offset in OFFSET.findall(unit.source.read_text(encoding="utf-8"))]
    assert len(found) > 80, "the offsets were not found"
    built = kernel_build.POLICY.fullmatch(kernel_build.built_policy().name)[1]
    return [offset for offset in found if offset[1] != "queue" or built == "priority"]


def misnamed(offsets: list[tuple[str, str, str]]) -> list[str]:
    """Those whose name does not end with the member's."""
    return [f"{name} is {member}" for name, _, member in offsets
            if not name.lower().endswith("_" + member.rpartition(".")[2])]


@functools.cache
def member_offsets(structure: str) -> dict[str, int]:
    """Offsets of the members; those of the array of struct context as s0, s1..."""
    offsets = {name: place.start for name, place in dwarf.structure_members(structure).items()}
    if structure == "context":
        first = offsets.pop("s")
        offsets.update({f"s{i}": first + 8 * i for i in range(12)})
    return offsets


def test_offsets_are_the_images():
    """What the assembler was told is what the compiler has told the debugger of the kernel's own
    files."""
    known = kernel_build.offsets()
    expect_none("assembly and the structures disagree", [
        f"{name} is {known.get(name)}, {member} of {structure} is at {place}"
        for name, structure, member in listed_offsets()
        if known.get(name) != (place := dwarf.member_offset(structure, member))])
    assert known["TRAPFRAME_SIZE"] == dwarf.structure_size("trapframe")
    assert 1 << known["HANDLE_SHIFT"] == dwarf.structure_size("handle")


def test_offsets_have_their_members_names():
    """So that none is another's by mistake."""
    expect_none("a name of another member", misnamed(listed_offsets()))


def test_misnamed_offset_is_found():
    assert misnamed([("THREAD_STATE", "thread", "state"), ("A_B_C", "a", "x.b_c")]) == []
    assert misnamed([("THREAD_STATE", "thread", "stale")]) == ["THREAD_STATE is stale"]


def test_offsets_are_used():
    text = "".join(path.read_text(encoding="utf-8") for path in kernel_build.kernel_files(".S")) \
        + (KERNEL_SOURCE / "trap/fast_path.h").read_text(encoding="utf-8")
    used = set(re.findall(r"\w+", text))
    expect_none("no assembly needs it", sorted(kernel_build.offsets().keys() - used))


def test_nested_member_is_found():
    """In a structure's structure, and in a nameless union of a structure."""
    thread, context = dwarf.structure_members("thread"), dwarf.structure_members("context")
    assert dwarf.member_offset("thread", "context.sp") == \
        thread["context"].start + context["sp"].start
    assert dwarf.member_offset("object", "next_free") == dwarf.member_offset("object", "owned") > 0
    assert dwarf.member_offset("object", "memory.base") > dwarf.member_offset("object", "memory")
    with pytest.raises(AssertionError):
        dwarf.member_offset("object", "memory.bass")


def test_numbered_offsets_agree():
    offsets = member_offsets("trapframe")
    expect_none("TRAPFRAME_X and struct trapframe disagree", [
        f"x{number} at {trapframe_x(number)}, {name} is at {offsets.get(name)}"
        for number, name in enumerate(["sepc", *REGISTERS[1:]])
        if offsets.get(name) != trapframe_x(number)])


def test_structures_hold_registers_and_nothing_else():
    assert set(member_offsets("trapframe")) == {"sepc", *REGISTERS[1:]}
    assert set(member_offsets("context")) == set(CALLEE_SAVED)


def image_function(name: str) -> list:
    code = [instruction for instruction in image_code() if instruction.function == name]
    assert code, f"the image has no code of {name}"
    return code


@functools.cache
def image_code() -> list:
    return disassembly.disassemble(IMAGE)


def saved_registers(code: list, structure: str, offset: int, moved: dict[str, str]) -> list[str]:
    """What is wrong with the stores of `code` to the structure `offset` bytes behind their base:
    each member takes the register of its name, which nothing has changed before, but for
    `moved`: what another register brings.
    """
    findings = []
    members = {place + offset: name for name, place in member_offsets(structure).items()}
    missing = set(members.values())
    changed: set[str] = set()
    for instruction in code:
        if instruction.store:
            register = instruction.operands[0]
            member = members.get(instruction.store[1])
            missing.discard(member)
            if register != moved.get(member, member):
                findings.append(f"{instruction} puts {register} into {member}")
            elif member not in moved and register in changed:
                findings.append(f"{instruction} saves {register} when it is lost already")
        elif instruction.operands:
            changed.add(instruction.operands[0])
    return findings + [f"{member} is not saved" for member in sorted(missing)]


def restored_registers(code: list, structure: str, base: str, offset: int,
                       wanted: list[str]) -> list[str]:
    """What is wrong with the loads of `code` from the structure: each register of `wanted` gets
    its own member, and the base comes last.
    """
    findings = []
    members = {place + offset: name for name, place in member_offsets(structure).items()}
    missing = set(wanted)
    for instruction in code:
        if instruction.load and instruction.load[0] == base and instruction.load[1] in members:
            register, member = instruction.operands[0], members[instruction.load[1]]
            if member in wanted and register != member:
                findings.append(f"{instruction} puts {member} into {register}")
            if base in wanted and base not in missing:
                findings.append(f"{instruction} comes after {base} is lost")
            missing.discard(member if register == member else None)
    return findings + [f"{register} is not restored" for register in sorted(missing)]


@pytest.mark.parametrize("function", ["trap_save", "trap_from_kernel"])
def test_trap_entry_saves_every_register(function):
    """sp is in sscratch by then, and sepc in no register: t0 and t1 bring them. Before trap_save,
    trap_entry has changed sp alone."""
    expect_none(f"{function} and struct trapframe disagree", saved_registers(
        image_function(function), "trapframe", 0, {"sp": "t0", "sepc": "t1"}))
    changed = [i.operands[0] for i in image_function("trap_entry") if i.mnemonic != "bge"
               and not i.mnemonic.startswith(("blt", "jal", "c.j"))]
    assert changed == ["sp"]


KEPT_BY_C = [f"s{number}" for number in range(12)]
LOST = ["t3", "t4", "t5", "t6"]  # no call has an argument there


def trap_system_call() -> tuple[list, list, list]:
    """The system call that is C's: up to the call of C, the way back, and the way off the hart."""
    code = image_function("trap_system_call")
    call = next(n for n, i in enumerate(code) if i.mnemonic == "jal" and i.operands[0] == "ra")
    back = next(n for n, i in enumerate(code) if i.mnemonic == "sret")
    return code[:call], code[call + 1:back + 1], code[back + 1:]


def test_system_call_saves_what_c_does_not_keep():
    """Every register but t3 to t6, and s0 to s11, which are saved where the thread leaves the hart; sp
    is the thread, and a0 after the first store."""
    before, _, off = trap_system_call()
    found = saved_registers(before, "trapframe", 0, {"sp": "t0", "sepc": "t1"})
    assert sorted(found) == sorted(f"{name} is not saved" for name in KEPT_BY_C + LOST)
    found = saved_registers(off, "trapframe", 0, {})
    rest = {"sepc", *REGISTERS[1:]} - set(KEPT_BY_C)
    assert sorted(found) == sorted(f"{name} is not saved" for name in rest)


def test_system_call_restores_what_c_does_not_keep():
    """And touches no register that C has kept; nothing of C's is left in the lost ones."""
    _, back, _ = trap_system_call()
    expect_none("trap_system_call and struct trapframe disagree", restored_registers(
        back, "trapframe", "a0", 0,
        [name for name in REGISTERS[1:] if name not in KEPT_BY_C + LOST]))
    cleared = {i.operands[0] for i in back if i.mnemonic in ("li", "c.li") and i.operands[1] == "0"}
    assert cleared == set(LOST)
    assert not {i.operands[0] for i in back if i.operands and not i.store} & set(KEPT_BY_C)


def test_trap_return_restores_every_register():
    expect_none("trap_return and struct trapframe disagree", restored_registers(
        image_function("trap_return"), "trapframe", "a0", 0, REGISTERS[1:]))


def test_swtch_saves_what_c_expects_to_survive():
    offset = dwarf.structure_members("thread")["context"].start
    expect_none("swtch and struct context disagree", saved_registers(
        image_function("swtch"), "context", offset, {}))


def test_swtch_restores_it():
    offset = dwarf.structure_members("thread")["context"].start
    expect_none("swtch_leave and struct context disagree", restored_registers(
        image_function("swtch_leave"), "context", "a0", offset, CALLEE_SAVED))


def test_swtch_leaves_the_boundary_behind():
    """The boundary rule: the context of whoever runs is trap_return and the top of its stack."""
    context = dwarf.structure_members("thread")["context"].start
    places = {context + offset: name for name, offset in member_offsets("context").items()}
    sources = {("tp", member_offsets("hart")["trap_return"]): "trap_return",
               ("a0", member_offsets("thread")["stack_top"]): "stack_top"}
    loaded: dict[str, str] = {}
    stored = {}
    for instruction in image_function("swtch_leave"):
        if instruction.load:
            loaded[instruction.operands[0]] = sources.get(instruction.load[:2])
        elif instruction.store:
            stored[places[instruction.store[1]]] = loaded[instruction.operands[0]]
    assert stored == {"ra": "trap_return", "sp": "stack_top"}


def instructions(text: str) -> list:
    return [disassembly.Instruction(0, line.split()[0], tuple(line.split()[1].split(",")), "f")
            for line in text.split("; ")]


def test_wrong_save_is_found():
    offsets = member_offsets("trapframe")
    save = [f"sd {register},{offsets[register]}(sp)" for register in REGISTERS[1:]]
    moved = f"csrrs t0,sepc,zero; sd t0,{offsets['sepc']}(sp)"
    right = "; ".join(save) + "; " + moved
    assert not saved_registers(instructions(right), "trapframe", 0, {"sepc": "t0"})
    for wrong in (right.replace("sd s3,", "sd s4,"), "; ".join(save[1:]) + "; " + moved,
                  "c.li t3,0; " + right):
        assert saved_registers(instructions(wrong), "trapframe", 0, {"sepc": "t0"})


def test_wrong_restore_is_found():
    offsets = member_offsets("trapframe")
    names = [name for name in REGISTERS[1:] if name != "a0"] + ["a0"]
    load = [f"ld {register},{offsets[register]}(a0)" for register in names]
    def findings(lines: list[str]) -> list[str]:
        return restored_registers(instructions("; ".join(lines)), "trapframe", "a0", 0,
                                  REGISTERS[1:])
    assert not findings(load)
    assert findings(load[1:]) and findings(load[::-1])
    assert findings([line.replace("ld s3,", "ld s4,") for line in load])


def assembly_objects() -> list:
    found = [unit for unit in kernel_build.units() if unit.source.suffix == ".S"]
    assert len(found) >= 4, "the assembly files were not found"
    return found


def stores_to(code: list, place: range) -> list[str]:
    """Stores at an offset from any register but sp that reach into `place`."""
    return [str(instruction) for instruction in code
            if instruction.store and instruction.store[0] != "sp"
            and instruction.store[1] < place.stop
            and instruction.store[1] + instruction.store[2] > place.start]


def test_assembly_writes_no_state():
    """thread_set_state is the only place that does, but for the fast path, of which
    test_fast_path.py tells what it writes. That one stores a byte: RUNNING into who gets the hart,
    the number of the system call that blocks (a7) or another state into who leaves it."""
    state = dwarf.structure_members("thread")["state"]
    for unit in assembly_objects():
        code = disassembly.disassemble(unit.object)
        if unit.name.startswith("trap/fast_"):
            code = [i for i in code if not (i.mnemonic == "sb" and i.store and i.operands[0] in (
                "zero", "a7", "s4", "s7") and i.store[0] in ("sp", "s6", "s7"))]
        expect_none(f"{unit.name} may write a thread's state", stores_to(code, state))


def state_stores(path) -> list[tuple[str, object]]:
    state = dwarf.structure_members("thread")["state"].start
    return [(store[0].store[0], store[4]) for store in path.stores if store[2] == state]


def test_fast_path_keeps_the_diagram_of_states():
    """A change of threads makes the one that comes RUNNING, and the other one something else; the
    one that comes was not READY but waited, or was taken out of a queue."""
    for entry in fast_paths.ENTRIES:
        for path in fast_paths.paths(entry):
            written = state_stores(path)
            if path.end != "sret":
                assert not written, path.labels
            elif path.sscratch == fast_paths.THREAD:
                assert not written, path.labels
            else:
                bases = [base for base, _ in written]
                assert len(written) == 2 and len(set(bases)) == 2, path.labels
                (coming,) = [base for base, value in written if value == fast_paths.ZERO]
                assert coming == "s6", path.labels


def test_a_blocking_calls_number_is_its_state():
    """Which the fast path stores for it."""
    calls = {str(name): int(number) for number, name, *_ in definitions.entries(
        definitions.INTERFACE / "syscalls.def", "SYSCALL")}
    states = {str(name): int(number) for number, name, *_ in definitions.entries(
        definitions.INTERFACE / "states.def", "STATE")}
    assert calls["call"] == states["AWAITING_REPLY"]
    assert calls["reply_recv"] == states["RECEIVING"]
    assert states["RUNNING"] == 0


def test_store_is_found():
    def store(operands: str, mnemonic: str = "sd") -> disassembly.Instruction:
        return disassembly.Instruction(0, mnemonic, tuple(operands.split(",")), "f")
    place = range(392, 396)
    for operands in ("a0,392(a1)", "a0,388(t0)"):
        assert stores_to([store(operands)], place)
    assert stores_to([store("a0,395(a1)", "sb")], place)
    for operands in ("a0,384(a1)", "a0,396(a1)", "a0,392(sp)"):
        assert not stores_to([store(operands)], place)
    assert not stores_to([store("a0,392(a1)", "ld")], place)


# User programs.

def program_files() -> list:
    return sorted((kernel_build.BUILD / "programs").glob("*.elf"))


def test_there_are_programs():
    assert program_files(), "no programs were built"


@pytest.mark.parametrize("path", program_files(), ids=lambda path: path.stem)
def test_program_has_no_writable_code(path):
    segments = [(s["p_vaddr"], s["p_flags"]) for s in kernel_build.elf(path).iter_segments()]
    expect_none("writable and executable", writable_code(segments))

# SPDX-License-Identifier: MIT
"""The fast path, by its machine code: on every way through it each register is the right one, what
goes to C is as if it had just trapped, and nothing is written but what is listed here.
"""
import functools
import re

import pytest

import disassembly
import dwarf
import fast_paths
import kernel_build
from fast_paths import FRAME_BYTES, NAMES, THREAD, ZERO, Path, Value
from findings import expect_none
from kernel_build import SOURCE

BUDGET_DOCUMENT = SOURCE / "docs/performance.md"

# What a way that comes back may change, beside the trapframe of who leaves: constants of the
# offsets, and how many bytes. Who switches by itself, or wakes somebody, may change more.
FIELDS = {
    "ENDPOINT_WAITING": 8, "ENDPOINT_PENDING": 8, "OBJECT_STATUS": 8, "OBJECT_PC": 8,
    "OBJECT_VALUE": 8, "PROCESS_TOKEN": 8,
    "PROCESS_SERVER": 8, "PROCESS_CALLER": 8, "THREAD_STATE": 1, "THREAD_QUICK": 8,
    "THREAD_FPU": 33 * 8, "THREAD_FPU_HART": 8, "HART_CURRENT": 8, "HART_FPU_OWNER": 8,
}
SWITCH_FIELDS = FIELDS | {"THREAD_QUICK_REPLY": 8, "THREAD_READY_NEXT": 8,
                          "THREAD_READY_PREVIOUS": 8, "THREAD_CYCLES": 8}
MAP_FIELDS = {
    "PROCESS_SLOTS_USED": 8, "THREAD_STALE": 1, "OBJECT_TYPE": 1, "OBJECT_PAYER": 8,
    "MAPPING_MEMORY": 8, "MAPPING_ADDRESS": 8, "MAPPING_FIRST_PAGE": 4, "MAPPING_GRANTED": 1,
    "MAPPING_PAGE_COUNT": 1, "MAPPING_RIGHTS": 1, "%lo(object_others)": 8,
}
CSRS = {"sscratch", "sepc", "satp", "sstatus", "fcsr", "stimecmp", "0x14d"}

# Who gets the hart finds what a message gives in these, and 0 in those; the rest is its own.
MESSAGE = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0"}
CLEARED = {"t1", "t2", "t3", "t4", "t5", "t6"}
SWITCHES = {name + suffix for name in ("yield_to", "slice_ends", "signal_wakes", "device_interrupts")
            for suffix in fast_paths.ENTRIES.values()}
HART_FIELDS = ("HART_PAYER", "HART_PAID_UNTIL", "HART_SLICE", "HART_SLICE_END",
               "HART_HIGHEST_READY")
MAP_LEAVES = {"t0", "t1", "t2", "t3", "t4", "t5"}  # 0, instead of what mapping does not read
MAP_CLEARED = MAP_LEAVES | {"a1", "a4", "a5"}
MESSAGE_WAYS = {"fast_call", "fast_reply_recv", "fast_fault"}


@functools.cache
def all_paths(entry: str) -> tuple[Path, ...]:
    return tuple(fast_paths.paths(entry))


def returning(entry: str) -> list[Path]:
    found = [path for path in all_paths(entry) if path.end == "sret"]
    assert found, f"nothing comes back from {entry}"
    return found


def way(path: Path) -> str:
    return " ".join(path.labels[1:])


def is_message(path: Path) -> bool:
    return bool(MESSAGE_WAYS & set(path.labels)) and "reply_is_verdict" not in path.labels


@pytest.fixture(params=fast_paths.ENTRIES)
def entry(request) -> str:
    return request.param


def test_every_way_is_seen():
    """Each instruction of the files is on some way."""
    code = list(fast_paths.code().values())
    seen = {i.address for entry in fast_paths.ENTRIES for path in all_paths(entry)
            for i in path.code}
    seen |= {after.address for i, after in zip(code, code[1:])  # where C comes back
             if i.mnemonic == "jal" and i.operands[0] == "ra"}
    expect_none("never reached", [
        str(i) for i in code if fast_paths.belongs(i.address) and i.address not in seen
        and i.mnemonic not in ("c.nop", "nop", "c.unimp")])


def wrong_registers(path: Path) -> list[str]:
    """At sret: what a user would find that is not its own, nor given to it."""
    found = []
    peer = path.sscratch
    for number, name in enumerate(NAMES[1:], 1):
        value = path.registers[name]
        own = value == Value("user", name) if peer == THREAD else \
            value.kind == "loaded" and value.base == peer and value.offset == 8 * number
        if own:
            continue
        if peer == THREAD:
            given = name == "a0" and value.kind in ("number", "loaded") and not value.is_users
            given |= "fast_map" in path.labels and name in MAP_CLEARED and value in path.zeros
        elif is_message(path):
            word = re.fullmatch("a[1-5]", name) and value == Value("user", name)
            given = value in path.zeros if name in CLEARED else \
                name in MESSAGE and (word or value in path.zeros or not value.is_users)
        else:
            given = "wake" in way(path) or "device" in way(path)
            given = given and (name in MESSAGE | CLEARED) and not value.is_users
        if not given:
            found.append(f"{way(path)}: {name} is {value.kind} {value.text} {value.offset}")
    return found


def test_no_register_leaks(entry):
    """Who comes back has its own registers, but for the message; nobody else's, nor the kernel's
    addresses."""
    expect_none("registers at sret", [f for path in returning(entry) for f in wrong_registers(path)])


def test_sepc_and_sscratch_belong_together(entry):
    for path in returning(entry):
        assert path.registers["sp"] == Value("user", "sp") if path.sscratch == THREAD else \
            path.sscratch.kind in ("loaded", "made"), way(path)
        assert "sepc" in [name for _, name in path.csrs], f"{way(path)}: goes on at the ecall"


def wrong_way_out(path: Path) -> list[str]:
    """What C would find changed."""
    found = [f"{i}" for i, name in path.csrs if name != "sscratch"]
    found += [str(store[0]) for store in fast_paths.changes(path)
              if not (path.end == "irq_deliver" and store[3] == 4)]  # the interrupt controller's
    saved = {offset: value for (base, offset), value in path.memory.items() if base == THREAD}
    in_frame = path.end in ("trap_saved", "irq_deliver", "irq_take")
    for number, name in enumerate(NAMES[1:], 1):
        value = saved.get(8 * number) if in_frame else path.registers[name]
        if name == "sp" and not in_frame:
            value = path.sscratch if path.registers["sp"] == THREAD else None
        own = value == Value("user", name)
        own |= value == ZERO and Value("user", name) in path.zeros
        own |= value == ZERO and "map_gives_up" in path.labels and name in MAP_LEAVES
        if not own:
            found.append(f"{name} is lost")
    if in_frame and saved.get(0, ZERO).text.find("sepc") < 0:
        found.append("sepc is not saved")
    return [f"{way(path)} to {path.end}: {what}" for what in found]


def test_what_goes_to_c_has_changed_nothing(entry):
    """All checks come before the first store, and every register is as it was."""
    out = [path for path in all_paths(entry) if path.end not in ("sret", "trap_from_kernel")]
    assert {path.end for path in out} >= {"trap_save", "trap_system_call"}
    expect_none("changed on the way to C", [f for path in out for f in wrong_way_out(path)])


def users_addresses(path: Path) -> set[str]:
    return {str(access[0]) for access in (*path.loads, *path.stores) if access[1].is_users}


def test_no_address_is_a_users(entry):
    """So it never reaches user memory, nor what a register of the user's names. What has been
    compared with a value of the kernel's may be part of one: an index, an offset."""
    expect_none("a user's value is an address",
                sorted(set().union(*(users_addresses(path) for path in all_paths(entry)))))


def test_the_lock_is_held_over_all_changes(entry):
    """Taken once before the first, released after the last, behind a fence; the satp too."""
    found = []
    for path in returning(entry):
        locks = [path.code.index(s[0]) for s in path.stores if fast_paths.is_lock(s)]
        changed = [path.code.index(s[0]) for s in fast_paths.changes(path)]
        changed += [path.code.index(i) for i, name in path.csrs if name in ("satp", "sstatus")]
        if not changed and not locks:
            continue
        if len(locks) != 2 or not all(locks[0] < at < locks[1] for at in changed):
            found.append(f"{way(path)}: locked at {locks}, changes at {changed}")
        elif path.code[locks[1] - 1].mnemonic != "fence":
            found.append(f"{way(path)}: no fence before the release")
    expect_none("outside the lock", found)


def test_a_change_of_thread_is_one_of_address_space(entry):
    for path in returning(entry):
        written = [name for _, name in path.csrs].count("satp")
        assert written == (path.sscratch != THREAD), way(path)


def named(name: str) -> int:
    """A constant of the offsets, or a sum of them; what is left of a symbol when `lui` has loaded
    the rest."""
    if "+" in name:
        return sum(named(part) for part in name.split("+"))
    if match := re.fullmatch(r"%lo\((.*)\)", name):
        return (kernel_build.image_symbol(match[1])["st_value"] + 2048) % 4096 - 2048
    return kernel_build.offsets()[name]


def allowed(path: Path) -> set[int]:
    """The offsets that a way may write to, whatever the base."""
    switches = bool(SWITCHES & set(path.labels))
    found = {named(name) + byte for name, size in (SWITCH_FIELDS if switches else FIELDS).items()
             for byte in range(size)}
    if switches:
        found |= set(range(8)) | set(range(16, 20))  # the first of a ring, a queue's levels
        found |= {named(name) + byte for name in HART_FIELDS for byte in range(8)}
    if "fast_map" in path.labels:
        found = {named(name) + byte for name, size in MAP_FIELDS.items() for byte in range(size)}
        found |= set(range(16))  # lists' links, the page's entry
    return found


def test_a_mapping_is_complete(entry):
    """All of it is written, and whatever is cached of the page is forgotten before the lock is
    given back."""
    for path in returning(entry):
        if "fast_map" not in path.labels:
            continue
        written = {store[2] for store in fast_paths.changes(path)}
        expect_none("not written", [name for name in MAP_FIELDS if named(name) not in written])
        (fence,) = [i for i in path.code if i.mnemonic == "sfence.vma"]
        looked_at = {load[1] for load in path.loads if load[2] == 0 and load[1].kind == "made"}
        (entry_store,) = [store for store in fast_paths.changes(path)
                          if store[2] == 0 and store[1] in looked_at]
        released = max(path.code.index(s[0]) for s in path.stores if fast_paths.is_lock(s))
        order = [path.code.index(entry_store[0]), path.code.index(fence), released]
        assert fence.operands[0] == "a2" and order == sorted(order)


def test_nothing_else_is_written(entry):
    expect_none("a field that is not listed", sorted({
        f"{store[0]}" for path in returning(entry) for store in fast_paths.changes(path)
        if store[2] not in allowed(path)}))
    expect_none("a register of the hart's", sorted({
        str(i) for path in all_paths(entry) for i, name in path.csrs if name not in CSRS}))


# What each message looks at, by the constant of its offset.
SEES = {
    "fast_call": "PROCESS_SEND OBJECT_ID ENDPOINT_WAITING THREAD_QUICK THREAD_QUICK_CALL "
                 "THREAD_PRIORITY",
    "fast_fault": "PROCESS_SUPERVISOR PROCESS_SUPERVISOR_ID OBJECT_ID ENDPOINT_WAITING "
                  "THREAD_QUICK THREAD_QUICK_CALL THREAD_PRIORITY",
    "fast_reply_recv": "PROCESS_RECEIVE_NUMBER PROCESS_RECEIVE_ID PROCESS_ENDPOINT OBJECT_ID "
                       "ENDPOINT_WAITING PROCESS_CALLER PROCESS_TOKEN THREAD_QUICK "
                       "THREAD_QUICK_REPLY HART_HIGHEST_READY THREAD_URGENCY",
    "fast_signal": "PROCESS_SIGNAL OBJECT_ID ENDPOINT_WAITING",
    "yield_to": "THREAD_QUICK THREAD_QUICK_CALL THREAD_POLICY HART_PAYER",
    "wake": "THREAD_QUICK THREAD_QUICK_CALL THREAD_URGENCY HART_PAYER HART_WAKE_QUEUE",
    "slice_ends": "THREAD_QUICK THREAD_QUICK_CALL THREAD_POLICY HART_SLICE HART_FAST_UNTIL",
    "fast_map": "HANDLES_INLINE_END HANDLES_INLINE_PLACES+HANDLE_OBJECT "
                "HANDLES_INLINE_PLACES+HANDLE_GENERATION HANDLES_INLINE_PLACES+HANDLE_ID "
                "HANDLES_INLINE_PLACES+HANDLE_RIGHTS OBJECT_ID OBJECT_RUN_PAGES PROCESS_REGION "
                "PROCESS_REGION_ENTRIES PROCESS_SLOTS_USED PROCESS_SLOTS_LIMIT %lo(object_others)",
}


def test_every_check_is_made(entry):
    """Whatever comes back has looked at each: generation, liveness, token, words, priority."""
    found = []
    for path in returning(entry):
        seen = {load[2] for load in path.loads}
        for label, names in SEES.items():
            if label in path.labels:
                found += [f"{way(path)}: {name}" for name in names.split()
                          if named(name) not in seen]
    expect_none("not looked at", found)


def test_the_copies_differ_by_the_fence():
    """trap_entry_fast_shared is the same, but that each change of satp is followed by a fence of
    ASID 0, which keeps the global entries."""
    def text(entry: str) -> list[list[str]]:
        return [[f"{i.mnemonic.removeprefix('c.')} "
                 + ",".join(o for o in i.operands if not re.fullmatch("[0-9a-f]{16}", o))
                 for i in path.code] for path in all_paths(entry)]
    fence = ["li s4,0", "sfence.vma zero,s4"]
    for plain, shared in zip(text("trap_entry_fast"), text("trap_entry_fast_shared"), strict=True):
        with_fence = []
        for line in plain:
            with_fence += [line, *(fence if line == "csrrw zero,satp,s4" else [])]
        assert with_fence == shared


# The budget, and where the instructions go.

def table() -> dict[str, list[int]]:
    """The rows of docs/performance.md that name a way by its labels."""
    text = BUDGET_DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_ ]+)` \|(.*)\|$", text, re.MULTILINE)
    return {name: [int(cell) if cell.strip() else 0 for cell in cells.split("|")]
            for name, cells in rows}


@functools.cache
def counted() -> dict[str, list[int]]:
    """The same from the machine code: of the ways with these labels, the longest."""
    found: dict[str, list[int]] = {}
    members = dwarf.structure_members("thread")
    fpu = range(members["fpu"].start, members["fpu"].stop)
    for path in returning("trap_entry_fast"):
        counts = fast_paths.phases(path, named("PROCESS_SATP"), fpu)
        row = [*counts.values(), sum(counts.values())]
        if way(path) not in found or row[-1] > found[way(path)][-1]:
            found[way(path)] = row
    return found


def test_the_document_counts_right():
    wrong = [f"| `{name}` | " + " | ".join(str(n or "") for n in row) + " |"
             for name, row in counted().items() if table().get(name) != row]
    expect_none("rows of docs/performance.md that the machine code does not bear out; it says", wrong)
    expect_none("ways that there are not", sorted(table().keys() - counted().keys()))


# The checks can fail.

def changed(path: Path, **values: Value) -> Path:
    other = path.fork()
    other.registers.update(values)
    return other


def test_a_leak_is_found():
    (call, *_) = [p for p in returning("trap_entry_fast") if way(p) == "fast_call call_is_made"]
    assert not wrong_registers(call)
    for name, value in (("t3", Value("user", "t3")), ("s1", Value("user", "s1")),
                        ("s5", Value("made", "lui")), ("a6", Value("user", "a6")),
                        ("t1", Value("made")), ("sp", THREAD)):
        assert wrong_registers(changed(call, **{name: value})), name


def test_a_leak_by_mapping_is_found():
    (path, *_) = [p for p in returning("trap_entry_fast") if "fast_map" in p.labels]
    assert not wrong_registers(path)
    for name, value in (("t3", Value("made")), ("a4", Value("loaded")), ("t6", ZERO),
                        ("a2", ZERO), ("s0", Value("made")), ("a0", Value("tainted"))):
        assert wrong_registers(changed(path, **{name: value})), name
    (out, *_) = [p for p in all_paths("trap_entry_fast") if "map_gives_up_locked" in p.labels]
    assert not wrong_way_out(out)
    for name, value in (("t3", Value("made")), ("a4", ZERO), ("a1", Value("loaded"))):
        assert wrong_way_out(changed(out, **{name: value})), name


def test_a_users_address_is_found():
    (path, *_) = [p for p in returning("trap_entry_fast") if "fast_map" in p.labels]
    assert not users_addresses(path)
    other = path.fork()
    other.loads.append((path.code[0], Value("tainted"), 0, 8))
    assert users_addresses(other)


def test_a_changed_way_out_is_found():
    (path, *_) = [p for p in all_paths("trap_entry_fast") if p.end == "trap_system_call"]
    assert not wrong_way_out(path)
    assert wrong_way_out(changed(path, s3=Value("made")))
    other = path.fork()
    store = disassembly.Instruction(0, "sd", ("zero", "48(s2)"), "f")
    other.stores.append((store, Value("loaded"), 48, 8, ZERO))
    assert wrong_way_out(other)
    assert FRAME_BYTES == dwarf.structure_size("trapframe")

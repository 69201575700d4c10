# SPDX-License-Identifier: MIT
"""Kernels whose fast path is wrong in one line."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from trapeze_tools.build import Build
from trapeze_tools.paths import SOURCE

_TRAP = SOURCE / "src" / "trap"
_UNITS = ("fast_path.S", "fast_switch.S", "fast_map.S")
_FILES = (*_UNITS, "fast_path.h")


@dataclass(frozen=True)
class Mutant:
    """The first `line` behind `place` becomes `instead`."""

    name: str
    place: str
    line: str
    instead: str = "nop"
    program: str = "test-paths"  # that finds it


TURNS = {"program": "test-turns"}

MUTANTS = (
    Mutant("call-takes-a-grant", "fast_call:", "or s0, t0, t1", "mv s0, t1"),
    Mutant("call-takes-a-deadline", "fast_call:", "or s0, t0, t1", "mv s0, t0"),
    Mutant("call-welcomes-a-grant", "fast_call:", "or s0, s0, t2"),
    Mutant("call-by-any-handle", "fast_call:", "bne s1, a0, give_up"),
    Mutant("call-of-the-dead", "fast_call:", "bne s4, s3, give_up_locked"),
    Mutant("call-of-nobody", "fast_call:", "bgez s6, give_up_locked"),
    Mutant("call-of-who-is-not-quick", "fast_call:", "bne s4, tp, call_with_fpu"),
    Mutant("call-lends-nothing", "fast_call:", "bltu s7, s4, give_up_locked"),
    Mutant("call-lends-nothing-with-fpu", "call_with_fpu:", "bgeu s7, s4, switch_fpu", "j switch_fpu"),
    Mutant("receiver-still-waits", "fast_call:", "sd zero, ENDPOINT_WAITING(s2)"),
    Mutant("caller-still-runs", "fast_call:", "sb a7, THREAD_STATE(sp)"),
    Mutant("receiver-still-receives", "fast_call:", "sb zero, THREAD_STATE(s6)"),
    Mutant("caller-without-server", "fast_call:", "sd s6, PROCESS_SERVER(sp)"),
    Mutant("server-without-caller", "fast_call:", "sd sp, PROCESS_CALLER(s6)"),
    Mutant("hart-is-the-callers", "fast_call:", "sd s6, HART_CURRENT(tp)"),
    Mutant("token-is-old", "fast_call:", "sd a6, PROCESS_TOKEN(sp)"),
    Mutant("no-badge", "fast_call:", "ld a7, PROCESS_SEND + CACHE_BADGE(sp)"),
    Mutant("no-kind", "fast_call:", "li a0, 0"),
    Mutant("no-change-of-space", ".macro change_space", "csrw satp, s4"),
    Mutant("t6-leaks", ".macro resume_receiver", "28, 29, 30, 31", "28, 29, 30"),
    Mutant("s11-is-lost", ".macro save_survivors", "26, 27", "26"),
    Mutant("s11-leaks", ".macro resume_receiver", "26, 27, 22", "26, 22"),
    Mutant("sp-is-lost", ".macro save_survivors", "sd s0, TRAPFRAME_X(2)(sp)"),
    Mutant("ecall-again", ".macro save_survivors", "addi s0, s0, ECALL_BYTES"),
    Mutant("reply-takes-a-grant", "fast_reply_recv:", "or s0, t0, t1", "mv s0, t1"),
    Mutant("reply-takes-a-deadline", "fast_reply_recv:", "or s0, t0, t1", "mv s0, t0"),
    Mutant("reply-welcomes-a-grant", "fast_reply_recv:", "or s0, s0, t2"),
    Mutant("reply-by-any-handle", "fast_reply_recv:", "bne s1, a0, give_up"),
    Mutant("reply-at-the-dead", "fast_reply_recv:", "bne s4, s3, give_up_locked"),
    Mutant("reply-to-nobody", "fast_reply_recv:", "beqz s6, give_up_locked"),
    Mutant("reply-by-any-token", "fast_reply_recv:", "bne s4, a6, give_up_locked"),
    Mutant("reply-misses-what-waits", "fast_reply_recv:", "or s0, s0, s4"),
    Mutant(
        "reply-of-the-payer",
        "fast_reply_recv:",
        "ld tp, THREAD_QUICK_REPLY(sp)",
        "ld tp, THREAD_QUICK_CALL(sp)",
    ),
    Mutant("reply-to-who-is-not-quick", "fast_reply_recv:", "bne s4, tp, reply_otherwise"),
    Mutant("reply-before-the-urgent", "fast_reply_recv:", "bltu s7, s4, give_up_locked"),
    Mutant("nobody-receives", "reply_is_given:", "sd sp, ENDPOINT_WAITING(s2)"),
    Mutant("receiver-runs", "reply_is_given:", "sb a7, THREAD_STATE(sp)"),
    Mutant("caller-still-waits", "reply_is_given:", "sb zero, THREAD_STATE(s6)"),
    Mutant("caller-stays", "reply_is_given:", "sd zero, PROCESS_CALLER(sp)"),
    Mutant("reply-with-token", "reply_is_given:", "li a6, 0"),
    Mutant("reply-with-badge", "reply_is_given:", "li a7, 0"),
    Mutant("floats-are-not-saved", "switch_fpu:", "bgez s7, 2f", "j 2f"),
    Mutant("fcsr-is-not-saved", "switch_fpu:", "frcsr s7"),
    Mutant("floats-leak", "switch_fpu:", "csrc sstatus, s7"),
    Mutant("floats-have-no-owner", "switch_fpu:", "sd s6, HART_FPU_OWNER(tp)"),
    Mutant("verdict-is-always-mild", "reply_is_verdict:", "bnez a1, give_up_locked"),
    Mutant("verdict-for-ever", "reply_is_verdict:", "sd tp, THREAD_QUICK(s6)"),
    Mutant("fault-lends-nothing", "fast_fault:", "bltu s7, s4, give_up_fault_locked"),
    Mutant("fault-without-cause", "fast_fault:", "mv a1, s0"),
    Mutant("fault-without-badge", "fast_fault:", "ld a7, PROCESS_SUPERVISOR_BADGE(sp)"),
    Mutant("fault-is-a-call", "fast_fault:", "addi s4, tp, QUICK_VERDICT", "mv s4, tp"),
    Mutant("signal-by-any-handle", "fast_signal:", "bne s6, a0, signal_gives_up"),
    Mutant("signal-of-the-dead", "fast_signal:", "bne s4, s3, signal_gives_up_locked"),
    Mutant("signal-passes-several", "fast_signal:", "bnez s4, signal_gives_up_locked"),
    Mutant("signal-is-not-seen", "fast_signal:", "sd s6, ENDPOINT_WAITING(s2)"),
    Mutant("signal-forgets-others", "fast_signal:", "or s4, s4, s0", "mv s4, s0"),
    Mutant("signal-clobbers-s6", "fast_signal:", "18, 19, 20, 21, 22", "18, 19, 20, 21"),
    Mutant("yield-to-nobody", "fast_yield:", "bnez s0, FAST(yield_to)"),
    Mutant("yield-with-result", "FAST(yield_to):", "sd zero, TRAPFRAME_X(10)(sp)"),
    Mutant("yield-stays-first", "FAST(yield_to):", "rotate"),
    Mutant("yield-at-others-expense", "FAST(yield_to):", "bne s4, sp, give_up_locked"),
    Mutant("equal-is-not-quick", ".macro find_equal", "bne s4, tp, \\otherwise"),
    Mutant("who-gives-way-still-runs", ".macro exchange", "sb \\ready, THREAD_STATE(sp)"),
    Mutant("who-comes-does-not-pay", ".macro exchange", "sd s6, HART_PAYER(tp)"),
    Mutant("who-comes-is-still-ready", ".macro exchange", "sb zero, THREAD_STATE(s6)"),
    Mutant("equal-is-still-first", ".macro rotate", "sd s7, 0(s1)"),
    Mutant("equal-is-still-there", ".macro rotate", "sd sp, THREAD_READY_PREVIOUS(s7)"),
    Mutant("interrupt-of-nobody", "FAST(device_interrupts):", "bltz s6, wake", "j wake"),
    Mutant("wake-of-who-is-not-quick", "wake:", "bne s4, tp, wake_gives_up"),
    Mutant("wake-of-the-less-urgent", "wake:", "bgeu s3, s7, wake_gives_up"),
    Mutant("wake-at-others-expense", "wake:", "bne s4, sp, wake_gives_up"),
    Mutant("woken-does-not-pay-itself", "wake:", "sd s6, THREAD_QUICK_REPLY(s6)"),
    Mutant("waker-is-lost-among-equals", "wake_among:", "sd sp, THREAD_READY_NEXT(s8)"),
    Mutant("woken-still-waits", "wake:", "sd zero, ENDPOINT_WAITING(s2)"),
    Mutant("waker-is-not-seen", "wake:", "sw s3, HART_HIGHEST_READY(tp)"),
    Mutant("waker-is-not-queued", "wake:", "sw s7, READY_NONEMPTY(s1)"),
    Mutant("woken-without-kind", "wake:", "li a0, 1"),
    Mutant("woken-without-bits", "wake:", "mv a1, s0"),
    Mutant("interrupt-at-the-dead", "FAST(device_interrupts):", "bne s4, s3, device_is_c"),
    Mutant("interrupt-is-not-masked", "FAST(device_interrupts):", "sw zero, 0(s3)"),
    Mutant("interrupt-is-not-completed", "FAST(device_interrupts):", "sw s8, 0(s1)"),
    Mutant("interrupt-without-bits", "FAST(device_interrupts):", "ld s0, IRQ_BADGE(s0)", "li s0, 0"),
    Mutant("slice-of-another", "FAST(slice_ends):", "bne s4, sp, interrupt_gives_up", **TURNS),
    Mutant("slice-is-not-timed", "FAST(slice_ends):", "csrw CSR_STIMECMP, s0", **TURNS),
    Mutant("slice-is-the-last-ones", "FAST(slice_ends):", "sd s6, HART_SLICE(tp)", **TURNS),
    Mutant("slice-stays-first", "FAST(slice_ends):", "rotate", **TURNS),
    Mutant("slice-loses-a0", ".macro save_interrupted", "sd a0, TRAPFRAME_X(10)(sp)", **TURNS),
    Mutant("interrupted-loses-t6", ".macro save_interrupted", "29, 30, 31", "29, 30"),
    Mutant("interrupted-t6-leaks", ".macro resume_interrupted", "29, 30, 31, 2", "29, 30, 2"),
    Mutant("bail-out-clobbers-s9", ".macro give_up_checks", "24, 25, 26", "24, 26"),
    Mutant("bail-out-clobbers-tp", ".macro give_up_checks", "number, 4, 8", "number, 8"),
    Mutant("bail-out-keeps-the-lock", ".macro give_up_checks", "unlock"),
    Mutant("map-of-several", "fast_map:", "bnez s0, map_gives_up"),
    Mutant("map-for-others", "fast_map:", "bnez a1, map_gives_up"),
    Mutant("map-to-execute", "fast_map:", "andi s0, a5, ~(RIGHT_READ | RIGHT_WRITE)", "li s0, 0"),
    Mutant("map-without-rights", "fast_map:", "beqz a5, map_gives_up"),
    Mutant("map-beyond-the-handles", "fast_map:", "bgeu t1, s0, map_gives_up_locked"),
    Mutant("map-by-a-free-handle", "fast_map:", "beqz t2, map_gives_up_locked"),
    Mutant("map-by-a-stale-handle", "fast_map:", "bne s0, a1, map_gives_up_locked"),
    Mutant(
        "map-of-the-dead",
        "ld a1, HANDLES_INLINE_PLACES + HANDLE_ID(t1)",
        "bne s0, a1, map_gives_up_locked",
    ),
    Mutant("map-beyond-the-memory", "fast_map:", "bgeu a3, s0, map_gives_up_locked"),
    Mutant("map-with-any-rights", "fast_map:", "bne a1, s0, map_gives_up_locked"),
    Mutant("map-elsewhere", "fast_map:", "bne t3, a1, map_gives_up_locked"),
    Mutant("map-over-what-is-there", "fast_map:", "bnez a1, map_gives_up_locked"),
    Mutant("map-beyond-the-quota", "fast_map:", "beq t4, a1, map_gives_up_locked"),
    Mutant("map-without-a-slot", "fast_map:", "beqz a1, map_gives_up_locked"),
    Mutant("map-for-nothing", "fast_map:", "sd t4, PROCESS_SLOTS_USED(sp)"),
    Mutant("mapping-is-still-free", "fast_map:", "sd t4, %lo(object_others)(t5)"),
    Mutant("mapping-without-type", "fast_map:", "sb s0, OBJECT_TYPE(a1)"),
    Mutant("mapping-of-nobody", "fast_map:", "sd sp, OBJECT_PAYER(a1)"),
    Mutant("mapping-elsewhere", "fast_map:", "sd a2, MAPPING_ADDRESS(a1)"),
    Mutant("page-is-the-first", "fast_map:", "slli s0, a3, PTE_PPN_SHIFT", "li s0, 0"),
    Mutant("page-is-not-writable", "fast_map:", "add a5, a5, t1"),
    Mutant("page-is-not-mapped", "fast_map:", "sd a5, (t3)"),
    Mutant("memory-without-mapping", "addi a5, t2, MEMORY_MAPPINGS", "append"),
    Mutant("process-without-mapping", "addi a5, sp, PROCESS_MAPPINGS", "append"),
    Mutant("map-without-number", "fast_map:", "ld a0, OBJECT_NUMBER(a1)"),
    Mutant("map-leaks-a5", "fast_map:", "a1, a4, a5", "a1, a4"),
    Mutant("map-again", "fast_map:", "addi s0, s0, ECALL_BYTES"),
    Mutant("map-bail-out-clobbers-a1", "map_gives_up_locked:", "li a1, 0"),
    Mutant("map-bail-out-keeps-the-lock", "map_gives_up_locked:", "sb zero, (t0)"),
    Mutant("map-bail-out-leaks", "map_gives_up:", "clear t0, t1, t2, t3, t4, t5", "clear t0"),
    Mutant("fault-bail-out-clobbers-a2", "give_up_fault:", "ld a2, TRAPFRAME_X(12)(sp)"),
)

# No program finds these yet. Who pays is not in a play's sums, since paths differ in what they take:
# that it is looked at is proven of the machine code (test/structure/test_fast_path.py), that it is
# written is not. And a waker with equals that are ready is too rare in a play.
UNFOUND = {
    "yield-at-others-expense",
    "wake-at-others-expense",
    "who-comes-does-not-pay",
    "woken-does-not-pay-itself",
    "waker-is-lost-among-equals",
}


def mutate(source: str, mutant: Mutant) -> str | None:
    """The source with the mutant's line; None if it lacks the place. A mutant that does not fit any
    more is an error."""
    place = re.search(rf"^\s*{re.escape(mutant.place)}", source, re.MULTILINE)
    if not place:
        return None
    line = re.compile(rf"(?<![\w(]){re.escape(mutant.line)}(?!\w)")
    found = line.search(source, place.end())
    assert found, f"{mutant.name}: no '{mutant.line}' follows {mutant.place}"
    return source[: found.start()] + mutant.instead + source[found.end() :]


def _write_sources(mutant: Mutant, directory: Path) -> None:
    written = 0
    for name in _FILES:
        source = (_TRAP / name).read_text()
        mutated = mutate(source, mutant)
        written += mutated is not None
        (directory / name).write_text(source if mutated is None else mutated)
    assert written == 1, f"{mutant.name}: {written} files have {mutant.place}"


def _assemble(made: Build, name: str, directory: Path) -> Path:
    entries = json.loads((made.directory / "compile_commands.json").read_text())
    entry = next(each for each in entries if each["file"].endswith(f"/src/trap/{name}"))
    command = shlex.split(entry["command"])
    compiled = directory / f"{name}.o"
    command[command.index("-o") + 1] = str(compiled)
    command[command.index("-c") + 1] = str(directory / name)
    command.insert(1, f"-I{directory.parent}")  # "trap/fast_path.h"
    subprocess.run(command, cwd=entry["directory"], check=True)
    return compiled


def build_mutant(made: Build, mutant: Mutant, directory: Path) -> Build:
    """Assembles the mutant and links it with the objects of a build."""
    sources = directory / "trap"
    sources.mkdir()
    _write_sources(mutant, sources)
    listing = subprocess.run(
        ["ninja", "-t", "commands", "trapeze.elf"],
        cwd=made.directory,
        check=True,
        capture_output=True,
        text=True,
    )
    link = shlex.split(listing.stdout.splitlines()[-1].split(" && ")[1])
    for name in _UNITS:
        (place,) = (i for i, word in enumerate(link) if word.endswith(f"trap/{name}.obj"))
        link[place] = str(_assemble(made, name, sources))
    link[link.index("-o") + 1] = str(directory / "trapeze.elf")
    subprocess.run(link, cwd=made.directory, check=True)
    return Build(made.preset, directory)

# SPDX-License-Identifier: MIT
"""QEMU's trace and the program's own reading of instret tell the same: two ways to count that have
nothing in common."""

import pytest

from trapeze_tools import qemu
from trapeze_tools.benchmark import listing, worst
from trapeze_tools.benchmark.figures import read_figures
from trapeze_tools.benchmark.measure import Bench

TRACEABLE = [figure for figure in read_figures() if figure.traceable and not figure.special]
# Where the firmware has to hand an exception on, the trace leaves its part out.
PARTLY_FIRMWARE = {"call_reply_float"}
# Operations of two processes go through the scheduler, and not all look anything up.
PHASES = {
    "process_self": {"entry", "exit"},
    "call": {"entry", "lookup", "transfer", "switch", "exit"},
    "reply_recv": {"entry", "lookup", "transfer", "switch", "exit"},
}


@pytest.fixture(scope="module")
def bench(build, emulator):
    return Bench(emulator, build, qemu.find_firmware(), read_figures())


@pytest.fixture(scope="module")
def listed(bench):
    """listed(FIGURE): its instructions, traced once."""
    kept = {}

    def get(figure):
        if figure.name not in kept:
            kept[figure.name] = listing.instructions(bench.window(figure), bench.made)
        return kept[figure.name]

    return get


@pytest.mark.parametrize("figure", TRACEABLE, ids=lambda figure: figure.name)
def test_trace_and_instret_agree(bench, listed, figure):
    count = sum(one.counts for one in listed(figure))
    if figure.name in PARTLY_FIRMWARE:
        assert count <= bench.value(figure)
    else:
        assert count == bench.value(figure)


@pytest.mark.parametrize("figure", TRACEABLE, ids=lambda figure: figure.name)
def test_every_instruction_has_a_phase(listed, figure):
    """The table knows every function; and each instruction has a text and a line of source."""
    for one in listed(figure):
        assert one.phase in listing.phase_names() and one.phase != "other", one
        assert one.text != "?" and one.place.line.isdigit(), one
    assert PHASES.get(figure.name, set()) <= {one.phase for one in listed(figure)}


def test_listing(listed, script, bench):
    (figure,) = (one for one in TRACEABLE if one.name == "call")
    answer = script("bench", "--no-build", "--trace", "call")
    assert answer.returncode == 0, answer.stderr
    head, _, _, *lines = answer.stdout.splitlines()
    assert head.startswith(f"{figure.title}: {bench.value(figure)} instructions")
    assert " ecall " in lines[0] and "measured.S:" in lines[0]
    rows = listed(figure)
    assert [line.split()[1] for line in lines[: len(rows)]] == [one.phase for one in rows]
    assert lines[len(rows) - 1].split()[3] == "sret"
    phases = [line.split() for line in lines[len(rows) + 2 :]]
    assert sum(int(words[1]) for words in phases) == bench.value(figure)
    for words in phases:
        assert int(words[1]) == sum(one.counts and one.phase == words[0] for one in rows)


def test_what_is_no_operation_has_no_trace(script):
    answer = script("bench", "--no-build", "--trace", "boot_handoff")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "boot_handoff is not one operation" in answer.stderr


def test_every_system_call_can_be_told_from_the_others(bench):
    """By the functions that are executed for it."""
    kinds = worst.Kinds(bench.symbols)
    names = {kinds.of_function(name) for name in bench.symbols.addresses}
    assert kinds.calls <= names


def test_worst_stretches(bench):
    """What makes a page table, and what a fault and a timer interrupt do, have one each."""
    found = {one.kind: one for one in worst.worst(bench, worst.SHORT[:2])}
    assert {"call", "reply_recv", "memory_map", "process_exit"} <= found.keys()
    assert {"(fast_fault)", "(fault_suspend)"} & found.keys()
    lengths = [len(one.stretch) for one in found.values()]
    assert lengths == sorted(lengths, reverse=True)
    functions = found["memory_map"].stretch.functions(bench.symbols)
    assert {"direct_memory_map"} <= functions.keys()

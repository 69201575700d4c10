# SPDX-License-Identifier: MIT
"""The fast path does what the C path does: the same random play (userland/tests/kernel/play.h) on
both, compared register by register; equals that take turns when a slice ends (test-turns.c); and
mutants of the fast path, which the comparison must find.

TRAPEZE_PLAY_SEED and TRAPEZE_PLAY_MOVES choose another play; TRAPEZE_MUTANTS=all tries all mutants,
and expects of those in UNFOUND that they are not found.
"""

import os
import re

import newc
import pytest
from fast_path_mutants import MUTANTS, UNFOUND, build_mutant
from harness.fixtures import select_build
from trapeze_tools.errors import ToolError

from harness.machine import make_machine, run_machine

FIRST_SEED = int(os.environ.get("TRAPEZE_PLAY_SEED", "1"))
MOVES = int(os.environ.get("TRAPEZE_PLAY_MOVES", "28000"))
TURNS = 400
MUTANT_MOVES = {"test-paths": (1500, 28000), "test-turns": (TURNS,)}  # most are found early
MUTANT_SECONDS = 60.0  # some hang; the C path, which is slower, has to end in that time, too
SOME_MUTANTS = {
    "call-of-the-dead",
    "t6-leaks",
    "reply-by-any-token",
    "reply-of-the-payer",
    "floats-leak",
    "verdict-is-always-mild",
    "signal-is-not-seen",
    "yield-stays-first",
    "wake-of-the-less-urgent",
    "interrupted-t6-leaks",
    "slice-of-another",
    "map-by-a-stale-handle",
    "map-of-the-dead",
    "map-with-any-rights",
    "map-over-what-is-there",
}
CHOSEN = [
    # One that is found after all fails the test, so that it is taken from the list.
    pytest.param(mutant, marks=[pytest.mark.xfail(strict=True)] if mutant.name in UNFOUND else [])
    for mutant in MUTANTS
    if os.environ.get("TRAPEZE_MUTANTS") == "all" or mutant.name in SOME_MUTANTS
]
WINDOW = 128  # CHECKPOINT and LOG_MOVES of play.h

# Of 28,000 moves, with any seed. What is not here happens at least ten times.
ENOUGH = {
    "call by the fast path": 700,
    "reply_recv by the fast path": 1000,
    "fault by the fast path": 70,
    "signal by the fast path": 100,
    "signal that wakes by the fast path": 30,
    "yield by the fast path": 70,
    "yield to an equal by the fast path": 30,
    "process_self by the fast path": 150,
    "call: the receiver is less urgent": 50,
    "call: the receiver is more urgent": 500,
    "call by another handle than the last": 500,
    "reply_recv without a token": 500,
    "reply_recv to a less urgent caller": 500,
    "signal: the receiver is more urgent": 300,
    "signal: the receiver is as urgent": 50,
    "signal: the receiver is less urgent": 50,
    "signal: the more urgent receiver has a deadline": 50,
    "interrupt: the driver is more urgent": 50,
    "interrupt whose endpoint has ended": 2,
    "a grant that came": 5,
    "reply_recv to a caller that has gone": 5,
    "signal: the more urgent receiver has a limit": 5,
    "interrupt: the driver is as urgent or less": 5,
    "memory_map by the fast path": 50,
    "memory_map of memory that has ended": 2,
    "memory_map with a right that the handle lacks": 3,
    "memory_map without a slot left": 1,
    "memory_map of several pages": 2,
    "memory_map of a page to execute": 2,
}
PLAYS = [("default", 0), ("default", 1), ("default", 2), ("debug", 0), ("debug", 1)]

# The driver among the players has QEMU's real-time clock, by the machine's time.
DRIVER = """
run test-paths
    priority 8
    pages most
    slots most
    uses console names
    archive
    machine device
"""
CLOCK = ("-rtc", "clock=vm")


def command(seed, moves, *window):
    return ["test-paths", str(seed), str(moves), *map(str, window)]


def options(path):
    """A time slice longer than anybody works between two waits of everybody."""
    return f"slice=1s fastpath={path}"


def turns_options(path, timer):
    """Slices much longer than the beginning of a turn."""
    return f"slice=1ms timer={timer} fastpath={path}"


SSTC = ("-cpu", "rv64,sstc=on")


def sums(output):
    """Label of each checkpoint, and the sum there."""
    return re.findall(r"^sum (.*): ([0-9a-f]{16})$", output, re.MULTILINE)


def counts(output, kind):
    found = re.findall(rf"^{kind} (.*): (\d+)$", output, re.MULTILINE)
    assert found
    return {what: int(count) for what, count in found}


def moves_of(output):
    """The moves that are shown, each as one text."""
    return re.findall(r"^  move .*\n(?:    .*\n)+", output, re.MULTILINE)


@pytest.fixture(scope="session")
def devices(tmp_path_factory):
    """QEMU's options for a machine of this build whose manifest gives test-paths devices."""

    def make(made):
        files = newc.read((made.directory / "archive.cpio").read_bytes())
        files["manifest"] += DRIVER.encode()
        path = tmp_path_factory.mktemp("devices") / "initrd"
        path.write_bytes(newc.archive(files))
        return ("-initrd", str(path), *CLOCK)

    return make


@pytest.fixture
def play(boot, devices):
    def start(path, preset, seed, moves, *window, append=""):
        return boot(
            *command(seed, moves, *window),
            last="test-paths: ok",
            preset=preset,
            append=f"{append} {options(path)}",
            extra=devices(select_build(preset)),
        ).output

    return start


_plays: dict[tuple, str] = {}


@pytest.fixture
def whole_play(play):
    """A play from its beginning to its end, played once."""

    def start(*what):
        if what not in _plays:
            _plays[what] = play(*what, MOVES)
        return _plays[what]

    return start


def first_difference(play, preset, seed, checkpoint):
    """The first move that differs, on both paths."""
    window = (checkpoint * WINDOW, (checkpoint + 1) * WINDOW)
    shown = [moves_of(play(path, preset, seed, window[1], *window)) for path in ("on", "off")]
    for fast, slow in zip(*shown):
        if fast != slow:
            return f"with the fast path:\n{fast}without:\n{slow}"
    return "the moves that are shown are the same"


@pytest.mark.parametrize(("preset", "seed"), [(preset, FIRST_SEED + n) for preset, n in PLAYS])
def test_both_paths_play_the_same(play, whole_play, preset, seed):
    fast, slow = (whole_play(path, preset, seed) for path in ("on", "off"))
    fast_sums, slow_sums = sums(fast), sums(slow)
    assert len(fast_sums) == len(slow_sums) > MOVES // WINDOW
    for i, (one, other) in enumerate(zip(fast_sums, slow_sums)):
        if one != other:
            what = first_difference(play, preset, seed, i)
            pytest.fail(f"seed {seed}, {one[0]}: {what}", pytrace=False)
    assert counts(fast, "case") == counts(slow, "case")


@pytest.mark.skipif(MOVES < 28000, reason="what is rare needs a long play")
@pytest.mark.parametrize("seed", [FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2])
def test_the_play_has_everything(whole_play, seed):
    fast, slow = (whole_play(path, "default", seed) for path in ("on", "off"))
    found = counts(fast, "path") | counts(fast, "case")
    rare = {what: n for what, n in found.items() if n < ENOUGH.get(what, 10)}
    assert not rare and found.keys() >= ENOUGH.keys()
    assert not any(counts(slow, "path").values())


def test_the_same_without_asids(play, whole_play):
    """There each switch forgets the TLB: trap/fast_path_shared.S."""
    outputs = [
        play(path, "default", FIRST_SEED, MOVES, append="asidbits=0") for path in ("on", "off")
    ]
    assert sums(outputs[0]) == sums(outputs[1]) == sums(whole_play("on", "default", FIRST_SEED))
    assert counts(outputs[0], "path")["call by the fast path"] > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_slices_end_the_same(boot, seed):
    """With the timer's own register, which the fast path sets, and without."""
    outputs = [
        boot(
            *("test-turns", str(seed), str(TURNS)),
            last="test-turns: ok",
            append=turns_options(path, timer),
            extra=SSTC,
        ).output
        for path, timer in (("on", "sstc"), ("off", "sstc"), ("on", "sbi"))
    ]
    fast, slow, firmware = (sums(output) for output in outputs)
    assert fast == slow == firmware
    assert len(fast) == TURNS // 16
    assert counts(outputs[0], "case") == counts(outputs[1], "case")
    by_path = [counts(output, "path")["end of a slice by the fast path"] for output in outputs]
    assert by_path[0] >= TURNS // 4
    assert by_path[1:] == [0, 0]


_reference: dict[tuple[str, int], list[tuple[str, str]]] = {}  # sums of the C path


@pytest.mark.parametrize("mutant", CHOSEN, ids=lambda mutant: mutant.name)
def test_a_mutant_is_found(emulator, new_transcript, devices, tmp_path, mutant):
    """It panics, hangs, finds a wrong register by itself, or plays otherwise."""

    def run(path, made, moves):
        if mutant.program == "test-turns":
            append, extra = turns_options(path, "sstc"), SSTC
        else:
            append, extra = options(path), devices(select_build())
        told = (mutant.program, "1", str(moves))
        machine = make_machine(made, told, append=append, extra=extra)
        kept = new_transcript(emulator.command(machine))
        return run_machine(emulator, machine, kept, MUTANT_SECONDS).output

    made = build_mutant(select_build(), mutant, tmp_path)
    for moves in MUTANT_MOVES[mutant.program]:
        key = (mutant.program, moves)
        if key not in _reference:
            _reference[key] = sums(run("off", select_build(), moves))
        try:
            output = run("on", made, moves)
        except ToolError:
            return  # it hangs
        if sums(output) != _reference[key] or f"{mutant.program}: ok" not in output:
            return
    pytest.fail(f"{mutant.name} plays as the C path does", pytrace=False)

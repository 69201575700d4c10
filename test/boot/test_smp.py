# SPDX-License-Identifier: MIT
"""Several harts: who starts, who is left out, and what they can do to each other. Nothing here
judges time."""

import re

import pytest

from device_trees import compile_tree, dump, node, replaced

OPERATIONS = 300
PAIRS = 2

# What other files boot with one hart.
KERNEL_TESTS = (
    "test-registers-of-messages",
    "test-messages",
    "test-float-messages 50",
    "test-ways-out",
    "test-priorities",
    "test-limits",
    "test-faults",
    "test-restarts",
    "test-memory-objects",
    "test-hostile",
    "test-hostile-memory",
)
KERNEL_TESTS_OF_DEBUG = ("test-messages", "test-priorities", "test-faults", "test-restarts")


def harts_of(outcome):
    """Harts that run, as the banner tells."""
    return int(re.search(r"hart \d+ of (\d+), ", outcome.output)[1])


def ids_of(outcome):
    """The ids of those that smp-stress has found."""
    mask = int(re.search(r"harts 0x([0-9a-f]+)$", outcome.output, re.MULTILINE)[1], 16)
    return {number for number in range(64) if mask >> number & 1}


@pytest.fixture
def stress(boot):
    """stress(SEED, harts=N, ...): a short storm."""

    def start(seed, operations=OPERATIONS, **options):
        options = {"last": "smp-stress: ok", "icount": False, "timeout": 900.0} | options
        return boot("smp-stress", str(seed), str(operations), str(PAIRS), **options)

    return start


@pytest.mark.parametrize("preset", ["default", "debug"])
@pytest.mark.parametrize("harts", [1, 2, 4, 8])
def test_storm(stress, harts, preset):
    outcome = stress(harts, harts=harts, preset=preset)
    assert ids_of(outcome) == set(range(harts))


@pytest.mark.parametrize("command, preset", [
    *((command, "default") for command in KERNEL_TESTS),
    *((command, "debug") for command in KERNEL_TESTS_OF_DEBUG)])
def test_kernel(boot, command, preset):
    words = command.split()
    outcome = boot(*words, last=f"{words[0]}: ok", preset=preset, harts=4, icount=False,
                   timeout=900.0)
    assert "FAILED" not in outcome.output


@pytest.mark.parametrize("append", ["fastpath=off", "asidbits=0", "asidbits=3"])
def test_storm_otherwise(stress, append):
    stress(3, harts=2, append=append)


@pytest.mark.parametrize("limit", [1, 2])
def test_fewer_than_there_are(stress, limit):
    outcome = stress(5, harts=4, append=f"smp={limit}")
    assert harts_of(outcome) == len(ids_of(outcome)) == limit


@pytest.mark.parametrize("disabled", [(1,), (0, 2)], ids=str)
def test_ids_with_holes(stress, emulator, tmp_path, disabled):
    source = dump(emulator, tmp_path, harts=4)
    for hart in disabled:
        text = node(source, f"cpu@{hart}")
        source = replaced(source, text, replaced(text, '"okay"', '"disabled"'))
    blob = compile_tree(source, tmp_path)
    outcome = stress(7, harts=4, extra=("-dtb", str(blob)))
    assert ids_of(outcome) == set(range(4)) - set(disabled)


def test_a_hart_that_does_not_start(stress, emulator, tmp_path):
    """The tree, and so the firmware, knows a hart that the machine does not have."""
    source = dump(emulator, tmp_path, harts=4)
    blob = compile_tree(source, tmp_path)
    outcome = stress(9, harts=3, extra=("-dtb", str(blob)))
    assert "trapeze: hart 3 does not start, and is left out" in outcome.kernel_lines
    assert ids_of(outcome) == {0, 1, 2}



def test_what_a_second_hart_is_good_for(boot):
    """The ratios depend on the host: only that they are told is tried."""
    outcome = boot("smp-ratio", "3", "20000", last="smp-ratio: ok", harts=2, icount=False,
                   timeout=900.0)
    for what in ("system calls", "calls and replies"):
        assert re.search(rf"^{what}: two harts do [0-9.]+ times what one does "
                         r"\([0-9.]+ to [0-9.]+, 3 rounds\)$", outcome.output, re.MULTILINE)

# SPDX-License-Identifier: MIT
"""Who runs when, and for how long. Times are instructions: under icount one takes a nanosecond."""

import re

import pytest

ANYTHING = re.compile(".*")
WFI = 0x10500073
WITH_SSTC = ("-cpu", "rv64,sstc=on")

HOG_SPINS = "hog: I have done my spinning."


def before_and_after(outcome, text):
    """The lines before and after the one that begins with a text."""
    (index,) = (i for i, line in enumerate(outcome.lines) if line.startswith(text))
    return outcome.lines[:index], outcome.lines[index + 1 :]


def turns(lines):
    return [line for line in lines if line.startswith("polite: turn ")]


def test_without_preemption_a_hog_keeps_the_cpu(boot):
    """For 300 million instructions, 30 of what would be time slices: in them, the process that is
    ready all the time takes none of its turns."""
    outcome = boot("hog", last=re.compile("hog: .*"), append="preempt=off")
    before, after = before_and_after(outcome, HOG_SPINS)
    assert (len(turns(before)), len(turns(after))) == (0, 5)


@pytest.mark.parametrize("timer", ["sbi", "sstc"])
def test_with_preemption_everybody_runs(boot, timer):
    options = {"append": f"timer={timer}", "extra": WITH_SSTC}
    outcome = boot("hog", last=re.compile("hog: .*"), **options)
    before, after = before_and_after(outcome, HOG_SPINS)
    assert (len(turns(before)), len(turns(after))) == (5, 0)


@pytest.mark.parametrize("timer", ["sbi", "sstc"])
def test_no_tick_for_a_single_process(visits, image, timer):
    """In 900 million instructions more, which are 90 time slices, the timer is not set once more:
    init looks after its servers before and after them."""
    options = {"append": f"timer={timer}", "extra": WITH_SSTC, "last": ANYTHING}
    found = [
        visits({image.address("timer_set")}, "hog", millions, functions=True, **options)
        for millions in ("100", "1000")
    ]
    assert len(found[0]) == len(found[1])


@pytest.mark.parametrize("timer", ["sbi", "sstc"])
def test_a_tick_for_each_slice_of_two(boot, timer):
    options = {"append": f"timer={timer} slice=1ms", "extra": WITH_SSTC}
    boot("test-tickless", last="test-tickless: ok", **options)


def test_idle_waits(visits, image):
    """The hart waits for an interrupt while nobody is ready, and only then: not while a program
    spins, however long."""
    waits = [address for address, bits in image.instructions() if bits == WFI]
    # Whether the hart comes to wait while the machine is switched off is QEMU's affair.
    waits.remove(min(address for address in waits if address > image.address("power_off")))
    found = [len(visits(waits, "hog", millions, last=ANYTHING)) for millions in ("100", "130")]
    assert found[0] == found[1]
    assert len(visits(waits, "test-sleep", last="test-sleep: ok")) >= found[0] + 10


@pytest.mark.parametrize("timer", ["sbi", "sstc"])
@pytest.mark.parametrize("slice_ms", [1, 3, 10])
def test_slices_are_as_long_as_asked_for(boot, slice_ms, timer):
    options = {"append": f"slice={slice_ms}ms timer={timer}", "extra": WITH_SSTC}
    outcome = boot("test-slices", last="test-slices: ok", **options)
    pattern = r"^test-slices: (\d+) instructions, then (\d+) for the other, of (\d+)$"
    found = re.findall(pattern, outcome.output, re.MULTILINE)
    assert len(found) == 6
    for own, others, slice_instructions in found:
        assert int(slice_instructions) == slice_ms * 1000000
        # What goes off are the timer interrupt, the firmware's part of it, and the switch.
        assert 0 < int(slice_instructions) - int(own) < 1000
        assert 0 < int(others) - int(slice_instructions) < 1000


@pytest.mark.parametrize("processes", [2, 3, 8, 40])
def test_shares_are_equal(boot, processes):
    outcome = boot("shares", str(processes), last=ANYTHING, append="slice=1ms")
    pattern = r"the smallest was (\d+) % of that, the largest (\d+) %"
    smallest, largest = re.search(pattern, outcome.output).groups()
    assert 97 <= int(smallest) <= int(largest) <= 101


def test_without_preemption_shares_are_not(boot):
    outcome = boot("shares", "3", last=ANYTHING, append="slice=1ms preempt=off")
    assert "the smallest was 0 % of that" in outcome.output


@pytest.mark.parametrize("timer", ["sbi", "sstc"])
def test_a_switch_costs_the_same_for_2_and_for_4096_processes(boot, timer):
    options = {"append": f"timer={timer}", "extra": WITH_SSTC, "memory": "2G"}
    outcome = boot("test-round-robin", last="test-round-robin: ok", **options)
    pattern = r"a switch takes ([\d.]+) instructions with 2 processes, ([\d.]+) with 4096"
    with_two, with_many = re.search(pattern, outcome.output).groups()
    assert with_two == with_many

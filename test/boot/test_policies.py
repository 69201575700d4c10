# SPDX-License-Identifier: MIT
"""The kernel with each scheduling policy: the property that defines it, exact under icount; and
messages and deaths as with the default one. Shares are counted in cycles: under icount one takes a
nanosecond.
"""

import math
import re

import pytest

POLICIES = ["rr", "mlfq", "lottery", "stride"]
SLICE = 200_000  # cycles
SHORT_SLICES = {"append": "slice=200us"}
PRIORITIES = (0, 1, 3, 7)
TICKETS = [priority + 1 for priority in PRIORITIES]
SLICES = 450
OVERHEAD = 0.02  # the timer's interrupt and the switch, of a slice
LATE = 20  # slices: who measures waits for its turn, too
ONE = 1.05  # slice, with what it takes to end it


@pytest.fixture
def boot_with(boot, build, monkeypatch):
    """boot_with(POLICY, PROGRAM, ARG..., last=LINE): as `boot`, that policy's kernel."""

    def start(policy, *command, **options):
        directory = build.directory / "schedulers" / policy
        monkeypatch.setenv(f"TRAPEZE_BUILD_{policy.upper()}", str(directory))
        return boot(*command, preset=policy, **options)

    return start


def cycles(boot_with, policy, priorities, slices=SLICES):
    """What processes that compute get, with these priorities."""
    arguments = map(str, (slices, *priorities))
    options = {"last": "test-shares: ok"} | SHORT_SLICES
    outcome = boot_with(policy, "test-shares", "shares", *arguments, **options)
    found = re.findall(r"process \d+ got (\d+) cycles$", outcome.output, re.MULTILINE)
    got = [int(number) for number in found]
    assert len(got) == len(priorities)
    assert (1 - OVERHEAD) * slices < sum(got) / SLICE < slices + LATE
    return got


def latency(boot_with, policy, hogs, wakes=200):
    """How late somebody wakes beside processes that compute: at most, on average, in slices."""
    arguments = map(str, (wakes, *[0] * hogs))
    options = {"last": "test-shares: ok"} | SHORT_SLICES
    outcome = boot_with(policy, "test-shares", "latency", *arguments, **options)
    pattern = r"late by (\d+) ticks at most, (\d+) on average; a slice is (\d+)"
    largest, average, slice_ticks = map(int, re.search(pattern, outcome.output).groups())
    return largest / slice_ticks, average / slice_ticks


def off_by(got, tickets):
    """The largest difference from a share by tickets, in slices."""
    return max(
        abs(cycles - sum(got) * mine / sum(tickets)) / SLICE
        for cycles, mine in zip(got, tickets, strict=True)
    )


def test_round_robin_is_equal_whatever_the_priorities(boot_with):
    assert off_by(cycles(boot_with, "rr", PRIORITIES), [1] * len(PRIORITIES)) <= ONE


def test_stride_is_exact(boot_with):
    """In any stretch of time, however long, nobody is further from its share than by a slice at
    the beginning and one at the end."""
    for slices in (SLICES // 3, SLICES):
        assert off_by(cycles(boot_with, "stride", PRIORITIES, slices), TICKETS) <= 2 * ONE


def test_lottery_is_fair_on_average(boot_with):
    """Each draw is independent: four standard deviations are as far as chance goes."""
    got = cycles(boot_with, "lottery", PRIORITIES)
    draws = sum(got) / SLICE
    for cycles_got, mine in zip(got, TICKETS, strict=True):
        chance = mine / sum(TICKETS)
        deviation = math.sqrt(draws * chance * (1 - chance))
        assert abs(cycles_got / SLICE - draws * chance) <= 4 * deviation
    assert off_by(got, TICKETS) > 2 * ONE, "so exact? this is no lottery"


def test_mlfq_is_fair_to_who_computes(boot_with):
    assert off_by(cycles(boot_with, "mlfq", PRIORITIES), [1] * len(PRIORITIES)) <= 2


def test_mlfq_lets_who_sleeps_go_first(boot_with):
    """But after a boost, when those who compute are on its level for a slice each."""
    hogs = 6
    largest, average = latency(boot_with, "mlfq", hogs)
    assert largest <= hogs + 1
    assert average < 0.1
    largest, average = latency(boot_with, "rr", hogs)
    assert average > 1, "beside round robin, where it waits for its turn"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("program", ["test-registers-of-messages", "test-messages", "test-ways-out"])
def test_messages(boot_with, policy, program):
    boot_with(policy, program, last=f"{program}: ok")


@pytest.mark.parametrize("policy", POLICIES)
def test_death(boot_with, policy):
    boot_with(policy, "test-death", "50", "5", last="test-death: ok")

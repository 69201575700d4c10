# SPDX-License-Identifier: MIT
"""What operations cost where there are many of something: nothing more, but for deadlines, which
lie in a heap."""

import json
import math

import pytest

from trapeze_tools.benchmark import growth
from trapeze_tools.benchmark.growth import Point

COUNTS = {
    "processes": 4096,
    "sleepers": 4096,
    "ready": 4096,
    "mappings": 10000,
    "handles": 100000,
}
OPERATIONS = {"call_reply", "timed_call", "signal", "duplicate", "map", "unmap", "yield"}
# The first 64 handles lie in the process's own page; to find one of the others takes a step more,
# and some operations look two up.
OWN_HANDLES = 64
HANDLE_STEP = 16
NOISE = 2  # how the newest number's bits happen to be
# A deadline moves through one level of the heap for each doubling, at its coming and at its going.
INSTRUCTIONS_A_LEVEL = 60


@pytest.fixture(scope="module")
def series(script, tmp_path_factory):
    output = tmp_path_factory.mktemp("growth") / "growth.json"
    result = script("bench", "--no-build", "--growth", "--output", str(output))
    assert result.returncode == 0, result.stderr
    return growth.series([Point(**point) for point in json.loads(output.read_text())])


def test_everything_is_measured(series):
    assert {of: max(values["call_reply"]) for of, values in series.items()} == COUNTS
    for values in series.values():
        assert values.keys() == OPERATIONS
        assert all(min(by_count) <= 10 for by_count in values.values())


def spread(by_count):
    return max(by_count.values()) - min(by_count.values())


def test_costs_are_flat(series):
    for of, values in series.items():
        for operation, by_count in values.items():
            if (of, operation) != ("sleepers", "timed_call"):
                many = {count: by_count[count] for count in by_count if count > OWN_HANDLES}
                assert len(many) >= 3 and spread(many) <= NOISE, (of, operation, by_count)
                assert spread(by_count) <= HANDLE_STEP, (of, operation, by_count)


def test_a_deadline_costs_the_logarithm_of_their_number(series):
    by_count = series["sleepers"]["timed_call"]
    least = min(by_count)
    for count, cost in by_count.items():
        levels = math.log2(count) - math.log2(least) + 1
        assert cost <= by_count[least] + levels * INSTRUCTIONS_A_LEVEL, by_count

# SPDX-License-Identifier: MIT
"""Under icount, a machine does the same each time, to the byte: its figures need no error bars."""

import re

import pytest

ANYTHING = re.compile(".*")
RUNS = [
    (("measure",), {}),
    (("bench",), {"append": "slice=200us"}),
    (("bench",), {"append": "slice=200us timer=sstc", "extra": ("-cpu", "rv64,sstc=on")}),
    (("shares", "5"), {"append": "slice=1ms"}),
    (("test-slices",), {"append": "slice=1ms"}),
    (("test-round-robin", "100"), {}),
    (("test-sleep",), {}),
    (("test-many", "exhaust"), {"memory": "32M"}),
]


@pytest.mark.parametrize(("command", "options"), RUNS, ids=lambda value: " ".join(value))
def test_two_runs_are_the_same(boot, command, options):
    first, second = (boot(*command, last=ANYTHING, **options) for _ in range(2))
    assert first.firmware == second.firmware
    assert first.output == second.output


def test_what_is_compared_would_show_a_difference(boot):
    outcome = boot("measure", last=ANYTHING)
    assert re.search(r"\d+\.\d instructions", outcome.output)
    lengths = ("200us", "300us")
    outputs = {boot("bench", last=ANYTHING, append=f"slice={length}").output for length in lengths}
    assert len(outputs) == 2

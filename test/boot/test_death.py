# SPDX-License-Identifier: MIT
"""Processes killed at random moments leave the machine as it was: the short form of what
scripts/soak does at length."""

import pytest

CYCLES = 2000


@pytest.mark.parametrize(
    ("preset", "cycles", "options"),
    [
        pytest.param("default", CYCLES, {}, id="default"),
        pytest.param("default", CYCLES // 4, {"append": "slice=200us"}, id="short-slices"),
        pytest.param("default", CYCLES // 4, {"append": "asidbits=3"}, id="few-asids"),
        pytest.param("default", CYCLES // 4, {"memory": "32M"}, id="small-machine"),
        pytest.param("debug", CYCLES // 4, {}, id="debug"),
    ],
)
def test_death(boot, preset, cycles, options):
    seed = 1 + len(options)
    outcome = boot(
        "test-death", str(cycles), str(seed), last="test-death: ok", preset=preset, **options
    )
    assert "FAILED" not in outcome.output


def test_the_same_seed_gives_the_same_machine(boot):
    outputs = {boot("test-death", "100", "7", last="test-death: ok").output for _ in range(2)}
    assert len(outputs) == 1

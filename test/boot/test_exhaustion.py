# SPDX-License-Identifier: MIT
"""A process takes all that it can get of each resource: the error is its own, and a neighbour goes
on."""

import pytest


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="default"),
        pytest.param({"preset": "debug"}, id="debug"),
        pytest.param({"memory": "32M"}, id="small-machine"),
        pytest.param({"memory": "1G"}, id="large-machine"),
        pytest.param({"append": "asidbits=4"}, id="few-asids"),
        pytest.param({"append": "asidbits=0"}, id="no-asids"),
    ],
)
def test_exhaustion(boot, options):
    outcome = boot("test-exhaustion", last="test-exhaustion: ok", **options)
    assert "FAILED" not in outcome.output

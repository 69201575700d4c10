# SPDX-License-Identifier: MIT
"""Faults as messages: demand paging, a debugger, verdicts, and nobody to give one."""

import pytest


@pytest.mark.parametrize("preset", ["default", "debug"])
def test_faults(boot, preset):
    outcome = boot("test-faults", last="test-faults: ok", preset=preset)
    assert "FAILED" not in outcome.output

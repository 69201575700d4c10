# SPDX-License-Identifier: MIT
"""Limits of CPU time: shares within one percent of the whole, under icount."""

import pytest


@pytest.mark.parametrize("preset", ["default", "debug"])
@pytest.mark.parametrize("append", ["timer=sbi", "timer=sstc", "slice=1ms"])
def test_limits(boot, preset, append):
    options = {"append": append, "extra": ("-cpu", "rv64,sstc=on")}
    outcome = boot("test-limits", last="test-limits: ok", preset=preset, **options)
    assert "FAILED" not in outcome.output

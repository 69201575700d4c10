# SPDX-License-Identifier: MIT
"""What a hostile process tries, and the exact error of each attempt."""

import pytest


@pytest.mark.parametrize("preset", ["default", "debug"])
@pytest.mark.parametrize("program", ["test-hostile", "test-hostile-memory"])
def test_hostile(boot, program, preset):
    outcome = boot(program, last=f"{program}: ok", preset=preset)
    assert "FAILED" not in outcome.output

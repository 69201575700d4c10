# SPDX-License-Identifier: MIT
"""Memory objects: where their pages are, who sees them, and that nobody does when they are gone."""

import pytest


@pytest.mark.parametrize("preset", ["default", "debug"])
@pytest.mark.parametrize("bits", [16, 0])
def test_memory_objects(boot, preset, bits):
    options = {"append": f"asidbits={bits}"}
    outcome = boot("test-memory-objects", last="test-memory-objects: ok", preset=preset, **options)
    assert "FAILED" not in outcome.output


def test_restarts(boot):
    outcome = boot("test-restarts", last="test-restarts: ok")
    assert "FAILED" not in outcome.output

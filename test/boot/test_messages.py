# SPDX-License-Identifier: MIT
"""Messages: the registers, each way out of each wait, deadlines, signals, grants, tokens, and who
runs when."""

import re

import pytest
from trapeze_tools.paths import SOURCE

PRESETS = ["default", "debug"]
PROGRAMS = [
    "test-registers-of-messages",
    "test-messages",
    "test-float-messages",
    "test-ways-out",
    "test-priorities",
]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_messages(boot, program, preset):
    outcome = boot(program, last=f"{program}: ok", preset=preset)
    assert "FAILED" not in outcome.output


def test_no_kernel_test_is_forgotten():
    """Each program of userland/tests/kernel is run by one of these files."""
    text = (SOURCE / "userland/tests/kernel/CMakeLists.txt").read_text()
    programs = set(re.findall(r"^add_kernel_test\((\S+?)[ )]", text, re.MULTILINE))
    files = (SOURCE / "test/boot").glob("test_*.py")
    run = {name for file in files for name in re.findall(r'"([a-z]+-[\w-]+)', file.read_text())}
    assert programs and programs <= run

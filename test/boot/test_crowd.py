# SPDX-License-Identifier: MIT
"""Many small processes at the same time, and what the kernel takes for each."""

import re

import pytest

KERNEL_BYTES_MAX = 24 * 1024


@pytest.mark.parametrize("count, memory", [(300, "32M"), (4096, "256M")])
def test_crowd(boot, count, memory):
    outcome = boot("crowd", str(count), last="crowd: ok", memory=memory)
    told = re.findall(r"^crowd: (\d+) wait, each with up to (\d+) bytes", outcome.output, re.M)
    assert [int(waiting) for waiting, _ in told] == [count, count]
    assert all(0 < int(size) <= KERNEL_BYTES_MAX for _, size in told)

# SPDX-License-Identifier: MIT
"""Servers that are killed while clients use them: nobody hangs, nothing is lost, and what is typed
while the console is dead arrives. scripts/soak kills each a thousand times."""

import re

import pexpect
import pytest
from trapeze_tools.soak import make_archive

KILLS = 30
TYPED = "abcdefghijklmno"  # 15 bytes and the Enter key: what the UART keeps


@pytest.fixture
def archive(build, tmp_path):
    path = tmp_path / "archive.cpio"
    make_archive(build, path)
    return ("-initrd", str(path))


def test_clients_go_on(boot, archive):
    outcome = boot("kill-servers", str(KILLS), "1", last="kill-servers: ok", extra=archive)
    for writer in range(2):
        numbers = [int(n) for n in re.findall(rf"^writer {writer} line (\d+)$", outcome.output, re.M)]
        # Each line is shown whole, in its order, once; or twice where the console died in between.
        assert sorted(set(numbers)) == list(range(max(numbers) + 1))
        assert numbers == sorted(numbers)
        assert len(numbers) - len(set(numbers)) <= KILLS


def test_what_is_typed_while_the_console_is_dead(interact, archive):
    console = interact("kill-servers", "typing", icount=False, extra=archive)
    console.expect_exact("type now")
    console.send(TYPED + "\r")
    console.expect_exact(f"typed: '{TYPED}'")
    console.expect_exact("kill-servers: ok")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0

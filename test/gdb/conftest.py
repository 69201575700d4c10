# SPDX-License-Identifier: MIT
"""The fixture `debugger`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from debugger import Debugger
from harness.fixtures import select_build


@pytest.fixture
def debugger(new_transcript: Callable) -> Iterator[Callable[..., Debugger]]:
    """debugger(PROGRAM, ARG..., options=..., preset=...): a machine halted at reset, and GDB
    connected to it.

    `options` are scripts/gdb's. Both end with the test.
    """
    started: list[Debugger] = []

    def start(
        *command: str, options: tuple[str, ...] = (), preset: str = "default"
    ) -> Debugger:
        kept = new_transcript(["scripts/gdb", *options, *command])
        build = select_build(preset).directory
        started.append(Debugger(build, kept, *command, options=options))
        return started[-1]

    yield start
    for one in started:
        one.close()

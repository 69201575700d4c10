# SPDX-License-Identifier: MIT
"""Every program of the tree, run by init in a machine under icount: it ends as it has to, with the
default build and with the debug build, which checks the kernel's invariants all the time and traps
on undefined behaviour."""

import re

import pytest

from trapeze_tools.paths import SOURCE

PROGRAM_LISTS = ("userland/programs/CMakeLists.txt", "userland/tests/CMakeLists.txt")

# The command, the last line, and what differs from exit status 0 and the default machine. Programs
# that watch the clock get short time slices, so that a test takes a tenth of the instructions.
SHORT = {"append": "slice=1ms"}
RUNS = [
    ("demo", re.compile(r" +scripts/gdb direct .*"), SHORT),
    ("direct", re.compile(r"not even set the timer\. .*"), {}),
    ("restricted", re.compile(r"restricted: (\d+) of \1 as expected"), {}),
    ("hog", re.compile(r"hog: an OS that has the timer .*"), {}),
    ("polite", re.compile(r"polite: .* ended with a timer interrupt, .*"), {}),
    ("shares", re.compile(r"evenly\. .*"), SHORT),
    ("measure", re.compile(r" *numbers; without, the nanoseconds .*"), {}),
    ("bench", re.compile(r"bench: call_reply_float \d+ instructions"), {"append": "slice=200us"}),
    ("footprint 500", "footprint: processes 500 processes", {}),
    (
        "growth mappings",
        re.compile(r"growth: mappings 10000 yield \d+ instructions"),
        {"append": "slice=10s", "memory": "1G"},
    ),
    ("trivial", re.compile(r"trapeze: .*"), {}),
    ("illegal", re.compile(r"trapeze: process \d+ \(illegal\) ended: .*"), {"status": 128 + 2}),
    ("test-args one two\\ words", "test-args: ok", {}),
    ("test-exit 42", re.compile(r"trapeze: .*"), {"status": 42}),
    ("test-libc", "test-libc: ok", {}),
    ("test-abort", "test-abort: ok", {}),
    ("test-syscalls", "test-syscalls: ok", {}),
    (
        "test-bad-elf",
        "trapeze: cannot run 'test-bad-elf': asks for a stack of more than 512 KiB",
        {"status": 127},
    ),
    ("test-registers", "test-registers: ok", {}),
    ("test-fpu", "test-fpu: ok", {}),
    ("test-asid", "test-asid: ok", {}),
    ("test-spaces 300", "test-spaces: ok", {"append": "asidbits=7"}),
    ("test-sleep", "test-sleep: ok", {}),
    ("test-tickless", "test-tickless: ok", SHORT),
    ("test-slices", "test-slices: ok", SHORT),
    ("test-switch all 3 20", "test-switch: ok", {}),
    ("test-round-robin 500", "test-round-robin: ok", {}),
    ("test-many", "test-many: ok", {}),
    ("crowd", "crowd: ok", {}),
    ("test-many exhaust", "test-many: ok", {"memory": "32M"}),
    ("test-memory all", "test-memory: ok", {"memory": "32M"}),
    ("test-memory refused", "test-memory: ok", {"memory": "32M"}),
    ("test-orphans", "test-orphans: ok", SHORT),
]
ELSEWHERE = {
    "test-shares",  # test_policies.py, in kernels with each policy
    "test-gdb",  # test/gdb steps through it
    "test-stuck",  # test_init.py, in a machine without servers
}


# The one wants the same count for any number of processes, and what the debug build checks depends
# on it; so many mappings it checks for too long.
NOT_IN_DEBUG = {"test-round-robin 500", "growth mappings"}
CASES = [
    pytest.param(*run, preset, id=f"{run[0]}-{preset}")
    for run in RUNS
    for preset in ("default", "debug")
    if preset == "default" or run[0] not in NOT_IN_DEBUG
]


@pytest.mark.parametrize(("command", "last", "options", "preset"), CASES)
def test_program(boot, command, last, options, preset):
    words = [word.replace("\\ ", " ") for word in re.split(r"(?<!\\) ", command)]
    outcome = boot(*words, last=last, preset=preset, **options)
    assert "FAILED" not in outcome.output


def test_no_program_is_forgotten():
    listed = set()
    for path in PROGRAM_LISTS:
        text = (SOURCE / path).read_text()
        listed |= set(re.findall(r"^trapeze_add_program\((\S+)", text, re.MULTILINE))
    assert listed == {run[0].split()[0] for run in RUNS} | ELSEWHERE

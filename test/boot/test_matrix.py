# SPDX-License-Identifier: MIT
"""The machines that the kernel runs on: memory, timers, harts."""

import re

import pytest

from trapeze_tools.cli import memory_bytes


PAGE_BYTES = 4096
SLOTS_MAX = 1 << 17
BOOT_MIB = 6  # the firmware's 2 MiB, and room for a kernel image of less than 4
MEMORY = ("32M", "128M", "2G", "8G")
PROGRAMS = ("restricted", "test-sleep", "test-slices")
LAST = {"restricted": re.compile(r"restricted: (\d+) of \1 as expected")}
WITH_SSTC = ("-cpu", "rv64,sstc=on")
WITHOUT_SSTC = ("-cpu", "rv64,sstc=off")


def promised(memory):
    """RAM that takes the host's memory only as the machine touches it, whatever the host has."""
    backend = f"memory-backend-ram,id=ram,size={memory},reserve=off"
    return ("-object", backend, "-machine", "memory-backend=ram")


def last_line(program):
    return LAST.get(program, f"{program}: ok")


def banner(outcome):
    """Hart, harts, MiB and timer, as the banner tells them."""
    pattern = r"^trapeze: \S+, hart (\d+) of (\d+), (\d+) MiB, timer (\w+), "
    found = re.findall(pattern, outcome.output, re.MULTILINE)
    assert len(found) == 1, outcome.kernel_lines
    hart, harts, mib, timer = found[0]
    return int(hart), int(harts), int(mib), timer


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("timer", ["sbi", "sstc"])
@pytest.mark.parametrize("memory", MEMORY)
def test_memory_and_timer(boot, memory, timer, program):
    outcome = boot(
        program,
        last=last_line(program),
        memory=memory,
        append=f"timer={timer} slice=1ms",
        extra=(*promised(memory), *WITH_SSTC),
    )
    assert banner(outcome) == (0, 1, memory_bytes(memory) >> 20, timer)


@pytest.mark.parametrize("memory", [*MEMORY, "16G"])
def test_memory_is_free(boot, memory):
    """What boot takes is the kernel's image, eight bytes for each page, and the object slots: 128
    bytes for two pages at the most, and no more than a fixed number of them. What is left has the
    program, but for what init keeps for itself and the servers."""
    outcome = boot("test-memory", last="test-memory: ok", memory=memory, extra=promised(memory))
    pattern = r"^test-memory: (\d+) of (\d+) pages are free, this program may use (\d+)$"
    found = re.search(pattern, outcome.output, re.MULTILINE)
    free, pages, usable = map(int, found.groups())
    assert pages == memory_bytes(memory) // PAGE_BYTES
    tables = pages * 8 + min(pages * 64, SLOTS_MAX * 128)
    assert pages - free < BOOT_MIB * (1 << 20) // PAGE_BYTES + tables // PAGE_BYTES
    assert usable > free * 0.85


@pytest.mark.parametrize("memory", ["32M", "512M"])
def test_all_of_memory_can_be_used(boot, memory):
    boot("test-memory", "all", last="test-memory: ok", memory=memory, extra=promised(memory))


def test_all_object_slots_can_be_used(boot):
    """With so much memory, it is they that end first."""
    outcome = boot(
        "test-many", "exhaust", last="test-many: ok", memory="2G", extra=promised("2G")
    )
    first, second = re.findall(r"^test-many: (\d+) processes, then (\w+);", outcome.output, re.M)
    assert first == second
    assert int(first[0]) > 1000 and first[1] == "E_NO_SLOT"


@pytest.mark.parametrize("memory", ["16M", "24M", "31M"])
def test_too_little_memory(boot, memory):
    outcome = boot(
        "demo", last=re.compile("trapeze: stopped"), status=255, panic=True, memory=memory
    )
    assert outcome.kernel_lines[0] == (
        f"trapeze: panic: this machine has {memory[:-1]} MiB of memory; at least 32 are needed"
    )


@pytest.mark.parametrize(
    ("wanted", "cpu", "given", "complains"),
    [
        ("auto", WITH_SSTC, "sstc", False),
        ("auto", WITHOUT_SSTC, "sbi", False),
        ("sstc", WITHOUT_SSTC, "sbi", True),
        ("sbi", WITHOUT_SSTC, "sbi", False),
    ],
)
def test_timer_that_the_hart_has(boot, wanted, cpu, given, complains):
    outcome = boot("test-sleep", last="test-sleep: ok", append=f"timer={wanted}", extra=cpu)
    assert banner(outcome)[3] == given
    complaint = "trapeze: this hart has no sstc, the timer is sbi"
    assert (complaint in outcome.kernel_lines) == complains


@pytest.mark.parametrize("program", ["restricted", "test-registers", "test-many"])
@pytest.mark.parametrize("harts", [1, 2, 4, 8])
def test_harts_without_icount(boot, harts, program):
    """The firmware picks the hart that boots, and not always the same."""
    outcome = boot(program, last=last_line(program), harts=harts, icount=False)
    hart, count, _, _ = banner(outcome)
    assert count == harts
    assert hart < harts

# SPDX-License-Identifier: MIT
"""The debug build notices what the default build does not: a structure that contradicts itself, and
undefined behaviour. Both are made by a debugger, in the kernel's memory."""

import re

import pytest
from kernel_image import KernelImage

from harness.fixtures import select_build

WORD_BYTES = 4

# No frame counts as free, but there are some in the lists. The kernel can do with it.
FRAME_MISCOUNTED = ("frame.c:free_count", lambda count: 0)
# ASIDs of 40 bits: the kernel shifts a 32-bit 1 by that many.
SHIFT_TOO_FAR = ("address_space.c:asid_bits", lambda bits: bits + 24)


@pytest.fixture
def boot_with(boot_changed):
    """boot_with(CHANGE, preset=PRESET, ...): runs test-args, and changes a variable of the kernel
    just before init starts the first server."""

    def start(change, *, preset, **options):
        name, function = change
        image = KernelImage(select_build(preset).kernel)
        place, address = image.address("sys_process_start"), image.address(name)

        def apply(debugger):
            debugger.run_to(place)
            old = int.from_bytes(debugger.read(address, WORD_BYTES), "little")
            debugger.write(address, function(old).to_bytes(WORD_BYTES, "little"))

        return boot_changed(apply, "test-args", preset=preset, **options)

    return start


@pytest.mark.parametrize("change", [FRAME_MISCOUNTED, SHIFT_TOO_FAR], ids=["count", "shift"])
def test_default_build_goes_on(boot_with, change):
    boot_with(change, preset="default", last="test-args: ok")


def panic_of_debug_build(boot_with, change):
    outcome = boot_with(change, preset="debug", status=255, panic=True, last="trapeze: stopped")
    return outcome.output


def test_debug_build_checks_invariants(boot_with):
    output = panic_of_debug_build(boot_with, FRAME_MISCOUNTED)
    assertion = "trapeze: panic: assertion failed: counted <= free_count"
    assert re.search(rf"^{assertion}", output, re.MULTILINE)
    assert "frame_check+" in output


def test_debug_build_traps_on_undefined_behaviour(boot_with):
    output = panic_of_debug_build(boot_with, SHIFT_TOO_FAR)
    assert "scause 0x3 (breakpoint)" in output
    assert "address_space_create+" in output

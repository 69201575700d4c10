# SPDX-License-Identifier: MIT
"""Interrupts as signals, with QEMU's real-time clock as device."""

import newc
import pytest

DRIVER = """
run test-interrupts
    priority 8
    pages most
    slots most
    uses console names
    archive
    machine device
"""
CLOCK = ("-rtc", "clock=vm")  # the machine's time, not the host's


@pytest.mark.parametrize("preset", ["default", "debug"])
def test_interrupts(boot, build, tmp_path, preset):
    files = newc.read((build.directory / "archive.cpio").read_bytes())
    files["manifest"] += DRIVER.encode()
    path = tmp_path / "initrd"
    path.write_bytes(newc.archive(files))
    outcome = boot(
        "test-interrupts",
        last="test-interrupts: ok",
        preset=preset,
        extra=("-initrd", str(path), *CLOCK),
    )
    assert "FAILED" not in outcome.output


def test_only_with_the_machine(boot):
    """The manifest of the tree gives no program the right to devices."""
    last = "test-interrupts: the manifest does not give it the machine"
    boot("test-interrupts", last=last, status=1)

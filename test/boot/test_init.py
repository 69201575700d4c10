# SPDX-License-Identifier: MIT
"""What init does with a manifest that wires the machine in another way than the tree's, and what the
kernel says where nothing can go on."""

import re

import newc
import pytest

# No server, and so no console.
ALONE = "run *\n    priority 8\n    pages most\n    slots most\n    archive\n"
BANNER = re.compile(r"trapeze: \S+, hart .*")
FAULT = re.compile(r"trapeze: process \d+ \(illegal\) ended: illegal instruction, pc 0x.*")


@pytest.fixture
def boot_manifest(boot, build, tmp_path):
    """boot_manifest(MANIFEST, PROGRAM, ARG..., last=LINE): boots with that manifest, and the programs
    of the build."""

    def start(manifest, *command, **options):
        files = newc.read((build.directory / "archive.cpio").read_bytes())
        files.pop("manifest")
        if manifest is not None:
            files["manifest"] = manifest.encode()
        path = tmp_path / "initrd"
        path.write_bytes(newc.archive(files))
        return boot(*command, extra=("-initrd", str(path)), **options)

    return start


def test_a_program_alone(boot_manifest):
    """What it writes is lost, and so it cannot wait for it either."""
    boot_manifest(ALONE, "test-exit", "7", status=7, last=BANNER)
    boot_manifest(ALONE, "test-args", last=BANNER)


def test_its_fault_is_told_through_the_firmware(boot_manifest):
    boot_manifest(ALONE, "illegal", status=128 + 2, last=FAULT)


def test_a_number_is_known_before_the_start(visits, image):
    """With several harts a program may have ended before the call that starts it returns. By then
    it has no number to ask for, and init would not know whose end it hears of."""
    names = {image.address(name): name for name in ("sys_process_start", "sys_handle_inspect")}
    found = visits(set(names), "test-args", last="test-args: ok", functions=True, registers=True)
    init = found[0].registers["satp"]
    calls = [names[visit.address] for visit in found if visit.registers["satp"] == init]
    started = [place for place, name in enumerate(calls) if name == "sys_process_start"]
    assert len(started) == 3  # console, names, test-args
    assert all(calls[place - 1] == "sys_handle_inspect" for place in started)
    assert started[-1] == len(calls) - 1


def test_nothing_can_happen_any_more(boot_manifest):
    last = "trapeze: every process waits, and nothing can wake any of them"
    boot_manifest(ALONE, "test-stuck", status=126, last=last)


def test_no_manifest(boot_manifest):
    last = "trapeze: cannot run 'init': the boot archive has no file 'manifest'"
    boot_manifest(None, "test-args", status=127, last=last)


def test_a_mistake_is_told_with_its_line(boot_manifest):
    last = re.compile(r"manifest:2: .*: 'colour'")
    boot_manifest("run *\n    colour blue\n", "test-args", status=127, last=last)


def test_a_program_without_a_section(boot_manifest):
    other = ALONE.replace("*", "test-exit")
    last = "trapeze: cannot run 'test-args': the manifest has no section for it"
    boot_manifest(other, "test-args", status=127, last=last)
    boot_manifest(other, "test-exit", "5", status=5, last=BANNER)


def test_a_server_that_there_is_not(boot_manifest):
    server = "server nothing\n    priority 8\n    pages 64\n    slots 64\n    restart always\n"
    last = "trapeze: cannot run 'nothing': the boot archive has no such program"
    boot_manifest(server + ALONE, "test-args", status=127, last=last)


SERVER = """\
server server
    program {program}
    priority 4
    pages 64
    slots 64
    restart always
    ping 20 10
    serves service
"""
INIT_LINE = re.compile(r"init: .*")


def test_a_server_that_does_not_answer_is_restarted(boot_manifest):
    """It is alive, and busy for ever: nothing but its silence tells."""
    manifest = SERVER.format(program="hog 1000000") + ALONE
    output = boot_manifest(manifest, "shares", "2", last=INIT_LINE).output
    assert "init: hog does not answer, and is ended" in output
    assert "init: hog starts again in 0 ms" in output


def test_the_delay_before_a_restart_doubles(boot_manifest):
    manifest = SERVER.format(program="test-exit 2") + ALONE
    output = boot_manifest(manifest, "test-sleep", last=INIT_LINE).output
    delays = re.findall(r"init: test-exit starts again in (\d+) ms", output)
    assert delays[:7] == ["0", "10", "20", "40", "80", "160", "320"]

# SPDX-License-Identifier: MIT
"""Without the scripts, as the README says it: its commands are taken from it and run, in a copy of
the tree."""

import json
import os
import re
import shutil
import subprocess

import pytest

from trapeze_tools.paths import SOURCE

README = SOURCE / "README.md"
DEADLINE_SECONDS = 240  # a backstop


def blocks(title):
    """The indented blocks of a section of the README, without their indentation."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README.read_text(), re.M | re.S)[1]
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block.strip("\n"), flags=re.MULTILINE) for block in found]


def not_copied(directory, names):
    """What is made, and not the tree's own."""
    top = [name for name in names if name == ".git" or name.split("-")[0] == "build"]
    return [*(top if directory == str(SOURCE) else []), "__pycache__"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    copy = tmp_path_factory.mktemp("by_hand") / "trapeze"
    return shutil.copytree(SOURCE, copy, ignore=not_copied)


@pytest.fixture
def shell(tree):
    """shell(COMMAND, status=0, typed=""): runs it in the copy; what it wrote."""
    ours = ("TRAPEZE_BUILD", "TRAPEZE_SOURCE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}

    def run(command, status=0, typed=""):
        result = subprocess.run(
            command,
            shell=True,
            cwd=tree,
            env=environment,
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        assert result.returncode == status, f"$ {command}\n{result.stdout}"
        return result.stdout.replace("\r\n", "\n")

    return run


def test_three_commands(shell, emulator):
    commands = blocks("By hand")[0].splitlines()
    assert [command.split()[0] for command in commands] == ["cmake", "cmake", "qemu-system-riscv64"]
    built = shell(commands[0]) + shell(commands[1])
    assert "warning" not in built.lower()
    boot = commands[2].replace("qemu-system-riscv64", emulator.path)
    output = shell(boot)
    assert re.search(r"^trapeze: .*, hart 0 of 1, 128 MiB, ", output, re.MULTILINE)
    assert "trapeze: panic" not in output
    assert re.match(" +scripts/gdb direct ", output.splitlines()[-1])
    without = re.sub(r" -append '.*'", "", boot)
    assert without != boot
    # The firmware, which sets up the UART, loses the first byte.
    output = shell(without, status=7, typed="\npoweroff 7\n")
    assert "trapeze> " in output and "trapeze: panic" not in output


def test_assembly_follows_the_structures(shell, tree, emulator):
    """A new member moves those behind it: assembly is told, and built anew."""
    source, made = tree / "src/sched/thread.h", tree / "build/src/sched/offsets.h"
    text = source.read_text()
    member = "    uint64_t flags;"
    assert text.count(member) == 1

    def flags():
        built = shell("cmake --preset default && cmake --build build -t trapeze")
        assert "warning" not in built.lower()
        return int(re.search(r"^#define THREAD_FLAGS (\d+)$", made.read_text(), re.M)[1])

    before = flags()
    try:
        source.write_text(text.replace(member, f"    uint64_t stand_in;\n{member}"))
        assert flags() == before + 8
        boot = blocks("By hand")[0].splitlines()[2]
        output = shell(boot.replace("qemu-system-riscv64", emulator.path))
        assert "trapeze: panic" not in output
        assert re.match(" +scripts/gdb direct ", output.splitlines()[-1])
    finally:
        source.write_text(text)


def test_what_a_build_has(shell, tree):
    shell("cmake --preset default && cmake --build --preset default")
    compiled = json.loads((tree / "build/compile_commands.json").read_text())
    files = {os.path.relpath(entry["file"], tree) for entry in compiled}
    assert {"src/boot/main.c", "src/trap/trap_entry.S", "userland/programs/demo.c"} <= files
    sizes = dict(re.findall(r"^(\.\S+) +(\d+) +\d+$", shell("cmake --build build -t size"), re.M))
    assert int(sizes[".text"]) > 10000
    shell("cmake --build build -t disasm")
    listing = (tree / "build/trapeze.disasm").read_text(errors="replace")
    assert re.search(r"^[0-9a-f]{16} <trap_entry>:$", listing, re.MULTILINE)
    assert re.search(r"^[0-9a-f]+:\s+sret$", listing, re.MULTILINE)


def test_warnings_are_errors_in_the_ci_preset(shell, tree):
    output = shell("cmake --preset ci && cmake --build --preset ci")
    assert "warning" not in output.lower()
    main = tree / "src/boot/main.c"
    text = main.read_text()
    try:
        main.write_text(text + "\nstatic int unused_variable;\n")
        output = shell("cmake --build --preset ci", status=1)
        assert "[-Werror=unused-variable]" in output
        shell("cmake --preset default && cmake --build --preset default")  # a student's
    finally:
        main.write_text(text)


def test_your_own_program(shell, tree):
    program, lists, commands = blocks("Your own program")
    folder = tree.parent / "hello"
    folder.mkdir()
    (folder / "hello.c").write_text(program)
    (folder / "CMakeLists.txt").write_text(lists)
    configure, run = commands.splitlines()
    shell(configure.replace("/path/to/your/folder", str(folder)))
    printed, status = re.search(
        r"prints `(.*?)` and exits\s+with (\d+)", README.read_text()
    ).groups()
    assert shell(run, status=int(status)).splitlines()[-1] == printed

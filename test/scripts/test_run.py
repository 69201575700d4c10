# SPDX-License-Identifier: MIT
"""scripts/run: the command that it makes, the status that it exits with, what it shows."""

import shlex
import subprocess
import time

import pexpect
import pytest

from trapeze_tools.archive import program_names
from trapeze_tools.errors import UsageError
from trapeze_tools.paths import SCRIPTS, SOURCE
from trapeze_tools.run import kernel_command_line, quote_words

PROMPT = "trapeze> "


def dry_run(script, *arguments):
    result = script("run", "--dry-run", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return shlex.split(result.stdout)


def test_dry_run_without_options(script, build):
    assert dry_run(script) == (
        "qemu-system-riscv64 -machine virt -nographic -smp 1 -m 128M -kernel".split()
        + [str(build.kernel)]
    )


def test_dry_run_with_all_options(script, build):
    command = dry_run(
        script,
        *"--smp 4 --memory 8G --icount --gdb --gdb-port 4321 --qemu /opt/qemu --append".split(),
        "timer=sstc slice=1ms",
        "hog",
        "--smp",
    )
    assert command[0] == "/opt/qemu"
    assert command[command.index("-smp") + 1] == "4"
    assert command[command.index("-m") + 1] == "8G"
    assert command[command.index("-icount") + 1] == "shift=0"
    assert command[command.index("-gdb") + 1] == "tcp:127.0.0.1:4321"
    assert "-S" in command
    # What comes after the program is the program's.
    assert command[-1] == 'timer=sstc slice=1ms trapeze.run="hog --smp"'


def test_dry_run_neither_builds_nor_needs_qemu(script, tmp_path):
    result = script("run", "--dry-run", TRAPEZE_BUILD=str(tmp_path / "none"), TRAPEZE_QEMU="none")
    assert result.returncode == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (["demo"], 'trapeze.run="demo"'),
        (["a", "b", "c"], 'trapeze.run="a b c"'),
        (["a", "b c"], r'trapeze.run="a b\ c"'),
        (["a", 'say "hi"'], r'trapeze.run="a say\ \"hi\""'),
        (["a", "back\\slash"], r'trapeze.run="a back\\slash"'),
    ],
)
def test_quoting(words, quoted):
    assert quote_words(words) == quoted


def test_an_empty_argument_is_refused():
    with pytest.raises(UsageError, match="empty argument"):
        quote_words(["a", ""])


def test_kernel_command_line_is_empty_without_anything():
    assert kernel_command_line("", []) == ""


@pytest.mark.parametrize(
    "arguments",
    [["one"], ["two words"], ['quote " inside', "back\\slash", "a  b"], ["--smp", "3", "-h"]],
)
def test_arguments_arrive_as_given(script, arguments):
    result = script("run", "--no-build", "test-args", *arguments)
    assert result.returncode == 0
    for number, argument in enumerate(arguments, start=1):
        assert f"argv[{number}] \"{argument}\"" in result.stdout


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_exits_as_the_program(script, status):
    result = script("run", "--no-build", "test-exit", str(status))
    assert (result.returncode, result.stderr) == (status, "")


def test_shows_only_what_the_program_prints(script):
    quiet = script("run", "--no-build", "test-args")
    assert quiet.stdout.startswith("test-args: argc 1\n")
    assert "OpenSBI" not in quiet.stdout and "trapeze: " not in quiet.stdout
    verbose = script("run", "--no-build", "--verbose", "test-args")
    assert verbose.stdout.replace("\r\n", "\n").endswith(quiet.stdout)
    assert "OpenSBI" in verbose.stdout and "trapeze: " in verbose.stdout


def test_shows_the_kernels_complaints(script):
    result = script("run", "--no-build", "--append", "colour=blue", "test-exit", "3")
    assert "trapeze: command line: 'colour=blue' is ignored" in result.stdout
    assert result.returncode == 3


def test_unknown_program_lists_those_there_are(script, build):
    result = script("run", "--no-build", "no-such-program")
    assert (result.returncode, result.stdout) == (2, "")
    assert "there is no program 'no-such-program'" in result.stderr
    assert "programs: " + " ".join(build.programs()) in result.stderr


def test_timeout(script):
    start = time.monotonic()
    result = script("run", "--no-build", "--timeout", "2", "hog", "4000000000")
    assert result.returncode == 124
    assert result.stderr == "scripts/run: still running after 2 s: ended\n"
    assert time.monotonic() - start >= 2


def test_boots_into_the_shell(build):
    console = on_terminal(build)
    console.expect_exact(PROMPT)
    assert "OpenSBI" not in console.before and "trapeze: " not in console.before
    console.sendline("test-args one 'two words'")
    console.expect_exact('test-args: argv[2] "two words"')
    console.expect_exact(PROMPT)
    console.sendline("poweroff 7")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 7


def test_the_shell_gets_what_is_typed_before_it_asks(build):
    console = on_terminal(build, "--verbose")
    console.expect_exact("trapeze: ")
    console.sendline("test-exit 3")
    console.expect_exact(PROMPT)
    console.sendline("poweroff")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0


def test_nothing_built_yet(script, tmp_path):
    result = script("run", "--no-build", TRAPEZE_BUILD=str(tmp_path))
    assert result.returncode == 125
    assert "there is no " in result.stderr and "--no-build" in result.stderr


def test_build_directory_of_another_tree(script, tmp_path):
    (tmp_path / "CMakeCache.txt").write_text("CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n")
    result = script("run", "demo", TRAPEZE_BUILD=str(tmp_path))
    assert result.returncode == 125
    assert "was configured for the source tree /elsewhere" in result.stderr
    assert "rm -r" in result.stderr


def test_gdb_port_that_is_taken(script):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        result = script("run", "--no-build", "--gdb", "--gdb-port", port, "demo")
    assert result.returncode == 125
    assert f"port {port} is taken" in result.stderr


def test_closed_output_ends_it(build):
    """As in `scripts/run PROGRAM | head -1`: no traceback, no QEMU left."""
    process = subprocess.Popen(
        [str(SCRIPTS / "run"), "--no-build", "--verbose", "test-args"],
        cwd=SOURCE,
        env=environment(build),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 128 + 13


def environment(build):
    import os

    return os.environ | {"TRAPEZE_BUILD": str(build.directory)}


def on_terminal(build, *arguments):
    return pexpect.spawn(
        str(SCRIPTS / "run"),
        ["--no-build", *arguments],
        cwd=str(SOURCE),
        env=environment(build),
        encoding="utf-8",
        timeout=60,
    )


def test_interrupt_ends_a_program(build):
    console = on_terminal(build, "--verbose", "hog", "4000000000")
    console.expect("trapeze: ")
    console.sendintr()
    console.expect(pexpect.EOF)
    assert "Traceback" not in console.before
    console.close()
    assert console.exitstatus == 130


def test_control_a_x_ends_a_session(build):
    console = on_terminal(build)
    console.expect_exact(PROMPT)
    console.send("\x01x")
    console.expect("QEMU: Terminated")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0


def test_archive_names_are_sorted(build):
    names = program_names(build.directory / "archive.cpio")
    assert names == sorted(names) and "demo" in names
    assert "manifest" not in names  # no program

# SPDX-License-Identifier: MIT
"""What holds for every script: --help, and one clear line for a mistake."""

import re

import pytest

from trapeze_tools.paths import SCRIPTS

ALL = sorted(path.name for path in SCRIPTS.iterdir() if path.is_file())
IN_PYTHON = ["run", "gdb", "test", "doctor", "bench", "authority"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(script, name, option):
    result = script(name, option)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: scripts/{name}")
    assert result.stdout.endswith("\n")
    # A terminal's width, and each script tells what its exit status means.
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "exit status" in result.stdout


@pytest.mark.parametrize("name", ALL)
def test_unknown_option(script, name):
    result = script(name, "--no-such-option")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--no-such-option" in result.stderr
    assert f"scripts/{name} --help" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", IN_PYTHON)
def test_options_are_not_abbreviated(script, name):
    assert script(name, "--hel").returncode == 2


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("run", ["--smp"], "--smp: expected one argument"),
        ("run", ["--smp", "0"], "'0' is not a number from 1 to 8"),
        ("run", ["--smp", "9"], "'9' is not a number from 1 to 8"),
        ("run", ["--smp", "two"], "'two' is not a number from 1 to 8"),
        ("run", ["--memory", "lots"], "'lots' is not a size such as 128M or 8G"),
        ("run", ["--memory", "0M"], "'0M' is not a size such as 128M or 8G"),
        ("run", ["--timeout", "0"], "'0' is not a positive number of seconds"),
        ("run", ["--timeout", "-1"], "'-1' is not a positive number of seconds"),
        ("run", ["--gdb-port", "65536"], "'65536' is not a number from 1 to 65535"),
        ("run", ["--preset", "fastest"], "there is no preset 'fastest'"),
        ("run", ["--preset", "host"], "the preset 'host' builds no kernel"),
        ("test", ["--jobs", "0"], "'0' is not a number from 1 to 64"),
        ("doctor", ["--memory", "much"], "'much' is not a size such as 128M or 8G"),
        ("doctor", ["something"], "unrecognized arguments: something"),
        ("setup", ["everything"], "unknown group 'everything'; there are: run gdb test lint"),
    ],
)
def test_mistakes(script, name, arguments, message):
    result = script(name, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"scripts/{name}: ")
    assert message in result.stderr


def test_unknown_preset_lists_those_there_are(script):
    assert re.search(r"presets: default debug ci host", script("run", "--preset", "x").stderr)

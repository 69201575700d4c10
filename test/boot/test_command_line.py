# SPDX-License-Identifier: MIT
"""The kernel's command line: what it takes, and what it says of what it does not take."""

import re

import pytest

LIMIT_BYTES = 4096
ARGUMENT_BYTES = 2048  # MAX_ARGUMENT_BYTES of include/trapeze/abi.h
OPTIONS = ("trapeze.run", "timer", "slice", "preempt", "asidbits")
DEMO_END = re.compile(r" +scripts/gdb direct .*")


def complaints(outcome):
    """What the kernel says of the command line, without the hints in parentheses."""
    prefix = "trapeze: command line: "
    lines = [line for line in outcome.kernel_lines if line.startswith(prefix)]
    return [re.sub(r" \([^()]*\)$", "", line.removeprefix(prefix)) for line in lines]


def arguments(outcome):
    return re.findall(r'^test-args: argv\[\d+\] "(.*)"$', outcome.output, re.MULTILINE)


@pytest.mark.parametrize(
    "word", ["colour=blue", "prempt=off", "quiet", "=", "=on", "root=/dev/vda", "Timer=sbi"]
)
def test_unknown_word(boot, word):
    outcome = boot("test-args", append=word, last="test-args: ok")
    assert complaints(outcome) == [f"unknown word '{word}' is ignored"]
    for option in OPTIONS:
        assert re.search(rf"\(.*\b{option}\b.*\)$", outcome.kernel_lines[0]), option


@pytest.mark.parametrize(
    "word",
    """timer=fast timer= timer slice=0 slice=5 slice=ms slice=9us slice=11s slice=1.5ms slice=-1ms
    slice=99999999999999999999ms preempt=maybe preempt asidbits=17 asidbits=x asidbits=-1
    asidbits=""".split(),
)
def test_bad_value(boot, word):
    outcome = boot("test-args", append=word, last="test-args: ok")
    assert complaints(outcome) == [f"bad value in '{word}' is ignored"]
    # The hint names the option, and the defaults hold.
    assert f"is ignored ({word.split('=')[0]}=" in outcome.kernel_lines[0]
    assert outcome.kernel_lines[-1].endswith(", timer sbi, 10 ms slices")


@pytest.mark.parametrize(
    "run", ["trapeze.run=", 'trapeze.run=""', 'trapeze.run="  "', "trapeze.run"]
)
def test_default_program_in_place_of_a_bad_one(boot, run):
    outcome = boot(append=f"slice=1ms {run}", last=DEMO_END)
    assert complaints(outcome) == [f"bad value in '{run}' is ignored"]


def test_default_program(boot):
    outcome = boot(append="slice=1ms", last=DEMO_END)
    assert complaints(outcome) == []
    assert "This is Trapeze." in outcome.output


def test_no_closing_quote(boot):
    outcome = boot(append='slice=1ms trapeze.run="test-args 1', last=DEMO_END)
    assert complaints(outcome) == ["no closing quote in 'trapeze.run=\"test-args 1' is ignored"]


def test_many_problems(boot):
    words = [f"word{number}" for number in range(20)]
    found = complaints(boot("test-args", append=" ".join(words), last="test-args: ok"))
    told = [f"unknown word '{word}' is ignored" for word in words]
    assert 1 <= len(found) - 1 < len(words)
    assert found[:-1] == told[: len(found) - 1]
    assert found[-1] == f"{len(words) - len(found) + 1} more problems"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("test-args", ["test-args"]),
        ('"test-args"', ["test-args"]),
        ('"test-args one two"', ["test-args", "one", "two"]),
        ('"  test-args   one  "', ["test-args", "one"]),
        (r'"test-args two\ words x"', ["test-args", "two words", "x"]),
        (r'"test-args say\ \"hi\""', ["test-args", 'say "hi"']),
        (r'"test-args back\\slash \\"', ["test-args", "back\\slash", "\\"]),
        ('"test-args slice=0 timer=fast"', ["test-args", "slice=0", "timer=fast"]),
        ("\"test-args\tone\ttwo\"", ["test-args", "one", "two"]),
        ('"test-args d\u00e9j\u00e0"', ["test-args", "d\u00e9j\u00e0"]),
    ],
)
def test_arguments(boot, run, expected):
    outcome = boot(append=f"trapeze.run={run}", last="test-args: ok")
    assert complaints(outcome) == []
    assert arguments(outcome) == expected


def test_last_one_holds(boot):
    append = 'slice=2ms trapeze.run="test-exit 3" slice=7ms trapeze.run="test-args last"'
    outcome = boot(append=append, last="test-args: ok")
    assert arguments(outcome) == ["test-args", "last"]
    assert "7 ms slices" in outcome.output


@pytest.mark.parametrize(
    "name",
    ["no-such-program", "test-arg", "test-args2", "TRAILER!!!", pytest.param("x" * 300, id="long")],
)
def test_unknown_program(boot, name):
    last = f"trapeze: cannot run '{name}': the boot archive has no such program"
    boot(name, status=127, last=last)


def test_longest_arguments(boot):
    """Program name and arguments, each with its NUL, fill the block that a process gets."""
    left = ARGUMENT_BYTES - len("test-args") - 1
    words = ["a" * (left // 2 - 1), "b" * (left - left // 2 - 1)]
    outcome = boot("test-args", *words, last="test-args: ok")
    assert arguments(outcome) == ["test-args", *words]


def test_too_long_arguments(boot):
    left = ARGUMENT_BYTES - len("test-args") - 1
    words = ["a" * (left // 2), "b" * (left - left // 2 - 1)]
    last = "trapeze: cannot run 'test-args': the arguments are too long"
    boot("test-args", *words, status=127, last=last)


def test_too_long_argument(boot):
    last = "trapeze: cannot run 'test-args': an argument is too long"
    boot("test-args", "x" * (ARGUMENT_BYTES + 1), status=127, last=last)


def test_too_long_command_line(boot):
    command = f'trapeze.run="test-args {"x" * LIMIT_BYTES}"'
    outcome = boot(append=command, status=255, panic=True, last="trapeze: stopped")
    assert outcome.kernel_lines[0] == (
        f"trapeze: panic: the command line has {len(command)} bytes; {LIMIT_BYTES} are the most"
    )


@pytest.mark.parametrize(
    ("append", "expected"),
    [
        ("", "timer sbi, 10 ms slices"),
        ("slice=250us", "timer sbi, 250 us slices"),
        ("slice=1s", "timer sbi, 1000 ms slices"),
        ("slice=10us", "timer sbi, 10 us slices"),
        ("slice=10s", "timer sbi, 10000 ms slices"),
        ("preempt=off", "timer sbi, no preemption"),
        ("preempt=on", "timer sbi, 10 ms slices"),
        ('timer="sstc"', "timer sstc, 10 ms slices"),
    ],
)
def test_options_in_the_banner(boot, append, expected):
    outcome = boot("test-args", append=append, last="test-args: ok", extra=("-cpu", "rv64,sstc=on"))
    assert complaints(outcome) == []
    assert outcome.kernel_lines == [outcome.output.splitlines()[0]]
    assert outcome.kernel_lines[0].endswith(f", hart 0 of 1, 128 MiB, {expected}")

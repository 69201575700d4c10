# SPDX-License-Identifier: MIT
"""The kernel's command line: what the kernel and init take of it, and what they say of what they do
not take."""

import re

import pexpect
import pytest

# What a program's startup block has room for: a page less its header and its table of handles
# (struct trapeze_startup), and less two pointers for the ends of argv and envp and one for each
# argument.
STRING_BYTES = 4096 - 24 - 24 * (16 + 8)
OPTIONS = ("trapeze.run", "timer", "slice", "preempt", "asidbits")
PROMPT = "trapeze> "


def complaints(text):
    """What the kernel and init say of the command line, without the hints in parentheses."""
    found = re.findall(r"^trapeze: command line: (.*)$", text.replace("\r", ""), re.MULTILINE)
    return [re.sub(r" \(.*\)$", "", line) for line in found]


@pytest.fixture
def shell(interact):
    """shell(APPEND): boots into the shell; what came before its prompt."""

    def start(append):
        console = interact(append=append, icount=False)
        console.expect_exact(PROMPT)
        before = console.before
        console.sendline("poweroff")
        console.expect(pexpect.EOF)
        return before

    return start


def arguments(outcome):
    return re.findall(r'^test-args: argv\[\d+\] "(.*)"$', outcome.output, re.MULTILINE)


@pytest.mark.parametrize(
    "word",
    """colour=blue prempt=off quiet = =on root=/dev/vda Timer=sbi timer=fast timer= timer slice=0
    slice=5 slice=ms slice=9us slice=11s slice=1.5ms slice=-1ms slice=99999999999999999999ms
    preempt=maybe preempt asidbits=17 asidbits=x asidbits=-1 asidbits=""".split(),
)
def test_a_word_that_is_no_option(boot, word):
    outcome = boot("test-args", append=word, last="test-args: ok")
    assert complaints(outcome.output) == [f"'{word}' is ignored"]
    # The hint names what there is, and the defaults hold.
    for option in OPTIONS:
        assert re.search(rf"\(.*\b{option}\b.*\)$", outcome.kernel_lines[0]), option
    assert outcome.kernel_lines[-1].endswith(", timer sbi, 10 ms slices")


@pytest.mark.parametrize("word", ["trapeze.", "trapeze.colour=blue", "trapeze.running=test-args"])
def test_what_begins_with_trapeze_is_inits(boot, word):
    outcome = boot("test-args", append=word, last="test-args: ok")
    assert complaints(outcome.output) == [f"unknown word '{word}' is ignored"]


@pytest.mark.parametrize(
    "run", ["trapeze.run=", 'trapeze.run=""', 'trapeze.run="  "', "trapeze.run"]
)
def test_shell_in_place_of_a_bad_program(shell, run):
    assert complaints(shell(run)) == [f"bad value in '{run}' is ignored"]


def test_shell_unless_a_program_is_named(shell):
    assert complaints(shell("")) == []


def test_no_closing_quote(shell):
    found = complaints(shell('slice=1ms trapeze.run="test-args 1'))
    assert found == ["no closing quote in 'trapeze.run=\"test-args 1' is ignored"]


def test_many_problems(boot):
    words = [f"word{number}" for number in range(20)]
    outcome = boot("test-args", append=" ".join(words), last="test-args: ok")
    assert complaints(outcome.output) == [f"'{word}' is ignored" for word in words]


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
    assert complaints(outcome.output) == []
    assert arguments(outcome) == expected


def test_last_one_holds(boot):
    append = 'slice=2ms trapeze.run="test-exit 3" slice=7ms trapeze.run="test-args last"'
    outcome = boot(append=append, last="test-args: ok")
    assert arguments(outcome) == ["test-args", "last"]
    assert "7 ms slices" in outcome.output


@pytest.mark.parametrize(
    "name",
    ["no-such-program", "test-arg", "test-args2", "TRAILER!!!", pytest.param("x" * 150, id="long")],
)
def test_unknown_program(boot, name):
    last = f"trapeze: cannot run '{name}': the boot archive has no such program"
    boot(name, status=127, last=last)


def longest(count):
    """So many arguments of the program test-args that fill its startup block."""
    left = STRING_BYTES - 8 * (count + 1 + 2) - len("test-args") - 1
    lengths = [left // count] * (count - 1) + [left - left // count * (count - 1)]
    return ["a" * (length - 1) for length in lengths]


@pytest.mark.parametrize("count", [1, 2, 100])
def test_longest_arguments(boot, count):
    """Program name and arguments, each with its NUL, fill what a process gets."""
    words = longest(count)
    outcome = boot("test-args", *words, last="test-args: ok")
    assert arguments(outcome) == ["test-args", *words]


@pytest.mark.parametrize("count", [1, 2, 100])
def test_too_long_arguments(boot, count):
    first, *others = longest(count)
    last = "trapeze: cannot run 'test-args': the arguments and the environment are too long"
    boot("test-args", first + "a", *others, status=127, last=last)


@pytest.mark.parametrize("words", [["x" * 8000], ["x"] * 300], ids=["one", "many"])
def test_far_too_long_arguments(boot, words):
    last = "trapeze: cannot run 'test-args': the arguments are too long"
    boot("test-args", *words, status=127, last=last)


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
        ("timer=sstc", "timer sstc, 10 ms slices"),
    ],
)
def test_options_in_the_banner(boot, append, expected):
    outcome = boot("test-args", append=append, last="test-args: ok", extra=("-cpu", "rv64,sstc=on"))
    assert complaints(outcome.output) == []
    assert outcome.kernel_lines == [outcome.output.splitlines()[0]]
    assert outcome.kernel_lines[0].endswith(f", hart 0 of 1, 128 MiB, {expected}")

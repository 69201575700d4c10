# SPDX-License-Identifier: MIT
"""The boot harness itself: that it fails where it has to."""

import re

import pytest
from harness.machine import Outcome, Wanted

BANNER = "trapeze: 0.1.0, hart 0 of 1, 128 MiB, timer sbi, 10 ms slices\n"


def outcome(text, status=0):
    return Outcome(status, BANNER + text, "OpenSBI\n", None)


def test_all_as_wanted():
    assert Wanted("done", 0, panic=False).mistake(outcome("hello\ndone\n")) is None


@pytest.mark.parametrize("last", ["other", "don", "done."])
def test_last_line_is_compared_in_full(last):
    mistake = Wanted(last, 0, panic=False).mistake(outcome("done\n"))
    assert mistake == f"the last line is 'done' instead of {re.escape(last)!r}"


def test_last_line_as_a_pattern():
    assert Wanted(re.compile(r"\d+ of \d+"), 0, False).mistake(outcome("3 of 3\n")) is None
    assert Wanted(re.compile(r"\d+ of \d+"), 0, False).mistake(outcome("3 of 3 or so\n"))


def test_only_the_last_line_counts():
    assert Wanted("done", 0, panic=False).mistake(outcome("done\nand then\n"))


@pytest.mark.parametrize("status", [1, 255, 124])
def test_status_counts_even_if_the_last_line_is_right(status):
    mistake = Wanted("done", 0, panic=False).mistake(outcome("done\n", status))
    assert mistake == f"exit status {status} instead of 0"


def test_a_panic_fails_even_with_the_right_status_and_last_line():
    text = "trapeze: panic: assertion failed\ndone\n"
    assert Wanted("done", 0, panic=False).mistake(outcome(text)) == "the kernel panicked"
    assert Wanted("done", 0, panic=True).mistake(outcome("done\n")) == "the kernel did not panic"
    assert Wanted("done", 255, panic=True).mistake(outcome(text, 255)) is None


def test_a_program_that_talks_of_panic_did_not_panic():
    assert not outcome("this is no trapeze: panic: at all\n").panicked


def test_transcript_holds_the_command_and_the_output(boot):
    kept = boot("test-exit", "9", status=9, last=re.compile("trapeze: .*")).transcript.read_text()
    assert kept.startswith("$ ")
    assert 'trapeze.run="test-exit 9"' in kept
    assert "OpenSBI" in kept and kept.endswith("[exit status 9]\n")


def test_failure_names_the_transcript(boot):
    with pytest.raises(pytest.fail.Exception, match=r"exit status 9 instead of 0(.|\n)*transcript: "):
        boot("test-exit", "9", last=re.compile("trapeze: .*"))


def test_deadline_ends_a_machine_that_hangs(boot):
    with pytest.raises(pytest.fail.Exception, match="still running after 2 s: ended"):
        boot("hog", "4000000000", last="", timeout=2)


def test_interact(interact):
    console = interact("test-exit", "4")
    console.expect("trapeze: .*hart 0")
    console.wait()
    assert console.exitstatus == 4

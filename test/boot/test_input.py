# SPDX-License-Identifier: MIT
"""A program's standard input is the keyboard: lines, which can be edited, up to ^D."""

import pexpect

CONTROL_D, DELETE = "\x04", "\x7f"


def test_lines_from_the_keyboard(interact):
    console = interact("test-libc", "input", icount=False)
    console.expect_exact("test-libc: line 1? ")
    console.send("first\r")
    console.expect_exact('test-libc: got "first"')
    console.expect_exact("test-libc: line 2? ")
    console.send(f"secx{DELETE}ond and more than thirty-two bytes of it\r")
    console.expect_exact('test-libc: got "second and more than thirty-two bytes of it"')
    console.expect_exact("test-libc: line 3? ")
    console.send(CONTROL_D)
    console.expect_exact("test-libc: 2 lines, and a character? ")
    console.send("x\r")
    console.expect_exact("test-libc: ok")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0


def test_what_is_typed_before_it_is_asked_for(interact):
    console = interact("test-libc", "input", icount=False)
    console.expect_exact("trapeze: ")  # the kernel's first line
    console.send(f"early\r{CONTROL_D}x\r")
    console.expect_exact('test-libc: got "early"')
    console.expect_exact("test-libc: ok")
    console.expect(pexpect.EOF)

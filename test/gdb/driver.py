# SPDX-License-Identifier: MIT
"""The half of the debugger tests that runs inside GDB: does what debugger.py asks for.

A request is a line of JSON, [WHAT, ARGUMENT]; the answer is ["ok", RESULT] or ["error", TEXT].
"""

import json
import os
import socket

import gdb

MASK = (1 << 64) - 1


def execute(command):
    """What a command of GDB's prints."""
    return gdb.execute(command, to_string=True)


def values(expressions):
    """The 64-bit values of expressions."""
    return [int(gdb.parse_and_eval(expression)) & MASK for expression in expressions]


def serve(stream):
    known = {"execute": execute, "values": values}
    for line in stream:
        what, argument = json.loads(line)
        try:
            answer = ["ok", known[what](argument)]
        except (gdb.error, gdb.GdbError) as error:
            answer = ["error", str(error)]
        stream.write(json.dumps(answer) + "\n")
        stream.flush()


with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(os.environ["TRAPEZE_TEST_SOCKET"])
    with connection.makefile("rw", encoding="utf-8") as lines:
        serve(lines)

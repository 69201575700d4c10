# SPDX-License-Identifier: MIT
"""Sets GDB up for Trapeze and gives it the `tz` commands: `source` this file, or GDB's -x.

Works with GDB 12 and later. The kernel must be the file that GDB debugs.
"""

import sys
from pathlib import Path

import gdb

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # the package tz, and trapeze_tools

from tz import commands  # noqa: E402

SETTINGS = (
    # GDB takes the target for Linux otherwise, and steps over an ecall.
    "set osabi none",
    # Halted machines lose nothing: no question at `quit`, `delete` and the like.
    "set confirm off",
    "set print pretty on",
)


def stay_stopped(_: object) -> None:
    """As GDB ends it would let the machine run on."""
    if gdb.selected_inferior().pid != 0:
        gdb.execute("disconnect", to_string=True)


for setting in SETTINGS:
    gdb.execute(setting, to_string=True)
gdb.events.gdb_exiting.connect(stay_stopped)
commands.register()

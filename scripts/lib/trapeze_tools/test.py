# SPDX-License-Identifier: MIT
"""scripts/test: builds Trapeze in every way and runs its tests, all of them or by label."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import build, cli, qemu
from .errors import UsageError
from .probe import probe

_DESCRIPTION = """\
Installs what is missing, builds Trapeze (presets default, debug and host) and runs its tests
through CTest: all of them, or those that have one of the labels."""

_EPILOG = """\
exit status: CTest's (0 all passed, 8 some failed); 2 wrong usage; 125 nothing could be run

environment:
  TRAPEZE_QEMU, TRAPEZE_BIOS   QEMU and firmware to use instead of the default ones

examples:
  scripts/test                 all tests
  scripts/test host fuzz       those that need no QEMU
"""

_PRESETS = ("default", "debug", "host")


def labels(directory: Path) -> list[str]:
    """The labels that the tests have."""
    command = ["ctest", "--test-dir", str(directory), "--print-labels"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  (\S+)$", listing, re.MULTILINE)


def check_labels(wanted: Sequence[str], known: Sequence[str]) -> None:
    for label in wanted:
        if label not in known:
            raise UsageError(f"no test has the label '{label}'", "labels: " + " ".join(known))


def ctest_command(directory: Path, wanted: Sequence[str], jobs: int) -> list[str]:
    command = ["ctest", "--test-dir", str(directory), f"-j{jobs}", "--output-on-failure"]
    if wanted:
        command += ["-L", f"^({'|'.join(map(re.escape, wanted))})$"]
    return command


def main(arguments: Sequence[str]) -> int:
    parser = cli.Parser(
        "test",
        usage="scripts/test [OPTION...] [LABEL...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = parser.add_argument
    cores = os.cpu_count() or 1
    add("--list", action="store_true", help="lists the labels and runs nothing")
    add("--jobs", metavar="N", type=cli.integer(1, 64), default=cores, help="tests at a time")
    add("labels", metavar="LABEL", nargs="*", help="which tests (default: all)")
    options = parser.parse_args(arguments)

    build.ensure_tools("run", "test")
    builds = [build.select(preset) for preset in _PRESETS]
    build.configure(builds[0])
    known = labels(builds[0].directory)
    if options.list:
        print("\n".join(known))
        return 0
    check_labels(options.labels, known)
    # A QEMU or a firmware that does not work would fail every test, each after its own deadline.
    machine = qemu.Machine(kernel=Path(), bios=qemu.find_firmware())
    probe(qemu.find(), machine, "test")
    for one in builds:
        build.make(one)
    command = ctest_command(builds[0].directory, options.labels, options.jobs)
    sys.stdout.flush()
    os.execvp(command[0], command)

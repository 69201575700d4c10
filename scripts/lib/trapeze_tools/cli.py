# SPDX-License-Identifier: MIT
"""Command lines: an argument parser whose errors are one line, types of values, and `run_main`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from .errors import INTERRUPT_STATUS, ToolError, UsageError


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError, and takes no abbreviated options."""

    def __init__(self, script: str, **options: object) -> None:
        super().__init__(
            prog=f"scripts/{script}",
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def integer(low: int, high: int) -> Callable[[str], int]:
    """A type for `add_argument`: a decimal number from `low` to `high`."""

    def convert(text: str) -> int:
        if not re.fullmatch(r"[0-9]+", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {low} to {high}")
        return int(text)

    return convert


def seconds(text: str) -> float:
    """A type for `add_argument`: a positive number of seconds."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    return float(text)


def memory_size(text: str) -> str:
    """A type for `add_argument`: an amount of memory as QEMU takes it, with its unit."""
    if not re.fullmatch(r"[1-9][0-9]*[MG]", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 128M or 8G")
    return text


def memory_bytes(size: str) -> int:
    """The bytes of a `memory_size`."""
    return int(size[:-1]) << {"M": 20, "G": 30}[size[-1]]


def report(script: str, error: ToolError) -> None:
    """Tells the user of an error, on stderr."""
    print(f"scripts/{script}: {error}", file=sys.stderr)


def run_main(script: str, main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Runs a script's main function and exits: every script's errors look the same."""
    # A script that is told to end has children to end first: unwind instead of dying at once.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        status = main(sys.argv[2:])
        sys.stdout.flush()
    except ToolError as error:
        report(script, error)
        status = error.status
    except KeyboardInterrupt:
        status = INTERRUPT_STATUS
    except BrokenPipeError:
        # Whoever read the output has gone. Python would complain once more as it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    sys.exit(status)

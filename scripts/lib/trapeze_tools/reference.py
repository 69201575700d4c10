# SPDX-License-Identifier: MIT
"""Brings the tables in docs/abi.md up to date with the lists that they are made from.

A table stands between the lines `<!-- table: NAME -->` and `<!-- end of table -->`. The target
`reference` of the build runs this; with --check it only tells whether there is something to do.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from .definitions import INTERFACE, described, entries
from .paths import SOURCE

DOCUMENT = SOURCE / "docs" / "abi.md"
LIBRARY = SOURCE / "userland" / "lib" / "include"
COMMAND = "cmake --build build --target reference"

TABLE = re.compile(
    r"(?P<begin>^<!-- table: (?P<name>\S+) -->\n)(?P<body>.*?)(?P<end>^<!-- end of table -->$)",
    re.MULTILINE | re.DOTALL,
)


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Its cells must hold no bar."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def system_calls(folder: Path) -> str:
    rows = []
    for number, name, arity, arguments, summary in entries(folder / "syscalls.def", "SYSCALL"):
        words = arguments.split()
        if len(words) != arity:
            raise ValueError(f"syscalls.def: {name} has {arity} arguments, and lists {len(words)}")
        rows.append((str(number), f"[`{name}`](#{name})", registers(words), summary))
    return markdown(("`a7`", "call", "arguments", "what it does"), rows)


def registers(words: Sequence[str]) -> str:
    """Which register holds which argument; `byte0 byte8 byte16` is one, in three registers."""
    parts = []
    stems = enumerate(word.rstrip("0123456789") for word in words)
    for stem, group in itertools.groupby(stems, lambda item: item[1]):
        numbers = [number for number, _ in group]
        last = f" to `a{numbers[-1]}`" if len(numbers) > 1 else ""
        parts.append(f"`a{numbers[0]}`{last} {stem}")
    return ", ".join(parts)


def _coded(
    file: str, macro: str, header: Sequence[str], sign: str = "", home: Path | None = None
) -> Callable[[Path], str]:
    """A table of a list of (code, name, meaning), in `home` or in the folder that is asked for."""

    def table(folder: Path) -> str:
        listed = entries((home or folder) / file, macro)
        rows = [(f"{sign}{code}", f"`{name}`", meaning) for code, name, meaning in listed]
        return markdown(header, rows)

    return table


def rights(folder: Path) -> str:
    """A table of the bits RIGHT_..., with what the comment behind each says."""
    listed = described("RIGHT_", folder / "abi.h")
    rows = [(f"`{bit:#06x}`", f"`{name}`", meaning) for name, bit, meaning in listed]
    return markdown(("bit", "name", "on which objects, and for what"), rows)


TABLES: dict[str, Callable[[Path], str]] = {
    "system-calls": system_calls,
    "errors": _coded("errors.def", "ERROR", ("result", "name", "meaning"), "-"),
    "kernel-info": _coded("info.def", "INFO", ("item", "name", "value")),
    "causes": _coded("causes.def", "CAUSE", ("`scause`", "name", "meaning")),
    "rights": rights,
    "states": _coded("states.def", "STATE", ("number", "name", "the process")),
    "elf-errors": _coded(
        "elf_errors.def", "ELF_ERROR", ("number", "name", "what is wrong"), home=LIBRARY
    ),
}


def updated(document: str, folder: Path = INTERFACE) -> str:
    """The document with its tables made anew from the lists in `folder`."""
    there = [match["name"] for match in TABLE.finditer(document)]
    if sorted(there) != sorted(TABLES):
        raise ValueError(f"the document has the tables {there} and not each of {list(TABLES)} once")
    return TABLE.sub(
        lambda match: match["begin"] + TABLES[match["name"]](folder) + match["end"], document
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="reference", description=(__doc__ or "").splitlines()[0])
    help_text = "changes nothing; exits with 1 if it would"
    parser.add_argument("--check", action="store_true", help=help_text)
    options = parser.parse_args(arguments)
    old = DOCUMENT.read_text(encoding="utf-8")
    new = updated(old)
    if new == old:
        return 0
    if options.check:
        print(f"{DOCUMENT.name} is not up to date: {COMMAND}", file=sys.stderr)
        return 1
    DOCUMENT.write_text(new, encoding="utf-8")
    print(f"{DOCUMENT.relative_to(SOURCE)} is up to date now")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

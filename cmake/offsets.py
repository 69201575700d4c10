#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the header by which assembly knows C's structures: of each constant in what the compiler
has made of an offsets.c (src/base/assembly.h) a line `#define NAME NUMBER`.
"""
import argparse
import re
from pathlib import Path

CONSTANT = re.compile(r"^assembly_(\w+):\n\t\.(?:dword\t(\d+)|zero\t8)$", re.MULTILINE)


def header(assembly: str) -> str:
    found = CONSTANT.findall(assembly)
    listed = re.findall(r"^\t\.globl\tassembly_(\w+)$", assembly, re.MULTILINE)
    if not found or [name for name, _ in found] != listed:
        raise SystemExit(f"these constants were not understood: {', '.join(listed)}")
    return "".join(f"#define {name} {number or 0}\n" for name, number in sorted(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assembly", type=Path, help="what the compiler's -S has made")
    parser.add_argument("header", type=Path)
    arguments = parser.parse_args()
    text = header(arguments.assembly.read_text(encoding="utf-8"))
    # The same again stays as it is, and what includes it is not built anew.
    if not arguments.header.exists() or arguments.header.read_text(encoding="utf-8") != text:
        arguments.header.parent.mkdir(parents=True, exist_ok=True)
        arguments.header.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

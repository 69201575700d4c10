# SPDX-License-Identifier: MIT
"""Reads the lists and constants in include/trapeze, and refuses what it does not understand."""

from __future__ import annotations

import re
from pathlib import Path

from .paths import SOURCE

INTERFACE = SOURCE / "include" / "trapeze"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FIELD = re.compile(r'\s*(?:(?P<number>\d+)|(?P<name>\w+)|(?P<text>(?:"[^"\\\n]*"\s*)+))\s*')


def entries(path: Path, macro: str) -> list[tuple[int | str, ...]]:
    """The fields of every MACRO(field, ...) in a file that holds nothing else but comments."""
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    found = []
    position = 0
    while match := re.compile(rf"\s*{macro}\(").match(text, position):
        fields, position = _fields(text, match.end(), path)
        found.append(fields)
    if rest := text[position:].strip():
        raise ValueError(f"{path.name}: not a {macro}(...): {rest.splitlines()[0]}")
    return found


_CONSTANT = re.compile(
    r"^(?:#define (?P<macro>\w+) | {4}(?P<member>\w+) = )(?P<value>0x[0-9a-fA-F]+|\d+)U?L?,?"
    r"(?:[ \t]+/\* (?P<meaning>.*?) \*/)?$",
    re.MULTILINE,
)


def described(prefix: str, path: Path = INTERFACE / "abi.h") -> list[tuple[str, int, str]]:
    """(name, value, what the comment behind it says) of the macros and the members of enums whose
    names begin so, in their order."""
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _CONSTANT.finditer(text):
        name = match["macro"] or match["member"]
        if name.startswith(prefix):
            found.append((name, int(match["value"], 0), match["meaning"] or ""))
    if not found:
        raise ValueError(f"{path.name} has no {prefix}...")
    return found


def constants(prefix: str, path: Path = INTERFACE / "abi.h") -> dict[str, int]:
    """The values of those."""
    return {name: value for name, value, _ in described(prefix, path)}


def _fields(text: str, position: int, path: Path) -> tuple[tuple[int | str, ...], int]:
    """The fields from `position` up to the closing parenthesis, and the position after it."""
    fields: list[int | str] = []
    while True:
        match = _FIELD.match(text, position)
        end = text[match.end() : match.end() + 1] if match else ""
        if not match or end not in (",", ")"):
            raise ValueError(f"{path.name}: not a field: {text[position:].splitlines()[0]}")
        fields.append(_value(match))
        position = match.end() + 1
        if end == ")":
            return tuple(fields), position


def _value(match: re.Match[str]) -> int | str:
    if match["number"]:
        return int(match["number"])
    if match["name"]:
        return match["name"]
    return "".join(re.findall(r'"([^"]*)"', match["text"]))  # neighbouring strings are one

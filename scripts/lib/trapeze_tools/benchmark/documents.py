# SPDX-License-Identifier: MIT
"""The documentation's tables and plot of the figures: --record makes them of what it records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..paths import SOURCE
from ..reference import TABLE, markdown
from .figures import Figure, Result

PLOT = SOURCE / "docs" / "benchmark.svg"
DOCUMENTS = (SOURCE / "README.md", SOURCE / "docs" / "benchmark.md")


def results(figures: Sequence[Figure], values: Mapping[str, int]) -> list[Result]:
    """What was recorded, as if it had just been measured."""
    limits = {}
    for figure in figures:
        limits[figure.name] = figure.least if figure.least is not None else figure.budget
        if (of := figure.budget_of) is not None:
            limits[figure.name] = values[of["figure"]] * of["percent"] // 100
    return [Result(one, values[one.name], limits[one.name]) for one in figures]


def _limit(result: Result) -> str:
    if result.limit is None:
        return "–"
    limit = f"at least {result.limit:,}" if result.figure.least is not None else f"{result.limit:,}"
    return f"{limit}, missed" if result.missed else limit


def _amount(result: Result, value: int) -> str:
    return f"{value:,}" + ("" if result.figure.unit == "instructions" else f" {result.figure.unit}")


def figures_table(recorded: Sequence[Result]) -> str:
    rows = [
        (one.figure.title.strip(), f"`{one.figure.name}`", _amount(one, one.value), _limit(one))
        for one in recorded
    ]
    return _right(markdown(("figure", "name", "instructions", "budget"), rows), 2)


def peers_table(recorded: Sequence[Result]) -> str:
    rows = []
    for one in recorded:
        figure = one.figure
        slow = f"({figure.sel4_slow:,})" if figure.sel4_slow else ""
        sel4 = " ".join(filter(None, (f"{figure.sel4:,}" if figure.sel4 else "", slow)))
        others = [f"{value:,}" if value else "" for value in (figure.linux, figure.xv6)]
        if (sel4 or any(others)) and figure.run != "c":
            rows.append((figure.title, _amount(one, one.value), _limit(one), sel4, *others))
    header = ("", "Trapeze", "budget", "seL4 (slow path)", "Linux 6.12", "xv6")
    return _right(markdown(header, rows), 1)


def _right(table: str, first: int) -> str:
    """The table with its columns from `first` on aligned at the right."""
    header, rule, rows = table.split("\n", 2)
    cells = rule.split("|")[1:-1]
    cells = [cell if index < first else " ---: " for index, cell in enumerate(cells)]
    return "\n".join([header, "|" + "|".join(cells) + "|", rows])


_TABLES = {"figures": figures_table, "peers": peers_table}


def updated(text: str, recorded: Sequence[Result]) -> str:
    """A document with its tables made of what was recorded."""
    return TABLE.sub(
        lambda found: found["begin"] + _TABLES[found["name"]](recorded) + found["end"], text
    )


def write(recorded: Sequence[Result]) -> list[Path]:
    """Brings the documents up to date, all but the plot; which ones have changed."""
    changed = []
    for path in DOCUMENTS:
        old = path.read_text(encoding="utf-8")
        new = updated(old, recorded)
        if new != old:
            path.write_text(new, encoding="utf-8")
            changed.append(path)
    return changed

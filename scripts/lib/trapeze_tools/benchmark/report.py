# SPDX-License-Identifier: MIT
"""The tables that scripts/bench prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .figures import Result


def columns(rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Rows as columns: those whose numbers are in `left` begin together, the others end together."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if index in left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def table(results: Sequence[Result]) -> str:
    rows = [("instructions", "here", "budget", "", "xv6", "Linux 6.12", "seL4", "seL4 slow")]
    for result in results:
        figure = result.figure
        title = figure.title
        if figure.unit != "instructions":
            title += f" ({figure.unit})"
        limit = number(result.limit)
        if figure.least is not None:
            limit = f"at least {limit}"
        verdict = "" if result.limit is None else "OVER" if result.over else "missed" if result.missed else "ok"
        if result.over and figure.least is not None:
            verdict = "UNDER"
        peers = (figure.xv6, figure.linux, figure.sel4, figure.sel4_slow)
        rows.append((title, number(result.value), limit, verdict, *map(number, peers)))
    return columns(rows, left=(0, 3))


def comparison(results: Sequence[Result], old: Mapping[str, int], where: str) -> str:
    """What changed since an earlier measurement, and by how much."""
    rows = []
    for result in results:
        was = old.get(result.figure.name)
        if was is not None and was != result.value:
            change = result.value - was
            share = f"{change * 100 / was:+.1f} %" if was else ""
            word = "worse" if result.figure.is_worse(result.value, was) else "better"
            rows.append(
                (result.figure.name, number(was), number(result.value), f"{change:+,}", share, word)
            )
    names = {result.figure.name for result in results}
    lines = [columns([("", "was", "is", "", "", ""), *rows], left=(0, 5))] if rows else []
    if not rows:
        lines.append(f"All {len(names & old.keys())} figures that {where} has, too, are the same.")
    for name in names - old.keys():
        lines.append(f"{name} is new: {where} has none")
    return "\n".join([*lines[:1], *sorted(lines[1:])])

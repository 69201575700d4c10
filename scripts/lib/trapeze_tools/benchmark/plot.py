# SPDX-License-Identifier: MIT
"""scripts/bench --plot: the figures as SVG, by Matplotlib; the same file from the same figures."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import ToolError
from .figures import Result
from .growth import TITLES, Point, series

_COLOURS = ("#1b6ca8", "#e07a1f", "#8d99ae", "#5f6b7a", "#c9ced6")


def _pyplot():
    try:
        import matplotlib
    except ImportError as error:
        raise ToolError("Matplotlib is missing", "scripts/setup test installs it") from error
    matplotlib.use("svg")
    # No random ids; text as text, in the reader's own font.
    matplotlib.rcParams |= {
        "svg.hashsalt": "trapeze",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    from matplotlib import pyplot

    return pyplot


def _save(pyplot, figure, path: Path, values: object) -> None:
    """With the figures themselves in it, for tests and other programs; without a date."""
    metadata = {"Date": None, "Creator": None, "Description": json.dumps(values)}
    try:
        figure.savefig(path, format="svg", metadata=metadata, bbox_inches="tight")
    except OSError as error:
        raise ToolError(f"{path} cannot be written: {error.strerror}") from error
    pyplot.close(figure)


def described(path: Path) -> object:
    """The figures that a plot was made of."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r"<dc:description>(.*?)</dc:description>", text, re.DOTALL)
    assert found, path
    return json.loads(found[1].replace("&quot;", '"').replace("&amp;", "&"))


def figures(results: Sequence[Result], path: Path) -> None:
    """A row for each figure that somebody else has, too: on a logarithmic scale, since the largest
    is ten thousand times the smallest."""
    shown = [
        result
        for result in results
        if result.figure.unit == "instructions"
        and result.figure.run != "c"
        and any((result.figure.xv6, result.figure.linux, result.figure.sel4, result.figure.sel4_slow))
    ]
    if not shown:
        raise ToolError("no figure to plot", "--plot takes figures that a peer has, too")
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(9, 0.62 * len(shown) + 1.2))
    kinds = [
        ("Trapeze", [result.value for result in shown]),
        ("seL4", [result.figure.sel4 or result.figure.sel4_slow for result in shown]),
        ("Linux 6.12", [result.figure.linux for result in shown]),
        ("xv6", [result.figure.xv6 for result in shown]),
    ]
    height = 0.8 / len(kinds)
    for kind, ((name, values), colour) in enumerate(zip(kinds, _COLOURS)):
        for row, value in enumerate(values):
            if value is None:
                continue
            at = row + (kind - (len(kinds) - 1) / 2) * height
            axes.barh(at, value, height, color=colour, label=name)
            axes.text(value * 1.08, at, f"{value:,}", va="center", fontsize=7)
    handles = {patch.get_label(): patch for patch in axes.containers}
    axes.legend(handles.values(), handles.keys(), loc="upper right", frameon=False)
    axes.set_yticks(range(len(shown)), [result.figure.title.strip() for result in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("instructions (logarithmic scale)")
    axes.margins(x=0.12)
    _save(pyplot, figure, path, {result.figure.name: result.value for result in shown})


def growth(points: Sequence[Point], path: Path) -> None:
    """A panel for each thing that there may be many of."""
    pyplot = _pyplot()
    by_thing = series(points)
    figure, panels = pyplot.subplots(
        len(by_thing), 1, figsize=(8, 2.4 * len(by_thing)), squeeze=False
    )
    for (of, by_operation), axes in zip(by_thing.items(), panels[:, 0]):
        for name, values in by_operation.items():
            axes.plot(list(values), list(values.values()), marker="o", markersize=3, label=name)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel(TITLES[of])
        axes.set_ylabel("instructions")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    figure.tight_layout()
    _save(pyplot, figure, path, [[p.of, p.count, p.operation, p.instructions] for p in points])

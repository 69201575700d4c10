# SPDX-License-Identifier: MIT
"""What scripts/bench measures, and what it measured: budgets.toml, results, the JSON of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ToolError, UsageError
from ..paths import SOURCE, shown

BUDGETS = SOURCE / "test" / "bench" / "budgets.toml"


@dataclass(frozen=True)
class Figure:
    """One of budgets.toml, which explains the fields."""

    name: str
    title: str
    unit: str = "instructions"
    run: str = "fast"
    line: str | None = None
    special: str | None = None
    begins: str | list[str] | None = None
    ends: str | list[str] | None = None
    budget: int | None = None
    least: int | None = None
    budget_of: dict | None = None
    accepted: int | None = None
    xv6: int | None = None
    linux: int | None = None
    sel4: int | None = None
    sel4_slow: int | None = None

    @property
    def traceable(self) -> bool:
        return self.begins is not None

    def is_worse(self, value: int, than: int) -> bool:
        """Whether a value is worse than another: more, unless more is what is wanted."""
        return value < than if self.least is not None else value > than


@dataclass(frozen=True)
class Result:
    """A figure that was measured, with its limit: a budget, or the least."""

    figure: Figure
    value: int
    limit: int | None

    @property
    def missed(self) -> bool:
        """Over its budget."""
        return self.limit is not None and self.figure.is_worse(self.value, self.limit)

    @property
    def over(self) -> bool:
        """So much that it fails."""
        accepted = self.figure.accepted
        return self.missed and (accepted is None or self.figure.is_worse(self.value, accepted))


def read_figures(path: Path = BUDGETS) -> list[Figure]:
    with open(path, "rb") as file:
        return [Figure(**entry) for entry in tomllib.load(file)["figure"]]


def select(figures: Sequence[Figure], names: Sequence[str]) -> list[Figure]:
    known = [figure.name for figure in figures]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no figure '{name}'", "figures: " + " ".join(known))
    return [figure for figure in figures if not names or figure.name in names]


def as_json(results: Sequence[Result]) -> str:
    objects = [
        {
            "name": result.figure.name,
            "value": result.value,
            "unit": result.figure.unit,
            "budget": result.limit,
        }
        for result in results
    ]
    return json.dumps(objects, indent=2) + "\n"


def read_json(path: Path) -> dict[str, int]:
    """The values of a file that --json or --output has written, by name."""
    advice = "give a file that scripts/bench --json or --output has written"
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ToolError(f"{shown(path)} cannot be read: {error.strerror}", advice) from error
    except ValueError as error:
        raise ToolError(f"{shown(path)} is not JSON: {error}", advice) from error
    try:
        return dict(map(_entry, listed))
    except (TypeError, KeyError, ValueError) as error:
        raise ToolError(f"{shown(path)} is not a list of figures", advice) from error


def _entry(entry: Mapping[str, object]) -> tuple[str, int]:
    name, value = entry["name"], entry["value"]
    if not isinstance(name, str) or type(value) is not int:
        raise ValueError
    return name, value

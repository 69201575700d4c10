# SPDX-License-Identifier: MIT
"""The kernel's costs, measured as scripts/bench does: within budget, and the same each time."""

import json

import pytest

from trapeze_tools.bench import read_figures

FIGURES = [figure.name for figure in read_figures()]


@pytest.fixture(scope="module")
def measured(script, build):
    """All figures, measured once: by name, the objects that scripts/bench writes."""
    result = script("bench", "--no-build", timeout=1100)
    print(result.stdout, result.stderr)  # shown when a figure exceeds its budget
    assert result.returncode in (0, 1), result.stderr
    listed = json.loads((build.directory / "bench.json").read_text())
    return {figure["name"]: figure for figure in listed} | {"status": result.returncode}


def test_every_figure_is_there(measured):
    assert list(measured) == [*FIGURES, "status"]


@pytest.mark.parametrize("name", FIGURES)
def test_within_budget(measured, name):
    figure = measured[name]
    assert figure.keys() == {"name", "value", "unit", "budget"}
    assert figure["value"] > 0
    assert figure["unit"] == "instructions"
    assert figure["budget"] is None or figure["value"] <= figure["budget"]


def test_status_tells_whether_a_budget_is_exceeded(measured):
    figures = [measured[name] for name in FIGURES]
    over = any(one["budget"] is not None and one["value"] > one["budget"] for one in figures)
    assert measured["status"] == (1 if over else 0)


def test_repeats_to_the_digit(measured, script):
    names = ["syscall_process_self", "yield_switch", "call_reply", "interrupt_to_driver"]
    result = script("bench", "--no-build", "--json", *names)
    again = {figure["name"]: figure for figure in json.loads(result.stdout)}
    assert again == {name: measured[name] for name in names}

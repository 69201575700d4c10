# SPDX-License-Identifier: MIT
"""The kernel's costs, measured as scripts/bench does: within budget, not worse than recorded, and
the same each time."""

import json

import pytest

from trapeze_tools.benchmark import record
from trapeze_tools.benchmark.figures import Result, read_figures

FIGURES = [figure.name for figure in read_figures()]


@pytest.fixture(scope="module")
def outcome(script):
    """scripts/bench, with all figures, measured once."""
    result = script("bench", "--no-build", timeout=1100)
    print(result.stdout, result.stderr)  # shown when a figure exceeds its budget
    assert result.returncode in (0, 1), result.stderr
    return result


@pytest.fixture(scope="module")
def measured(outcome, build):
    """By name, the objects that scripts/bench writes."""
    listed = json.loads((build.directory / "bench.json").read_text())
    return {figure["name"]: figure for figure in listed}


def test_every_figure_is_there(measured):
    assert list(measured) == FIGURES


@pytest.mark.parametrize("figure", read_figures(), ids=FIGURES)
def test_within_budget(measured, figure):
    found = measured[figure.name]
    assert found.keys() == {"name", "value", "unit", "budget"}
    assert found["value"] > 0
    assert found["unit"] == figure.unit
    assert not Result(figure, found["value"], found["budget"]).over


def test_not_worse_than_recorded(outcome):
    """Or the record says so, which is a change of the repository."""
    worse = [line for line in outcome.stdout.splitlines() if line.startswith("WORSE")]
    assert worse == []


def test_every_figure_is_recorded():
    assert list(record.read().figures) == FIGURES


def test_status_tells_whether_something_is_bad(measured, outcome):
    over = any(
        Result(figure, measured[figure.name]["value"], measured[figure.name]["budget"]).over
        for figure in read_figures()
    )
    assert outcome.returncode == (1 if over or "WORSE" in outcome.stdout else 0)


def test_repeats_to_the_digit(measured, script):
    names = ["process_self", "yield_switch", "call", "interrupt_to_driver", "preemption_sstc"]
    result = script("bench", "--no-build", "--json", *names)
    again = {figure["name"]: figure for figure in json.loads(result.stdout)}
    assert again == {name: measured[name] for name in sorted(names, key=FIGURES.index)}


def test_one_way_and_the_other_are_the_round_trip(measured):
    value = {name: figure["value"] for name, figure in measured.items()}
    assert value["call"] + value["reply_recv"] == value["call_reply"]

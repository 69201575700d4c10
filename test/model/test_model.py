# SPDX-License-Identifier: MIT
"""The IPC state machine, as Spin searches it: every scenario holds, every seeded bug is found, and
the model's states and transitions are the kernel's. docs/model.md says what the model shows.
"""
import functools
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from spin import HERE, Search, Verifier
from trapeze_tools import definitions

SOURCE = Path(os.environ.get("TRAPEZE_SOURCE", HERE.parent.parent))
MODEL = HERE / "ipc.pml"
KERNEL = SOURCE / "src" / "sched" / "thread.h"

# To Spin a system call is one statement (d_step). As `atomic` it is a sequence in which nothing
# comes in between: the same search, which takes longer, but tells which statements it has reached.
STATEMENTS = "d_step=atomic"


@dataclass(frozen=True)
class Scenario:
    """A file of scenarios/: how to search it, and how many states it has at least."""

    name: str
    states_min: int
    macros: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join((self.name, *self.macros))


SCENARIOS = (
    Scenario("rendezvous", 90_000),
    Scenario("pool", 80_000),
    Scenario("death", 35_000),
    Scenario("priority", 90_000),
    Scenario("priority", 85_000, ("FRONT_PRIORITY=3",)),
    Scenario("ending", 5_000, (STATEMENTS,)),
    Scenario("gone", 80_000, (STATEMENTS,)),
    Scenario("fault", 45_000, (STATEMENTS,)),
    Scenario("family", 50_000, (STATEMENTS,)),
    Scenario("limit", 40_000, (STATEMENTS,)),
    Scenario("grants", 45_000, (STATEMENTS,)),
    Scenario("served", 2_500, (STATEMENTS,),
             ("caller_is_served", "sender_is_served", "signal_is_heard", "end_is_told")),
    Scenario("liveness", 30_000, (STATEMENTS,),
             ("client_leaves", "server_leaves", "killed_ends", "held_returns", "parent_ends")),
)


@dataclass(frozen=True)
class Bug:
    """A mistake in the kernel, and where and how it must show."""

    macro: str
    scenario: str
    violation: str  # a part of what Spin must say
    macros: tuple[str, ...] = ()
    claim: str = ""

    def __str__(self) -> str:
        return "-".join((self.macro.removeprefix("BUG_"), self.scenario))


OUTSIDE = ("ONLY_OUTSIDE",)
CYCLE = "acceptance cycle"
BUGS = (
    Bug("BUG_CHECK_THEN_SLEEP", "rendezvous", "pending["),
    Bug("BUG_CHECK_THEN_SLEEP", "served", CYCLE, OUTSIDE, "signal_is_heard"),
    Bug("BUG_WAKE_WITHOUT_DEQUEUE", "rendezvous", "legal_way_out"),
    Bug("BUG_REPLY_WITHOUT_SEQUENCE", "rendezvous", "answer[", OUTSIDE),
    Bug("BUG_REPLY_FROM_ANYBODY", "pool", "peer[r]=="),
    Bug("BUG_SIGNALS_FIRST", "served", CYCLE, OUTSIDE, "caller_is_served"),
    Bug("BUG_DIE_WITHOUT_WAKING", "liveness", CYCLE, OUTSIDE, "client_leaves"),
    Bug("BUG_GONE_WITHOUT_WAKING", "liveness", CYCLE, OUTSIDE, "client_leaves"),
    Bug("BUG_REFUSED_AND_RETURNS", "grants", "outcome["),
    Bug("BUG_NO_INHERITANCE", "priority", "inversion"),
    Bug("BUG_NO_HURRY_FOR_CHILDREN", "ending", "inversion"),
    Bug("BUG_SWITCH_ALWAYS", "priority", "urgency[", ("FRONT_PRIORITY=3",)),
)


DIRECTORIES: list[tempfile.TemporaryDirectory] = []  # that last until the tests have ended


@pytest.fixture(autouse=True, scope="module")
def tools():
    for tool in ("spin", "gcc"):
        assert shutil.which(tool), f"{tool} is not installed; scripts/setup installs it"


def search(name: str, macros: Iterable[str], compiler: tuple[str, ...], *options: str) -> Search:
    with tempfile.TemporaryDirectory() as directory:
        verifier = Verifier(name, Path(directory), tuple(macros), compiler).build()
        return verifier.search(*options)


@functools.cache
def explore(scenario: Scenario) -> Search:
    """All states, and what covers them: no cycles."""
    optimise = "-O0" if STATEMENTS in scenario.macros else "-O1"
    return search(scenario.name, (*scenario.macros, "COVERAGE"),
                  (optimise, "-DSAFETY", "-DNOCLAIM", "-DPRINTF"))


@functools.cache
def fair_verifier(name: str, macros: tuple[str, ...]) -> Verifier:
    directory = tempfile.TemporaryDirectory()
    DIRECTORIES.append(directory)
    return Verifier(name, Path(directory.name), macros,
                    ("-O0" if macros else "-O1", "-DNFAIR=3")).build()


def follow(name: str, claim: str, macros: tuple[str, ...] = ()) -> Search:
    """All infinite runs in which no device and no ready hart is forgotten for ever (-f)."""
    return fair_verifier(name, macros).search("-a", "-f", "-N", claim)


def expect_complete(found: Search, states_min: int) -> None:
    assert found.errors == 0, found.output
    assert not found.incomplete(), found.output
    assert found.states >= states_min, f"only {found.states} states: is anything happening at all?"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_scenario_holds(scenario):
    expect_complete(explore(scenario), scenario.states_min)


@pytest.mark.parametrize(("scenario", "claim"), [
    (scenario, claim) for scenario in SCENARIOS for claim in scenario.claims], ids=str)
def test_claim_holds(scenario, claim):
    found = follow(scenario.name, claim)
    expect_complete(found, scenario.states_min)
    assert f"never claim         \t+ ({claim})" in found.output
    assert "(fairness enabled)" in found.output


@pytest.mark.parametrize("name", ["family", "grants"])
def test_steps_have_no_choice(name):
    """In a d_step Spin would quietly take the first of several ways; as `atomic` it takes all."""
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    assert STATEMENTS in scenario.macros
    found = search(name, (), ("-O0", "-DSAFETY", "-DNOCLAIM"))
    expect_complete(found, scenario.states_min)
    assert found.states == explore(scenario).states


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_seeded_bug_is_found(bug):
    macros = (bug.macro, *bug.macros)
    found = follow(bug.scenario, bug.claim, macros) if bug.claim else search(
        bug.scenario, macros, ("-O0", "-DSAFETY", "-DNOCLAIM"))
    assert found.errors == 1, f"Spin found nothing:\n{found.output}"
    assert bug.violation in found.violation


# Nothing is left out.

def in_model(pattern: str) -> set[str]:
    return {name for path in [*HERE.glob("*.pml"), *HERE.glob("scenarios/*.pml")]
            for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)}


def test_everything_is_tried():
    assert {path.stem for path in (HERE / "scenarios").iterdir()} == {s.name for s in SCENARIOS}
    assert in_model(r"^ltl (\w+)") == {claim for s in SCENARIOS for claim in s.claims}
    assert in_model(r"\b(BUG_\w+)") == {bug.macro for bug in BUGS}


def test_every_transition_is_taken():
    taken = frozenset().union(*(explore(scenario).transitions for scenario in SCENARIOS))
    assert table("LEGAL") == taken


def test_every_way_out_is_used():
    used = frozenset().union(*(explore(scenario).ways_out for scenario in SCENARIOS))
    assert table("WAY_OUT") == used


def test_every_statement_is_reached():
    searches = [explore(s) for s in SCENARIOS if STATEMENTS in s.macros]
    lines = frozenset().union(*(found.lines for found in searches))
    reached = frozenset().union(*(found.lines - found.unreached for found in searches))
    assert len(lines) > 200, "hardly any line has a statement: is Spin's output read correctly?"
    assert any(found.unreached for found in searches), "each scenario reaches everything?"
    assert not sorted(lines - reached)


# The model's states and transitions are the kernel's.

def table(macro: str, text: str | None = None) -> frozenset[tuple[str, str]]:
    """The pairs of a macro of the form ((from == A && (x == B || x == C)) || ...)."""
    text = MODEL.read_text(encoding="utf-8") if text is None else text
    match = re.search(rf"^#define {macro}\(from, (\w+)\)((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert match, f"{MODEL.name} has no {macro}(from, ...)"
    body = re.sub(r"[\\\s]+", "", match[2])
    one = rf"{match[1]}==\w+"
    row = rf"\(from==(\w+)&&\(({one}(?:\|\|{one})*)\)\)"
    assert re.fullmatch(rf"\({row}(?:\|\|{row})*\)", body), f"{macro} is of another form"
    return frozenset((found[1], end) for found in re.finditer(row, body)
                     for end in re.findall(r"==(\w+)", found[2]))


def model_states() -> list[str]:
    match = re.search(r"^mtype:state = \{(.*?)\}", MODEL.read_text(encoding="utf-8"),
                      re.MULTILINE | re.DOTALL)
    assert match, f"{MODEL.name} has no mtype:state"
    return match[1].replace(",", " ").split()


def kernel_transitions(text: str) -> frozenset[tuple[str, str]]:
    """thread_transitions[]: [THREAD_B] = THREAD_FROM(A) | THREAD_FROM(C), ... or 0. Also the other
    way round, as [THREAD_A] = THREAD_TO(B)."""
    match = re.search(r"\bthread_transitions\[THREAD_STATES\] = \{(.*?)\};", text, re.DOTALL)
    assert match, f"{KERNEL.name} has no thread_transitions[]"
    pairs = set()
    for entry in filter(None, re.sub(r"\s+", "", match[1]).split(",")):
        row = re.fullmatch(r"\[THREAD_(\w+)\]=(0|THREAD_(FROM|TO)\(\w+\)(?:\|THREAD_\3\(\w+\))*)",
                           entry)
        assert row, f"not a row of {KERNEL.name}'s table: {entry}"
        pairs.update((row[1], other) if row[3] == "TO" else (other, row[1])
                     for other in re.findall(r"THREAD_\w+\((\w+)\)", row[2]))
    return frozenset(pairs)


def differences(model: frozenset[tuple[str, str]], kernel: frozenset[tuple[str, str]]) -> list[str]:
    return [f"{start} -> {end}: only {where} knows it"
            for where, pairs in (("the model", model - kernel), ("the kernel", kernel - model))
            for start, end in sorted(pairs)]


def test_states_are_the_kernels():
    listed = [name for _, name, _ in
              definitions.entries(SOURCE / "include" / "trapeze" / "states.def", "STATE")]
    assert model_states() == listed
    enum = re.search(r"enum thread_state \{(.*?)\}", KERNEL.read_text(encoding="utf-8"), re.DOTALL)
    assert enum, f"{KERNEL.name} has no enum thread_state"
    assert "#include <trapeze/states.def>" in enum[1]
    assert {state for pair in table("LEGAL") for state in pair} == set(listed)


def test_transitions_are_the_kernels():
    found = differences(table("LEGAL"), kernel_transitions(KERNEL.read_text(encoding="utf-8")))
    assert not found, "\n".join(found)


# The readers read what they should, and refuse the rest.

def test_tables_are_read():
    text = "#define LEGAL(from, to) ( \\\n    (from == A && (to == B || \\\n  to == C)) || \\\n" \
           "    (from == B && (to == A)))\n"
    assert table("LEGAL", text) == {("A", "B"), ("A", "C"), ("B", "A")}
    with pytest.raises(AssertionError):
        table("LEGAL", text.replace("to == C", "next == C"))
    text = "thread_transitions[THREAD_STATES] = {\n  [THREAD_A] = THREAD_FROM(B) |\n" \
           "  THREAD_FROM(C),\n [THREAD_B] = 0,\n};"
    assert kernel_transitions(text) == {("B", "A"), ("C", "A")}
    assert kernel_transitions(text.replace("FROM", "TO")) == {("A", "B"), ("A", "C")}
    with pytest.raises(AssertionError):
        kernel_transitions(text.replace("= 0", "= 1U << 3"))
    with pytest.raises(AssertionError):
        kernel_transitions(text.replace("FROM(C)", "TO(C)"))


def test_difference_is_told():
    assert differences(frozenset({("A", "B")}), frozenset({("A", "C")})) == [
        "A -> B: only the model knows it", "A -> C: only the kernel knows it"]


def test_cut_search_is_noticed():
    with tempfile.TemporaryDirectory() as directory:
        verifier = Verifier("served", Path(directory), (), ("-O0", "-DSAFETY", "-DNOCLAIM")).build()
        assert not verifier.search().incomplete()
        assert verifier.search("-m100").incomplete() == ["max search depth too small"]

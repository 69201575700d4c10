# SPDX-License-Identifier: MIT
"""Several harts, as Spin searches them: the kernel lock, who is woken, and the flush marks; and
that the kernel's lines are the models'. docs/model.md says what the models show.
"""
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from spin import HERE, Search, Verifier
from test_model import SOURCE, STATEMENTS, expect_complete, tools

__all__ = ["tools"]  # the fixture

SAFETY = ("-O1", "-DSAFETY", "-DNOCLAIM")
LIVENESS = ("-O1", "-DNFAIR=3")


@dataclass(frozen=True)
class Model:
    """A file of harts/, for how many harts, and how many states it has at least."""

    name: str
    harts: int
    states_min: int
    macros: tuple[str, ...] = ()
    claim: str = ""

    def __str__(self) -> str:
        return "-".join((self.name, str(self.harts), *self.macros, *filter(None, [self.claim])))


MODELS = (
    Model("lock", 2, 2_500),
    Model("lock", 3, 300_000),
    Model("lock", 2, 4_000, claim="arrival_gets_it"),
    Model("lock", 3, 500_000, claim="arrival_gets_it"),
    Model("idle", 2, 120_000, ("THREADS=4",)),
    Model("idle", 2, 140_000, ("THREADS=4", "TWO_LEVELS")),
    Model("idle", 2, 80_000, ("URGENCIES",)),
    Model("idle", 2, 80_000, ("PINS",)),
    Model("idle", 2, 40_000, ("KILLS",)),
    Model("idle", 3, 400_000, ("TOGETHER", "KILLS")),
    Model("idle", 2, 80_000, ("PINS",), "sleeper_is_woken"),
    Model("idle", 2, 40_000, ("KILLS",), "killed_stops"),
    *(Model("flush", harts, states_min, macros) for harts, states_min, macros in (
        (2, 3_000, ()), (2, 20_000, ("SHARED",)), (2, 1_500, ("STACKS",)),
        (3, 30_000, ()), (3, 500_000, ("SHARED",)), (3, 20_000, ("STACKS",)))),
)


@dataclass(frozen=True)
class Bug:
    """A mistake in the kernel, and where and how it must show."""

    macro: str
    model: str
    violation: str  # a part of what Spin must say
    macros: tuple[str, ...] = ()
    claim: str = ""
    harts: int = 2

    def __str__(self) -> str:
        return "-".join((self.macro.removeprefix("BUG_"), self.model, *filter(None, [self.claim])))


OUTSIDE = ("ONLY_OUTSIDE",)
CYCLE = "acceptance cycle"
SOMEBODY_WAITS = "urgency[i]<="
BUGS = (
    Bug("BUG_LOOK_THEN_TAKE", "lock", "owner==", OUTSIDE),
    Bug("BUG_NEWCOMER_KEEPS", "lock", "overtaken[", OUTSIDE),
    Bug("BUG_RELEASE_WHOLE_WORD", "lock", "overtaken[", OUTSIDE),
    Bug("BUG_ADVANCE_FIRST", "lock", "overtaken[", OUTSIDE),
    Bug("BUG_WAITER_STAYS", "lock", "word>>16"),
    Bug("BUG_NOT_GIVEN_BACK", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_NO_IPI", "idle", SOMEBODY_WAITS),
    Bug("BUG_FLAG_WITHOUT_LOCK", "idle", SOMEBODY_WAITS),
    Bug("BUG_CLEAR_BEFORE_WFI", "idle", SOMEBODY_WAITS),
    Bug("BUG_SKIP_WHO_LEAVES", "idle", SOMEBODY_WAITS),
    Bug("BUG_CHOOSER_DOES_NOT_SHARE", "idle", SOMEBODY_WAITS),
    Bug("BUG_IDLE_DOES_NOT_SHARE", "idle", SOMEBODY_WAITS, ("PINS",)),
    Bug("BUG_HAND_OVER_ALWAYS", "idle", SOMEBODY_WAITS, ("THREADS=4",)),
    Bug("BUG_HAND_OVER_FORGETS", "idle", SOMEBODY_WAITS, ("THREADS=4", "TWO_LEVELS")),
    Bug("BUG_LOWERED_SILENTLY", "idle", SOMEBODY_WAITS, ("THREADS=4", "URGENCIES")),
    Bug("BUG_KILL_SILENTLY", "idle", "dying[i]", ("KILLS",)),
    Bug("BUG_KILL_SILENTLY", "idle", CYCLE, ("KILLS", *OUTSIDE), "killed_stops"),
    Bug("BUG_CLEAR_BEFORE_WFI", "idle", CYCLE, OUTSIDE, "sleeper_is_woken"),
    Bug("BUG_DYING_CALLS", "idle", "dying[i]", ("KILLS",)),
    Bug("BUG_NO_MARK", "flush", "cached[h]=="),
    Bug("BUG_FENCE_ONLY_CURRENT", "flush", "cached[h]=="),
    Bug("BUG_FENCE_BEFORE_CHANGE", "flush", "cached[h]=="),
    Bug("BUG_NO_RFENCE", "flush", "cached[h]=="),
    Bug("BUG_NO_MARK_AT_REUSE", "flush", "cached[h]=="),
    Bug("BUG_STAYS_QUICK", "flush", "cached[h]=="),
    Bug("BUG_SHARED_WITHOUT_FENCE", "flush", "cached[h]==", ("SHARED",)),
    Bug("BUG_STACK_KEPT", "flush", "cached[h]==", ("STACKS",)),
)


def search(name: str, harts: int, macros: tuple[str, ...], claim: str = "") -> Search:
    with tempfile.TemporaryDirectory() as directory:
        verifier = Verifier(name, Path(directory), (f"HARTS={harts}", *macros),
                            LIVENESS if claim else SAFETY, "harts").build()
        return verifier.search(*(("-a", "-f", "-N", claim) if claim else ()))


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_model_holds(model):
    found = search(model.name, model.harts, model.macros, model.claim)
    expect_complete(found, model.states_min)
    if model.claim:
        assert f"never claim         \t+ ({model.claim})" in found.output
        assert "(fairness enabled)" in found.output


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_seeded_bug_is_found(bug):
    found = search(bug.model, bug.harts, (bug.macro, *bug.macros), bug.claim)
    assert found.errors == 1, f"Spin found nothing:\n{found.output}"
    assert bug.violation in found.violation


def in_models(pattern: str) -> set[str]:
    return {name for path in HERE.glob("harts/*.pml")
            for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)}


def test_everything_is_tried():
    assert {path.stem for path in HERE.glob("harts/*.pml")} == {model.name for model in MODELS}
    assert in_models(r"^ltl (\w+)") == {model.claim for model in MODELS if model.claim}
    assert in_models(r"\b(BUG_\w+)") == {bug.macro for bug in BUGS}


def test_every_statement_is_reached():
    """As atomic, a d_step tells which of its statements it has reached."""
    for name, variants in (("lock", [()]), ("flush", [(), ("SHARED",), ("STACKS",)]),
                           ("idle", [("URGENCIES",), ("PINS",), ("KILLS",)])):
        found = [search(name, 2, (STATEMENTS, *macros)) for macros in variants]
        lines = frozenset().union(*(each.lines for each in found))
        reached = frozenset().union(*(each.lines - each.unreached for each in found))
        assert len(lines) > 30, f"{name}: is Spin's output read correctly?"
        assert not sorted(lines - reached)

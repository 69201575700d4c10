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

SAFETY = ("-DSAFETY", "-DNOCLAIM")
LIVENESS = ("-DNFAIR=3",)
OPTIMISED_FROM = 100_000  # states: for fewer the compiler takes longer than it saves


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
    Model("lock", 2, 3_500),
    Model("lock", 2, 20_000, ("OTHER_IPIS",)),
    Model("lock", 3, 650_000),
    Model("lock", 2, 35_000, ("OTHER_IPIS",), "arrival_gets_it"),
    Model("lock", 3, 1_250_000, claim="arrival_gets_it"),
    Model("idle", 2, 120_000, ("THREADS=4",)),
    Model("idle", 2, 140_000, ("THREADS=4", "TWO_LEVELS")),
    Model("idle", 2, 75_000, ("URGENCIES",)),
    Model("idle", 2, 80_000, ("PINS",)),
    Model("idle", 2, 40_000, ("KILLS",)),
    Model("idle", 3, 400_000, ("TOGETHER", "KILLS")),
    Model("idle", 2, 80_000, ("PINS",), "sleeper_is_woken"),
    Model("idle", 2, 40_000, ("KILLS",), "killed_stops"),
    *(Model("flush", harts, states_min, macros) for harts, states_min, macros in (
        (2, 2_000, ()), (2, 20_000, ("SHARED",)), (2, 1_500, ("STACKS",)),
        (3, 20_000, ()), (3, 500_000, ("SHARED",)), (3, 20_000, ("STACKS",)))),
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
        return "-".join((self.macro.removeprefix("BUG_"), self.model, *self.macros,
                         *filter(None, [self.claim])))


OUTSIDE = ("ONLY_OUTSIDE",)
CYCLE = "acceptance cycle"
SOMEBODY_WAITS = "urgency[i]<="
BUGS = (
    Bug("BUG_LOOK_THEN_TAKE", "lock", "owner==", OUTSIDE),
    Bug("BUG_NEWCOMER_KEEPS", "lock", "overtaken&", OUTSIDE),
    Bug("BUG_RELEASE_WHOLE_WORD", "lock", "overtaken&", OUTSIDE),
    Bug("BUG_ADVANCE_FIRST", "lock", "overtaken&", OUTSIDE),
    Bug("BUG_WAITER_STAYS", "lock", "word>>16"),
    Bug("BUG_NOT_GIVEN_BACK", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_SLEEP_WITHOUT_LOOK", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_CLEAR_THEN_SLEEP", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_NOBODY_WAKES", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_WAKE_FIRST", "lock", CYCLE, OUTSIDE, "arrival_gets_it"),
    Bug("BUG_NOT_RAISED_AGAIN", "lock", "called[", ("OTHER_IPIS", *OUTSIDE)),
    Bug("BUG_NO_IPI", "idle", SOMEBODY_WAITS),
    Bug("BUG_FLAG_WITHOUT_LOCK", "idle", SOMEBODY_WAITS),
    Bug("BUG_CLEAR_BEFORE_WFI", "idle", SOMEBODY_WAITS),
    Bug("BUG_SKIP_WHO_LEAVES", "idle", SOMEBODY_WAITS),
    Bug("BUG_CHOOSER_DOES_NOT_SHARE", "idle", SOMEBODY_WAITS),
    Bug("BUG_IDLE_DOES_NOT_SHARE", "idle", SOMEBODY_WAITS, ("PINS",)),
    Bug("BUG_HAND_OVER_ALWAYS", "idle", SOMEBODY_WAITS, ("THREADS=4",)),
    Bug("BUG_MARKED_CALLS", "idle", SOMEBODY_WAITS, ("THREADS=4", "TWO_LEVELS")),
    Bug("BUG_LOWERED_SILENTLY", "idle", SOMEBODY_WAITS, ("THREADS=4", "URGENCIES")),
    Bug("BUG_KILL_SILENTLY", "idle", "dying[i]", ("KILLS",)),
    Bug("BUG_KILL_SILENTLY", "idle", CYCLE, ("KILLS", *OUTSIDE), "killed_stops"),
    Bug("BUG_CLEAR_BEFORE_WFI", "idle", CYCLE, OUTSIDE, "sleeper_is_woken"),
    Bug("BUG_MARKED_CALLS", "idle", "dying[i]", ("KILLS",)),
    Bug("BUG_NO_MARK", "flush", "cached[h]=="),
    Bug("BUG_FENCE_ONLY_CURRENT", "flush", "cached[h]=="),
    Bug("BUG_FENCE_BEFORE_CHANGE", "flush", "cached[h]=="),
    Bug("BUG_NO_RFENCE", "flush", "cached[h]=="),
    Bug("BUG_NO_MARK_AT_REUSE", "flush", "cached[h]=="),
    Bug("BUG_STAYS_QUICK", "flush", "cached[h]=="),
    Bug("BUG_SHARED_WITHOUT_FENCE", "flush", "cached[h]==", ("SHARED",)),
    Bug("BUG_STACK_KEPT", "flush", "cached[h]==", ("STACKS",)),
)


def search(name: str, harts: int, macros: tuple[str, ...], claim: str = "",
           optimise: str = "-O0") -> Search:
    with tempfile.TemporaryDirectory() as directory:
        verifier = Verifier(name, Path(directory), (f"HARTS={harts}", *macros),
                            (optimise, *(LIVENESS if claim else SAFETY)), "harts").build()
        return verifier.search(*(("-a", "-f", "-N", claim) if claim else ()))


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_model_holds(model):
    optimise = "-O1" if model.states_min > OPTIMISED_FROM else "-O0"
    found = search(model.name, model.harts, model.macros, model.claim, optimise)
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
    for name, variants in (("lock", [("OTHER_IPIS",)]),
                           ("flush", [(), ("SHARED",), ("STACKS",)]),
                           ("idle", [("URGENCIES",), ("PINS",), ("KILLS",)])):
        found = [search(name, 2, (STATEMENTS, *macros)) for macros in variants]
        lines = frozenset().union(*(each.lines for each in found))
        reached = frozenset().union(*(each.lines - each.unreached for each in found))
        assert len(lines) > 30, f"{name}: is Spin's output read correctly?"
        assert not sorted(lines - reached)


# The models' steps are the kernel's.

def function_body(file: str, name: str) -> str:
    text = (SOURCE / "src" / file).read_text(encoding="utf-8")
    match = re.search(rf"^[\w ]*\b{name}\([^;{{]*\)\n\{{\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
    assert match, f"{file} has no {name}"
    return match[1]


def steps(text: str, patterns: dict[str, str]) -> list[str]:
    """The names of the patterns, in the order in which the text has what they match."""
    found = sorted((match.start(), name) for name, pattern in patterns.items()
                   for match in re.finditer(pattern, text))
    return [name for _, name in found]


def lock_steps(function: str, inline: str, patterns: dict[str, tuple[str, str]]
               ) -> tuple[list[str], list[str]]:
    """Of a function of lock.c, and of the model's; each step has one pattern for each."""
    text = (HERE / "harts" / "lock.pml").read_text(encoding="utf-8")
    text = re.sub(r"#ifdef BUG_\w+\n.*?(#endif|#else)\n", "", text, flags=re.DOTALL)
    body = re.search(rf"^inline {inline}\(.*?^}}", text, re.MULTILINE | re.DOTALL)[0]
    return (steps(function_body("platform/lock.c", function),
                  {step: kernel for step, (kernel, _) in patterns.items()}),
            steps(body.split("\n", 1)[1], {step: model for step, (_, model) in patterns.items()}))


def test_lock_waits_as_the_kernel():
    """Both do the same to the same words in the same order."""
    kernel, model = lock_steps("lock_wait", "join_queue", {
        "count": (r"fetch_add\(&lock->word, ONE_WAITER", r"word = word \+ WAITER"),
        "ticket": (r"fetch_add\(&lock->next_ticket, 1", r"ticket = next_ticket\b"),
        "turn": (r"wait_for_turn\(lock, ticket\b", r"wait_for_turn\(h, ticket\)"),
        "take": (r"fetch_or\(&lock->word, 1", r"fetch_and_hold\("),
        "discount": (r"fetch_sub\(&lock->word, ONE_WAITER", r"word = word - WAITER"),
        "advance": (r"\badvance\(lock, ticket \+ 1\)", r"advance\(ticket")})
    assert kernel == model == ["count", "ticket", "turn", "take", "discount", "advance"]
    waiting = function_body("platform/lock.c", "lock_wait")
    assert waiting.index("lock_release(") < waiting.index("fetch_add(")
    code = (SOURCE / "src/platform/lock.c").read_text(encoding="utf-8")
    text = (HERE / "harts" / "lock.pml").read_text(encoding="utf-8")
    assert re.search(r"#define ONE_WAITER \(1U << 16\)", code) and "#define WAITER 65536\n" in text
    assert re.search(r"#define HELD 0xffU", code) and "((w & 255) != 0)" in text


def test_lock_sleeps_and_wakes_as_the_kernel():
    kernel, model = lock_steps("wait_for_turn", "wait_for_turn", {
        "spin": (r"load_n\(&lock->serving\b.* == ticket", r"if\n *:: find_turn\("),
        "place": (r"store_n\(sleeper, hart_id \+ 1", r"sleepers\[ticket\] = h \+ 1"),
        "look": (r"load_n\(&lock->serving\b.* != ticket", r"serving != ticket"),
        "sleep": (r"wait_for_interrupt\(\);\s+csr_clear\(sip, SIE_SSIE\)", r"sleep\("),
        "no_place": (r"store_n\(sleeper, 0", r"sleepers\[ticket\] = 0"),
        "raise": (r"csr_set\(sip, SIE_SSIE\)", r"pending\[h\] = true")})
    assert kernel == model == ["spin", "place", "look", "sleep", "no_place", "raise"]
    kernel, model = lock_steps("advance", "advance", {
        "advance": (r"store_n\(&lock->serving, ticket", r"\bserving = ticket"),
        "who": (r"load_n\(&lock->sleepers\[ticket %", r"sleeper = sleepers\[ticket\]"),
        "wake": (r"sbi_send_ipi\(sleeper - 1\)", r"wake\(sleeper\)")})
    assert kernel == model == ["advance", "who", "wake"]
    # As many places as harts; and no hart can sleep before the interrupt would wake it.
    assert "#define HARTS_MAX LOCK_SLEEPERS\n" in (
        SOURCE / "src/sched/hart.h").read_text(encoding="utf-8")
    assert "csr_set(sie, SIE_SSIE)" in function_body("trap/trap_init.c", "trap_init")
    assert steps(function_body("boot/main.c", "main_of_hart"), {
        "enable": r"trap_init\(", "acquire": r"lock_acquire\("}) == ["enable", "acquire"]


def test_idle_waits_as_the_kernel():
    """Under the lock: what is pending is handled, then a thread chosen, then the flag set."""
    assert steps(function_body("trap/interrupt.c", "trap_idle"), {
        "clear": r"trap_poll_interrupts\(", "choose": r"sched_leave_idle\(",
        "flag": r"waiting =\s+true", "release": r"lock_release\(", "wfi": r"wait_for_interrupt\(",
        "acquire": r"lock_acquire\(", "unflag": r"waiting = false"}) == [
            "clear", "choose", "flag", "release", "wfi", "acquire", "unflag"]
    assert "hart->waiting = false" in function_body("sched/harts.c", "interrupt")


def test_marks_are_set_as_the_kernel_does():
    """The table has changed; then fences here, the marks, and the fence elsewhere."""
    assert steps(function_body("object/memory_object.c", "set_entries"), {
        "table": r"\*entry = |set_pages\(", "here": r"fence_address_space(?:_page)?\(",
        "changed": r"translations_changed\("}) == [
            "table", "here", "table", "here", "changed"]  # one page, or several
    assert steps(function_body("sched/translations.h", "translations_changed"), {
        "mark": r"stale \|= TRANSLATIONS_STALE & ~hart_this",
        "elsewhere": r"translations_changed_elsewhere\("}) == ["mark", "elsewhere"]
    text = (HERE / "harts" / "flush.pml").read_text(encoding="utf-8")
    change = re.search(r"^inline change.*?^}", text, re.MULTILINE | re.DOTALL)[0].split("#else")[1]
    assert steps(change, {"table": r"turn\(", "here": r"fence_here\(", "mark": r"mark_others\(",
                          "elsewhere": r"fence_elsewhere\("}) == [
                              "table", "here", "mark", "elsewhere"]
    assert steps(function_body("sched/translations.c", "translations_changed_elsewhere"), {
        "asleep": r"state != THREAD_RUNNING", "unquick": r"thread_unquick\(",
        "fence": r"sbi_remote_sfence_vma_asid\("}) == ["asleep", "unquick", "fence"]

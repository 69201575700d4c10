# SPDX-License-Identifier: MIT
"""What the kernel's functions call: no recursion, no call through a pointer outside the dispatch
tables, no frame of variable size. So the deepest use of each stack is known, and it fits.
"""
import functools

import pytest

import call_graph
import kernel_build
from call_graph import CallGraph
from findings import expect_none
from graphs import cycles, heaviest_path

DISPATCHERS = {"syscall_dispatch", "syscall.c:dispatch", "trap_dispatch", "trap_table.c:dispatch"}
KERNEL_STACK_BYTES = 4096  # kernel_map.h: one page

AS_WRITTEN = ("-O0", "-UCHECK_INVARIANTS", "-DCHECK_INVARIANTS=1")  # every call is still there
AS_BUILT = ()
AS_DEBUGGED = ("-UCHECK_INVARIANTS", "-DCHECK_INVARIANTS=1", "-fsanitize=undefined",
               "-fsanitize-undefined-trap-on-error", "-fno-sanitize=alignment")


@functools.cache
def kernel_graph(options: tuple[str, ...]) -> CallGraph:
    """Of the kernel with every scheduling policy at once."""
    built = kernel_build.built_policy()
    units = [unit for unit in kernel_build.units() if unit != built] + [*kernel_build.policies()]
    return call_graph.build([(unit, unit.source) for unit in units], options)


def short(function: str) -> str:
    """A static function's name without the path of its file."""
    return function.rpartition(":")[2]


def symbol_distance(start: str, end: str) -> int:
    return kernel_build.image_symbol(end)["st_value"] - kernel_build.image_symbol(start)["st_value"]


def recursions(graph: CallGraph) -> list[str]:
    return [" and ".join(short(name) for name in group) for group in cycles(graph.calls)]


def stray_pointers(graph: CallGraph) -> list[str]:
    return sorted(short(name) for name in graph.indirect if name.split("/")[-1] not in DISPATCHERS)


def deepest(graph: CallGraph, start: str) -> tuple[int, str]:
    """Bytes of stack below `start` at the worst, and the calls that lead there."""
    total, path = heaviest_path(graph.calls, graph.frame_bytes, start)
    return total, ", ".join(f"{short(name)} {graph.frame_bytes.get(name, 0)}" for name in path)


@pytest.mark.parametrize("options", [AS_WRITTEN, AS_BUILT, AS_DEBUGGED],
                         ids=["as-written", "as-built", "debug"])
def test_graph_is_whole(options):
    """By relocation, through the table, by the compiler's word: each kind of call is found."""
    graph = kernel_graph(options)
    assert len(graph.calls) > 100, f"only {len(graph.calls)} functions were found"
    expect_none("called, but found in no file", sorted(graph.undefined()))
    callees = set().union(*graph.calls.values())
    for callee in ("trap_dispatch", "trap_work", "syscall_dispatch", "swtch", "sbi_call"):
        assert callee in callees, f"no call of {callee} was found"


def test_no_recursion():
    expect_none("functions that call themselves or each other",
                recursions(kernel_graph(AS_WRITTEN)))


def test_function_pointers():
    expect_none("calls through a pointer; only the dispatch tables may",
                stray_pointers(kernel_graph(AS_WRITTEN)))


def test_no_variable_frame():
    expect_none("uses a variable-length array or alloca",
                sorted(map(short, kernel_graph(AS_WRITTEN).dynamic)))


@pytest.mark.parametrize("options", [AS_BUILT, AS_DEBUGGED], ids=["as-built", "debug"])
@pytest.mark.parametrize("start, end, entries", [
    (None, None, ("trap_dispatch", "trap_work")),
    ("image_boot_stack", "image_boot_stack_end", ("main",)),
    ("image_emergency_stack", "image_emergency_stack_end", ("panic_report", "panic_stop")),
], ids=["kernel-stack", "boot-stack", "emergency-stack"])
def test_stack_is_deep_enough(options, start, end, entries, capsys):
    graph = kernel_graph(options)
    available = symbol_distance(start, end) if start else KERNEL_STACK_BYTES
    if "panic_report" in entries:
        available -= 256  # the trapframe
    for entry in entries:
        needed, path = deepest(graph, entry)
        with capsys.disabled():
            print(f"\n{entry}: at most {needed} of {available} bytes of stack: {path}")
        assert needed <= available, f"{entry} may need {needed} of {available} bytes: {path}"


# The checks can fail: a made-up file has all that they look for.

MADE_UP = """
extern void even(int n);
void odd(int n);
void odd(int n) { if (n) even(n - 1); }
void even(int n) { if (n) odd(n - 1); }
static int sum(int n) { return n ? n + sum(n - 1) : 0; }
static void leaf(void) { volatile char frame[512]; frame[0] = 0; }
static void stem(void) { leaf(); }
static void (*const table[])(void) = {stem};
void through_table(int i); void through_table(int i) { table[i](); }
int variable(int n); int variable(int n) { char a[n]; a[0] = 1; return a[0] + sum(n); }
void by_table(int i); void by_table(int i) { through_table(i); }
"""


@pytest.fixture(scope="module", name="made_up")
def made_up_graph(tmp_path_factory) -> CallGraph:
    source = tmp_path_factory.mktemp("made-up") / "made_up.c"
    source.write_text(MADE_UP, encoding="utf-8")
    unit = next(unit for unit in kernel_build.units() if unit.source.suffix == ".c")
    return call_graph.build([(unit, source)], AS_WRITTEN)


def test_recursion_is_found(made_up):
    assert sorted(recursions(made_up)) == ["even and odd", "sum"]


def test_stray_pointer_is_found(made_up):
    assert stray_pointers(made_up) == ["through_table"]


def test_variable_frame_is_found(made_up):
    assert [short(name) for name in made_up.dynamic] == ["variable"]


def test_depth_of_a_recursion_is_unknown(made_up):
    with pytest.raises(AssertionError, match="cycle"):
        deepest(made_up, "even")


def test_depth_goes_through_tables(made_up):
    for recursive in ("even", "odd", "sum"):  # else it has no depth
        name = next(name for name in made_up.calls if short(name) == recursive)
        made_up.calls[name] = set()
    needed, path = deepest(made_up, "by_table")
    assert needed >= 512
    assert [step.split()[0] for step in path.split(", ")] == \
        ["by_table", "through_table", "stem", "leaf"]

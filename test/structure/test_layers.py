# SPDX-License-Identifier: MIT
"""The layering, from what the object files define and need, and from what the files include.

A file may need only its own layer and the layers below it, and no group of files may need each
other in a circle, not even within one layer. The same holds for headers.
"""
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

import kernel_build
from findings import expect_none
from graphs import cycles
from kernel_build import KERNEL_SOURCE, LAYERS, SOURCE, Unit

ABI = "trapeze"  # include/trapeze: below every layer
# What kernel.ld, the table of function names, and init's image define.
GENERATED = re.compile(r"(image|symbol)_\w+|init_(entry|segments|segment_count)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)


@dataclass(frozen=True, order=True)
class Edge:
    """`user` needs `provider`, because of `reason`: a symbol, or a line that includes it."""

    user: str
    provider: str
    reason: str

    def __str__(self) -> str:
        return f"{self.user} -> {self.provider}: {self.reason}"


def rank(file: str) -> int:
    layer = file.split("/")[0]
    return -1 if layer == ABI else LAYERS.index(layer)


def upward(edges: list[Edge]) -> list[str]:
    """The edges that lead to a higher layer."""
    return [str(edge) for edge in sorted(edges) if rank(edge.user) < rank(edge.provider)]


def circular(edges: list[Edge]) -> list[str]:
    """Each circle, with the edges that make it one."""
    graph: dict[str, set[str]] = {}
    for edge in edges:
        graph.setdefault(edge.user, set()).add(edge.provider)
    return ["a circle of " + ", ".join(group) + "".join(
        f"\n    {edge}" for edge in sorted(edges) if edge.user in group and edge.provider in group)
        for group in cycles(graph)]


def before_their_providers(edges: list[Edge], order: list[str]) -> list[str]:
    """The edges to a file that `order` has only after its user."""
    place = {file: index for index, file in enumerate(order)}
    return [str(edge) for edge in sorted(edges)
            if edge.user in place and edge.provider in place
            and place[edge.user] < place[edge.provider]]


def with_policy(policy: Unit) -> list[Unit]:
    """The kernel's files, with that scheduling policy."""
    built = kernel_build.built_policy()
    return [policy if unit == built else unit for unit in kernel_build.units()]


def symbol_tables(units: Iterable[Unit]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Which file defines each global symbol, and which file needs which."""
    defined: dict[str, str] = {}
    needed: list[tuple[str, str]] = []
    for unit in units:
        for symbol in kernel_build.symbols(unit.object):
            if symbol["st_info"]["bind"] == "STB_LOCAL":
                continue
            if symbol["st_shndx"] == "SHN_UNDEF":
                needed.append((unit.name, symbol.name))
            else:
                defined[symbol.name] = unit.name
    return defined, needed


def symbol_edges(units: Iterable[Unit]) -> list[Edge]:
    """Who needs whose symbols: calls, and addresses of functions and data."""
    defined, needed = symbol_tables(units)
    return [Edge(user, defined[name], name) for user, name in needed if name in defined]


def include_edges(*suffixes: str) -> list[Edge]:
    """Who includes whom, system headers apart."""
    edges = []
    for path in kernel_build.kernel_files(*suffixes):
        root = KERNEL_SOURCE if path.is_relative_to(KERNEL_SOURCE) else SOURCE / "include"
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if (KERNEL_SOURCE / name).exists() or (SOURCE / "include" / name).exists() \
                    or kernel_build.is_generated(name):
                edges.append(Edge(str(path.relative_to(root)), name, "#include"))
    return edges


def listed_sources() -> list[str]:
    """KERNEL_SOURCES of src/CMakeLists.txt, with the policy that is built."""
    text = (KERNEL_SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")
    match = re.search(r"set\(KERNEL_SOURCES\s+(.*?)\)", text, re.DOTALL)
    assert match, "src/CMakeLists.txt has no set(KERNEL_SOURCES ...)"
    policy = kernel_build.POLICY.fullmatch(kernel_build.built_policy().name)
    listed = match.group(1).replace("${TRAPEZE_SCHED}", policy[1])
    for name in re.findall(r"\$\{(\w+)\}", listed):  # what goes with the policy
        [files] = re.findall(rf"set\({name} (.*?)\)", text, re.DOTALL)
        listed = listed.replace(f"${{{name}}}", files)
    return listed.split()


with_each_policy = pytest.mark.parametrize("policy", kernel_build.policies(),
                                           ids=lambda unit: Path(unit.name).stem)


def test_every_file_is_in_a_layer():
    strangers = [unit.name for unit in kernel_build.units() if unit.layer not in LAYERS]
    expect_none(f"not in a folder of {', '.join(LAYERS)}", strangers)


def test_every_source_is_built():
    """A file that is not in the build would escape every other test here."""
    built = {unit.source for unit in (*kernel_build.units(), *kernel_build.policies(),
                                      *kernel_build.units("scheduler-"),
                                      *kernel_build.units("offsets-"))}
    left_out = [kernel_build.relative(path) for path in kernel_build.kernel_files(".c", ".S")
                if path not in built]
    expect_none("not in src/CMakeLists.txt, or the build is stale", left_out)


@with_each_policy
def test_nothing_comes_from_elsewhere(policy):
    """Else the edges would not be all there are: no library is linked into the kernel."""
    defined, needed = symbol_tables(with_policy(policy))
    strangers = sorted(f"{user}: {name}" for user, name in needed
                       if name not in defined and not GENERATED.fullmatch(name))
    expect_none("needed, but neither the kernel's nor generated", strangers)


@with_each_policy
def test_calls_go_down(policy):
    edges = symbol_edges(with_policy(policy))
    assert len(edges) > 100, "hardly any file needs another: are the symbols read correctly?"
    expect_none("calls up the layers", upward(edges))


@with_each_policy
def test_no_circle_of_files(policy):
    expect_none("files that need each other", circular(symbol_edges(with_policy(policy))))


def test_includes_go_down():
    edges = include_edges(".h", ".c", ".S", ".def")
    assert len(edges) > 100, "hardly any file includes another: are the includes read correctly?"
    expect_none("includes a higher layer", upward(edges))


def test_no_circle_of_headers():
    expect_none("headers that include each other", circular(include_edges(".h", ".def")))


def test_sources_are_listed_in_order():
    """Reading src/CMakeLists.txt from the top, no file needs one that is still to come."""
    order = listed_sources()
    edges = symbol_edges(kernel_build.units())
    built = {unit.name for unit in kernel_build.units()}
    expect_none("listed, not built", sorted(set(order) - built))
    ranks = [rank(file) for file in order]
    assert ranks == sorted(ranks), "src/CMakeLists.txt does not list the layers in their order"
    expect_none("src/CMakeLists.txt lists it before what it needs",
                before_their_providers(edges, order))


# The checks can fail: each is given what it must find.

SOUND = [Edge("trap/entry.S", "trap/table.c", "trap_dispatch"),
         Edge("trap/table.c", "sched/sched.c", "sched_switch"),
         Edge("sched/sched.c", "base/panic.c", "panic"),
         Edge("boot/main.c", "trap/entry.S", "trap_return"),
         Edge("base/panic.h", "trapeze/abi.h", "#include")]


def test_sound_edges_pass():
    assert not upward(SOUND)
    assert not circular(SOUND)
    assert not before_their_providers(SOUND, ["base/panic.c", "sched/sched.c", "trap/table.c",
                                              "trap/entry.S", "boot/main.c"])


@pytest.mark.parametrize("edge", [
    Edge("sched/sched.c", "trap/table.c", "trap_work"),
    Edge("trapeze/abi.h", "base/panic.h", "#include"),
    Edge("base/panic.c", "platform/power.c", "power_off"),
])
def test_upward_edge_is_found(edge):
    assert upward([*SOUND, edge]) == [str(edge)]


def test_circle_is_found():
    back = Edge("trap/table.c", "trap/entry.S", "trap_entry")
    found = circular([*SOUND, back])
    assert len(found) == 1
    assert str(back) in found[0] and str(SOUND[0]) in found[0] and "sched" not in found[0]


def test_long_circle_is_found():
    ring = [Edge(f"memory/{i}.c", f"memory/{(i + 1) % 2000}.c", "next") for i in range(2000)]
    assert len(circular(ring)) == 1
    assert not circular(ring[:-1])


def test_wrong_order_is_found():
    assert before_their_providers(SOUND, ["trap/entry.S", "trap/table.c"]) == [str(SOUND[0])]

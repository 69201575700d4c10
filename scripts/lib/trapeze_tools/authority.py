# SPDX-License-Identifier: MIT
"""scripts/authority: who can reach what by init's manifest, and what is wrong with it."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import cli
from .errors import ToolError, UsageError
from .manifest import MANIFEST, MOST, Finding, Manifest, ManifestError, Section
from .manifest import is_known_variable, read
from .paths import shown

PAGE_BYTES = 4096
INIT_PAGES = 1024  # the kernel, init and the programs' images have to live beside the budgets

_DESCRIPTION = """\
Draws init's manifest as a graph of who can reach what, and says what is wrong with the manifest.

Without -o the graph goes to stdout, in Graphviz's language (DOT). A line from a program to another
is an endpoint that it may call: dashed if it never does so without a deadline, dotted if it may ask
the name server for it, bold if it holds the endpoint without a badge and makes handles for others.
An oval is a thing: a device, memory. Grey lines are init's, which supervises."""

_EPILOG = """\
exit status: 0 nothing is wrong, 1 something is, 2 wrong usage, 125 the graph cannot be drawn

examples:
  scripts/authority --check
  scripts/authority -o authority.svg
  scripts/authority my-manifest | dot -Tpdf > authority.pdf
"""


# What is wrong. Each check takes a manifest that init would take, and finds.


def call_cycles(manifest: Manifest) -> Iterator[Finding]:
    """Servers that may wait for each other: each calls the next, and may do so for ever."""
    edges = {
        server.name: [
            manifest.server_of(name).name for name in server.uses if name not in server.timed
        ]
        for server in manifest.of_kind("server")
    }
    found: set[frozenset[str]] = set()

    def walk(path: list[str]) -> Iterator[list[str]]:
        for target in edges.get(path[-1], []):
            if target in path:
                yield path[path.index(target) :]
            else:
                yield from walk([*path, target])

    for start in edges:
        for cycle in walk([start]):
            if frozenset(cycle) in found:
                continue
            found.add(frozenset(cycle))
            first = manifest.find(cycle[0])
            ring = " -> ".join([*cycle, cycle[0]])
            yield Finding(
                first.line, f"calls without a deadline go round in a circle: {ring} (uses-timed?)"
            )


def arguments(manifest: Manifest) -> Iterator[Finding]:
    for section in manifest.sections:
        if "$" in "".join(section.program[:1]):
            yield Finding(section.line, f"the name of a program is not known: {section.program[0]}")
        for word in section.program[1:]:
            if "$" in word and not is_known_variable(manifest, word):
                yield Finding(section.line, f"nothing is known for the $ in '{word}'")
    asked = [section for section in manifest.sections if "$policy" in section.program]
    for section in asked[1:]:
        yield Finding(section.line, f"'{section.name}' is a second name server: it has $policy too")


def things_to_start(manifest: Manifest) -> Iterator[Finding]:
    if not manifest.of_kind("shell"):
        yield Finding(1, "there is no shell: without trapeze.run nothing can be started")
    if not any(section.name == "*" for section in manifest.of_kind("run")):
        yield Finding(1, "there is no `run *`: trapeze.run can only name what has a section")
    for section in manifest.of_kind("server"):
        if section.serves and not section.ping:
            text = f"nobody notices if '{section.name}' hangs: it is never pinged"
            yield Finding(section.line, text)
        if section.ping and section.ping[1] >= section.ping[0]:
            text = f"'{section.name}' is pinged again before its time to answer has passed"
            yield Finding(section.line, text)
        if section.restart == "never" and section.serves:
            text = f"who calls '{section.name}' waits for ever once it has ended: restart never"
            yield Finding(section.line, text)


def budgets(manifest: Manifest, memory_bytes: int) -> Iterator[Finding]:
    """Servers first: they take theirs whole. Then one more, who may have most of the rest."""
    pages = memory_bytes // PAGE_BYTES - INIT_PAGES
    servers = sum(section.pages for section in manifest.of_kind("server") if section.pages != MOST)
    for section in manifest.of_kind("server"):
        if MOST in (section.pages, section.slots):
            text = f"'{section.name}' takes most of the machine, and is not the last to be started"
            yield Finding(section.line, text)
    if servers > pages:
        first = manifest.of_kind("server")[0]
        text = f"the servers' budgets are {servers} pages, and there are {max(pages, 0)}"
        yield Finding(first.line, text)
        return
    for section in manifest.of_kind("shell", "run"):
        if section.pages != MOST and servers + section.pages > pages:
            text = f"the servers and '{section.name}' need {servers + section.pages} pages"
            yield Finding(section.line, f"{text}, and there are {pages}")


def names(manifest: Manifest) -> Iterator[Finding]:
    """Who may pose as whom, and permissions that lead to nothing."""
    server = manifest.name_server()
    served = {name: section for section in manifest.sections for name in section.serves}
    given = set(server.gives) if server else set()
    registered = {name for section in manifest.sections for name in section.register}
    for section in manifest.sections:
        wants = section.register or section.lookup
        reaches = server and set(server.serves) & set(section.uses)
        if wants and not reaches:
            text = f"'{section.name}' may register or look up names, but has no name server to ask"
            yield Finding(section.line, text)
        elif reaches and not wants and section is not server:
            text = f"'{section.name}' has the name server, but may do nothing there"
            yield Finding(section.line, text)
        for name in section.register:
            if name in served and served[name] is not section:
                text = f"'{section.name}' may register '{name}', and so pose as"
                yield Finding(section.line, f"{text} '{served[name].name}', which serves it")
            elif not any(other.may_look_up(name) for other in manifest.sections):
                text = f"'{section.name}' may register '{name}', which nobody may look up"
                yield Finding(section.line, text)
        for name in section.lookup:
            if name not in {"*"} | registered | given:
                text = f"'{section.name}' may look up '{name}', which nobody registers"
                yield Finding(section.line, text)


def needless_rights(manifest: Manifest) -> Iterator[Finding]:
    lent = {section.children for section in manifest.sections}
    for section in manifest.of_kind("client"):
        if section.name not in lent:
            text = f"nobody has the handles of '{section.name}' to pass on (children?)"
            yield Finding(section.line, text)
    for section in manifest.sections:
        for name in section.serves:
            if not any(name in [*other.uses, *other.gives] for other in manifest.sections):
                yield Finding(section.line, f"nobody may call '{name}'")
        for name in section.gives:
            if "$policy" not in section.program:
                text = f"'{section.name}' has '{name}' to give away, and is no name server"
                yield Finding(section.line, text)
            elif not any(other.may_look_up(name) for other in manifest.sections):
                text = f"'{section.name}' has '{name}' to give away, and nobody may look it up"
                yield Finding(section.line, text)
        if section.device and "device" in section.machine:
            text = f"'{section.name}' may map every device, and need not be given one"
            yield Finding(section.line, text)
        if section.state and section.restart == "never":
            text = f"'{section.name}' is never restarted, and needs no state that outlives it"
            yield Finding(section.line, text)


def findings(manifest: Manifest, memory_bytes: int) -> list[Finding]:
    """All that is wrong, in the order of the file."""
    checks: tuple[Callable[[Manifest], Iterator[Finding]], ...] = (
        call_cycles,
        arguments,
        things_to_start,
        names,
        needless_rights,
    )
    found = [finding for check in checks for finding in check(manifest)]
    found += budgets(manifest, memory_bytes)
    return sorted(found, key=lambda finding: finding.line)


# The graph.


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def attributes(**values: str) -> str:
    listed = ", ".join(f"{key}={quoted(value)}" for key, value in values.items())
    return f" [{listed}]" if listed else ""


def edge(source: str, target: str, **values: str) -> str:
    return f"    {quoted(source)} -> {quoted(target)}{attributes(**values)};\n"


def node(section: Section) -> str:
    shape = {"server": "box", "shell": "box", "run": "box", "client": "note"}[section.kind]
    style = {"run": "dashed", "shell": "rounded"}.get(section.kind, "solid")
    label = f"{section.kind} {section.name}\nbadge {section.badge}"
    if section.kind != "client":
        pages = "most" if section.pages == MOST else str(section.pages)
        label += f", priority {section.priority}\n{pages} pages"
    label = label.replace("\n", "\\n")
    return f'    {quoted(section.name)} [shape={shape}, style={style}, label="{label}"];\n'


def things(section: Section) -> Iterator[tuple[str, str]]:
    """What it holds beside endpoints, and how: (thing, rights)."""
    if section.device:
        yield section.device, "map, interrupt"
    if section.log:
        yield "the kernel's log", "read"
    if section.archive:
        yield "boot archive", "read"
    if section.state:
        yield f"state of {section.name}", f"{section.state} pages"
    if section.machine:
        yield "machine", ", ".join(section.machine)


def endpoint_edges(manifest: Manifest, section: Section) -> Iterator[str]:
    for name in section.uses:
        style = "dashed" if name in section.timed else "solid"
        target = manifest.server_of(name).name
        yield edge(section.name, target, label=name, style=style)
    for name in section.gives:
        target = manifest.server_of(name).name
        yield edge(section.name, target, label=f"{name}, for others", style="bold")


def name_edges(manifest: Manifest, section: Section) -> Iterator[str]:
    """To those whom it reaches by way of the name server, and not directly."""
    server = manifest.name_server()
    if server is None or not set(server.serves) & set(section.uses):
        return
    for name in server.gives:
        if section.may_look_up(name) and name not in section.uses:
            target = manifest.server_of(name).name
            yield edge(section.name, target, label=f"look up {name}", style="dotted")
    for other in manifest.sections:
        for name in other.register:
            if section.may_look_up(name) and other is not section:
                yield edge(section.name, other.name, label=f"look up {name}", style="dotted")


def graph(manifest: Manifest) -> str:
    lines = ["digraph authority {\n    rankdir=LR;\n    node [fontname=sans];\n"]
    lines.append("    edge [fontname=sans, fontsize=10];\n")
    lines.append('    "init" [shape=doubleoctagon];\n')
    lines += [node(section) for section in manifest.sections]
    ovals = {thing for section in manifest.sections for thing, _ in things(section)}
    lines += [f"    {quoted(thing)} [shape=oval];\n" for thing in sorted(ovals)]
    for section in manifest.sections:
        if section.kind != "client":
            lines.append(edge("init", section.name, color="grey"))
        lines += endpoint_edges(manifest, section)
        lines += name_edges(manifest, section)
        if section.init:
            lines.append(edge(section.name, "init", label=", ".join(section.init)))
        if section.children:
            lines.append(edge(section.name, section.children, label="starts", style="dashed"))
        lines += [edge(section.name, thing, label=how) for thing, how in things(section)]
    return "".join([*lines, "}\n"])


def draw(dot: str, path: Path) -> None:
    """Writes a .dot or a .svg."""
    if path.suffix == ".dot":
        path.write_text(dot, encoding="utf-8")
        return
    if shutil.which("dot") is None:
        raise ToolError("there is no `dot` to draw with", "Graphviz has it: scripts/setup test")
    command = ["dot", "-Tsvg", "-o", str(path)]
    result = subprocess.run(command, input=dot, text=True, capture_output=True, check=False)
    if result.returncode != 0:
        raise ToolError(f"dot cannot draw {shown(path)}", result.stderr)


def parser() -> cli.Parser:
    result = cli.Parser("authority", description=_DESCRIPTION, epilog=_EPILOG)
    add = result.add_argument
    add("manifest", metavar="MANIFEST", nargs="?", type=Path, default=MANIFEST,
        help="default: userland/servers/manifest")  # fmt: skip
    add("-o", "--output", metavar="FILE", type=Path, help="where the graph goes: a .dot or a .svg")
    add("--check", action="store_true", help="draws nothing, only says what is wrong")
    add("--memory", metavar="SIZE", type=cli.memory_size, default="32M",
        help="RAM that the budgets are to fit into (default 32M, the least)")  # fmt: skip
    return result


def report(path: Path, found: Sequence[Finding]) -> int:
    for finding in found:
        print(f"{shown(path.absolute())}:{finding.line}: {finding.message}", file=sys.stderr)
    return 1 if found else 0


def check_options(options: argparse.Namespace) -> None:
    if options.output and options.check:
        raise UsageError("--check draws nothing, so there is nothing for -o")
    if options.output and options.output.suffix not in (".dot", ".svg"):
        raise UsageError(f"'{options.output}' is neither a .dot nor a .svg")


def main(arguments_given: Sequence[str]) -> int:
    options = parser().parse_args(arguments_given)
    check_options(options)
    try:
        text = options.manifest.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"cannot read {options.manifest}: {error.strerror}") from error
    try:
        manifest = read(text)
    except ManifestError as error:
        return report(options.manifest, [error.finding])
    if options.output:
        draw(graph(manifest), options.output)
    elif not options.check:
        print(graph(manifest), end="")
    return report(options.manifest, findings(manifest, cli.memory_bytes(options.memory)))

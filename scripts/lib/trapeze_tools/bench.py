# SPDX-License-Identifier: MIT
"""scripts/bench: what the kernel's operations cost, in instructions, beside budgets and peers."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import build, cli, qemu
from .benchmark import documents, figures, growth, listing, plot, record, report, worst
from .benchmark.figures import Figure, Result
from .benchmark.measure import Bench
from .errors import UsageError
from .paths import shown

_DESCRIPTION = """\
Measures what the kernel's operations cost, in instructions under QEMU's -icount: the same to the
digit each time. Prints a table beside the budgets and what other kernels take, and writes the
figures to bench.json in the build directory. Builds first, and installs what is missing for it.

A figure fails if it is over its budget (test/bench/budgets.toml), or worse than the one that
the repository records (test/bench/recorded.toml)."""

_EPILOG = """\
exit status:
  0    all is within its budget, and nothing got worse
  1    a figure is over its budget, or worse than recorded
  2    wrong usage
  125  something could not be measured

files:
  test/bench/budgets.toml    what is measured, the budgets, the peers' figures
  test/bench/recorded.toml   what was measured last, and with which tools
  test/bench/phases.toml     which phase of an operation each function is of
  build/bench.json           the figures of the last full run
  README.md, docs/benchmark.md, docs/benchmark.svg   tables and plot, made by --record
  docs/benchmark.md          what the figures mean, and how each is measured

environment:
  TRAPEZE_QEMU, TRAPEZE_BIOS   as --qemu and --bios
  TRAPEZE_BUILD                build directory to use instead of build/

examples:
  scripts/bench --only call --only reply_recv
  scripts/bench --output before.json; (a change); scripts/bench --compare before.json
  scripts/bench --trace call
  scripts/bench --growth --plot growth.svg

These are instructions, not cycles: caches, TLB and pipeline are not seen.
"""


def parser() -> cli.Parser:
    result = cli.Parser(
        "bench",
        usage="scripts/bench [OPTION...] [NAME...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    what = result.add_argument_group("what to measure")
    add = what.add_argument
    add("names", metavar="NAME", nargs="*", help="figures to measure (default: all)")
    add("--only", metavar="NAME", action="append", default=[], help="the same, as an option")
    add("--list", action="store_true", help="lists the figures' names and measures nothing")

    instead = result.add_argument_group("instead of the table").add_mutually_exclusive_group()
    add = instead.add_argument
    add("--trace", metavar="NAME", help="lists every instruction of one operation, with its phase")
    add("--growth", action="store_true", help="measures how costs grow with the number of things")
    add("--worst", action="store_true", help="the longest stretch with interrupts off, by call")
    add("--worst-short", action="store_true", help="the same in a few programs, in a minute")

    output = result.add_argument_group("output")
    add = output.add_argument
    add("--json", action="store_true", help="prints the figures as JSON instead of the table")
    add("--output", metavar="FILE", type=Path, help="writes the JSON there")
    add("--compare", metavar="OLD.json", type=Path, help="tells what changed since, by how much")
    add("--plot", metavar="FILE.svg", type=Path, help="draws the figures beside the peers'")
    add("--record", action="store_true", help="keeps the figures: in recorded.toml and the docs")

    machine = result.add_argument_group("how to measure")
    add = machine.add_argument
    add("--no-build", action="store_true", help="measures what is built already")
    add("--qemu", metavar="PATH", help="QEMU to use (or TRAPEZE_QEMU=PATH)")
    add("--bios", metavar="FILE", help="firmware to use (or TRAPEZE_BIOS=FILE)")
    return result


def check(options: argparse.Namespace) -> None:
    """The options that do not go together."""
    some = bool(options.names or options.only)
    for name in ("trace", "growth", "worst", "worst_short"):
        mode = name.replace("_", "-")
        if getattr(options, name) and (some or options.record or options.compare):
            raise UsageError(f"--{mode} goes with no NAME, --only, --record, --compare")
    if options.trace and (options.json or options.output or options.plot):
        raise UsageError("--trace goes with no --json, --output, --plot")
    if (options.worst or options.worst_short) and (options.json or options.output or options.plot):
        raise UsageError("--worst goes with no --json, --output, --plot")
    if options.record and some:
        raise UsageError("--record takes all figures, not some")
    if options.plot and options.plot.suffix != ".svg":
        raise UsageError(f"--plot writes SVG: '{options.plot}' does not end in .svg")


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    check(options)
    known = figures.read_figures()
    chosen = figures.select(known, [*options.names, *options.only])
    traced = figures.select(known, [options.trace])[0] if options.trace else None
    old = figures.read_json(options.compare) if options.compare else None
    if options.list:
        print("\n".join(figure.name for figure in chosen))
        return 0
    made = build.select("default")
    if not options.no_build:
        build.ensure_tools("run", "test")
        build.make(made)
    bench = Bench(qemu.find(options.qemu), made, qemu.find_firmware(options.bios), known)
    if traced:
        print(listing.render(traced, listing.instructions(bench.window(traced), made)))
        return 0
    if options.worst or options.worst_short:
        return tell_worst(bench, options)
    if options.growth:
        return tell_growth(bench, options)
    return tell_figures(bench, chosen, old, options)


def tell_worst(bench: Bench, options: argparse.Namespace) -> int:
    programs = worst.ALL if options.worst else worst.SHORT
    active = sys.stderr.isatty()

    def tell(program: str) -> None:
        start, end = ("\r\033[K", "") if active else ("", "\n")
        print(f"{start}tracing {program}", end=end, file=sys.stderr, flush=True)

    found = worst.worst(bench, programs, tell)
    if active:
        print("\r\033[K", end="", file=sys.stderr)
    print(worst.table(found, bench.symbols))
    limit = figures.select(figures.read_figures(), ["interrupts_off"])[0].budget
    over = [one for one in found if limit is not None and len(one.stretch) > limit]
    print(f"\n{len(over)} of these are over the budget of {limit:,} instructions.")
    return 1 if over else 0


def tell_growth(bench: Bench, options: argparse.Namespace) -> int:
    points = growth.measure(bench)
    if options.plot:
        plot.growth(points, options.plot)
    text = json.dumps([vars(point) for point in points], indent=2) + "\n"
    if options.output:
        options.output.write_text(text)
    print(text if options.json else growth.tables(points), end="" if options.json else "\n")
    return 0


def tell_figures(
    bench: Bench, chosen: Sequence[Figure], old: dict[str, int] | None, options: argparse.Namespace
) -> int:
    some = bool(options.names or options.only)
    results = bench.measure(chosen)
    # Some of the figures are not the figures: the build's file holds all of them or stays.
    output = options.output or (None if some else bench.made.directory / "bench.json")
    if output:
        output.write_text(figures.as_json(results))
    if options.plot:
        plot.figures(results, options.plot)
    if options.json:
        print(figures.as_json(results), end="")
        return 1 if any(result.over for result in results) or worse(bench, results, []) else 0
    print(report.table(results))
    if any(result.figure.special == "longest_stretch" for result in results):
        path = worst.path(bench.longest_stretch(), bench.symbols)
        print(f"\nThe longest stretch with interrupts off: {path}")
    if old is not None:
        print(f"\n{report.comparison(results, old, shown(options.compare))}")
    notes: list[str] = []
    if options.record:
        write_record(bench, results)
        bad = False
    else:
        bad = worse(bench, results, notes)
    if notes:
        print("\n" + "\n".join(notes))
    return 1 if bad or any(result.over for result in results) else 0


def firmware_version(bench: Bench) -> str:
    """The version that the firmware tells as it boots."""
    if not bench.firmware:
        bench.value(figures.select(bench.figures, ["process_self"])[0])
    return bench.firmware


def write_record(bench: Bench, results: Sequence[Result]) -> None:
    tools = record.tools_here(bench.qemu.version, firmware_version(bench))
    values = {result.figure.name: result.value for result in results}
    record.RECORD.write_text(record.text(record.Record(tools, values)))
    plot.figures(results, documents.PLOT)
    written = [record.RECORD, documents.PLOT, *documents.write(results)]
    print("\nwritten: " + " ".join(map(shown, written)))


def worse(bench: Bench, results: Sequence[Result], notes: list[str]) -> bool:
    """Whether a figure is worse than the recorded one; what to say of it goes to the notes."""
    kept = record.read()
    others = kept.other_tools(record.tools_here(bench.qemu.version, firmware_version(bench)))
    if others:
        notes.append(f"The record is for other tools ({', '.join(others)}): only budgets count.")
        return False
    verdict = record.judge(results, kept)
    notes += verdict.lines
    return bool(verdict.worse)

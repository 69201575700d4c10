# SPDX-License-Identifier: MIT
"""Runs Spin on a scenario, and reads what it says.

The scenario is preprocessed here into one file, and its lines are traced back to where they came
from: Spin tells of a line in an included file by the wrong name.
"""
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS_MAX = 300  # ends what hangs
DEPTH_MAX = 2_000_000
MEMORY_MAX = 2048  # MiB

Line = tuple[str, int]  # file name, line number

_MARKER = re.compile(r'# (\d+) "([^"]*)"')
_STATE = re.compile(r"\tstate +(\d+) -\(tr.*\] [^:\s]+:(\d+) => ")
_UNREACHED = re.compile(r'\t[^:\s]+:(\d+), state (\d+), "(.*)"$')
_COVERED = re.compile(r"^(transition|way_out) (\w+) (\w+)$", re.MULTILINE)


class ModelError(Exception):
    """Spin or the compiler refused the model, or a search said what nobody expected."""


@dataclass(frozen=True)
class Search:
    """What one search has found."""

    output: str
    errors: int
    states: int
    violation: str  # of the first error, "" if there is none
    transitions: frozenset[tuple[str, str]] = frozenset()
    ways_out: frozenset[tuple[str, str]] = frozenset()
    lines: frozenset[Line] = frozenset()  # that have a statement
    unreached: frozenset[Line] = frozenset()

    def incomplete(self) -> list[str]:
        """Why it was no search of all states, if it was none."""
        signs = ("max search depth too small", "out of memory", "reached -DMEMLIM",
                 "Search not completed", "aborted", "truncated")
        found = [sign for sign in signs if sign in self.output]
        if "Full statespace search" not in self.output:
            found.append("no full search")
        return found


@dataclass
class Verifier:
    """The program that Spin makes of a scenario, in a directory of its own."""

    scenario: str
    directory: Path
    macros: tuple[str, ...] = ()
    compiler: tuple[str, ...] = ()
    folder: str = "scenarios"
    origins: list[Line] = field(default_factory=list)  # of the lines of model.pml, from 0 on

    def build(self) -> "Verifier":
        source = HERE / self.folder / f"{self.scenario}.pml"
        macros = [f"-D{macro}" for macro in self.macros]
        text = self._run("gcc", "-E", "-x", "c", *macros, str(source))
        (self.directory / "model.pml").write_text(self._trace(text), encoding="utf-8")
        said = self._run("spin", "-a", "model.pml")
        if "rror" in said:
            raise ModelError(f"spin: {said}")
        self._run("gcc", "-w", "-DNOREDUCE", f"-DMEMLIM={MEMORY_MAX}", *self.compiler,
                  "-o", "pan", "pan.c")
        return self

    def search(self, *options: str) -> Search:
        output = self._run("./pan", f"-m{DEPTH_MAX}", *options)
        errors = re.search(r"errors: (\d+)", output)
        states = re.search(r"^ *(\d+) states, stored", output, re.MULTILINE)
        violation = re.search(r"^pan:\d+: (.*?)(?: \(at depth \d+\))?$", output, re.MULTILINE)
        if not errors or not states:
            raise ModelError(f"pan: {output}")
        covered = _COVERED.findall(output)
        lines, unreached = self._reach(output)
        return Search(output, int(errors[1]), int(states[1]), violation[1] if violation else "",
                      frozenset((a, b) for kind, a, b in covered if kind == "transition"),
                      frozenset((a, b) for kind, a, b in covered if kind == "way_out"),
                      lines, unreached)

    def _run(self, *command: str) -> str:
        result = subprocess.run(command, cwd=self.directory, text=True, timeout=SECONDS_MAX,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if result.returncode != 0 and command[0] != "./pan":
            raise ModelError(f"{' '.join(command)}: {result.stdout}")
        return result.stdout

    def _trace(self, preprocessed: str) -> str:
        """The text without the preprocessor's line markers, which become self.origins."""
        kept, name, number = [], "", 0
        for line in preprocessed.splitlines():
            if marker := _MARKER.match(line):
                name, number = Path(marker[2]).name, int(marker[1])
                continue
            kept.append(line)
            self.origins.append((name, number))
            number += 1
        return "\n".join(kept) + "\n"

    def _reach(self, output: str) -> tuple[frozenset[Line], frozenset[Line]]:
        """The lines with statements; and those of which no statement was reached, wherever the
        inline that it belongs to was expanded."""
        existing: dict[int, set[tuple[str, str]]] = {}
        for process, line in _in_processes(self._run("./pan", "-d"), "proctype ", "init"):
            if match := _STATE.match(line):
                existing.setdefault(int(match[2]), set()).add((process, match[1]))
        missed: dict[int, set[tuple[str, str]]] = {}
        for process, line in _in_processes(output, "unreached in proctype ", "unreached in init"):
            if (match := _UNREACHED.match(line)) and match[3] != "-end-":
                missed.setdefault(int(match[1]), set()).add((process, match[2]))
        lines = {self.origins[number - 1] for number in existing}
        reached = {self.origins[number - 1] for number, states in existing.items()
                   if states - missed.get(number, set())}
        return frozenset(lines), frozenset(lines - reached)


def _in_processes(text: str, heading: str, init: str) -> list[tuple[str, str]]:
    """The lines below each heading, with the process that it names."""
    found, process = [], ""
    for line in text.splitlines():
        if line.startswith(heading):
            process = line.removeprefix(heading).strip()
        elif line.startswith(init):
            process = "init"
        elif not line.startswith("\t"):
            process = ""
        elif process:
            found.append((process, line))
    return found

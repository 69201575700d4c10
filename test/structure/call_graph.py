# SPDX-License-Identifier: MIT
"""Who calls whom in the kernel, and what each function takes of the stack, by the compiler's word.

GCC writes the graph of each file with -fcallgraph-info. Calls in assembly come from relocations;
calls through a pointer may lead to every function whose address the same file has in its data.
"""
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from kernel_build import Unit

_NODE = re.compile(r'node: \{ title: "([^"]*)" label: "([^"]*)"')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
_FRAME = re.compile(r"(\d+) bytes \((\w+)[^)]*\)")
_INDIRECT = "__indirect_call"
_CALL_RELOCATIONS = {18, 19}  # R_RISCV_CALL, R_RISCV_CALL_PLT: auipc and jalr
_POINTER_RELOCATION = 2  # R_RISCV_64


@dataclass
class CallGraph:
    """Functions are known by name; a static one as FILE:NAME."""

    calls: dict[str, set[str]] = field(default_factory=dict)
    frame_bytes: dict[str, int] = field(default_factory=dict)
    dynamic: set[str] = field(default_factory=set)  # frames that a VLA or alloca makes
    indirect: set[str] = field(default_factory=set)  # that call through a pointer
    pointees: dict[str, set[str]] = field(default_factory=dict)  # what that may lead to

    def follow_pointers(self) -> None:
        """Adds the calls through pointers, once all functions are known: not all pointees are."""
        for caller, pointees in self.pointees.items():
            self.calls[caller] |= pointees & set(self.calls)

    def undefined(self) -> set[str]:
        """Functions that are called and not there."""
        return {callee for callees in self.calls.values() for callee in callees} - set(self.calls)


def _relocations(elf: ELFFile):
    """(section that is patched, offset, type, symbol) of each relocation."""
    for section in elf.iter_sections():
        if isinstance(section, RelocationSection):
            table = elf.get_section(section["sh_link"])
            target = elf.get_section(section["sh_info"])
            for relocation in section.iter_relocations():
                yield (target, relocation["r_offset"], relocation["r_info_type"],
                       table.get_symbol(relocation["r_info_sym"]))


def _functions(elf: ELFFile) -> list[tuple[int, int, str]]:
    """(section, offset, name), in order."""
    return sorted((symbol["st_shndx"], symbol["st_value"], symbol.name)
                  for symbol in elf.get_section_by_name(".symtab").iter_symbols()
                  if symbol["st_info"]["type"] == "STT_FUNC")


def _add_assembly(graph: CallGraph, elf: ELFFile) -> None:
    functions = _functions(elf)
    for _, _, name in functions:
        graph.calls.setdefault(name, set())
        graph.frame_bytes[name] = 0
    for section, offset, kind, symbol in _relocations(elf):
        if kind in _CALL_RELOCATIONS:
            index = elf.get_section_index(section.name)
            caller = [name for home, start, name in functions
                      if home == index and start <= offset][-1]
            graph.calls[caller].add(symbol.name)


def _add_c(graph: CallGraph, info: str, elf: ELFFile, prefix: str) -> None:
    static = {name for name, _ in _NODE.findall(info) if name.startswith(prefix)}
    pointees = {symbol.name for section, _, kind, symbol in _relocations(elf)
                if kind == _POINTER_RELOCATION and not section.name.startswith(".debug")}
    pointees = {prefix + name if prefix + name in static else name for name in pointees}
    for name, label in _NODE.findall(info):
        if frame := _FRAME.search(label):
            graph.calls.setdefault(name, set())
            # Policies that stand for each other define the same names: the deepest counts.
            graph.frame_bytes[name] = max(int(frame[1]), graph.frame_bytes.get(name, 0))
            if frame[2] != "static":
                graph.dynamic.add(name)
    for caller, callee in _EDGE.findall(info):
        if callee == _INDIRECT:
            graph.indirect.add(caller)
            graph.pointees.setdefault(caller, set()).update(pointees)
        else:
            graph.calls[caller].add(callee)


def _compile(unit: Unit, source: Path, options: tuple[str, ...], output: Path) -> None:
    result = unit.compile(*options, "-w", "-c", "-fcallgraph-info=su", str(source), "-o",
                          str(output))
    assert result.returncode == 0, f"{source}: {result.stderr}"


def build(sources: list[tuple[Unit, Path]], options: tuple[str, ...]) -> CallGraph:
    """The graph of files that are compiled as their units are, with further options."""
    graph = CallGraph()
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor() as pool:
        outputs = [Path(directory) / f"{index}.o" for index in range(len(sources))]
        list(pool.map(lambda job: _compile(*job), [
            (unit, source, options, output)
            for (unit, source), output in zip(sources, outputs, strict=True)]))
        for (_, source), output in zip(sources, outputs, strict=True):
            with output.open("rb") as stream:
                elf = ELFFile(stream)
                if source.suffix == ".S":
                    _add_assembly(graph, elf)
                else:
                    info = output.with_suffix(".ci").read_text(encoding="utf-8")
                    _add_c(graph, info, elf, f"{source}:")
    graph.follow_pointers()
    return graph

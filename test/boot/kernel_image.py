# SPDX-License-Identifier: MIT
"""The kernel's file: where its functions are, and which instructions they have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile


class KernelImage:
    """A linked kernel."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            elf = ELFFile(file)
            self._addresses: dict[str, int] = {}
            file_name = ""
            for symbol in elf.get_section_by_name(".symtab").iter_symbols():
                if symbol["st_info"]["type"] == "STT_FILE":
                    file_name = symbol.name
                self._addresses[symbol.name] = symbol["st_value"]
                self._addresses[f"{file_name}:{symbol.name}"] = symbol["st_value"]
            self._code = [
                (section["sh_addr"], section.data())
                for section in elf.iter_sections()
                if section["sh_flags"] & SH_FLAGS.SHF_EXECINSTR
            ]
            self.entry = elf.header["e_entry"]

    def address(self, symbol: str) -> int:
        """Of NAME, or of FILE.c:NAME where several files have a static one of that name."""
        assert symbol in self._addresses, f"the kernel has no symbol '{symbol}'"
        return self._addresses[symbol]

    def instructions(self) -> Iterator[tuple[int, int]]:
        """The address and the bits of each instruction, in order."""
        for start, code in self._code:
            position = 0
            while position < len(code):
                # Unprivileged ISA, 1.5: two low bits that are both 1 mean 32 bits.
                length = 4 if code[position] & 3 == 3 else 2
                yield start + position, int.from_bytes(code[position : position + length], "little")
                position += length

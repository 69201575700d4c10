# SPDX-License-Identifier: MIT
"""The kernel's file: where its functions are, and which instructions they have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
            text = elf.get_section_by_name(".text")
            self._text_start, self._text = text["sh_addr"], text.data()
            self.entry = elf.header["e_entry"]

    def address(self, symbol: str) -> int:
        """Of NAME, or of FILE.c:NAME where several files have a static one of that name."""
        assert symbol in self._addresses, f"the kernel has no symbol '{symbol}'"
        return self._addresses[symbol]

    def instructions(self) -> Iterator[tuple[int, int]]:
        """The address and the bits of each instruction of the text, in order."""
        position = 0
        while position < len(self._text):
            # Unprivileged ISA, 1.5: two low bits that are both 1 mean 32 bits.
            length = 4 if self._text[position] & 3 == 3 else 2
            bits = int.from_bytes(self._text[position : position + length], "little")
            yield self._text_start + position, bits
            position += length

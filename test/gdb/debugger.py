# SPDX-License-Identifier: MIT
"""A GDB that a test drives: scripts/gdb, with driver.py running inside of GDB."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.machine import DEADLINE_SECONDS
from harness.transcript import Transcript
from trapeze_tools.paths import SCRIPTS

USER, SUPERVISOR, MACHINE = 0, 1, 3
REGISTERS = tuple(
    "ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
    "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split()
)  # x1 to x31
_CSRS = ("priv", "pc", "sstatus", "sepc", "scause", "stval", "sscratch", "satp")
_END_SECONDS = 30.0
HART = "harts[0]"  # the struct hart of the hart that boots
IN_C = "fastpath=off"  # for --append: every trap goes through trap_entry and C
SSTATUS_SIE, SSTATUS_SPP = 1 << 1, 1 << 8


class DebuggerError(Exception):
    """GDB's own words on what cannot be done."""


@dataclass(frozen=True)
class Snapshot:
    """The registers of a stopped hart."""

    registers: Mapping[str, int]
    csrs: Mapping[str, int]

    def __getattr__(self, name: str) -> int:
        """snapshot.sp, snapshot.scause, ..."""
        values = self.csrs if name in self.csrs else self.registers
        try:
            return values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def mode(self) -> int:
        return self.csrs["priv"] & 3


class Debugger:
    """Starts with the machine halted at reset. Each request waits for the answer, at most until
    the deadline, which only ends what hangs."""

    def __init__(
        self,
        build: Path,
        transcript: Transcript,
        *command: str,
        options: Iterable[str] = (),
    ) -> None:
        self.transcript = transcript
        self._directory = tempfile.TemporaryDirectory(prefix="trapeze-test-")
        self._console = Path(self._directory.name, "console")
        path = str(Path(self._directory.name, "driver"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(DEADLINE_SECONDS)
            self._log = open(Path(self._directory.name, "log"), "w+b")
            self._process = subprocess.Popen(
                [
                    str(SCRIPTS / "gdb"), "--no-build", "--batch",
                    "--console", str(self._console),
                    "-x", str(Path(__file__).with_name("driver.py")), *options, *command,
                ],  # fmt: skip
                env=os.environ | {"TRAPEZE_BUILD": str(build), "TRAPEZE_TEST_SOCKET": path},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
            )
            try:
                self._socket, _ = listener.accept()
            except TimeoutError:
                self.close()
                raise
        self._socket.settimeout(DEADLINE_SECONDS)
        self._lines = self._socket.makefile("rw", encoding="utf-8")

    def close(self) -> None:
        """Ends GDB, and thereby QEMU; keeps what all of them have written."""
        if hasattr(self, "_socket"):
            self._lines.close()
            self._socket.close()
        for end in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(timeout=_END_SECONDS)
                break
            except subprocess.TimeoutExpired:
                end()  # scripts/gdb ends its GDB and its QEMU
        self._process.wait()
        self._log.seek(0)
        self.transcript.write(b"\n[GDB]\n" + self._log.read())
        self.transcript.write("\n[console]\n" + self.console())
        self._log.close()
        self.transcript.close()
        self._directory.cleanup()

    def _ask(self, what: str, argument: object) -> object:
        self._lines.write(json.dumps([what, argument]) + "\n")
        self._lines.flush()
        try:
            answer = self._lines.readline()
        except TimeoutError:
            pytest.fail(f"no answer to {argument}\ntranscript: {self.transcript.path}")
        if not answer:
            pytest.fail(f"GDB has ended at {argument}\ntranscript: {self.transcript.path}")
        outcome, result = json.loads(answer)
        if outcome == "error":
            raise DebuggerError(result)
        return result

    def execute(self, command: str) -> str:
        """What GDB answers to a command."""
        self.transcript.write(f"(gdb) {command}\n")
        try:
            answer = str(self._ask("execute", command))
        except DebuggerError as error:
            self.transcript.write(f"{error}\n")
            raise
        self.transcript.write(answer)
        return answer

    def values(self, *expressions: str) -> list[int]:
        answer = self._ask("values", expressions)
        assert isinstance(answer, list)
        return answer

    def value(self, expression: str) -> int:
        return self.values(expression)[0]

    def address(self, symbol: str) -> int:
        """Where a symbol of assembly is."""
        return self.value(f"(long)&{symbol}")

    def snapshot(self) -> Snapshot:
        got = self.values(*(f"${name}" for name in REGISTERS + _CSRS))
        count = len(REGISTERS)
        return Snapshot(dict(zip(REGISTERS, got[:count])), dict(zip(_CSRS, got[count:])))

    def trapframe(self, thread: int) -> tuple[int, dict[str, int]]:
        """sepc and the registers that are saved there; the hart has to be in S-mode."""
        frame = f"((struct thread *){thread:#x})->trapframe"
        sepc, *got = self.values(*(f"{frame}.{name}" for name in ("sepc", *REGISTERS)))
        return sepc, dict(zip(REGISTERS, got))

    def step(self) -> None:
        """One instruction, or the trap that it takes."""
        self._ask("execute", "stepi")

    def run_to(self, address: int, condition: str = "") -> None:
        """Goes on until the hart is about to execute the instruction there."""
        self.execute(f"tbreak *{address:#x} {condition and f'if {condition}'}")
        self.execute("continue")
        pc = self.value("$pc")
        assert pc == address, f"stopped at {pc:#x} instead of {address:#x}"

    def run_to_end(self) -> tuple[int, str]:
        """Goes on until the machine ends; its exit status and what it wrote."""
        self.execute("delete")
        # How GDB hears of the end, and what it calls it, differs from version to version.
        with contextlib.suppress(DebuggerError):
            self.execute("continue")
        self._lines.close()
        self._socket.close()
        status = self._process.wait(timeout=DEADLINE_SECONDS)
        self._log.seek(0)
        ended = f"the machine has ended, status {status}\n".encode()
        assert ended in self._log.read(), "it has stopped instead of ending"
        return status, self.console()

    def console(self) -> str:
        """What the machine has written so far, without the firmware and the kernel's banner."""
        text = self._console.read_bytes() if self._console.exists() else b""
        return text.decode(errors="replace").replace("\r\n", "\n")

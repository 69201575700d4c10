# SPDX-License-Identifier: MIT
"""The little of GDB's remote protocol that it takes to stop a machine at an address, look, and
change something."""

from __future__ import annotations

import contextlib
import socket

_TIMEOUT_SECONDS = 60.0  # a backstop


class Remote:
    """A debugger on a QEMU that was started halted."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(_TIMEOUT_SECONDS)
        self._stream = connection.makefile("rwb")
        # QEMU gives single registers to a debugger that has asked which there are.
        self._ask("qXfer:features:read:target.xml:0,1")

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """Lets the machine run on, and goes; ends it after an error."""
        with contextlib.suppress(OSError):  # it may end before it hears that it was heard
            if error:
                self._send("k")
            else:
                self._change("D")
            self._stream.close()

    def run_to(self, address: int) -> None:
        """Lets the machine run until it is about to execute the instruction there."""
        self._change(f"Z1,{address:x},4")
        self._ask("c")
        self._change(f"z1,{address:x},4")

    def register(self, number: int) -> int:
        """What x0 to x31 hold."""
        return int.from_bytes(bytes.fromhex(self._ask(f"p{number:x}")), "little")

    def set_register(self, number: int, value: int) -> None:
        self._change(f"P{number:x}={value.to_bytes(8, 'little').hex()}")

    def read(self, address: int, length: int) -> bytes:
        """Memory, as the hart sees it."""
        return bytes.fromhex(self._ask(f"m{address:x},{length:x}"))

    def write(self, address: int, data: bytes) -> None:
        self._change(f"M{address:x},{len(data):x}:{data.hex()}")

    def _change(self, packet: str) -> None:
        if (answer := self._ask(packet)) != "OK":
            raise OSError(f"QEMU answers '{answer}' to '{packet}'")

    def _ask(self, packet: str) -> str:
        """Sends a packet; the answer's text. An answer to `c` comes when the machine stops."""
        self._send(packet)
        answer = b""
        while not answer.endswith(b"#"):
            byte = self._stream.read(1)
            if not byte:
                raise OSError(f"QEMU closed the debugger's connection after '{packet}'")
            # An acknowledgement comes between packets; a packet opens with $.
            answer = b"" if byte in b"+$" else answer + byte
        self._stream.read(2)  # the checksum
        self._stream.write(b"+")
        self._stream.flush()
        return answer[:-1].decode("ascii", errors="replace")

    def _send(self, packet: str) -> None:
        self._stream.write(f"${packet}#{sum(packet.encode()) % 256:02x}".encode())
        self._stream.flush()

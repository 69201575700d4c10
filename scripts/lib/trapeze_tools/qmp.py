# SPDX-License-Identifier: MIT
"""A client of QEMU's monitor protocol (QMP), over a socket that QEMU inherits."""

from __future__ import annotations

import contextlib
import json
import re
import socket


_ANSWER_SECONDS = 1.0


class Monitor:
    """The monitor of one QEMU. No answer in time is None, never an error, and then for good."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.settimeout(_ANSWER_SECONDS)
        self._stream = connection.makefile("rwb")
        self._greeted = False
        self._answers = True

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of what QEMU was still to be told, if it has ended
            self._stream.close()
        self._socket.close()

    def wait_for_start(self, seconds: float) -> bool:
        """Whether QEMU answers by then; to be called first. On a busy host a start takes long."""
        self._socket.settimeout(seconds)
        answer = self._ask("query-status")
        self._socket.settimeout(_ANSWER_SECONDS)
        return answer is not None

    def quit(self) -> bool:
        """Asks QEMU to end; whether it said that it will."""
        return self._ask("quit") is not None

    def human(self, command: str) -> str | None:
        """What a command for people (the monitor behind Ctrl-A C) answers."""
        answer = self._ask("human-monitor-command", {"command-line": command})
        return answer if isinstance(answer, str) else None

    def registers(self) -> dict[str, int] | None:
        """The registers of hart 0, by QEMU's names: pc, mcause, x1/ra, ..."""
        answer = self.human("info registers")
        if answer is None:
            return None
        found = re.findall(r"([\w/]+)\s+([0-9a-f]{16})\b", answer)
        return {name: int(value, 16) for name, value in found}

    def _ask(self, command: str, arguments: dict[str, str] | None = None) -> object | None:
        if not self._answers:
            return None
        try:
            if not self._greeted:
                self._stream.readline()
                self._exchange("qmp_capabilities", None)
                self._greeted = True
            return self._exchange(command, arguments)
        except (OSError, ValueError):
            self._answers = False
            return None

    def _exchange(self, command: str, arguments: dict[str, str] | None) -> object | None:
        request: dict[str, object] = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self._stream.write(json.dumps(request).encode() + b"\n")
        self._stream.flush()
        while line := self._stream.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                return None
        return None

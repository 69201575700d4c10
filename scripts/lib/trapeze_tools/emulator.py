# SPDX-License-Identifier: MIT
"""One QEMU process: started, read from, asked how it fares, ended by its own id and nobody else's."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from .errors import ToolError
from .qmp import Monitor

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """In the child: a QEMU must not outlive a script or test that was killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Emulator:
    """A running QEMU, with its console's output to read and its monitor to ask."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int | None = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        stderr: int | IO[bytes] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        ours, theirs = socket.socketpair()
        monitor = ["-chardev", f"socket,id=monitor,fd={theirs.fileno()}"]
        monitor += ["-mon", "chardev=monitor,mode=control"]
        # A monitor of ours takes away the one that -nographic puts behind Ctrl-A.
        monitor += ["-serial", "mon:stdio"]
        try:
            self._process = subprocess.Popen(
                [*command, *monitor],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=[theirs.fileno(), *pass_fds],
                # A terminal's ^C is for us to handle, unless QEMU has the terminal to itself.
                start_new_session=stdin is not None,
                preexec_fn=_end_with_parent,
            )
        except OSError as error:
            ours.close()
            raise ToolError(f"{command[0]} cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        self.monitor = Monitor(ours)
        self.started = time.monotonic()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> int:
        """The descriptor that the console's output is read from, unless it goes elsewhere."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def read(self, timeout: float) -> bytes | None:
        """What the console wrote; None if nothing came in time, b"" when there is no more."""
        if not select.select([self.output], [], [], max(timeout, 0))[0]:
            return None
        return os.read(self.output, 1 << 16)

    def wait(self) -> int:
        """QEMU's exit status, once its output has ended; 128 + n if signal n ended it."""
        status = self._process.wait()
        return status if status >= 0 else 128 - status

    def stop(self) -> None:
        """Ends QEMU, politely first, and gives everything back."""
        endings = (self.monitor.quit, self._process.terminate, self._process.kill)
        for end in endings:
            if self._process.poll() is not None:
                break
            end()
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                continue
        self.monitor.close()
        if self._process.stdout:
            self._process.stdout.close()

    def cpu_seconds(self) -> float:
        """The host's CPU time that QEMU has used."""
        try:
            fields = _after_name(Path(f"/proc/{self.pid}/stat"))
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_asleep(self) -> bool:
        """Whether every thread of QEMU sleeps: the machine idles, and no busy host is to blame."""
        try:
            threads = list(Path(f"/proc/{self.pid}/task").iterdir())
            return all(_after_name(thread / "stat")[0] == "S" for thread in threads)
        except OSError:
            return False


def _after_name(stat: Path) -> list[str]:
    """The fields of a /proc stat file after the name, which may hold anything."""
    return stat.read_text().rpartition(")")[2].split()

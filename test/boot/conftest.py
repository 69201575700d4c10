# SPDX-License-Identifier: MIT
"""What boot tests have beside the harness: `image`, `visits`, `boot_changed`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from harness.machine import Outcome
from kernel_image import KernelImage
from remote import Remote
from trapeze_tools.build import Build
from trapeze_tools.qemu import Qemu
from visits import Visit, log_options, read_log

_CONNECT_SECONDS = 60.0  # a backstop: QEMU connects as it starts


@pytest.fixture(scope="session")
def image(build: Build) -> KernelImage:
    """The kernel under test."""
    return KernelImage(build.kernel)


@pytest.fixture
def visits(
    boot: Callable[..., Outcome], emulator: Qemu, tmp_path: Path
) -> Callable[..., list[Visit]]:
    """visits(ADDRESSES, PROGRAM, ARG..., last=LINE): boots as `boot` does and gives every execution
    of one of these instructions; with registers=True, what the registers held. functions=True: they
    are the first ones of functions."""

    def start(
        addresses: Iterable[int],
        *command: str,
        functions: bool = False,
        registers: bool = False,
        extra: tuple[str, ...] = (),
        **options: object,
    ) -> list[Visit]:
        log = tmp_path / "executed.log"
        logging = log_options(
            emulator, addresses, log, functions=functions, registers=registers
        )
        boot(*command, extra=(*extra, *logging), **options)
        found = read_log(log)
        log.unlink()
        return found

    return start


@pytest.fixture
def boot_changed(
    boot: Callable[..., Outcome], image: KernelImage, tmp_path: Path
) -> Callable[..., Outcome]:
    """boot_changed(CHANGE, PROGRAM, ARG..., last=LINE): boots as `boot` does, but stops where the
    firmware has handed over, before the kernel's first instruction, for CHANGE(debugger)."""

    def start(
        change: Callable[[Remote], None],
        *command: str,
        extra: tuple[str, ...] = (),
        **options: object,
    ) -> Outcome:
        # QEMU connects to the socket before it starts the machine, which is halted.
        path = tmp_path / "debugger"
        debugging = ("-S", "-chardev", f"socket,id=debugger,path={path}")
        debugging += ("-gdb", "chardev:debugger")
        with Change(path, image.entry, change):
            # Under icount with sleep=off, the clock jumps to its end wherever a debugger stops.
            return boot(*command, extra=(*extra, *debugging), icount=False, **options)

    return start


class Change:
    """Waits for a machine that connects, in a thread of its own, and changes it."""

    def __init__(self, path: Path, entry: int, change: Callable[[Remote], None]) -> None:
        self._entry, self._function = entry, change
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(_CONNECT_SECONDS)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection, Remote(connection) as debugger:
                debugger.run_to(self._entry)
                self._function(debugger)
        except Exception as error:
            self._error = error

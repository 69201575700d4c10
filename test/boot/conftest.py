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
        with socket.socket(socket.AF_UNIX) as listener:
            path = tmp_path / "debugger"
            path.unlink(missing_ok=True)
            listener.bind(str(path))
            listener.listen()
            listener.settimeout(_CONNECT_SECONDS)
            thread = threading.Thread(target=_change, args=(listener, image.entry, change))
            thread.start()
            try:
                # QEMU connects to the socket before it starts the machine, which is halted.
                debugging = ("-S", "-chardev", f"socket,id=debugger,path={path}")
                debugging += ("-gdb", "chardev:debugger")
                # Under icount with sleep=off, the clock jumps to its end wherever a debugger stops.
                return boot(*command, extra=(*extra, *debugging), icount=False, **options)
            finally:
                thread.join()

    return start


def _change(
    listener: socket.socket, entry: int, change: Callable[[Remote], None]
) -> None:
    connection, _ = listener.accept()
    with connection:
        debugger = Remote(connection)
        debugger.run_to(entry)
        change(debugger)
        debugger.detach()

# SPDX-License-Identifier: MIT
"""scripts/setup, on machines that lack things: a PATH with only what a test puts there."""

import os
import shutil
import subprocess
import time

import pytest

from trapeze_tools.paths import SCRIPTS

# What the script itself uses of a bare system.
BASE = ("sh", "env", "id", "tr", "cat", "rm")


@pytest.fixture
def bare(tmp_path):
    """A machine with only BASE and the commands that it is given, each a script."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in BASE:
        (directory / name).symlink_to(shutil.which(name))

    def run(*arguments, **commands):
        for name, body in commands.items():
            path = directory / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)
        return subprocess.run(
            [str(SCRIPTS / "setup"), *arguments],
            env={"PATH": str(directory), "BIN": str(directory), "LOG": str(tmp_path / "log")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    run.log = tmp_path / "log"
    return run


# An apt-get that notes its arguments and "installs" every command that the tests miss.
APT_GET = """echo "$@" >> "$LOG"
case $* in *install*) for c in clang-format clang-tidy cppcheck shellcheck; do
    echo '#!/bin/sh' > "$BIN/$c"; /bin/chmod +x "$BIN/$c"; done;; esac"""
APT_CACHE = 'echo "  Candidate: 1.0"'


def test_nothing_missing_is_quick(script):
    assert script("setup", "--check").returncode == 0
    best = min(timed(script) for _ in range(5))
    assert best < 0.5, "this is run before every scripts/run"


def timed(script):
    start = time.monotonic()
    assert script("setup", "--quiet").stdout == ""
    return time.monotonic() - start


def test_check_names_what_is_missing_and_installs_nothing(bare):
    result = bare("--check", "lint", apt_get=APT_GET, apt_cache=APT_CACHE)
    assert result.returncode == 1
    for name in ("clang-format", "clang-tidy", "cppcheck", "shellcheck"):
        assert f"  {name} (" in result.stderr
    assert not bare.log.exists()


def test_another_system_is_told_what_to_install(bare):
    result = bare("run")
    assert result.returncode == 1
    assert "qemu-system-riscv64 (the emulator)" in result.stderr
    assert "Install these with the means of your system" in result.stderr


def test_another_system_that_has_everything(bare):
    nothing = dict.fromkeys(("clang_format", "clang_tidy", "cppcheck", "shellcheck"), "")
    result = bare("lint", **nothing)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="apt-get as root")
def test_installs_as_root(bare):
    result = bare("lint", apt_get=APT_GET, apt_cache=APT_CACHE)
    assert result.returncode == 0, result.stderr
    update, install = bare.log.read_text().splitlines()
    assert update.endswith(" update")
    assert "--no-install-recommends clang-format clang-tidy cppcheck shellcheck" in install
    # And then there is nothing left to do.
    assert bare("lint").returncode == 0
    assert len(bare.log.read_text().splitlines()) == 2


def test_installs_through_sudo(bare):
    sudo = 'echo "sudo $@" >> "$LOG"; exec "$@"'
    result = bare("lint", apt_get=APT_GET, apt_cache=APT_CACHE, sudo=sudo, id="echo 1000")
    assert result.returncode == 0, result.stderr
    assert "sudo env DEBIAN_FRONTEND=noninteractive apt-get" in bare.log.read_text()


def test_neither_root_nor_sudo(bare):
    result = bare("lint", apt_get=APT_GET, apt_cache=APT_CACHE, id="echo 1000")
    assert result.returncode == 1
    assert "run this as root:\n  scripts/setup lint" in result.stderr
    assert not bare.log.exists()


def test_takes_the_package_that_the_release_has(bare):
    only_misc = 'case $2 in qemu-system-riscv) echo "  Candidate: (none)";; *) echo "  Candidate: 1";; esac'
    result = bare("run", apt_get=APT_GET, apt_cache=only_misc, id="echo 0")
    assert result.returncode == 1  # this apt-get does not really install them
    assert " qemu-system-misc " in bare.log.read_text()
    assert "qemu-system-riscv " not in bare.log.read_text()


def test_no_such_package(bare):
    result = bare("lint", apt_get=APT_GET, apt_cache="", id="echo 0")
    assert result.returncode == 1
    assert "no package here is called clang-format" in result.stderr


def test_apt_get_fails(bare):
    result = bare("lint", apt_get="exit 100", apt_cache=APT_CACHE, id="echo 0")
    assert result.returncode == 1
    assert "could not install what is missing" in result.stderr

# SPDX-License-Identifier: MIT
"""Programs from a folder outside the tree, by -DTRAPEZE_PROGRAMS=FOLDER."""

import shutil
import subprocess

import pytest

from trapeze_tools.paths import SOURCE

SAMPLE = SOURCE / "test/external-programs"


def configure(build_directory, programs):
    command = ["cmake", "--preset", "default", "-B", str(build_directory)]
    return subprocess.run(
        [*command, f"-DTRAPEZE_PROGRAMS={programs}"],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
    )


def folder(path, lists, **sources):
    path.mkdir()
    (path / "CMakeLists.txt").write_text(lists)
    for name, text in sources.items():
        (path / f"{name}.c").write_text(text)
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A build of the tree with the sample, and with what cmake and the compiler said of it."""
    root = tmp_path_factory.mktemp("external")
    programs = shutil.copytree(SAMPLE, root / "programs of mine")
    result = configure(root / "build", programs)
    assert result.returncode == 0, result.stderr
    made = subprocess.run(
        ["cmake", "--build", str(root / "build")], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout
    return root / "build", result.stderr + made.stdout


@pytest.fixture
def boot_external(boot, built, monkeypatch):
    monkeypatch.setenv("TRAPEZE_BUILD_EXTERNAL", str(built[0]))
    return lambda *command, **options: boot(*command, preset="external", **options)


def test_builds_without_a_word(built):
    assert "warning" not in built[1].lower()


def test_runs(boot_external):
    outcome = boot_external("primes", last="the prime number theorem says 72382.4")
    assert outcome.lines[0] == "78498 primes below 1000000, the largest is 999983"


def test_takes_arguments(boot_external):
    outcome = boot_external("primes", "100", last="the prime number theorem says 21.7")
    assert outcome.lines[0] == "25 primes below 100, the largest is 97"


def test_the_trees_own_programs_are_still_there(boot_external):
    boot_external("test-libc", last="test-libc: ok")


def test_folder_without_lists(tmp_path):
    (tmp_path / "empty").mkdir()
    result = configure(tmp_path / "build", tmp_path / "empty")
    assert result.returncode != 0
    assert f"{tmp_path}/empty has no CMakeLists.txt" in " ".join(result.stderr.split())


def test_no_folder(tmp_path):
    result = configure(tmp_path / "build", tmp_path / "none")
    assert result.returncode != 0
    assert f"TRAPEZE_PROGRAMS: {tmp_path}/none " in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("trapeze_add_program(hog one.c)", "there is a program 'hog' already"),
        ("trapeze_add_program(one)", "trapeze_add_program(one): no sources are given"),
        ("trapeze_add_program(a/b one.c)", "'a/b' is no name for a program"),
        (f"trapeze_add_program({'x' * 41} one.c)", f"'{'x' * 41}' is no name for a program"),
        ("trapeze_add_program(one one.c STACK_SIZE much)", "STACK_SIZE much is not a number"),
        ("trapeze_add_program(one one.c STACK_SIZE 600000)", "STACK_SIZE 600000 is not a number"),
    ],
)
def test_mistakes_are_named(tmp_path, line, problem):
    programs = folder(tmp_path / "programs", line + "\n", one="int main(void) { return 0; }\n")
    result = configure(tmp_path / "build", programs)
    assert result.returncode != 0
    assert problem in " ".join(result.stderr.split())

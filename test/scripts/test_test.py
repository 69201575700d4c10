# SPDX-License-Identifier: MIT
"""scripts/test and the tests' labels."""

from trapeze_tools.test import ctest_command


def test_list(script):
    result = script("test", "--list")
    assert result.returncode == 0
    assert {"host", "boot", "scripts"} <= set(result.stdout.split())


def test_unknown_label_lists_those_there_are(script):
    result = script("test", "bot")
    assert (result.returncode, result.stdout) == (2, "")
    assert "no test has the label 'bot'" in result.stderr
    assert "labels: " in result.stderr and " host" in result.stderr


def test_a_qemu_that_does_not_work_is_told_first(script):
    result = script("test", "boot", TRAPEZE_QEMU="/no/such/qemu")
    assert (result.returncode, result.stdout) == (125, "")
    assert "QEMU is missing: there is no /no/such/qemu" in result.stderr


def test_labels_match_in_full(tmp_path):
    assert ctest_command(tmp_path, ["boot", "a.b"], 2)[-2:] == ["-L", r"^(boot|a\.b)$"]
    assert "-L" not in ctest_command(tmp_path, [], 2)

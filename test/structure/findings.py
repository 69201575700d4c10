# SPDX-License-Identifier: MIT
"""How a test says what it found."""
from collections.abc import Iterable

import pytest


def expect_none(headline: str, findings: Iterable[str]) -> None:
    """Fails with one line for each finding, if there are any."""
    lines = [str(finding) for finding in findings]
    if lines:
        pytest.fail(headline + ":\n" + "\n".join(f"  {line}" for line in lines), pytrace=False)

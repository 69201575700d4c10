# SPDX-License-Identifier: MIT
"""The one exception that the scripts show to their user, and the exit statuses that they share."""

from __future__ import annotations

USAGE_STATUS = 2
TIMEOUT_STATUS = 124
TOOL_STATUS = 125  # the machine could not be built or started: no status of a program's
INTERRUPT_STATUS = 130


class ToolError(Exception):
    """What went wrong in one line, and what to do about it in the lines of `advice`."""

    def __init__(self, message: str, advice: str = "", status: int = TOOL_STATUS) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.status = status

    def __str__(self) -> str:
        return "\n".join([self.message, *("  " + line for line in self.advice.splitlines())])


class UsageError(ToolError):
    """A mistake on the command line."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice, USAGE_STATUS)

# SPDX-License-Identifier: MIT
"""The harness that boot tests and script tests run on."""

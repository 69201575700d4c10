# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# For the scripts that are written in Python: a fresh machine may have none yet.

# launch NAME ARGUMENT...: becomes scripts/NAME.
launch()
{
    scripts=$(dirname "$(readlink -f "$0")")
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    if ! command -v "$python" >/dev/null 2>&1; then
        "$scripts/setup" --quiet run || exit 125
        python=/usr/bin/python3
    fi
    exec "$python" -E "$scripts/lib/command.py" "$@"
}

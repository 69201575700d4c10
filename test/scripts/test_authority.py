# SPDX-License-Identifier: MIT
"""scripts/authority: it reads manifests as init does, draws them, and finds what is wrong."""

import re
import shutil
import subprocess

import pytest

from trapeze_tools import authority
from trapeze_tools.manifest import MANIFEST, ManifestError, keywords, read, request_words
from trapeze_tools.manifest import section_words
from trapeze_tools.paths import SOURCE

EXAMPLES = sorted((SOURCE / "test" / "host" / "manifests").glob("*.manifest"))
NEEDED = "priority 5\npages 9\nslots 9\n"
RESTARTED = NEEDED + "restart always\n"
PINGED = RESTARTED + "ping 2000 500\n"
DOT = shutil.which("dot")

# Nothing is wrong with this: each test spoils it.
CONSOLE = f"server console\n{PINGED}serves console\n"
NAMES = f"server names\n{PINGED}serves names\ngives console\nprogram names $policy\n"
SHELL = f"shell shell\n{RESTARTED}uses console names\nlookup *\n"
RUN = f"run *\n{NEEDED}uses console\n"
GOOD = CONSOLE + NAMES + SHELL + RUN


def found(text, memory_bytes=32 << 20):
    return [finding.message for finding in authority.findings(read(text), memory_bytes)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_same_errors_as_init(path):
    """What init says of these, test/host/test_manifest.c compares with their first lines."""
    text = path.read_text(encoding="utf-8")
    expected = text.splitlines()[0].removeprefix("# expect: ")
    try:
        read(text)
    except ManifestError as error:
        message = re.sub(": '(.*)'$", shortened, error.finding.message)
        assert f"{error.finding.line}: {message}" == expected
    else:
        assert expected == "good"


def shortened(match):
    """init keeps 31 bytes of a word, and shows what can be shown."""
    return f": '{re.sub('[^ -~]', '?', match[1][:31])}'"


def test_there_are_examples_of_each_keyword():
    words = {line.split()[0] for path in EXAMPLES for line in path.read_text().splitlines() if line}
    assert set(keywords()) | set(section_words()) <= words


def test_ours_is_good(script):
    answer = script("authority", "--check")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_ours_is_drawn(script):
    answer = script("authority")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("digraph authority {\n")
    assert '"console" -> "uart"' in answer.stdout
    assert '"names" -> "console" [label="console, for others", style="bold"];' in answer.stdout
    for section in read(MANIFEST.read_text()).sections:
        assert f'    "{section.name}" [shape=' in answer.stdout


def test_the_documentation_names_every_word():
    text = (SOURCE / "docs" / "manifest.md").read_text(encoding="utf-8")
    for word in [*section_words(), *keywords(), *request_words()]:
        assert f"`{word}" in text, f"docs/manifest.md does not tell of {word}"


def test_nothing_is_wrong_with_the_example():
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            CONSOLE + f"server a\n{PINGED}serves a\nuses b\n"
            f"server b\n{PINGED}serves b\nuses a\n" + NAMES + SHELL + RUN,
            "calls without a deadline go round in a circle: a -> b -> a (uses-timed?)",
        ),
        (GOOD.replace(SHELL, ""), "there is no shell: without trapeze.run nothing can be started"),
        (GOOD.replace(RUN, ""), "there is no `run *`: trapeze.run can only name what has a section"),
        (
            GOOD.replace(CONSOLE, CONSOLE.replace("ping 2000 500\n", "")),
            "nobody notices if 'console' hangs: it is never pinged",
        ),
        (
            GOOD.replace(CONSOLE, CONSOLE.replace("2000 500", "500 500")),
            "'console' is pinged again before its time to answer has passed",
        ),
        (
            GOOD.replace(CONSOLE, CONSOLE.replace("always", "never")),
            "who calls 'console' waits for ever once it has ended: restart never",
        ),
        (
            GOOD.replace(CONSOLE, CONSOLE.replace("pages 9", "pages most")),
            "'console' takes most of the machine, and is not the last to be started",
        ),
        (
            GOOD.replace(CONSOLE, CONSOLE.replace("pages 9", "pages 8000")),
            "the servers' budgets are 8009 pages, and there are 7168",
        ),
        (
            GOOD.replace(RUN, RUN.replace("pages 9", "pages 7168")),
            "the servers and '*' need 7186 pages, and there are 7168",
        ),
        (
            GOOD + "register console\n",
            "'*' may register or look up names, but has no name server to ask",
        ),
        (
            GOOD.replace(SHELL, SHELL + "register console\n"),
            "'shell' may register 'console', and so pose as 'console', which serves it",
        ),
        (
            GOOD.replace("lookup *\n", "lookup console\nregister disk\n"),
            "'shell' may register 'disk', which nobody may look up",
        ),
        (
            GOOD.replace("lookup *\n", "lookup console disk\n"),
            "'shell' may look up 'disk', which nobody registers",
        ),
        (
            GOOD.replace("lookup *\n", "register console\n").replace("gives console\n", ""),
            "'shell' may register 'console', and so pose as 'console', which serves it",
        ),
        (
            GOOD.replace("lookup *\n", ""),
            "'shell' has the name server, but may do nothing there",
        ),
        (
            GOOD.replace("lookup *\n", ""),
            "'names' has 'console' to give away, and nobody may look it up",
        ),
        (
            GOOD.replace(" $policy", ""),
            "'names' has 'console' to give away, and is no name server",
        ),
        (GOOD + "client a\nuses console\n", "nobody has the handles of 'a' to pass on (children?)"),
        (GOOD + f"server lonely\n{PINGED}serves lonely\n", "nobody may call 'lonely'"),
        (
            GOOD + "device uart\nmachine device\n",
            "'*' may map every device, and need not be given one",
        ),
        (
            GOOD + f"server a\n{NEEDED}restart never\nstate 1\n",
            "'a' is never restarted, and needs no state that outlives it",
        ),
        (GOOD + "program x a=$b\n", "nothing is known for the $ in 'a=$b'"),
        (GOOD + "program $policy\n", "the name of a program is not known: $policy"),
        (
            GOOD + f"server other\n{RESTARTED}program names $policy\n",
            "'other' is a second name server: it has $policy too",
        ),
    ],
)
def test_what_is_wrong(text, message):
    assert message in found(text)


def test_a_deadline_breaks_the_circle():
    text = f"server a\n{PINGED}serves a\nuses b\nserver b\n{PINGED}serves b\nuses-timed a\n"
    assert not [message for message in found(GOOD + text) if "circle" in message]


def test_a_longer_circle_is_told_once():
    ring = [
        f"server s{i}\n{PINGED}serves s{i}\nuses s{(i + 1) % 3}\n".replace("uses s", "uses s")
        for i in range(3)
    ]
    circles = [message for message in found(GOOD + "".join(ring)) if "circle" in message]
    assert circles == [
        "calls without a deadline go round in a circle: s0 -> s1 -> s2 -> s0 (uses-timed?)"
    ]


def test_more_memory_is_enough(script, tmp_path):
    manifest = tmp_path / "manifest"
    manifest.write_text(GOOD.replace(CONSOLE, CONSOLE.replace("pages 9", "pages 8000")))
    answer = script("authority", "--check", str(manifest))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert re.search(r"manifest:1: the servers' budgets are 8009 pages", answer.stderr)
    assert script("authority", "--check", "--memory", "64M", str(manifest)).returncode == 0


def test_a_broken_manifest_is_not_drawn(script, tmp_path):
    manifest = tmp_path / "manifest"
    manifest.write_text("server a\nfly high\n")
    answer = script("authority", str(manifest))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"{manifest}:2: unknown word: 'fly'\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-file"], "cannot read no-such-file: No such file or directory"),
        (["-o", "graph.png"], "'graph.png' is neither a .dot nor a .svg"),
        (["--check", "-o", "graph.svg"], "--check draws nothing"),
        (["--memory", "little"], "'little' is not a size such as 128M or 8G"),
    ],
)
def test_mistakes(script, arguments, message):
    answer = script("authority", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_a_dot_file(script, tmp_path):
    path = tmp_path / "graph.dot"
    assert script("authority", "-o", str(path)).returncode == 0
    assert path.read_text() == script("authority").stdout


def test_graphviz_takes_it(script, tmp_path):
    assert DOT, "there is no dot: scripts/setup test installs Graphviz"
    path = tmp_path / "graph.svg"
    answer = script("authority", "-o", str(path))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    text = path.read_text()
    assert "<svg" in text and "names" in text


def test_names_are_quoted_for_graphviz():
    text = authority.quoted('a"b\\c')
    assert text == '"a\\"b\\\\c"'
    if DOT:
        subprocess.run([DOT, "-Tsvg"], input=f"digraph {{ {text} }}", text=True, check=True,
                       capture_output=True)  # fmt: skip

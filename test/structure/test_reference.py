# SPDX-License-Identifier: MIT
"""The documentation agrees with the tree: tables with the lists they are made from, every call with
its section, links with files, names with sources.
"""
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from findings import expect_none
from kernel_build import SOURCE
from trapeze_tools import definitions, reference

DOCUMENTS = [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md",
             *sorted((SOURCE / "docs").glob("*.md"))]
SOURCES = ("src", "include", "userland", "cmake", "scripts", "test", ".ci", "CMakeLists.txt",
           "CMakePresets.json")

_CODE_BLOCK = re.compile(r"^(?: {4}[^\n]*|```.*?^```)$", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH = re.compile(r"(?:src|include|userland|cmake|scripts|test|docs|\.ci)/[\w./*{},+-]+")
_IDENTIFIER = re.compile(r"(\w*[a-z]\w*_\w+|[A-Z]\w*_\w+)(?:\(\))?")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def prose_of(document: Path) -> str:
    """The text without code blocks, which show output and commands."""
    return _CODE_BLOCK.sub("", text_of(document))


def anchors(text: str) -> set[str]:
    """What the headings can be linked by, as GitHub has it."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


def broken_links(document: Path) -> list[str]:
    found = []
    for target in _LINK.findall(prose_of(document)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        if not file.exists() or (anchor and anchor not in anchors(text_of(file))):
            found.append(f"{document.name}: {target}")
    return found


def missing_paths(document: Path) -> list[str]:
    """Paths in code spans that lead nowhere. A pattern has to match something."""
    paths = (span for span in _CODE_SPAN.findall(prose_of(document)) if _PATH.fullmatch(span))
    return [f"{document.name}: {path}" for path in paths if not any(SOURCE.glob(path.rstrip("/")))]


def source_words() -> set[str]:
    """Every word of the sources, and every file's name."""
    words: set[str] = set()
    for root in SOURCES:
        top = SOURCE / root
        for path in [top] if top.is_file() else top.rglob("*"):
            if path.is_file() and "corpus" not in path.parts and path.name != Path(__file__).name:
                words.add(path.stem)
                words.update(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="ignore")))
    return words


def unknown_names(document: Path, words: set[str]) -> list[str]:
    """Identifiers in code spans that the sources do not have (any more)."""
    spans = (_IDENTIFIER.fullmatch(span) for span in _CODE_SPAN.findall(prose_of(document)))
    return [f"{document.name}: {span[1]}" for span in spans if span and span[1] not in words]


def names(file: str, macro: str) -> list[str]:
    return [str(fields[1]) for fields in definitions.entries(definitions.INTERFACE / file, macro)]


def sections(text: str, titles: Iterable[str]) -> dict[str, str]:
    """The text below each of these headings of the third level."""
    parts = re.split(r"^#{2,3} (.+)$", text, flags=re.MULTILINE)
    return {title: body for title, body in zip(parts[1::2], parts[2::2], strict=True)
            if title in titles}


def test_tables_are_up_to_date():
    document = text_of(reference.DOCUMENT)
    assert reference.updated(document) == document, \
        f"docs/abi.md does not agree with include/trapeze/*.def: {reference.COMMAND}"


def test_every_call_has_its_section():
    calls = names("syscalls.def", "SYSCALL")
    described = sections(text_of(reference.DOCUMENT), calls)
    assert list(described) == calls


def wrong_constants(text: str, prefix: str) -> list[str]:
    """Constants of abi.h that no table of the document has with their value."""
    return [f"{name} is {value}" for name, value, _ in definitions.described(prefix)
            if not re.search(rf"^\| {value} \| `{name}` \|", text, re.MULTILINE)]


@pytest.mark.parametrize("prefix", ["OBJECT_", "KIND_", "VERDICT_", "END_", "INSPECT_",
                                    "FEATURE_", "SCHEDULER_", "STATUS_"])
def test_constants_are_told(prefix):
    expect_none("no row `| VALUE | NAME |` in docs/abi.md",
                wrong_constants(text_of(reference.DOCUMENT), prefix))


def test_wrong_constant_is_found():
    assert wrong_constants("| 1 | `VERDICT_RESUME` | x |\n| 1 | `VERDICT_KILL` | y |\n",
                           "VERDICT_") == ["VERDICT_RESUME is 0"]


def test_every_error_has_its_place():
    """Each error but E_NO_SYSCALL is told at a call that gives it."""
    calls = names("syscalls.def", "SYSCALL")
    told = "".join(sections(text_of(reference.DOCUMENT), calls).values())
    silent = [name for name in names("errors.def", "ERROR")
              if name != "E_NO_SYSCALL" and f"`{name}`" not in told]
    expect_none("no call is said to give this error", silent)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links(document):
    expect_none("links that lead nowhere", broken_links(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths(document):
    expect_none("paths that are not there", missing_paths(document))


def test_names():
    words = source_words()
    expect_none("names that no source has",
                [name for document in DOCUMENTS for name in unknown_names(document, words)])


# The checks can fail.

@pytest.fixture(name="lists")
def copied_lists(tmp_path) -> Path:
    for file in (*definitions.INTERFACE.glob("*.def"), definitions.INTERFACE / "abi.h"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_a_changed_list_changes_the_document(lists):
    document = text_of(reference.DOCUMENT)
    assert reference.updated(document, lists) == document
    errors = lists / "errors.def"
    errors.write_text(errors.read_text(encoding="utf-8") + '\nERROR(99, E_NEW,\n      "made up "\n'
                      '      "here")\n', encoding="utf-8")
    assert "| -99 | `E_NEW` | made up here |" in reference.updated(document, lists)


@pytest.mark.parametrize("line", [
    "ERROR(99, E_NEW)) stray", 'ERROR(99, E_NEW, "no end"', "ERORR(99, E_NEW, \"meaning\")",
    "ERROR(-1, E_NEW, \"meaning\")", "#define ERROR",
])
def test_a_list_that_is_not_understood_is_refused(lists, line):
    path = lists / "errors.def"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="errors.def: not a"):
        definitions.entries(path, "ERROR")


def test_a_changed_right_changes_the_document(lists):
    header = lists / "abi.h"
    header.write_text(header.read_text(encoding="utf-8").replace(
        "#define RIGHT_SEND 0x0001U", "#define RIGHT_SEND 0x8000U"), encoding="utf-8")
    assert "| `0x8000` | `RIGHT_SEND` |" in reference.updated(text_of(reference.DOCUMENT), lists)


def test_arguments_are_counted(lists):
    path = lists / "syscalls.def"
    path.write_text('SYSCALL(1, call, 2, "one two three", "meaning")\n', encoding="utf-8")
    with pytest.raises(ValueError, match="call has 2 arguments"):
        reference.system_calls(lists)


def test_a_document_without_a_table_is_refused():
    with pytest.raises(ValueError, match="not each of"):
        reference.updated("<!-- table: errors -->\n<!-- end of table -->\n")


def test_mistakes_are_found(tmp_path):
    document = tmp_path / "page.md"
    document.write_text(
        "# A page, with `code`\n\n    [a block](is-no-link.md)\n\n"
        "[good](#a-page-with-code) [bad](#nowhere) [worse](gone.md)\n"
        "`src/nowhere.c` `src/CMakeLists.txt` `src/memory/*.c` `src/memory/*.cc`\n"
        "`trap_entry` `trap_exit()` `yield` `THREAD_READY` `THREAD_READING`\n", encoding="utf-8")
    assert broken_links(document) == ["page.md: #nowhere", "page.md: gone.md"]
    assert missing_paths(document) == ["page.md: src/nowhere.c", "page.md: src/memory/*.cc"]
    assert unknown_names(document, {"trap_entry", "THREAD_READY"}) == \
        ["page.md: trap_exit", "page.md: THREAD_READING"]

# SPDX-License-Identifier: MIT
"""Reads init's manifest as init does, by the same lists of words: docs/manifest.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .definitions import entries
from .paths import SOURCE

INIT = SOURCE / "userland" / "servers" / "init"
MANIFEST = SOURCE / "userland" / "servers" / "manifest"

MOST = -1  # pages, slots
SECTIONS_MAX = 24
NAMES_MAX = 32
NAME_MAX = 31
ENDPOINT_MAX = 9
HANDLES_MAX = 24
NUMBER_MAX = 2**32 - 2
TAKEN = ("uart", "uart.irq", "log", "archive", "machine", "state", "init")
NUMBERS = ("uart.offset", "uart.reg-shift", "uart.reg-io-width")


@dataclass(frozen=True)
class Finding:
    """What is wrong, and where."""

    line: int
    message: str


class ManifestError(Exception):
    """Why a manifest cannot be read: init would not start anything."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.finding = Finding(line, message)


@dataclass(frozen=True)
class Keyword:
    sections: tuple[str, ...]
    often: str
    least: int
    most: int


@dataclass
class Section:
    """A section; names are in the order of the file."""

    kind: str
    name: str
    line: int
    badge: int
    seen: set[str] = field(default_factory=set)
    program: list[str] = field(default_factory=list)
    priority: int = 0
    pages: int = 0
    slots: int = 0
    restart: str = ""
    ping: tuple[int, int] | None = None
    state: int = 0
    device: str = ""
    log: bool = False
    archive: bool = False
    children: str = ""
    serves: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)  # timed or not
    timed: list[str] = field(default_factory=list)
    gives: list[str] = field(default_factory=list)
    machine: list[str] = field(default_factory=list)
    init: list[str] = field(default_factory=list)
    register: list[str] = field(default_factory=list)
    lookup: list[str] = field(default_factory=list)

    def may_look_up(self, name: str) -> bool:
        return name in self.lookup or "*" in self.lookup


@dataclass
class Manifest:
    sections: list[Section] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[Section]:
        return [section for section in self.sections if section.kind in kinds]

    def find(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    def server_of(self, endpoint: str) -> Section:
        return next(section for section in self.sections if endpoint in section.serves)

    def name_server(self) -> Section | None:
        """Who has the list of what may be registered and looked up."""
        return next((section for section in self.sections if "$policy" in section.program), None)


def section_words() -> list[str]:
    return [word for _, word, _ in entries(INIT / "sections.def", "SECTION")]


def keywords() -> dict[str, Keyword]:
    listed = entries(INIT / "keywords.def", "KEYWORD")
    return {
        word: Keyword(tuple(sections.split()), often, least, most)
        for _, word, sections, often, least, most, _, _ in listed
    }


def request_words() -> list[str]:
    return [word for _, word, _ in entries(INIT / "requests.def", "REQUEST")]


def words_of(line: str) -> list[str]:
    """Up to a comment, which begins where a word would begin with #."""
    words = re.findall(r"[^ \t\r]+", line)
    comment = next((i for i, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


class Reader:
    """Line by line, with errors in init's words."""

    def __init__(self) -> None:
        self.manifest = Manifest()
        self.line = 0
        self.names: set[str] = set()
        self.section_words = section_words()
        self.keywords = keywords()
        self.requests = request_words()

    def fail(self, message: str, word: str = "") -> ManifestError:
        return ManifestError(self.line, f"{message}: '{word}'" if word else message)

    def read(self, text: str) -> Manifest:
        for self.line, line in enumerate(text.split("\n"), 1):
            words = words_of(line)
            if words and words[0] in self.section_words:
                self.begin_section(words)
            elif words and words[0] in self.keywords:
                self.read_keyword(words[0], words[1:])
            elif words:
                raise self.fail("unknown word", words[0])
        self.line = 1
        if not self.manifest.sections:
            raise self.fail("the manifest is empty")
        self.check_whole()
        return self.manifest

    def begin_section(self, words: Sequence[str]) -> None:
        sections = self.manifest.sections
        if len(words) != 2:
            raise self.fail("a section has one name", words[0])
        kind, name = words
        if len(sections) == SECTIONS_MAX:
            raise self.fail("more than 24 sections", name)
        if self.manifest.find(name):
            raise self.fail("there is a section of this name", name)
        if kind == "shell" and self.manifest.of_kind("shell"):
            raise self.fail("there is a shell already", name)
        if (kind, name) != ("run", "*"):
            self.check_name(name)
        sections.append(Section(kind, name, self.line, len(sections) + 1))

    def read_keyword(self, word: str, arguments: Sequence[str]) -> None:
        keyword = self.keywords[word]
        if not self.manifest.sections:
            raise self.fail("no section has begun", word)
        section = self.manifest.sections[-1]
        if section.kind not in keyword.sections:
            raise self.fail("does not belong into this section", word)
        if keyword.often != "MANY" and word in section.seen:
            raise self.fail("the section has this already", word)
        if not keyword.least <= len(arguments) <= keyword.most:
            raise self.fail("too few or too many arguments for", word)
        section.seen.add(word)
        getattr(self, "take_" + word.replace("-", "_"))(section, arguments)

    def check_name(self, name: str) -> str:
        if len(name) > NAME_MAX:
            raise self.fail("a name has more than 31 characters", name)
        if not re.fullmatch(r"[A-Za-z0-9_.+-]+", name):
            raise self.fail("a name is of A-Z a-z 0-9 - _ . +", name)
        return name

    def number(self, word: str, least: int, most: int) -> int:
        if not re.fullmatch(r"[0-9]+", word):
            raise self.fail("not a number", word)
        if int(word) > most:
            raise self.fail("the number is too large", word)
        if int(word) < least:
            raise self.fail("the number is too small", word)
        return int(word)

    def quantity(self, word: str) -> int:
        return MOST if word == "most" else self.number(word, 1, NUMBER_MAX)

    def add_name(self, names: list[str], word: str) -> None:
        self.names.add(self.check_name(word))
        if len(self.names) > NAMES_MAX:
            raise self.fail("more than 32 names", word)
        if word in names:
            raise self.fail("is there twice", word)
        names.append(word)

    def add_endpoints(self, names: list[str], words: Sequence[str]) -> None:
        for word in words:
            if len(word) > ENDPOINT_MAX:
                raise self.fail("an endpoint's name has more than 9 characters", word)
            if word in TAKEN:
                raise self.fail("is the name of another handle", word)
            self.add_name(names, word)

    def take_choices(
        self, chosen: list[str], words: Sequence[str], choices: Sequence[str], message: str
    ) -> None:
        for word in words:
            if word not in choices:
                raise self.fail(message, word)
            if word not in chosen:
                chosen.append(word)

    def take_program(self, section: Section, words: Sequence[str]) -> None:
        section.program = list(words)

    def take_priority(self, section: Section, words: Sequence[str]) -> None:
        section.priority = self.number(words[0], 0, 15)

    def take_pages(self, section: Section, words: Sequence[str]) -> None:
        section.pages = self.quantity(words[0])

    def take_slots(self, section: Section, words: Sequence[str]) -> None:
        section.slots = self.quantity(words[0])

    def take_restart(self, section: Section, words: Sequence[str]) -> None:
        if words[0] not in ("always", "never"):
            raise self.fail("not always or never", words[0])
        section.restart = words[0]

    def take_ping(self, section: Section, words: Sequence[str]) -> None:
        section.ping = (self.number(words[0], 1, 3600000), self.number(words[1], 1, 60000))

    def take_serves(self, section: Section, words: Sequence[str]) -> None:
        self.add_endpoints(section.serves, words)

    def take_uses(self, section: Section, words: Sequence[str]) -> None:
        self.add_endpoints(section.uses, words)

    def take_uses_timed(self, section: Section, words: Sequence[str]) -> None:
        self.add_endpoints(section.timed, words)

    def take_gives(self, section: Section, words: Sequence[str]) -> None:
        self.add_endpoints(section.gives, words)

    def take_device(self, section: Section, words: Sequence[str]) -> None:
        if words[0] != "uart":
            raise self.fail("there is no such device", words[0])
        section.device = words[0]

    def take_log(self, section: Section, _: Sequence[str]) -> None:
        section.log = True

    def take_archive(self, section: Section, _: Sequence[str]) -> None:
        section.archive = True

    def take_state(self, section: Section, words: Sequence[str]) -> None:
        section.state = self.number(words[0], 1, 64)

    def take_machine(self, section: Section, words: Sequence[str]) -> None:
        self.take_choices(section.machine, words, ("device", "log"), "not device or log")

    def take_init(self, section: Section, words: Sequence[str]) -> None:
        self.take_choices(section.init, words, self.requests, "init has no such request")

    def take_register(self, section: Section, words: Sequence[str]) -> None:
        for word in words:
            self.add_name(section.register, word)

    def take_lookup(self, section: Section, words: Sequence[str]) -> None:
        for word in words:
            if word == "*":
                section.lookup = ["*"]
            elif section.lookup == ["*"]:
                raise self.fail("is there twice", word)
            else:
                self.add_name(section.lookup, word)

    def take_children(self, section: Section, words: Sequence[str]) -> None:
        section.children = self.check_name(words[0])

    # What needs the whole file.

    def check_whole(self) -> None:
        served: set[str] = set()
        devices: set[str] = set()
        for section in self.manifest.sections:
            self.line = section.line
            for name in section.serves:
                if name in served:
                    raise self.fail("another server serves this endpoint", name)
                served.add(name)
            if section.kind == "server" and section.device:
                if section.device in devices:
                    raise self.fail("another server has this device", section.device)
                devices.add(section.device)
        for section in self.manifest.sections:
            self.line = section.line
            self.check_section(section, served)
        for section in self.manifest.sections:
            self.line = section.line
            if self.count_handles(section) > HANDLES_MAX:
                raise self.fail("more than 24 handles", section.name)

    def check_section(self, section: Section, served: set[str]) -> None:
        for word, keyword in self.keywords.items():
            needed = keyword.often == "NEEDED" and section.kind in keyword.sections
            if needed and word not in section.seen:
                raise self.fail("the section lacks", word)
        if section.ping and not section.serves:
            raise self.fail("cannot be pinged: it serves nothing", section.name)
        for name in section.timed:
            if name in section.uses:
                raise self.fail("is used with and without a deadline", name)
        section.uses += [name for name in section.timed if name not in section.uses]
        if section.children:
            client = self.manifest.find(section.children)
            if client is None or client.kind != "client":
                raise self.fail("there is no client of this name", section.children)
        for name in [*section.uses, *section.gives]:
            if name in section.serves:
                raise self.fail("a server has its own endpoint without asking for it", name)
            if name not in served:
                raise self.fail("nobody serves this endpoint", name)

    def count_handles(self, section: Section) -> int:
        count = len(section.serves) + len(section.uses) + len(section.gives)
        count += 2 * bool(section.device) + section.log + section.archive + bool(section.state)
        count += bool(section.machine) + bool(section.init)
        client = self.manifest.find(section.children) if section.children else None
        return count + (len(client.uses) + bool(client.init) if client else 0)


def read(text: str) -> Manifest:
    """Raises ManifestError."""
    return Reader().read(text)


def is_known_variable(manifest: Manifest, word: str) -> bool:
    """Whether init knows what stands for a program's argument with a $ in it."""
    name = word.partition("$")[2]
    return (
        word == "$policy"
        or name in NUMBERS
        or (name.startswith("badge.") and manifest.find(name.removeprefix("badge.")) is not None)
    )

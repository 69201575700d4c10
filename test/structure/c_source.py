# SPDX-License-Identifier: MIT
"""C and assembly source as text: what is code, and where functions begin and end."""
import re
from dataclasses import dataclass

_TOKEN = re.compile(r"""
      /\*.*?\*/ | //[^\n]*                      # a comment
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' # a string or a character
    """, re.VERBOSE | re.DOTALL)


_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def code_only(text: str) -> str:
    """The text with comments and the contents of strings blanked, line for line."""
    def replace(match: re.Match) -> str:
        token = match.group()
        if token.startswith("/"):
            return _blank(token)
        return token[0] + _blank(token[1:-1]) + token[-1]
    return _TOKEN.sub(replace, text)


@dataclass(frozen=True)
class Function:
    """A function of a C file, its lines numbered from 1."""

    name: str
    first_line: int  # of its declaration
    last_line: int
    body: str  # code only, between the braces

    @property
    def line_count(self) -> int:
        return self.last_line - self.first_line + 1


_DEFINITION = re.compile(r"^[ ]*\b[A-Za-z_][^;{}#=()]*?\b(\w+)\s*\([^;{}#]*\)\s*\{",
                         re.MULTILINE)


def functions(text: str) -> list[Function]:
    """The functions that a C file defines."""
    code = code_only(text)
    plain = code
    for distraction in (_DIRECTIVE, _ATTRIBUTE):
        plain = distraction.sub(lambda match: _blank(match.group()), plain)
    found = []
    position = 0
    while match := _DEFINITION.search(plain, position):
        depth = 1
        end = match.end()
        while depth and end < len(plain):
            depth += {"{": 1, "}": -1}.get(plain[end], 0)
            end += 1
        found.append(Function(match[1], code.count("\n", 0, match.start()) + 1,
                              code.count("\n", 0, end) + 1, code[match.end():end - 1]))
        position = end
    return found

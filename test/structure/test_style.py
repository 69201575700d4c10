# SPDX-License-Identifier: MIT
"""House rules that a machine can check: of the sources, and of the machine code made from them."""
import functools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import c_source
import disassembly
import dwarf
import kernel_build
from findings import expect_none
from kernel_build import KERNEL_SOURCE, SOURCE

LICENCE = "SPDX-License-Identifier: MIT"
FUNCTION_LINES_MAX = 59
PARAMETERS_MAX = 5
SHF_WRITE = 1
SUM = 1 << 18  # sstatus.SUM: S-mode may reach user pages (Privileged 1.12, 4.1.1)

# What is allowed in one place each, and why.
ASM_FILES = {
    "src/platform/csr.h": "CSR access and fences",
    "src/base/panic.h": "the ebreak of a failed assertion, without a call",
}
REGISTER_VARIABLES = {"src/sched/hart.h": "tp, which points to the hart"}
VOLATILE_FILES = {"src/platform/mmio.h": "device registers"}
STRUCTURE_TYPEDEFS = {"paddr_t", "vaddr_t"}  # wrapped scalars
PARAMETER_EXCEPTIONS = {"sbi_call": "its parameters are the SBI's registers"}
SHARED_STATE = {"machine": "what main has found out, for kernel_info",
                "hart_count": "sched_init begins anew",
                "harts_preempt": "sched_init is told",
                "harts": "each is changed by its own hart, and by whoever wakes it",
                "kernel_lock": "lock.h takes and releases it inline",
                "object_others": "object.h takes and gives mappings' slots, inline"}

FLOAT_FUNCTIONS = {"fpu_save", "fpu_load", "switch_fpu"}  # the last in the fast path

REQUIRED_FLAGS = set("""
    -ffreestanding -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wstrict-prototypes
    -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wframe-larger-than=1024
    -Wimplicit-fallthrough""".split())


@functools.cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def code_of(path: Path) -> str:
    return c_source.code_only(text_of(path))


def lines_with(pattern: str, *suffixes: str, allowed: dict[str, str] | None = None) -> list[str]:
    """FILE:LINE of each match in the kernel's code, comments and strings apart."""
    return [f"{kernel_build.relative(path)}:{line}"
            for path in kernel_build.kernel_files(*suffixes)
            if kernel_build.relative(path) not in (allowed or {})
            for line in matching_lines(pattern, code_of(path))]


def matching_lines(pattern: str, code: str) -> list[int]:
    return [code.count("\n", 0, match.start()) + 1
            for match in re.finditer(pattern, code, re.MULTILINE)]


# Files.

def source_files() -> Iterator[Path]:
    """Every source file of the repository: by its ending, or scripts, by their first bytes."""
    endings = (".c", ".h", ".S", ".def", ".ld", ".py", ".cmake", ".sh", ".dts", ".yml",
               "CMakeLists.txt")
    yield SOURCE / "CMakeLists.txt"
    for folder in (".ci", ".github", "cmake", "include", "scripts", "src", "test", "userland"):
        for path in sorted((SOURCE / folder).rglob("*")):
            if path.is_file() and (path.name.endswith(endings) or is_script(path)):
                yield path


def is_script(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"#!"


def without_licence(texts: dict[str, str]) -> list[str]:
    return [name for name, text in texts.items() if LICENCE not in "".join(
        text.splitlines(keepends=True)[:3])]


def test_licence_line():
    texts = {kernel_build.relative(path): text_of(path) for path in source_files()}
    assert len(texts) > 100, f"only {len(texts)} source files were found"
    expect_none(f"no '{LICENCE}' in the first three lines", without_licence(texts))


def test_missing_licence_is_found():
    assert without_licence({"a.c": f"/* {LICENCE} */\n", "b.c": "int b;\n" * 9,
                            "c.c": "\n\n\n" + LICENCE}) == ["b.c", "c.c"]


OPENING = re.compile(rf"/\* {LICENCE}\n \*\n \* +\w")


def test_kernel_files_say_what_they_are_for():
    expect_none("does not open with the licence, an empty line and its purpose", [
        kernel_build.relative(path)
        for path in kernel_build.kernel_files(".c", ".h", ".S", ".def", ".ld")
        if not OPENING.match(text_of(path))])


def test_no_catch_all_file():
    bad = re.compile(r"(^|[-_.])(misc|utils?|helpers?|common|stuff)([-_.]|$)")
    assert bad.search("string_util.c") and bad.search("misc.h") and not bad.search("utile.c")
    expect_none("a name that says nothing",
                [kernel_build.relative(path) for path in kernel_build.kernel_files("")
                 if bad.search(path.name)])


def test_white_space():
    expect_none("a tab, white space at the end of a line, or no end of the last line", [
        f"{kernel_build.relative(path)}:{line}"
        for path in kernel_build.kernel_files(".c", ".h", ".S", ".def", ".ld")
        for line in matching_lines(r"\t|[ \r]$|[^\n]\Z", text_of(path))])


def test_pragma_once():
    expect_none("a header without one `#pragma once`", [
        kernel_build.relative(path) for path in kernel_build.kernel_files(".h")
        if len(matching_lines(r"^#pragma once$", text_of(path))) != 1])
    expect_none("an include guard beside it", lines_with(r"^#ifndef \w+_H_*$", ".h"))


def test_headers_are_self_contained():
    unit = next(unit for unit in kernel_build.units() if unit.source.suffix == ".c")
    headers = kernel_build.kernel_files(".h")

    def compile_alone(header: Path) -> str:
        of_assembly = re.search(r"^ *\.macro ", text_of(header), re.MULTILINE)
        language = ["-x", "assembler-with-cpp", "-c"] if of_assembly else ["-fsyntax-only", "-x", "c"]
        result = unit.compile("-Werror", "-Wno-pedantic", *language, "-o", "/dev/null", "-include",
                              str(header), "/dev/null")
        return "" if result.returncode == 0 else f"{kernel_build.relative(header)}: {result.stderr}"

    with ThreadPoolExecutor() as pool:
        expect_none("does not compile on its own", filter(None, pool.map(compile_alone, headers)))


def test_todo_carries_its_reason():
    def bare(text: str) -> list[int]:
        return matching_lines(r"\b(FIXME|XXX|HACK)\b|\bTODO\b(?!: \w+ \w+ \w+)", text)
    assert bare("/* TODO */") and bare("/* FIXME: why this is so */")
    assert not bare("/* TODO: until OpenSBI 2 can do it */")
    expect_none("a TODO without a reason (`TODO: why it is still to do`)", [
        f"{kernel_build.relative(path)}:{line}" for path in kernel_build.kernel_files("")
        for line in bare(text_of(path))])


# Functions.

@functools.cache
def kernel_functions() -> list[tuple[str, c_source.Function]]:
    return [(kernel_build.relative(path), function)
            for path in kernel_build.kernel_files(".c", ".h")
            for function in c_source.functions(text_of(path))]


def test_all_functions_are_seen():
    """Against the compiler's word, so that none escapes the checks below."""
    seen = {function.name for _, function in kernel_functions()}
    assembly = {symbol.name for unit in kernel_build.units() if unit.source.suffix == ".S"
                for symbol in kernel_build.symbols(unit.object)}
    expect_none("in the debug information, but not found in the sources", sorted(
        name for name in dwarf.parameter_counts()
        if name not in seen | assembly and not name.startswith("__builtin_")))


def test_functions_are_short():
    expect_none(f"longer than {FUNCTION_LINES_MAX} lines", [
        f"{file}:{function.first_line}: {function.name}, {function.line_count} lines"
        for file, function in kernel_functions() if function.line_count > FUNCTION_LINES_MAX])


def test_function_lines_are_counted():
    text = ("/* f() {\n */\nstatic struct s *\nlong_name(int a,\n     int b)\n{\n    if (a) {\n"
            "        g(\"}\");\n    }\n}\n\nint x = (1);\n\n"
            "__attribute__((cold)) static void g(void) {}\n")
    found = c_source.functions(text)
    assert [(f.name, f.first_line, f.line_count) for f in found] == \
        [("long_name", 3, 8), ("g", 14, 1)]


def test_functions_take_few_parameters():
    expect_none(f"more than {PARAMETERS_MAX} parameters", [
        f"{name}: {count}" for name, count in sorted(dwarf.parameter_counts().items())
        if count > PARAMETERS_MAX and name not in PARAMETER_EXCEPTIONS])


def conditional_lines(text: str) -> list[str]:
    """The functions that have conditional compilation inside."""
    return [function.name for function in c_source.functions(text)
            if re.search(r"^[ \t]*#[ \t]*(if|elif|else)", function.body, re.MULTILINE)]


def test_no_conditional_compilation_in_functions():
    expect_none("#if inside a function", [
        f"{kernel_build.relative(path)}: {name}"
        for path in kernel_build.kernel_files(".c", ".h")
        for name in conditional_lines(text_of(path))])


def test_conditional_compilation_is_found():
    inside = "void f(void)\n{\n#ifdef A\n    g();\n#endif\n}\n"
    outside = "#ifdef A\nvoid f(void)\n{\n    g();\n}\n#endif\n"
    assert conditional_lines(inside) == ["f"]
    assert not conditional_lines(outside)


# The language.

ASM = r"\b(?:asm|__asm|__asm__)\b(?!\s*\(\s*\"tp\")"
VOLATILE = r"(?<!\basm )(?<!__asm__ )(?<!__asm )\b(?:volatile|__volatile__)\b"
BIT_FIELD = (r"\b(?:unsigned|signed|int|char|short|long|bool|_Bool|u?int\d+_t|enum\s+\w+)"
             r"\s+\w*\s*:\s*[\w(]")
STRUCTURE_TYPEDEF = r"\btypedef\s+(?:struct|union)\b[^;{]*(?:\{[^}]*\}\s*)?(\w+)\s*;"


def test_patterns_find_what_they_are_for():
    for pattern, found, passed in (
            (ASM, ['asm("nop");', '__asm__ volatile("wfi");'], ["plasma();", "asm_count++;"]),
            (VOLATILE, ["volatile int *x;"], ['__asm__ volatile("wfi");', "volatility;"]),
            (BIT_FIELD, ["unsigned valid : 1;", "uint64_t ppn : 44, rest : 10;"],
             ["default: x();", "case A: int_f();", "a ? (int)b : c;"]),
            (STRUCTURE_TYPEDEF, ["typedef struct { int a; } s_t;", "typedef struct s s_t;"],
             ["typedef void handler(struct s *s);"])):
        for text in found:
            assert matching_lines(pattern, text), f"{pattern} misses {text}"
        for text in passed:
            assert not matching_lines(pattern, text), f"{pattern} takes {text}"


def test_inline_assembly():
    expect_none("inline assembly; it belongs into csr.h or a .S file",
                lines_with(ASM, ".c", ".h", allowed=ASM_FILES | REGISTER_VARIABLES))


def test_volatile():
    expect_none("volatile, outside the accessors of device registers",
                lines_with(VOLATILE, ".c", ".h", allowed=VOLATILE_FILES))


def test_bit_fields():
    expect_none("bit-fields in the sources", lines_with(BIT_FIELD, ".c", ".h", ".def"))
    expect_none("bit-fields in the image", dwarf.bit_fields())


def test_structures_have_no_typedef():
    expect_none("a typedef of a structure", [
        f"{kernel_build.relative(path)}: {match[1]}"
        for path in kernel_build.kernel_files(".c", ".h")
        for match in re.finditer(STRUCTURE_TYPEDEF, code_of(path))
        if match[1] not in STRUCTURE_TYPEDEFS])


def test_no_alloca():
    expect_none("alloca", lines_with(r"\b(?:__builtin_)?alloca\w*\s*\(", ".c", ".h"))


def global_data() -> list[tuple[str, str]]:
    """(file, name) of the data that can change and that other files can reach."""
    found = []
    for unit in kernel_build.units():
        elf = kernel_build.elf(unit.object)
        for symbol in kernel_build.symbols(unit.object):
            index = symbol["st_shndx"]
            if symbol["st_info"]["type"] == "STT_OBJECT" and not isinstance(index, str) \
                    and symbol["st_info"]["bind"] != "STB_LOCAL" \
                    and elf.get_section(index)["sh_flags"] & SHF_WRITE:
                found.append((f"src/{unit.name}", symbol.name))
    return found


def assigns(name: str, code: str) -> bool:
    """Whether code changes the variable, or takes its address; what it points to is another's."""
    return bool(re.search(rf"(?<![.>])\b{name}\b\s*(?:=(?!=)|\+\+|--|(?:[-+*/%&|^]|<<|>>)=)"
                          rf"|(?:\+\+|--|(?<!&)&(?!&)\s*){name}\b(?!\[)", code))


def test_state_belongs_to_one_file():
    """What a file lets others read bears its name, and only it changes that."""
    files = kernel_build.kernel_files(".c", ".h")
    for owner, name in global_data():
        if name in SHARED_STATE:
            continue
        owners = {owner}
        stem = Path(owner).stem
        prefixes = (stem + "_", stem.removesuffix("s") + "_")
        assert name == stem or name.startswith(prefixes), f"{owner}: {name} can be reached by all"
        expect_none(f"changes {name}, which is {owner}'s", [
            kernel_build.relative(path) for path in files
            if kernel_build.relative(path) not in owners and assigns(name, code_of(path))])


def test_assignment_is_found():
    for code in ("first = 1;", "first++;", "--first;", "first |= 2;", "f(&first);"):
        assert assigns("first", code), code
    for code in ("x = first;", "first == 1;", "a && first", "first_one = 1;", "f(first);",
                 "f(&first[1]);"):
        assert not assigns("first", code), code


def test_compiler_flags():
    expect_none("compiled without", sorted(
        f"{unit.name}: {' '.join(sorted(missing))}" for unit in kernel_build.units()
        if unit.source.suffix == ".c" and (missing := REQUIRED_FLAGS - set(unit.command))))


# Machine code.

@functools.cache
def image_code() -> list[disassembly.Instruction]:
    return disassembly.disassemble(kernel_build.IMAGE)


def test_code_is_understood():
    assert len(image_code()) > 2000, f"only {len(image_code())} instructions were read"
    expect_none("objdump does not know these instructions", [
        str(i) for i in image_code() if i.mnemonic.startswith((".", "unknown"))])


def test_no_floating_point():
    """The FPU holds a process's numbers while the kernel runs."""
    expect_none("floating point in the kernel", [
        str(i) for i in image_code() if i.is_float and i.function not in FLOAT_FUNCTIONS])
    assert {i.function for i in image_code() if i.is_float} == FLOAT_FUNCTIONS


def may_set(code: list[disassembly.Instruction], csr: str, bit: int) -> list[str]:
    return [f"{instruction}: " + ("the value is not known here" if values is None else
                                  "one of " + ", ".join(map(hex, sorted(values))))
            for instruction, values in disassembly.csr_writes(code, csr)
            if values is None or any(value & bit for value in values)]


def test_sum_is_never_set():
    """So the kernel cannot reach user memory by a user's address, whatever else it does."""
    assert list(disassembly.csr_writes(image_code(), "sstatus")), "no write of sstatus was found"
    expect_none("may set sstatus.SUM", may_set(image_code(), "sstatus", SUM))


@pytest.mark.parametrize("text, found", [
    ("lui a5,0x40; csrrs zero,sstatus,a5", True),
    ("c.li a5,1; slli a5,a5,18; csrrw zero,sstatus,a5", True),
    ("c.lui a5,0x6; csrrs zero,sstatus,a5", False),
    ("c.lui a5,0x6; jal ra,100; csrrs zero,sstatus,a5", True),  # not known any more
    ("c.lui s1,0x6; jal ra,100; csrrs zero,sstatus,s1", False),
    ("ld a5,0(a0); csrrs zero,sstatus,a5", True),  # not known
    ("ld a5,0(a0); csrrc zero,sstatus,a5", False),  # only clears
    ("c.li a5,0; beq a0,a1,6; lui a5,0x40; csrrs zero,sstatus,a5", True),  # on one of two ways
    ("c.li a5,0; beq a0,a1,6; c.lui a5,0x4; csrrs zero,sstatus,a5", False),
    ("csrrsi zero,sstatus,2", False),
    ("csrrs a5,sstatus,zero", False),
])
def test_sum_is_found(text, found):
    code = [disassembly.Instruction(2 * i, line.split()[0], tuple(line.split()[1].split(",")), "f")
            for i, line in enumerate(text.split("; "))]
    assert bool(may_set(code, "sstatus", SUM)) == found


def test_floating_point_is_found():
    def instruction(text: str) -> disassembly.Instruction:
        name, _, operands = text.partition(" ")
        return disassembly.Instruction(0, name, tuple(operands.split(",")), "f")
    for text in ("fadd.d fa0,fa1,fa2", "c.fldsp fs0,8(sp)", "fsd ft0,0(a0)", "fmv.x.d a0,fa0",
                 "csrrs t0,fcsr,zero"):
        assert instruction(text).is_float, text
    for text in ("fence rw,rw", "fence.i", "ld a0,0(a1)", "csrrs t0,sstatus,zero"):
        assert not instruction(text).is_float, text

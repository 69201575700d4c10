# SPDX-License-Identifier: MIT
"""What the debug information of the kernel image says of its types and functions."""
import functools

from elftools.dwarf.die import DIE

import kernel_build


@functools.cache
def _entries() -> tuple[DIE, ...]:
    information = kernel_build.elf(kernel_build.IMAGE).get_dwarf_info()
    return tuple(die for unit in information.iter_CUs() for die in unit.iter_DIEs())


def name_of(die: DIE) -> str | None:
    attribute = die.attributes.get("DW_AT_name")
    return attribute.value.decode() if attribute else None


def _byte_size(die: DIE) -> int:
    """Of a type, through typedefs and the like."""
    if "DW_AT_byte_size" in die.attributes:
        return die.attributes["DW_AT_byte_size"].value
    if die.tag == "DW_TAG_array_type":
        size = _byte_size(die.get_DIE_from_attribute("DW_AT_type"))
        for bound in die.iter_children():
            if bound.tag == "DW_TAG_subrange_type":
                size *= bound.attributes["DW_AT_upper_bound"].value + 1
        return size
    return _byte_size(die.get_DIE_from_attribute("DW_AT_type"))


def _structure(name: str) -> DIE:
    for die in _entries():
        if die.tag == "DW_TAG_structure_type" and name_of(die) == name \
                and "DW_AT_declaration" not in die.attributes:
            return die
    raise AssertionError(f"the image's debug information has no struct {name}")


def structure_size(name: str) -> int:
    return _byte_size(_structure(name))


def structure_members(name: str) -> dict[str, range]:
    """The bytes of each member."""
    members = {}
    for child in _structure(name).iter_children():
        if child.tag == "DW_TAG_member":
            start = child.attributes["DW_AT_data_member_location"].value
            size = _byte_size(child.get_DIE_from_attribute("DW_AT_type"))
            members[name_of(child)] = range(start, start + size)
    return members


def member_offset(structure: str, path: str) -> int:
    """Where a member is, or a member of one: "a", "a.b"; in a nameless structure or union as C has
    it."""
    offset, die = 0, _structure(structure)
    for name in path.split("."):
        place = _find(die, name)
        assert place, f"struct {structure} has no {path}"
        offset, die = offset + place[0], place[1]
    return offset


def _find(die: DIE, name: str) -> tuple[int, DIE] | None:
    """The offset of a member, and its type."""
    while die.tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type"):
        die = die.get_DIE_from_attribute("DW_AT_type")
    for child in die.iter_children():
        if child.tag != "DW_TAG_member":
            continue
        start = child.attributes["DW_AT_data_member_location"].value \
            if "DW_AT_data_member_location" in child.attributes else 0  # of a union
        inner = child.get_DIE_from_attribute("DW_AT_type")
        if name_of(child) == name:
            return start, inner
        if name_of(child) is None and (found := _find(inner, name)):
            return start + found[0], found[1]
    return None


def bit_fields() -> list[str]:
    """The members that are bit-fields, as STRUCT.MEMBER."""
    return sorted({f"{name_of(die.get_parent())}.{name_of(die)}" for die in _entries()
                   if die.tag == "DW_TAG_member" and "DW_AT_bit_size" in die.attributes})


def parameter_counts() -> dict[str, int]:
    """How many parameters each function has."""
    return {name_of(die): sum(child.tag == "DW_TAG_formal_parameter"
                              for child in die.iter_children())
            for die in _entries() if die.tag == "DW_TAG_subprogram" and name_of(die)}

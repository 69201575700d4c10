# SPDX-License-Identifier: MIT
#
# What `cmake --build build --target ...` offers beside the build itself; `test` is CTest's own.

# A target that becomes a script, with the terminal.
function(trapeze_script_target name)
    add_custom_target(${name} COMMAND ${CMAKE_SOURCE_DIR}/scripts/${ARGN}
        DEPENDS trapeze WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)
endfunction()

trapeze_script_target(run run)
trapeze_script_target(debug gdb)
trapeze_script_target(bench bench)

cmake_path(REPLACE_FILENAME CMAKE_C_COMPILER riscv64-unknown-elf-size OUTPUT_VARIABLE SIZE_TOOL)
add_custom_target(size COMMAND ${SIZE_TOOL} -A -d $<TARGET_FILE:trapeze>
    DEPENDS trapeze VERBATIM)
add_custom_target(disasm
    COMMAND ${CMAKE_OBJDUMP} --disassemble --source --line-numbers --no-show-raw-insn
            $<TARGET_FILE:trapeze> > ${CMAKE_BINARY_DIR}/trapeze.disasm
    COMMAND ${CMAKE_COMMAND} -E echo "The listing is in ${CMAKE_BINARY_DIR}/trapeze.disasm"
    DEPENDS trapeze VERBATIM)
add_custom_target(reference
    COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_SOURCE_DIR}/scripts/lib
            ${Python3_EXECUTABLE} -m trapeze_tools.reference
    COMMENT "Bringing the tables in docs/abi.md up to date" VERBATIM)

# SPDX-License-Identifier: MIT
#
# User programs and the archive that carries them into the kernel image.
#
#   trapeze_add_program(NAME source... [STACK_SIZE bytes])
#
#     Builds programs/NAME.elf in the build folder, linked against picolibc and libtrapeze, and puts
#     it into the boot archive under NAME. The CMake target is program_NAME, for whatever else it
#     needs (target_include_directories and the like). STACK_SIZE: 64 KiB unless told, at most
#     512 KiB. A program that defines _start itself gets no crt0; trapeze/abi.h says what it finds.
#
#   trapeze_add_archive(TARGET OUTPUT)
#
#     Makes OUTPUT, a newc cpio of all programs added so far, the same to the byte whenever their
#     bytes are the same. Call it last.

include_guard(GLOBAL)

find_program(TRAPEZE_CPIO cpio)
if(NOT TRAPEZE_CPIO)
    message(FATAL_ERROR "cpio is missing: it makes the boot archive. On Debian and Ubuntu: "
                        "apt install cpio")
endif()

set(TRAPEZE_USERLAND_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/../userland")
cmake_path(NORMAL_PATH TRAPEZE_USERLAND_DIRECTORY)
set(TRAPEZE_PROGRAM_NAME_BYTES 40)
set(TRAPEZE_MAX_STACK_BYTES 524288)

function(trapeze_add_program name)
    cmake_parse_arguments(PARSE_ARGV 1 program "" "STACK_SIZE" "")
    set(sources ${program_UNPARSED_ARGUMENTS})
    string(LENGTH "${name}" length)
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$" OR length GREATER TRAPEZE_PROGRAM_NAME_BYTES)
        message(FATAL_ERROR "trapeze_add_program: '${name}' is no name for a program: up to "
                            "${TRAPEZE_PROGRAM_NAME_BYTES} of A-Z a-z 0-9 _ . + -")
    endif()
    if(TARGET program_${name})
        message(FATAL_ERROR "trapeze_add_program: there is a program '${name}' already; "
                            "the boot archive takes a name once")
    endif()
    if(NOT sources)
        message(FATAL_ERROR "trapeze_add_program(${name}): no sources are given")
    endif()
    if(NOT DEFINED program_STACK_SIZE)
        set(program_STACK_SIZE 65536)
    elseif(NOT program_STACK_SIZE MATCHES "^[0-9]+$"
           OR program_STACK_SIZE GREATER TRAPEZE_MAX_STACK_BYTES)
        message(FATAL_ERROR "trapeze_add_program(${name}): STACK_SIZE ${program_STACK_SIZE} is "
                            "not a number of bytes up to ${TRAPEZE_MAX_STACK_BYTES}")
    endif()

    add_executable(program_${name} ${sources})
    set_target_properties(
        program_${name}
        PROPERTIES OUTPUT_NAME ${name}
                   SUFFIX .elf
                   RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/programs"
                   LINK_DEPENDS "${TRAPEZE_USERLAND_DIRECTORY}/lib/program.ld")
    target_link_libraries(program_${name} PRIVATE trapeze_program)
    target_link_options(program_${name} PRIVATE
                        "LINKER:--defsym=__stack_size=${program_STACK_SIZE}")
    set_property(GLOBAL APPEND PROPERTY TRAPEZE_PROGRAM_LIST ${name})
endfunction()

function(trapeze_add_archive target output)
    get_property(names GLOBAL PROPERTY TRAPEZE_PROGRAM_LIST)
    set(files "")
    foreach(name IN LISTS names)
        list(APPEND files "$<TARGET_FILE:program_${name}>")
    endforeach()
    list(TRANSFORM names PREPEND program_ OUTPUT_VARIABLE targets)
    set(maker "${TRAPEZE_USERLAND_DIRECTORY}/make-archive")
    add_custom_command(
        OUTPUT "${output}"
        COMMAND "${maker}" "${TRAPEZE_CPIO}" "${CMAKE_OBJCOPY}" "${output}" ${files}
        DEPENDS "${maker}" ${targets} ${files}
        COMMENT "Packing the boot archive"
        VERBATIM)
    add_custom_target(${target} DEPENDS "${output}")
endfunction()

# SPDX-License-Identifier: MIT
#
# User programs and the archive that carries them into the kernel image.
#
#   trapeze_add_program(NAME source... [STACK_SIZE bytes] [INIT])
#
#     Builds programs/NAME.elf in the build folder, linked against picolibc and libtrapeze, and puts
#     it into the boot archive under NAME. The CMake target is program_NAME, for whatever else it
#     needs (target_include_directories and the like). STACK_SIZE: 64 KiB unless told, at most
#     512 KiB. A program that defines _start itself gets no crt0; trapeze/program.h says what it
#     finds. INIT: the first process, which the kernel carries itself; it begins as trapeze/init.h
#     says, and is not in the boot archive.
#
#   trapeze_add_archive_file(NAME FILE)
#
#     Puts a file that is no program into the boot archive, as it is.
#
#   trapeze_add_archive(TARGET OUTPUT)
#
#     Makes OUTPUT, a newc cpio of all programs and files added so far, the same to the byte
#     whenever their bytes are the same. Call it last.

include_guard(GLOBAL)

set(TRAPEZE_USERLAND_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/../userland")
cmake_path(NORMAL_PATH TRAPEZE_USERLAND_DIRECTORY)
set(TRAPEZE_PROGRAM_NAME_BYTES 40)
set(TRAPEZE_MAX_STACK_BYTES 524288)

# Refuses a name that the boot archive cannot take.
function(_trapeze_check_name caller name)
    string(LENGTH "${name}" length)
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$" OR length GREATER TRAPEZE_PROGRAM_NAME_BYTES)
        message(FATAL_ERROR "${caller}: '${name}' is no name for a program: up to "
                            "${TRAPEZE_PROGRAM_NAME_BYTES} of A-Z a-z 0-9 _ . + -")
    endif()
    get_property(files GLOBAL PROPERTY TRAPEZE_FILE_LIST)
    if(TARGET program_${name} OR name IN_LIST files)
        message(FATAL_ERROR "${caller}: there is a program '${name}' already; "
                            "the boot archive takes a name once")
    endif()
endfunction()

function(trapeze_add_program name)
    cmake_parse_arguments(PARSE_ARGV 1 program "INIT" "STACK_SIZE" "")
    set(sources ${program_UNPARSED_ARGUMENTS})
    _trapeze_check_name(trapeze_add_program "${name}")
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
    if(program_INIT)
        target_link_libraries(program_${name} PRIVATE $<TARGET_OBJECTS:trapeze_start_init>)
    else()
        set_property(GLOBAL APPEND PROPERTY TRAPEZE_PROGRAM_LIST ${name})
    endif()
    target_link_libraries(program_${name} PRIVATE trapeze_program)
    target_link_options(program_${name} PRIVATE
                        "LINKER:--defsym=__stack_size=${program_STACK_SIZE}")
endfunction()

function(trapeze_add_archive_file name file)
    _trapeze_check_name(trapeze_add_archive_file "${name}")
    get_filename_component(path "${file}" ABSOLUTE)
    set_property(GLOBAL APPEND PROPERTY TRAPEZE_FILE_LIST ${name})
    set_property(GLOBAL PROPERTY TRAPEZE_FILE_${name} "${path}")
endfunction()

function(trapeze_add_archive target output)
    get_property(programs GLOBAL PROPERTY TRAPEZE_PROGRAM_LIST)
    get_property(files GLOBAL PROPERTY TRAPEZE_FILE_LIST)
    set(contents "")
    set(needs "")
    foreach(name IN LISTS programs)
        list(APPEND contents --program ${name} "$<TARGET_FILE:program_${name}>")
        list(APPEND needs program_${name} "$<TARGET_FILE:program_${name}>")
    endforeach()
    foreach(name IN LISTS files)
        get_property(path GLOBAL PROPERTY TRAPEZE_FILE_${name})
        list(APPEND contents --file ${name} "${path}")
        list(APPEND needs "${path}")
    endforeach()
    set(maker "${TRAPEZE_USERLAND_DIRECTORY}/make-archive")
    add_custom_command(
        OUTPUT "${output}"
        COMMAND "${Python3_EXECUTABLE}" "${maker}" --objcopy "${CMAKE_OBJCOPY}" ${contents}
                "${output}"
        DEPENDS "${maker}" ${needs}
        COMMENT "Packing the boot archive"
        VERBATIM)
    add_custom_target(${target} DEPENDS "${output}")
endfunction()

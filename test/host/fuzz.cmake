# SPDX-License-Identifier: MIT
#
# Fuzzers: fuzz_NAME.c gives what it is fed to a parser and checks what comes out. For each there
# are two tests: fuzz.NAME.corpus replays corpus/NAME (every input that ever mattered), fuzz.NAME
# tries a fixed number of inputs from a fixed seed, so it gives the same result every time. To
# search on, run test/host/fuzz_NAME in the build directory with a directory of its own:
#
#   build-host/test/host/fuzz_elf found/ test/host/corpus/elf/
if(NOT TRAPEZE_FUZZ)
    return()
endif()

find_program(FUZZ_CLANG NAMES clang)
if(FUZZ_CLANG)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/probe.c
        "int LLVMFuzzerTestOneInput(const char *data, unsigned long size);\n"
        "int LLVMFuzzerTestOneInput(const char *data, unsigned long size)\n"
        "{ return data == 0 && size != 0; }\n")
    execute_process(
        COMMAND ${FUZZ_CLANG} -fsanitize=fuzzer,address,undefined probe.c -o probe
        WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
        RESULT_VARIABLE FUZZ_PROBE OUTPUT_QUIET ERROR_QUIET)
endif()
if(NOT FUZZ_CLANG OR NOT FUZZ_PROBE EQUAL 0)
    message(FATAL_ERROR "The fuzzers need clang with libFuzzer: install clang (and libclang-rt-dev "
                        "where that is a package of its own), or run scripts/setup, or configure "
                        "with -DTRAPEZE_FUZZ=OFF to go without them.")
endif()

file(GLOB HOST_HEADERS CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/src/*/*.h ${CMAKE_SOURCE_DIR}/src/*/*.def
    ${CMAKE_SOURCE_DIR}/include/trapeze/* ${CMAKE_SOURCE_DIR}/userland/lib/*.h
    ${CMAKE_SOURCE_DIR}/userland/lib/include/*.def
    ${CMAKE_SOURCE_DIR}/userland/lib/include/trapeze/*.h
    ${CMAKE_SOURCE_DIR}/userland/servers/*/*.h ${CMAKE_SOURCE_DIR}/userland/servers/*/*.def fuzz.h)
list(TRANSFORM HOST_INCLUDES PREPEND -I OUTPUT_VARIABLE FUZZ_INCLUDES)

# trapeze_fuzzer(NAME RUNS number MAX_BYTES number [SEEDS file...] SOURCES relative to src/...)
# The compiler is called directly since libFuzzer is Clang's and the tests build with any.
function(trapeze_fuzzer name)
    cmake_parse_arguments(PARSE_ARGV 1 FUZZ "" "RUNS;MAX_BYTES" "SEEDS;SOURCES")
    list(TRANSFORM FUZZ_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/src/)
    list(PREPEND FUZZ_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_${name}.c)
    set(program ${CMAKE_CURRENT_BINARY_DIR}/fuzz_${name})
    add_custom_command(OUTPUT ${program}
        COMMAND ${FUZZ_CLANG} -std=gnu11 -O1 -g ${TRAPEZE_WARNINGS} ${FUZZ_INCLUDES}
                -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
                ${FUZZ_SOURCES} -o ${program}
        DEPENDS ${FUZZ_SOURCES} ${HOST_HEADERS} VERBATIM)
    add_custom_target(fuzzer_${name} ALL DEPENDS ${program})

    file(GLOB corpus CONFIGURE_DEPENDS corpus/${name}/*)
    list(JOIN corpus "," seeds)
    if(FUZZ_SEEDS)
        list(JOIN FUZZ_SEEDS "," more_seeds)
        string(APPEND seeds "," ${more_seeds})
    endif()
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/fuzz_${name}.seeds ${seeds})
    add_test(NAME fuzz.${name}.corpus
        COMMAND ${program} -timeout=10 ${corpus} ${FUZZ_SEEDS})
    add_test(NAME fuzz.${name}
        COMMAND ${program} -runs=${FUZZ_RUNS} -seed=1 -max_len=${FUZZ_MAX_BYTES} -timeout=10
                -seed_inputs=@fuzz_${name}.seeds
        WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    set_tests_properties(fuzz.${name} fuzz.${name}.corpus PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

trapeze_fuzzer(device_tree RUNS 150000 MAX_BYTES 8192 SEEDS ${TREES}
    SOURCES boot/device_tree.c boot/tree_walk.c memory/range.c)
add_dependencies(fuzzer_device_tree trees)
trapeze_fuzzer(command_line RUNS 100000 MAX_BYTES 256 SOURCES boot/command_line.c base/printk.c)
trapeze_fuzzer(archive RUNS 500000 MAX_BYTES 2048 SOURCES ../userland/lib/archive.c)
trapeze_fuzzer(elf RUNS 1000000 MAX_BYTES 1024 SOURCES ../userland/lib/elf.c)
trapeze_fuzzer(manifest RUNS 500000 MAX_BYTES 2048 SOURCES ${INIT_MANIFEST} ${INIT}/arguments.c)
trapeze_fuzzer(boot_line RUNS 300000 MAX_BYTES 256 SOURCES ${INIT}/boot_line.c)

# SPDX-License-Identifier: MIT
#
# The target `coverage`: which lines and branches of src/ the host tests reach, as text and, under
# coverage/html in its build directory, as HTML. It builds everything once more, for itself.
find_program(GCOVR gcovr)

if(NOT GCOVR)
    add_custom_target(coverage
        COMMAND ${CMAKE_COMMAND} -E echo "The coverage report needs gcovr: install it, and configure again."
        COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
elseif(NOT TRAPEZE_COVERAGE)
    set(COVERAGE_BUILD ${CMAKE_BINARY_DIR}/coverage)
    add_custom_target(coverage
        COMMAND ${CMAKE_COMMAND} -S ${CMAKE_SOURCE_DIR} -B ${COVERAGE_BUILD} -G ${CMAKE_GENERATOR}
                -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_BUILD_TYPE=Debug
                -DTRAPEZE_COVERAGE=ON -DTRAPEZE_FUZZ=OFF
        COMMAND ${CMAKE_COMMAND} --build ${COVERAGE_BUILD} --target coverage
        USES_TERMINAL VERBATIM)
else()
    # Clang's counts are read by the gcov of the same LLVM.
    set(GCOV_OPTION)
    if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
        string(REGEX MATCH "^[0-9]+" LLVM_MAJOR ${CMAKE_C_COMPILER_VERSION})
        find_program(LLVM_COV NAMES llvm-cov-${LLVM_MAJOR} llvm-cov)
        set(GCOV_OPTION --gcov-executable "${LLVM_COV} gcov")
    endif()
    get_property(COVERAGE_TESTS DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
    list(FILTER COVERAGE_TESTS INCLUDE REGEX "^test_")
    add_custom_target(coverage
        COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure -L host
        COMMAND ${CMAKE_COMMAND} -E make_directory html
        COMMAND ${GCOVR} --root ${CMAKE_SOURCE_DIR} --filter ${CMAKE_SOURCE_DIR}/src/ ${GCOV_OPTION}
                --exclude-throw-branches --print-summary --html-details html/index.html
                --txt coverage.txt ${CMAKE_BINARY_DIR}
        COMMAND ${CMAKE_COMMAND} -E cat coverage.txt
        DEPENDS ${COVERAGE_TESTS} WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
endif()

# SPDX-License-Identifier: MIT
#
# The targets lint (clang-tidy, cppcheck, GCC's analyzer, shellcheck), format and format-check.
foreach(action lint format format-check)
    add_custom_target(${action}
        COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/lib/command.py lint ${action}
                --build ${CMAKE_BINARY_DIR}
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)
endforeach()
add_dependencies(lint trapeze) # so that what the build generates is there

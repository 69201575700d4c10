# SPDX-License-Identifier: MIT
#
# The warnings that all of Trapeze's own C compiles without.
option(TRAPEZE_WERROR "Treat warnings as errors" OFF)

set(TRAPEZE_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wstrict-prototypes
    -Wmissing-prototypes -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough)
if(TRAPEZE_WERROR)
    list(APPEND TRAPEZE_WARNINGS -Werror)
endif()

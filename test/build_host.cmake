# SPDX-License-Identifier: MIT
#
# Builds the host preset of the tree in SOURCE: what the host tests need before they can run.
foreach(step IN ITEMS "--preset;host" "--build;--preset;host")
    execute_process(COMMAND ${CMAKE_COMMAND} ${step}
        WORKING_DIRECTORY ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

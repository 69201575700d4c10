/* SPDX-License-Identifier: MIT
 *
 * The boot archive inside the kernel image; ARCHIVE_FILE is the build's archive.cpio. The first
 * process maps it: nothing else is in its pages.
 */
    .section .archive, "a"
    .balign 4096
    .global boot_archive
    .global boot_archive_end
boot_archive:
    .incbin ARCHIVE_FILE
boot_archive_end:
    .balign 4096

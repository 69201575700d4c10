/* SPDX-License-Identifier: MIT
 *
 * The boot archive inside the kernel image; ARCHIVE_FILE is the build's archive.cpio.
 */
    .section .archive, "a"
    .balign 8
    .global boot_archive
    .global boot_archive_end
boot_archive:
    .incbin ARCHIVE_FILE
boot_archive_end:
    .balign 8

/* SPDX-License-Identifier: MIT
 *
 * memory_map for what is mapped most: one page of a run or a device, readable or writable,
 * in the caller's own address space, in the 2 MiB whose table was looked for last. What is
 * checked and done here is what memory_map (memory_object.c) checks and does. Whatever is
 * not as it takes, errors too, is C's: nothing has changed then but t0 to t5,
 * which it does not read.
 *
 * It switches to nobody, so both fast paths share it.
 */
#include "memory/layout.h"
#include "trap/fast_path.h"

    .section .text

    .macro clear registers:vararg
    .irp register, \registers
    li \register, 0
    .endr
    .endm

/* a4 becomes the last element of the list a5; s0 is scratch. */
    .macro append
    ld s0, LIST_PREVIOUS(a5)
    sd a5, LIST_NEXT(a4)
    sd s0, LIST_PREVIOUS(a4)
    sd a4, LIST_NEXT(s0)
    sd a4, LIST_PREVIOUS(a5)
    .endm

/* The C path, as if nothing had been done: a1 was 0. These stand before what they are
 * reached from, so that most branches take two bytes. */
map_gives_up_contended:
    andi t1, t1, 0xff
    bnez t1, map_gives_up
map_gives_up_locked:
    fence rw, w
    sb zero, (t0)
    li a1, 0
map_gives_up:
    clear t0, t1, t2, t3, t4, t5
    ld s0, TRAPFRAME_X(8)(sp)
    j trap_system_call

/*
 * fast_map, from the fast path: a0 to a5 are those of memory_map
 *
 * On entry: as trap_system_call, but that s0 is saved, and free.
 * On exit: to user mode, or to trap_system_call.
 */
    .global fast_map
    .type fast_map, @function
fast_map:
    /* 2. One page; the caller's; not the first of all; readable or writable. */
    addi s0, a4, -1
    bnez s0, map_gives_up
    bnez a1, map_gives_up
    beqz a2, map_gives_up
    andi s0, a5, ~(RIGHT_READ | RIGHT_WRITE)
    bnez s0, map_gives_up
    beqz a5, map_gives_up

    lui t0, %hi(kernel_lock)
    amoor.w.aq t1, a7, (t0)
    bnez t1, map_gives_up_contended

    /* 3. The handle, t1, is one; its object, t2, lives, and has the page. */
    slli t1, a0, 64 - HANDLE_INDEX_BITS
    srli t1, t1, 64 - HANDLE_INDEX_BITS - HANDLE_SHIFT
    lwu s0, HANDLES_INLINE_END(sp)
    bgeu t1, s0, map_gives_up_locked
    add t1, t1, sp
    ld t2, HANDLES_INLINE_PLACES + HANDLE_OBJECT(t1)
    srli a1, a0, HANDLE_INDEX_BITS
    lwu s0, HANDLES_INLINE_PLACES + HANDLE_GENERATION(t1)
    beqz t2, map_gives_up_locked
    bne s0, a1, map_gives_up_locked
    ld a1, HANDLES_INLINE_PLACES + HANDLE_ID(t1)
    ld s0, OBJECT_ID(t2)
    bne s0, a1, map_gives_up_locked
    lwu s0, OBJECT_RUN_PAGES(t2)
    bgeu a3, s0, map_gives_up_locked

    /* The rights, t1, are among those granted, s0. */
    lwu s0, HANDLES_INLINE_PLACES + HANDLE_RIGHTS(t1)
    ori t1, a5, RIGHT_READ
    or a1, s0, t1
    bne a1, s0, map_gives_up_locked

    /* The address is a page's, near the last one; its entry, t3, is free. */
    lui t3, REGION_PAGES >> PAGE_SHIFT
    ld a1, PROCESS_REGION(sp)
    or t3, t3, a2
    bne t3, a1, map_gives_up_locked
    ld t3, PROCESS_REGION_ENTRIES(sp)
    srli a1, a2, PAGE_SHIFT - ENTRY_SHIFT
    add t3, t3, a1
    ld a1, (t3)
    bnez a1, map_gives_up_locked

    /* The caller may have one slot more than t4; one, a1, has been used and is free. */
    ld t4, PROCESS_SLOTS_USED(sp)
    ld a1, PROCESS_SLOTS_LIMIT(sp)
    beq t4, a1, map_gives_up_locked
    lui t5, %hi(object_others)
    ld a1, %lo(object_others)(t5)
    beqz a1, map_gives_up_locked

    /* 4. The slot is the mapping's. */
    addi t4, t4, 1
    sd t4, PROCESS_SLOTS_USED(sp)
    ld t4, OBJECT_NEXT_FREE(a1)
    sb s0, MAPPING_GRANTED(a1)
    sd t4, %lo(object_others)(t5)
    li s0, OBJECT_MAPPING
    sb s0, OBJECT_TYPE(a1)
    sd sp, OBJECT_PAYER(a1)
    sd t2, MAPPING_MEMORY(a1)
    sd a2, MAPPING_ADDRESS(a1)
    sw a3, MAPPING_FIRST_PAGE(a1)
    sb a4, MAPPING_PAGE_COUNT(a1)
    sb t1, MAPPING_RIGHTS(a1)

    /* It is in the page's entry, */
    ld a5, MEMORY_BASE(t2)
    slli s0, a3, PTE_PPN_SHIFT
    srli a5, a5, PAGE_SHIFT - PTE_PPN_SHIFT
    srli t1, t1, MAP_RIGHTS_SHIFT
    add a5, a5, s0
    add a5, a5, t1
    addi a5, a5, PTE_V | PTE_U | PTE_A | PTE_D
    sd a5, (t3)

    /* the last one in both lists, */
    addi a5, t2, MEMORY_MAPPINGS
    addi a4, a1, MAPPING_OF_MEMORY
    append
    addi a5, sp, PROCESS_MAPPINGS
    addi a4, a1, OBJECT_OWNED
    append

    /* and nowhere cached: all harts but this one are told. */
    lhu s0, PROCESS_ASID(sp)
    ld a4, THREAD_HART(sp)
    sfence.vma a2, s0
    lw a4, HART_MARKS(a4)
    ld a0, OBJECT_NUMBER(a1)
    not a4, a4
    sb a4, THREAD_STALE(sp)
    fence rw, w
    sb zero, (t0)

    /* 5. Return. */
    clear t0, t1, t2, t3, t4, t5, a1, a4, a5
    csrr s0, sepc
    addi s0, s0, ECALL_BYTES
    csrw sepc, s0
    ld s0, TRAPFRAME_X(8)(sp)
    csrrw sp, sscratch, sp
    sret
    .size fast_map, . - fast_map

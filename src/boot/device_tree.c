/* SPDX-License-Identifier: MIT
 *
 * One pass over the nodes. Each is judged as soon as its properties have been read, by
 * what it says and by where it is. Which contexts of the PLIC are the harts' is found
 * at the end, since either may come first. Of several PLICs, the UART's may have come
 * before the UART: then there is a second pass.
 */
#include "boot/device_tree.h"

#include "base/string.h"
#include "boot/tree_walk.h"

#define SUPERVISOR_EXTERNAL_INTERRUPT 9U

static struct tree_walk walk;
static struct device_tree_facts *facts;
static uint64_t wanted_hart, other_harts;
static struct tree_hart *in_hart; /* whose node the nodes that come are in, or NULL */
static uint64_t uart_parent, plic_phandle; /* of its controller, the PLIC's; 0: none */
static struct tree_property plic_contexts; /* interrupts-extended */

static void add_range(struct range_set *set, uint64_t start, uint64_t end)
{
    if (!range_add(set, start, end))
        tree_fail(&walk, "too many ranges of memory or of reserved memory");
}

static void add_reg(struct range_set *set)
{
    struct range range;
    for (uint64_t i = 0; tree_reg(&walk, i, &range.start, &range.end); i++)
        add_range(set, range.start, range.end);
}

/* The memory reservation block ends with an empty entry (5.3). */
static void read_reservations(void)
{
    uint64_t at = tree_cells(walk.blob + 16, 1);
    for (; at + 16 <= walk.total_bytes; at += 16) {
        const uint64_t start = tree_cells(walk.blob + at, 2);
        const uint64_t length = tree_cells(walk.blob + at + 8, 2);
        if (start == 0 && length == 0)
            return;
        add_range(&facts->reserved, start,
                  length > UINT64_MAX - start ? UINT64_MAX : start + length);
    }
    tree_fail(&walk, "the memory reservation block does not end");
}

/* In the list riscv,isa-extensions, or else in riscv,isa (rv64imafd_zicsr_sstc): there
 * single letters stand side by side, and a longer name begins with s, x or z. */
static bool has_extension(const char *name)
{
    if (tree_find(&walk, "riscv,isa-extensions") != NULL)
        return tree_lists(&walk, "riscv,isa-extensions", name);
    const char *isa = tree_text(&walk, "riscv,isa");
    for (size_t length = 1; *isa != '\0'; isa += length, length = 1) {
        if (*isa == 's' || *isa == 'x' || *isa == 'z')
            while (isa[length] != '\0' && isa[length] != '_')
                length++;
        if (length == strlen(name) && strncmp(isa, name, length) == 0)
            return true;
    }
    return false;
}

static void visit_hart(void)
{
    uint64_t end;
    struct tree_hart hart = {.has_d = has_extension("d") || has_extension("g"),
                             .has_sstc = has_extension("sstc")};
    if (!tree_reg(&walk, 0, &hart.id, &end))
        tree_fail(&walk, "a hart has no id");
    const uint64_t place = hart.id == wanted_hart ? 0 : ++other_harts;
    in_hart = &facts->harts[place < TREE_HARTS_MAX ? place : TREE_HARTS_MAX];
    *in_hart = hart;
    facts->hart_count++;
}

static void visit_chosen(void)
{
    facts->bootargs = tree_text(&walk, "bootargs");
    facts->initrd.end = tree_number(&walk, "linux,initrd-end", 0);
    facts->initrd.start = tree_number(&walk, "linux,initrd-start", facts->initrd.end);
    if (facts->initrd.start > facts->initrd.end)
        tree_fail(&walk, "the initrd ends before it starts");
}

/* Each group of harts may have its own. */
static void visit_plic(void)
{
    const struct tree_property *contexts = tree_find(&walk, "interrupts-extended");
    if ((plic_phandle != 0 && plic_phandle == uart_parent) ||
        !tree_reg(&walk, 0, &facts->plic.start, &facts->plic.end))
        return;
    plic_phandle = tree_number(&walk, "phandle", 0);
    facts->plic_sources = tree_number(&walk, "riscv,ndev", 0);
    plic_contexts = contexts == NULL ? (struct tree_property){0} : *contexts;
}

static void visit_node(void)
{
    const char *top = walk.depth > 1 ? walk.levels[2].name : ""; /* the root's child */
    const bool reserves = same_text(top, "reserved-memory");
    const char *type = tree_text(&walk, "device_type");
    in_hart = walk.depth > 3 ? in_hart : NULL;
    facts->timebase_hz = tree_number(&walk, "timebase-frequency", facts->timebase_hz);
    if (walk.depth == 2 && same_text(top, "chosen"))
        visit_chosen();
    if (walk.depth == 2 && reserves)
        walk.closed = TREE_MAX_DEPTH; /* its children hold, whatever its ranges is */
    if (walk.depth == 3 && reserves)
        add_reg(&facts->reserved);
    if (same_text(type, "memory"))
        add_reg(&facts->memory);
    if (same_text(type, "cpu"))
        visit_hart();
    if (in_hart != NULL && tree_lists(&walk, "compatible", "riscv,cpu-intc"))
        in_hart->intc = (uint32_t)tree_number(&walk, "phandle", 0);
    if (uart_parent == 0 && walk.levels[walk.depth].interrupt_parent != 0 &&
        (tree_lists(&walk, "compatible", "ns16550a") ||
         tree_lists(&walk, "compatible", "snps,dw-apb-uart")))
        uart_parent = walk.levels[walk.depth].interrupt_parent;
    if (tree_lists(&walk, "compatible", "sifive,plic-1.0.0"))
        visit_plic();
    if (tree_lists(&walk, "compatible", "sifive,test0"))
        tree_reg(&walk, 0, &facts->test_finisher.start, &facts->test_finisher.end);
}

/* Entry n of the PLIC's interrupts-extended says where its context n leads: to one of
 * the interrupts of a hart's own controller. */
static void find_plic_context(struct tree_hart *hart)
{
    const uint64_t wanted = (uint64_t)hart->intc << 32 | SUPERVISOR_EXTERNAL_INTERRUPT;
    hart->plic_context = PLIC_NO_CONTEXT;
    for (uint32_t i = 0; hart->intc != 0 && i < plic_contexts.length / 8; i++)
        if (tree_cells(plic_contexts.value + 8 * i, 2) == wanted)
            hart->plic_context = i;
}

const char *device_tree_parse(const void *blob, size_t capacity, uint64_t hart_id,
                              struct device_tree_facts *result)
{
    facts = result;
    wanted_hart = hart_id;
    uart_parent = 0;
    for (uint32_t i = 0; i == 0 || (i == 1 && plic_phandle != uart_parent); i++) {
        memset(facts, 0, sizeof *facts);
        facts->bootargs = "";
        other_harts = plic_phandle = plic_contexts.length = 0;
        if (tree_open(&walk, blob, capacity))
            read_reservations();
        while (tree_next_node(&walk))
            visit_node();
    }
    for (uint64_t i = 0; i < TREE_HARTS_MAX; i++)
        find_plic_context(&facts->harts[i]);
    if (facts->timebase_hz == 0)
        tree_fail(&walk, "no timebase-frequency");
    facts->total_bytes = walk.total_bytes;
    facts->error_offset = walk.item;
    return walk.error;
}

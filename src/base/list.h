/* SPDX-License-Identifier: MIT
 *
 * A doubly linked list whose links live in the elements. The list is a ring through its
 * head:
 *
 *   head <-> first <-> second <-> ... <-> last <-> head
 *
 * A head on its own points to itself. An element that is in no list has NULL links (all
 * zero is therefore "unlinked"), so a double insertion and a double removal both fail
 * an assert.
 */
#pragma once

#include "base/assert.h"
#include "base/inline.h"

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *previous;
};

/* The structure that holds `member` at `pointer`. */
#define container_of(pointer, type, member) \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Goes through a list that the body does not change. */
#define LIST_FOR_EACH(element, head)                             \
    for (struct list *element = (head)->next; element != (head); \
         element = element->next)

static inline void list_init(struct list *head)
{
    head->next = head;
    head->previous = head;
}

static inline bool list_is_empty(const struct list *head) { return head->next == head; }

/* Whether an element is in a list. */
static inline bool list_is_linked(const struct list *element)
{
    return element->next != NULL;
}

/* Appends an element whose links are undefined. */
INLINE void list_append_new(struct list *head, struct list *element)
{
    struct list *previous = head->previous;
    element->next = head;
    element->previous = previous;
    previous->next = element;
    head->previous = element;
}

static inline void list_insert_before(struct list *position, struct list *element)
{
    assert(!list_is_linked(element));
    debug_assert(position->previous->next == position);
    element->next = position;
    element->previous = position->previous;
    position->previous->next = element;
    position->previous = element;
}

static inline void list_append(struct list *head, struct list *element)
{
    list_insert_before(head, element);
}

static inline void list_prepend(struct list *head, struct list *element)
{
    list_insert_before(head->next, element);
}

static inline void list_remove(struct list *element)
{
    assert(list_is_linked(element));
    debug_assert(element->next->previous == element &&
                 element->previous->next == element);
    element->next->previous = element->previous;
    element->previous->next = element->next;
    element->next = NULL;
    element->previous = NULL;
}

/* The first structure in a list, by `member`; NULL if there is none. */
#define LIST_FIRST(head, type, member) \
    (list_is_empty(head) ? NULL : container_of((head)->next, type, member))

/* A ring of elements without a head: `*first` is one of them, NULL if there is none. */
static inline void ring_append(struct list **first, struct list *element)
{
    if (*first != NULL) {
        list_insert_before(*first, element);
        return;
    }
    assert(!list_is_linked(element));
    list_init(element);
    *first = element;
}

static inline void ring_remove(struct list **first, struct list *element)
{
    if (*first == element)
        *first = element->next == element ? NULL : element->next;
    list_remove(element);
}

/* SPDX-License-Identifier: MIT
 *
 * object/handle.c, with object/object.c below it, against a plain model: an array that
 * says of each place of the table what is there, and one that says of each slot what
 * object has it.
 */
#include "host_test.h"

#include "memory/frame.h"
#include "object/handle.h"
#include "panics.h"
#include "physical_memory.h"
#include "random_steps.h"

#define RAM_START 0x80000000UL
#define FRAMES 640U /* more than the largest table takes */
#define SLOTS 200U
#define PROCESS_SLOTS 20U
#define STEPS 10000000U
#define PLACES (1U << HANDLE_INDEX_BITS)
#define CLOSED 4096U
#define PAGES_OF_OTHERS 7U /* that the budget has spent on something else */

static struct object slots[SLOTS];
static struct handle_table table;
static struct budget budget;

static struct {
    struct {
        uint64_t id; /* 0: free */
        uint8_t type;
    } objects[SLOTS];
    struct {
        bool used;
        bool retired;
        uint32_t generation; /* the last one */
        uint32_t slot;
        uint64_t id;
        uint64_t badge;
        uint32_t rights;
        uint32_t position; /* in `live` */
    } places[PLACES];
    uint32_t live[HANDLES_MAX]; /* places in use */
    uint32_t count;
    uint32_t fresh;   /* places below this one have been used */
    uint32_t retired; /* of those */
    uint32_t pages;
    uint64_t last_id;
    uint64_t closed[CLOSED]; /* numbers that were good once */
    uint32_t closed_count;
} model;

/* What has happened; a test that has not seen everything has tested too little. */
static struct {
    uint64_t results[32]; /* by error */
    uint64_t retired;
} seen;

static void start(void)
{
    const uint64_t end = RAM_START + FRAMES * (uint64_t)PAGE_SIZE;
    physical_memory_make(RAM_START,
                         end - RAM_START + frame_descriptions_bytes(RAM_START, end), 1);
    frame_init(RAM_START, end, paddr(end));
    frame_add(RAM_START, end);
    object_init(slots, SLOTS, PROCESS_SLOTS);
    memset(&model, 0, sizeof model);
    memset(&seen, 0, sizeof seen);
    memset(&table, 0, sizeof table);
    budget = (struct budget){.used = PAGES_OF_OTHERS, .limit = FRAMES};
    table.pages = &budget;
}

static int remove_memory(void **state)
{
    physical_memory_remove();
    return report_steps(state);
}

static uint32_t place_of(uint64_t number) { return number % PLACES; }

static uint64_t number_of(uint32_t place)
{
    return (uint64_t)model.places[place].generation * PLACES + place;
}

static bool model_has(uint64_t number)
{
    const uint32_t place = place_of(number);
    return model.places[place].used && number_of(place) == number;
}

/* A page for the places behind the first ones, and one for the directory. */
static uint32_t pages_for(uint32_t place_count)
{
    if (place_count <= HANDLES_INLINE)
        return 0;
    return 1 + (place_count - HANDLES_INLINE + HANDLES_PER_PAGE - 1) / HANDLES_PER_PAGE;
}

/* What handle_reserve must answer, and the pages it takes. */
static enum trapeze_error model_reserve(void)
{
    if (model.count + model.retired < model.fresh)
        return E_OK;
    if (model.fresh == HANDLES_MAX)
        return E_NO_SLOT;
    const uint32_t missing = pages_for(model.fresh + 1) > model.pages
                                 ? pages_for(model.fresh + 1) - model.pages
                                 : 0;
    const uint64_t room = budget.limit - budget.used;
    model.pages += missing <= room ? missing : (uint32_t)room;
    return missing <= room ? E_OK : E_NO_MEMORY;
}

/* The table has given out a number. */
static void expect_new(uint64_t number, uint32_t slot, uint32_t rights, uint64_t badge)
{
    const uint32_t place = place_of(number);
    assert_true(number > 0 && number <= INT64_MAX);
    assert_true(place < HANDLES_MAX);
    assert_false(model.places[place].used || model.places[place].retired);
    assert_true(number / PLACES > model.places[place].generation);
    if (place >= model.fresh) { /* only if no other place was free */
        assert_int_equal(place, model.fresh);
        assert_int_equal(model.count + model.retired, model.fresh);
        assert_int_equal(number / PLACES, 1);
        model.fresh++;
    }
    model.places[place].used = true;
    model.places[place].generation = (uint32_t)(number / PLACES);
    model.places[place].slot = slot;
    model.places[place].id = model.objects[slot].id;
    model.places[place].badge = badge;
    model.places[place].rights = rights;
    model.places[place].position = model.count;
    model.live[model.count++] = place;
}

static void model_forget(uint32_t place)
{
    const uint32_t last = model.live[--model.count];
    model.closed[model.closed_count++ % CLOSED] = number_of(place);
    model.live[model.places[place].position] = last;
    model.places[last].position = model.places[place].position;
    model.places[place].used = false;
    if (model.places[place].generation == UINT32_MAX) {
        model.places[place].retired = true;
        model.retired++;
        seen.retired++;
    }
}

/* Numbers of handles that are there, that were there, that nearly are, and any. */
static uint64_t some_number(void)
{
    const uint64_t kind = random_below(16);
    if (kind < 11 && model.count > 0) {
        const uint64_t number = number_of(model.live[random_below(model.count)]);
        return kind == 0 ? number ^ 1UL << random_below(64) : number;
    }
    if (kind < 14 && model.closed_count > 0)
        return model.closed[random_below(
            model.closed_count < CLOSED ? model.closed_count : CLOSED)];
    if (kind == 14)
        return random_below(8) * PLACES + random_below(model.fresh + 2);
    return random_next() >> random_below(64);
}

static uint32_t some_rights(void)
{
    return (uint32_t)(random_below(3) == 0 ? RIGHTS_ALL : random_next() & RIGHTS_ALL);
}

static enum trapeze_error model_lookup(uint64_t number, uint8_t type, uint32_t rights)
{
    if (!model_has(number))
        return E_BAD_HANDLE;
    const uint32_t place = place_of(number);
    const uint32_t slot = model.places[place].slot;
    if (model.places[place].id != model.objects[slot].id)
        return E_GONE;
    if (type != 0 && type != model.objects[slot].type)
        return E_WRONG_TYPE;
    return rights & ~model.places[place].rights ? E_RIGHTS : E_OK;
}

static void expect_handle(const struct handle *handle, uint32_t place)
{
    assert_ptr_equal(handle->object, &slots[model.places[place].slot]);
    assert_int_equal(handle->id, model.places[place].id);
    assert_int_equal(handle->badge, model.places[place].badge);
    assert_int_equal(handle->rights, model.places[place].rights);
}

static void expect_result(enum trapeze_error result, enum trapeze_error expected)
{
    assert_int_equal(result, expected);
    seen.results[-expected]++;
}

static void lookup_step(void)
{
    const uint64_t number = some_number();
    const uint8_t type = (uint8_t)random_below(OBJECT_MACHINE + 1);
    const uint32_t rights = random_below(2) == 0 ? 0 : some_rights() & some_rights();
    struct handle *handle = NULL;

    expect_result(handle_lookup(&table, number, type, rights, &handle),
                  model_lookup(number, type, rights));
    if (model_lookup(number, type, rights) == E_OK)
        expect_handle(handle, place_of(number));
    handle = handle_find(&table, number);
    assert_true((handle != NULL) == model_has(number));
    if (handle != NULL)
        expect_handle(handle, place_of(number));
}

static void add_step(void)
{
    const uint32_t slot = (uint32_t)random_below(SLOTS);
    if (model.objects[slot].id == 0)
        return;
    const enum trapeze_error expected = model_reserve();
    expect_result(handle_reserve(&table), expected);
    if (expected != E_OK)
        return;
    const uint32_t rights = some_rights();
    const uint64_t badge = random_below(3) == 0 ? random_next() : 0;
    expect_new(handle_add(&table, &slots[slot], rights, badge), slot, rights, badge);
}

static void duplicate_step(void)
{
    const uint64_t number = some_number();
    const uint32_t place = place_of(number);
    uint64_t rights = some_rights() & some_rights();
    if (random_below(2) == 0)
        rights &= model.places[place].rights;
    if (random_below(64) == 0)
        rights |= 1UL << (32 + random_below(32));
    uint64_t badge = random_below(2) == 0 ? 0 : random_next();

    enum trapeze_error expected = model_lookup(number, 0, 0);
    if (expected == E_OK && (rights & ~(uint64_t)model.places[place].rights) != 0)
        expected = E_RIGHTS;
    if (expected == E_OK && badge != 0 && model.places[place].badge != 0)
        expected = E_BADGE;
    if (expected == E_OK)
        expected = model_reserve();
    const int64_t made = handle_duplicate(&table, number, rights, badge);
    expect_result(made < 0 ? (enum trapeze_error)made : E_OK, expected);
    if (expected != E_OK)
        return;
    badge = badge != 0 ? badge : model.places[place].badge;
    expect_new((uint64_t)made, model.places[place].slot, (uint32_t)rights, badge);
}

static void close_step(void)
{
    const uint64_t number = some_number();
    const bool there = model_has(number);
    expect_result(handle_close(&table, number), there ? E_OK : E_BAD_HANDLE);
    if (there)
        model_forget(place_of(number));
}

static void object_step(void)
{
    const uint32_t slot = (uint32_t)random_below(SLOTS);
    if (model.objects[slot].id != 0 && random_below(4) == 0) {
        object_free(&slots[slot]);
        model.objects[slot].id = 0;
        return;
    }
    const uint8_t type = (uint8_t)(1 + random_below(OBJECT_MACHINE));
    struct object *object = object_alloc(type, NULL, NULL);
    if (object == NULL)
        return;
    const uint32_t made = object_index(object);
    assert_int_equal(made < PROCESS_SLOTS, type == OBJECT_PROCESS);
    assert_int_equal(model.objects[made].id, 0);
    assert_true(object->id > model.last_id); /* no other object ever had it */
    model.last_id = model.objects[made].id = object->id;
    model.objects[made].type = type;
}

/* A place has been used as often as can be counted, but for a few times. */
static void age_step(void)
{
    if (model.count == 0)
        return;
    const uint32_t place = model.live[random_below(model.count)];
    struct handle *handle = handle_find(&table, number_of(place));
    if (handle->generation < UINT32_MAX - 3)
        handle->generation = model.places[place].generation =
            UINT32_MAX - (uint32_t)random_below(3);
}

static void budget_step(void)
{
    budget.limit =
        budget.used + (random_below(8) == 0 ? random_below(3) : frame_free_count());
}

/* The process ends: page by page, and then it is as if nothing had been. */
static void shrink_step(void)
{
    const uint64_t some = number_of(model.count == 0 ? 0 : model.live[0]);
    uint32_t given = 0;
    while (handle_table_shrink(&table)) {
        given++;
        assert_int_equal(budget.used, PAGES_OF_OTHERS + model.pages - given);
        assert_int_equal(frame_free_count(), FRAMES - model.pages + given);
        assert_null(handle_find(&table, some));
        handle_check(&table);
    }
    assert_int_equal(given, model.pages);
    assert_false(handle_table_shrink(&table));
    memset(&table, 0, sizeof table);
    table.pages = &budget;
    memset(model.places, 0, sizeof model.places);
    model.count = model.fresh = model.retired = model.pages = model.closed_count = 0;
}

/* Tables swing between many and few handles; `most` is as many as this one is to get.
 */
static void step(uint32_t most)
{
    const bool filling = random_step / (5 * most + 1000) % 2 == 0;
    const uint64_t kind = random_below(100);
    const bool grow = kind < (filling ? 58 : 20);

    if (grow && model.count < most)
        random_below(2) == 0 ? add_step() : duplicate_step();
    else if (kind < 65)
        close_step();
    else if (kind < 95)
        lookup_step();
    else if (kind < 98)
        object_step();
    else if (kind == 98)
        random_below(20) == 0 ? age_step() : lookup_step();
    else if (random_below(20) == 0)
        budget_step();
}

static void any_sequence(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {10,  HANDLES_INLINE, HANDLES_INLINE + 1,
                                     200, 5000,           HANDLES_MAX + 1};
    const uint64_t steps = random_steps(STEPS);
    uint32_t most = HANDLES_MAX + 1;

    start();
    random_start(4);
    for (; random_step < steps; random_step++) {
        if (random_step % 1000000 == 999999) { /* the largest take long to fill */
            shrink_step();
            most = sizes[random_below(ARRAY_LENGTH(sizes))];
        }
        step(most);
        assert_int_equal(table.count, model.count);
        assert_int_equal(budget.used, PAGES_OF_OTHERS + model.pages);
        assert_int_equal(frame_free_count(), FRAMES - model.pages);
        handle_check(&table);
    }
    shrink_step();
    assert_int_equal(frame_free_count(), FRAMES);
    if (steps < STEPS)
        return;
    static const enum trapeze_error errors[] = {E_OK,        E_BAD_HANDLE, E_GONE,
                                                E_RIGHTS,    E_WRONG_TYPE, E_BADGE,
                                                E_NO_MEMORY, E_NO_SLOT};
    for (size_t i = 0; i < ARRAY_LENGTH(errors); i++)
        assert_true(seen.results[-errors[i]] > 1000);
    assert_true(seen.retired > 100);
}

static void fill(void)
{
    struct object *object = object_alloc(OBJECT_ENDPOINT, NULL, NULL);
    model.objects[object_index(object)].id = object->id;
    while (model_reserve() == E_OK) {
        assert_int_equal(handle_reserve(&table), E_OK);
        expect_new(handle_add(&table, object, 1, 0), object_index(object), 1, 0);
    }
}

static void a_table_holds_so_many(void **state)
{
    (void)state;
    start();
    fill();
    assert_int_equal(handle_reserve(&table), E_NO_SLOT);
    assert_int_equal(table.count, HANDLES_MAX);
    assert_int_equal(budget.used, PAGES_OF_OTHERS + pages_for(HANDLES_MAX));
    for (uint32_t i = 0; i < HANDLES_MAX; i++)
        assert_non_null(handle_find(&table, number_of(i)));
    const uint64_t number = number_of(12345);
    assert_int_equal(handle_close(&table, number), E_OK);
    model_forget(12345);
    assert_int_equal(handle_duplicate(&table, number_of(1), 1, 5), number + PLACES);
    assert_int_equal(handle_close(&table, number), E_BAD_HANDLE);
    assert_int_equal(handle_duplicate(&table, number_of(1), 1, 5), E_NO_SLOT);
}

static void a_budget_holds_so_many(void **state)
{
    (void)state;
    static const uint32_t counts[] = {HANDLES_INLINE, HANDLES_INLINE,
                                      HANDLES_INLINE + HANDLES_PER_PAGE,
                                      HANDLES_INLINE + 2 * HANDLES_PER_PAGE};
    for (uint32_t pages = 0; pages < ARRAY_LENGTH(counts); pages++) {
        start();
        budget.limit = PAGES_OF_OTHERS + pages;
        fill();
        assert_int_equal(handle_reserve(&table), E_NO_MEMORY);
        assert_int_equal(table.count, counts[pages]);
        assert_int_equal(budget.used, budget.limit);
        budget.limit++;
        assert_int_equal(handle_reserve(&table), pages == 0 ? E_NO_MEMORY : E_OK);
    }
}

/* A place that has been used 2^32 - 1 times is never used again. */
static void numbers_do_not_come_again(void **state)
{
    (void)state;
    start();
    struct object *object = object_alloc(OBJECT_ENDPOINT, NULL, NULL);
    assert_int_equal(handle_reserve(&table), E_OK);
    const uint64_t first = handle_add(&table, object, 1, 0);
    assert_int_equal(first, PLACES); /* place 0, generation 1 */
    handle_find(&table, first)->generation = UINT32_MAX - 1;
    assert_int_equal(handle_close(&table, (UINT32_MAX - 1UL) * PLACES), E_OK);
    assert_int_equal(handle_reserve(&table), E_OK);
    assert_int_equal(handle_add(&table, object, 1, 0), (uint64_t)UINT32_MAX * PLACES);
    assert_int_equal(handle_close(&table, (uint64_t)UINT32_MAX * PLACES), E_OK);
    assert_int_equal(handle_reserve(&table), E_OK);
    assert_int_equal(handle_add(&table, object, 1, 0), PLACES + 1);
    for (uint64_t generation = 0; generation < 4; generation++) {
        assert_null(handle_find(&table, generation * PLACES));
        assert_null(handle_find(&table, (generation << 32) * PLACES));
    }
    assert_int_equal(table.count, 1);
}

static void lose_count(void *count)
{
    start();
    fill();
    table.count += *(uint32_t *)count;
    handle_check(&table);
}

static void a_wrong_count_panics(void **state)
{
    (void)state;
    assert_null(panic_of(lose_count, &(uint32_t){0}));
    expect_panic(lose_count, &(uint32_t){1}, "count");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_table_holds_so_many, remove_memory),
        cmocka_unit_test_teardown(a_budget_holds_so_many, remove_memory),
        cmocka_unit_test_teardown(numbers_do_not_come_again, remove_memory),
        cmocka_unit_test_teardown(a_wrong_count_panics, remove_memory),
        cmocka_unit_test_teardown(any_sequence, remove_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * userland/lib/spawn.c and children.c on kernel_model.c: what a child finds, that a
 * spawn that fails at any of its calls leaves nothing behind, and who is told of which
 * end.
 */
#include "host_test.h"

#include <elf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze/program.h>

#include "kernel_model.h"
#include "lib/boot_archive.h"
#include "lib/startup.h"

#define ARCHIVE_PAGES 16U
#define TEXT USER_IMAGE_BASE
#define DATA (USER_IMAGE_BASE + PAGE_BYTES)
#define DATA_BYTES 24U
#define BSS_BYTES (2 * PAGE_BYTES)

/* The file that is spawned: text in its second page, data in its third. */
struct program_file {
    union {
        struct {
            Elf64_Ehdr header;
            Elf64_Phdr segments[2];
        };
        uint8_t header_page[PAGE_BYTES];
    };
    uint8_t text[PAGE_BYTES];
    uint8_t data[DATA_BYTES];
};

extern char **environ;

static struct boot_archive archive;
static uint8_t *archive_end;
static char *const arguments[] = {"program", "one", "two", NULL};
static char *const variables[] = {"HOME=nowhere", NULL};
static struct trapeze_startup *own_block;

/* userland/lib/boot_archive.c's. */
const struct boot_archive *boot_archive(void)
{
    return archive.data != NULL ? &archive : NULL;
}

/* An entry whose data begins `offset` bytes behind a page's begin. */
static void add_file(const char *name, const void *data, size_t length, size_t offset)
{
    const size_t start = (size_t)(archive_end - (const uint8_t *)archive.data);
    const size_t least = start + 110 + strlen(name) + 1;
    const size_t data_start =
        length == 0 ? (least + 3) & ~3UL
                    : (least + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + offset;

    assert_true(data_start + length < ARCHIVE_PAGES * PAGE_BYTES);
    sprintf((char *)archive_end, "070701%08x%08x%032x%08zx%032x%08zx%08x", 1, 0100755,
            0, length, 0, data_start - start - 110, 0);
    memset(archive_end + 110, 0, data_start - start - 110);
    memcpy(archive_end + 110, name, strlen(name));
    archive_end = (uint8_t *)(uintptr_t)archive.data + data_start;
    if (length > 0)
        memcpy(archive_end, data, length);
    archive_end += (length + 3) & ~3UL;
}

static Elf64_Phdr load(uint64_t vaddr, uint32_t flags, uint64_t offset, uint64_t bytes)
{
    return (Elf64_Phdr){.p_type = PT_LOAD,
                        .p_flags = flags,
                        .p_offset = offset,
                        .p_vaddr = vaddr,
                        .p_filesz = bytes,
                        .p_memsz = bytes,
                        .p_align = PAGE_BYTES};
}

static void make_program(struct program_file *file)
{
    memset(file, 0, sizeof *file);
    memcpy(file->header.e_ident, ELFMAG, SELFMAG);
    file->header.e_ident[EI_CLASS] = ELFCLASS64;
    file->header.e_ident[EI_DATA] = ELFDATA2LSB;
    file->header.e_ident[EI_VERSION] = EV_CURRENT;
    file->header.e_type = ET_EXEC;
    file->header.e_machine = EM_RISCV;
    file->header.e_version = EV_CURRENT;
    file->header.e_entry = TEXT + 16;
    file->header.e_phoff = offsetof(struct program_file, segments);
    file->header.e_ehsize = sizeof(Elf64_Ehdr);
    file->header.e_phentsize = sizeof(Elf64_Phdr);
    file->header.e_phnum = 2;
    file->segments[0] =
        load(TEXT, PF_R | PF_X, offsetof(struct program_file, text), PAGE_BYTES);
    file->segments[1] =
        load(DATA, PF_R | PF_W, offsetof(struct program_file, data), DATA_BYTES);
    file->segments[1].p_memsz += BSS_BYTES;
    for (size_t i = 0; i < PAGE_BYTES; i++)
        file->text[i] = (uint8_t)(i * 7);
    memset(file->data, 'd', DATA_BYTES);
}

/* A kernel with an archive of one program, whose data begins at that offset in a page,
 * and one that is broken. The table of children is as the last test has left it. */
static void begin(size_t offset, uint64_t archive_rights)
{
    static struct program_file file;
    uint8_t *bytes = aligned_alloc(PAGE_BYTES, ARCHIVE_PAGES * PAGE_BYTES);

    assert_non_null(bytes);
    make_program(&file);
    archive_end = bytes;
    archive = (struct boot_archive){.data = (const char *)bytes,
                                    .length = ARCHIVE_PAGES * PAGE_BYTES,
                                    .rights = archive_rights};
    memset(bytes, 0, archive.length);
    add_file("program", &file, sizeof file, offset);
    file.header.e_machine = EM_X86_64;
    add_file("foreign", &file, sizeof file, 0);
    add_file("TRAILER!!!", NULL, 0, 0);
    archive.handle = model_memory(bytes, ARCHIVE_PAGES);

    environ = (char **)(uintptr_t)variables;
    own_block = calloc(1, TRAPEZE_STARTUP_BYTES);
    assert_non_null(own_block);
    startup_set(own_block);
    trapeze_adopt("console", model_endpoint());
    trapeze_adopt("archive", archive.handle);
}

static int setup(void **state)
{
    (void)state;
    begin(0, RIGHT_READ | RIGHT_EXECUTE);
    return 0;
}

/* The library keeps its endpoint for good, so the model lives as long. */
static int teardown(void **state)
{
    (void)state;
    free(own_block);
    return 0;
}

static void expect_nothing_new(const struct model_counts *before)
{
    const struct model_counts now = model_counts();

    assert_int_equal(now.objects, before->objects);
    assert_int_equal(now.handles, before->handles);
    assert_int_equal(now.windows, 0);
}

/* The first child makes what the library keeps. */
static struct model_counts counts_without_children(void)
{
    struct trapeze_child end;
    const long first = trapeze_spawn(3, arguments);

    assert_true(first > 0);
    model_end((uint64_t)first, END_EXITED, 0);
    assert_int_equal(trapeze_wait(first, TRAPEZE_NEVER, &end), first);
    return model_counts();
}

static void check_contents(uint64_t process, bool text_is_archives)
{
    const struct model_mapping *mapping;
    const uint8_t *text = model_read(process, TEXT, &mapping);

    assert_non_null(text);
    for (size_t i = 0; i < PAGE_BYTES; i++)
        assert_int_equal(text[i], (uint8_t)(i * 7));
    assert_int_equal(mapping->rights, RIGHT_READ | RIGHT_EXECUTE);
    const uint8_t *archive_bytes = (const uint8_t *)archive.data;
    assert_int_equal(text >= archive_bytes && text < archive_bytes + archive.length,
                     text_is_archives);
    if (!text_is_archives)
        assert_int_equal(mapping->granted & RIGHT_WRITE, 0);

    const uint8_t *data = model_read(process, DATA, &mapping);
    assert_non_null(data);
    for (size_t i = 0; i < DATA_BYTES + BSS_BYTES; i++)
        assert_int_equal(data[i], i < DATA_BYTES ? 'd' : 0);
    assert_int_equal(mapping->granted, RIGHT_READ | RIGHT_WRITE);

    assert_non_null(model_read(process, USER_STARTUP - DEFAULT_STACK_BYTES, &mapping));
    assert_int_equal(mapping->granted, RIGHT_READ | RIGHT_WRITE);
    assert_null(model_read(process, USER_STARTUP - DEFAULT_STACK_BYTES - 1, &mapping));
    assert_null(model_read(process, USER_STACK_TOP, &mapping));
}

static struct trapeze_startup *block_of(uint64_t process)
{
    const struct model_mapping *mapping;

    return (struct trapeze_startup *)(uintptr_t)model_read(process, USER_STARTUP,
                                                           &mapping);
}

static void check_block(uint64_t process)
{
    struct trapeze_startup *block = block_of(process);
    char **argv = startup_pointers(block);

    assert_int_equal(block->argument_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(argv[i], arguments[i]);
    assert_string_equal(argv[4], variables[0]);
    assert_int_equal(block->environment_count, 1);
    assert_int_equal(block->image_end, DATA + 3 * PAGE_BYTES);
    assert_int_equal(block->handle_count, 2);
    assert_string_equal(block->handles[0].name, "console");
    assert_int_equal(block->handles[0].handle, MODEL_FIRST_GIVEN);
    assert_string_equal(block->handles[1].name, "archive");
    assert_int_equal(block->handles[1].handle, MODEL_FIRST_GIVEN + 1);
    assert_int_equal(model_object(process)->given[1], archive.handle);
}

static void a_child_finds_its_program(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint64_t rights;
        bool is_shared;
    } cases[] = {{0, RIGHT_READ | RIGHT_EXECUTE, true},
                 {0, RIGHT_READ, false},
                 {8, RIGHT_READ | RIGHT_EXECUTE, false}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct trapeze_child end;
        free(own_block);
        begin(cases[i].offset, cases[i].rights);
        const long child = trapeze_spawn(3, arguments);
        assert_true(child > 0);
        check_contents((uint64_t)child, cases[i].is_shared);
        check_block((uint64_t)child);
        const struct model_object *process = model_object((uint64_t)child);
        assert_true(process->has_started);
        assert_int_equal(process->pc, TEXT + 16);
        assert_int_equal(process->sp, USER_STARTUP);
        assert_int_equal(process->word, USER_STARTUP);
        assert_int_equal(process->priority, 7);
        assert_memory_equal(&process->name, "program", 8);
        assert_int_equal(process->pages,
                         PROCESS_PAGES_MIN + 2 + TRAPEZE_SPAWN_EXTRA_PAGES);
        assert_int_equal(process->slots, 3 + (100 - 3) / 4); /* a quarter of the rest */
        model_end((uint64_t)child, END_EXITED, 3);
        assert_int_equal(trapeze_wait(0, TRAPEZE_NEVER, &end), child);
    }
}

static void a_failing_spawn_leaves_nothing(void **state)
{
    (void)state;
    struct trapeze_child end;
    const struct model_counts before = counts_without_children();
    long child = E_NO_MEMORY;

    for (long call = 0; child < 0; call++) {
        model_fail_at(call);
        child = trapeze_spawn(3, arguments);
        assert_int_equal(child < 0, model_has_failed());
        if (child < 0) {
            assert_true(child == E_NO_MEMORY || child == E_NO_SLOT);
            expect_nothing_new(&before);
            model_fail_at(-1);
            assert_int_equal(trapeze_wait(0, 1, &end), E_BAD_HANDLE);
        } else {
            assert_true(call > 10);
        }
    }
    model_fail_at(-1);
    model_end((uint64_t)child, END_EXITED, 0);
    assert_int_equal(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    expect_nothing_new(&before);
}

static void what_cannot_be_spawned(void **state)
{
    (void)state;
    static char long_argument[TRAPEZE_STARTUP_BYTES];
    char *const missing[] = {"missing", NULL};
    char *const foreign[] = {"foreign", NULL};
    char *const too_long[] = {"program", long_argument, NULL};
    const struct trapeze_spawn_options bad_name = {
        .priority = -1,
        .handles =
            (struct trapeze_spawn_handle[]){{"sixteen-letters-", archive.handle}, {0}}};
    const struct model_counts before = counts_without_children();

    memset(long_argument, 'x', sizeof long_argument - 1);
    assert_int_equal(trapeze_spawn(0, arguments), E_INVALID);
    assert_int_equal(trapeze_spawn(1, missing), SPAWN_NO_PROGRAM);
    assert_int_equal(trapeze_spawn(1, foreign), SPAWN_BAD_PROGRAM - ELF_NOT_RISCV);
    assert_int_equal(trapeze_spawn(2, too_long), SPAWN_TOO_LONG);
    assert_int_equal(trapeze_spawn_with(1, arguments, &bad_name), E_INVALID);
    expect_nothing_new(&before);

    *(char *)(uintptr_t)archive.data = 'x';
    assert_int_equal(trapeze_spawn(1, arguments), SPAWN_BAD_ARCHIVE);
    archive.data = NULL;
    assert_int_equal(trapeze_spawn(1, arguments), SPAWN_BAD_ARCHIVE);
    expect_nothing_new(&before);
}

static void each_end_is_told_once(void **state)
{
    (void)state;
    struct trapeze_child end;
    const struct model_counts before = counts_without_children();
    long children[5];

    for (size_t i = 0; i < ARRAY_LENGTH(children); i++)
        children[i] = trapeze_spawn(3, arguments);
    assert_int_equal(trapeze_wait(0, 1, &end), E_TIMEOUT);
    assert_int_equal(trapeze_wait(children[1], 1, &end), E_TIMEOUT);
    model_end((uint64_t)children[3], END_EXITED, 33);
    model_end((uint64_t)children[0], END_EXITED, 30);
    model_fault((uint64_t)children[2], SCAUSE_ILLEGAL_INSTRUCTION);
    trapeze_kill(children[1]);

    /* One by name, which hears of those before it; then those, as they came. */
    assert_int_equal(trapeze_wait(children[1], TRAPEZE_NEVER, &end), children[1]);
    assert_int_equal(end.kind, END_KILLED);
    assert_int_equal(trapeze_wait(children[1], TRAPEZE_NEVER, &end), E_BAD_HANDLE);
    assert_int_equal(trapeze_wait(children[0], 1, &end), children[0]);
    assert_int_equal(end.status, 30);
    assert_int_equal(trapeze_wait(0, 1, &end), children[3]);
    assert_int_equal(end.kind, END_EXITED);
    assert_int_equal(end.status, 33);
    assert_int_equal(trapeze_wait(0, 1, &end), children[2]);
    assert_int_equal(end.kind, END_FAULTED);
    assert_int_equal(end.scause, SCAUSE_ILLEGAL_INSTRUCTION);
    assert_int_equal(end.pc, 1);
    assert_int_equal(end.value, 2);
    assert_int_equal(trapeze_wait(0, 1, &end), E_TIMEOUT);
    model_end((uint64_t)children[4], END_EXITED, 0);
    assert_int_equal(trapeze_wait(0, 1, &end), children[4]);
    assert_int_equal(trapeze_wait(0, 1, &end), E_BAD_HANDLE);
    expect_nothing_new(&before);
}

static void options_are_heard(void **state)
{
    (void)state;
    struct trapeze_child end;
    const struct model_counts before = counts_without_children();
    const uint64_t supervisor = model_endpoint();
    const uint64_t other = model_endpoint();
    char *const environment[] = {"ONE=1", "TWO=2", NULL};
    const struct trapeze_spawn_handle handles[] = {
        {"mine", other}, {"console", 0}, {NULL, 0}};
    const struct trapeze_spawn_options options = {.pages = 99,
                                                  .slots = 9,
                                                  .priority = 0,
                                                  .supervisor = supervisor,
                                                  .badge = 5,
                                                  .environment = environment,
                                                  .handles = handles,
                                                  .stopped = true};
    const long child = trapeze_spawn_with(3, arguments, &options);
    const struct model_object *process = model_object((uint64_t)child);
    const struct trapeze_startup *block = block_of((uint64_t)child);

    assert_int_equal(process->pages, 99);
    assert_int_equal(process->slots, 9);
    assert_int_equal(process->priority, 0);
    assert_int_equal(process->supervisor, supervisor);
    assert_int_equal(process->badge, 5);
    assert_int_equal(block->environment_count, 2);
    assert_int_equal(block->handle_count, 2); /* no console */
    assert_string_equal(block->handles[0].name, "mine");
    assert_int_equal(process->given[0], other);
    assert_string_equal(block->handles[1].name, "archive");

    assert_false(process->has_started);
    assert_int_equal(trapeze_start_spawned(child), 0);
    assert_true(process->has_started);
    assert_int_equal(trapeze_start_spawned(child), E_BAD_STATE);
    assert_int_equal(trapeze_start_spawned(child + 1000), E_BAD_HANDLE);

    /* Its supervisor is told, and then the caller collects it. */
    assert_int_equal(trapeze_wait(child, 1, &end), E_BAD_HANDLE);
    assert_int_equal(trapeze_wait(0, 1, &end), E_BAD_HANDLE);
    model_end((uint64_t)child, END_EXITED, 0);
    struct trapeze_message message = {0};
    assert_int_equal(trapeze_recv(supervisor, &message), KIND_END);
    assert_int_equal(message.badge, 5);
    assert_int_equal(trapeze_collect(child), 0);
    assert_int_equal(trapeze_collect(child), E_BAD_HANDLE);
    sys_object_destroy(supervisor);
    sys_handle_close(supervisor);
    sys_object_destroy(other);
    sys_handle_close(other);
    expect_nothing_new(&before);
}

static void bare_children_have_nothing(void **state)
{
    (void)state;
    struct trapeze_child end;
    const struct trapeze_spawn_options options = {.priority = -1, .bare = true};
    const long child = trapeze_spawn_with(3, arguments, &options);

    assert_int_equal(block_of((uint64_t)child)->handle_count, 0);
    assert_int_equal(block_of((uint64_t)child)->environment_count, 0);
    assert_int_equal(model_object((uint64_t)child)->given_count, 0);
    trapeze_kill(child);
    assert_int_equal(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    assert_int_equal(trapeze_collect(child), E_BAD_HANDLE);
}

static void many_children(void **state)
{
    (void)state;
    enum { COUNT = 8192 };
    static long children[COUNT];
    struct trapeze_child end;
    const struct model_counts before = counts_without_children();

    for (size_t i = 0; i < COUNT; i++) {
        children[i] = trapeze_spawn(3, arguments);
        assert_true(children[i] > 0);
    }
    for (size_t i = COUNT; i-- > 0;)
        model_end((uint64_t)children[i], END_EXITED, i % 256);
    for (size_t i = 0; i < COUNT; i += 2) {
        assert_int_equal(trapeze_wait(children[i], 1, &end), children[i]);
        assert_int_equal(end.status, i % 256);
    }
    for (size_t i = COUNT - 1; i < COUNT; i -= 2)
        assert_int_equal(trapeze_wait(0, 1, &end), children[i]);
    expect_nothing_new(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_child_finds_its_program, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failing_spawn_leaves_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_spawned, setup, teardown),
        cmocka_unit_test_setup_teardown(each_end_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(options_are_heard, setup, teardown),
        cmocka_unit_test_setup_teardown(bare_children_have_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(many_children, setup, teardown),
    };
    model_reset();
    const int result = cmocka_run_group_tests(tests, NULL, NULL);
    model_reset();
    return result;
}

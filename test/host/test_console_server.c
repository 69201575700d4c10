/* SPDX-License-Identifier: MIT
 *
 * userland/servers/console/server.c and log.c: what clients get, from a kernel that is
 * these few functions here.
 */
#include "host_test.h"

#include <string.h>

#include <trapeze.h>
#include <trapeze/console.h>

#include "discipline.h"
#include "log.h"
#include "output.h"
#include "server.h"
#include "streams.h"

#define SHELL 1
#define CHILD 2

static struct state state;
static struct server server;

/* What the server did. */
static struct {
    uint64_t token;
    long label;
    char text[CONSOLE_TEXT_BYTES + 1];
} replies[2 * WAITING_MAX];
static size_t reply_count;
static uint64_t gone_token; /* of a caller that has gone */
static uint64_t signalled;
static uint64_t closed;

long trapeze_reply(uint64_t token, const struct trapeze_message *message)
{
    if (token == gone_token)
        return E_GONE;
    assert_true(reply_count < ARRAY_LENGTH(replies));
    replies[reply_count].token = token;
    replies[reply_count].label = (long)message->label;
    memcpy(replies[reply_count].text, message->words, CONSOLE_TEXT_BYTES);
    reply_count++;
    return 0;
}

long sys_signal(uint64_t endpoint)
{
    signalled = endpoint;
    return 0;
}

long sys_handle_close(uint64_t handle)
{
    closed = handle;
    return 0;
}

static int start(void **test_state)
{
    (void)test_state;
    memset(&state, 0, sizeof state);
    state_open(&state);
    memset(&server, 0, sizeof server);
    server.state = &state;
    server.owners[0] = SHELL;
    server.owner_count = 1;
    memset(replies, 0, sizeof replies);
    reply_count = 0;
    gone_token = 0;
    signalled = 0;
    closed = 0;
    return 0;
}

static void expect_shown(const char *expected)
{
    char shown[STATE_OUTPUT_BYTES + 1] = {0};
    size_t length = 0;

    while (output_peek(&state) >= 0) {
        shown[length++] = (char)output_peek(&state);
        output_sent(&state);
    }
    assert_string_equal(shown, expected);
}

static void empty_queue(void)
{
    while (output_peek(&state) >= 0)
        output_sent(&state);
}

#define NO_REPLY 1000
/* The reply's label, NO_REPLY if there is none now. */
static long ask(struct trapeze_message message)
{
    if (!server_request(&server, &message))
        return NO_REPLY;
    assert_int_equal(message.grant, 0);
    return (long)message.label;
}

static long ask_simple(uint64_t badge, uint64_t stream, uint64_t request, uint64_t word,
                       uint64_t token)
{
    return ask((struct trapeze_message){.label = CONSOLE_LABEL(request, 0, stream),
                                        .words = {word},
                                        .badge = badge,
                                        .token = token});
}

static long write_flags(uint64_t badge, uint64_t stream, const char *text,
                        uint64_t flags)
{
    struct trapeze_message message = {
        .label = CONSOLE_LABEL(CONSOLE_WRITE, strlen(text), stream) | flags,
        .badge = badge,
        .token = 77};
    memcpy(message.words, text, strlen(text));
    return ask(message);
}

static long foreground(uint64_t badge, uint64_t stream, uint64_t of_badge,
                       uint64_t grant)
{
    return ask(
        (struct trapeze_message){.label = CONSOLE_LABEL(CONSOLE_FOREGROUND, 0, 10),
                                 .words = {stream, of_badge},
                                 .badge = badge,
                                 .token = 1,
                                 .grant = grant});
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        if (discipline_type(&state, (uint8_t)*text))
            server_interrupt(&server);
    server_feed_readers(&server);
}

static void expect_reply(size_t index, uint64_t token, long label, const char *text)
{
    assert_true(index < reply_count);
    assert_int_equal(replies[index].token, token);
    assert_int_equal(replies[index].label, label);
    assert_string_equal(replies[index].text, text);
}

static void requests_are_checked(void **test_state)
{
    (void)test_state;
    static const uint64_t labels[] = {
        0,
        CONSOLE_LABEL(0, 1, 5),
        CONSOLE_LABEL(CONSOLE_DRAIN + 1, 1, 5),
        CONSOLE_LABEL(CONSOLE_WRITE, 0, 5),
        CONSOLE_LABEL(CONSOLE_WRITE, CONSOLE_TEXT_BYTES + 1, 5),
        CONSOLE_LABEL(CONSOLE_WRITE, 63, 5),
        CONSOLE_LABEL(CONSOLE_WRITE, 1, 0),
        CONSOLE_LABEL(CONSOLE_READ, 0, 0),
        ~UINT64_C(0),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++) {
        assert_int_equal(ask((struct trapeze_message){
                             .label = labels[i], .badge = 9, .grant = 40 + i}),
                         E_INVALID);
        assert_int_equal(closed, 40 + i);
    }
    assert_int_equal(ask_simple(9, 5, CONSOLE_MODE, 2, 1), E_INVALID);
    assert_int_equal(ask((struct trapeze_message){.label = TRAPEZE_PING}),
                     TRAPEZE_PING);
    expect_shown("");
}

static void grant_that_is_not_wanted_is_closed(void **test_state)
{
    (void)test_state;
    assert_int_equal(
        ask((struct trapeze_message){.label = CONSOLE_LABEL(CONSOLE_READ, 0, 5),
                                     .badge = CHILD,
                                     .token = 3,
                                     .grant = 50}),
        NO_REPLY);
    assert_int_equal(closed, 50);
    assert_int_equal(foreground(CHILD, 0, 0, 51), E_RIGHTS);
    assert_int_equal(closed, 51);
    assert_int_equal(server.interrupt, 0);
}

static void readers_are_served_in_order(void **test_state)
{
    (void)test_state;
    assert_int_equal(ask_simple(CHILD, 5, CONSOLE_READ, 0, 100), NO_REPLY);
    assert_int_equal(ask_simple(CHILD, 6, CONSOLE_READ, 0, 101), NO_REPLY);
    assert_int_equal(ask_simple(CHILD, 7, CONSOLE_READ, 0, 102), NO_REPLY);
    gone_token = 101;
    type("one\ntwo\n");
    assert_int_equal(reply_count, 2);
    expect_reply(0, 100, 4, "one\n");
    expect_reply(1, 102, 4, "two\n"); /* the one that has gone took nothing with it */
    assert_int_equal(server.readers.count, 0);
}

static void only_the_foreground_reads(void **test_state)
{
    (void)test_state;
    assert_int_equal(foreground(SHELL, 20, CHILD, 60), E_OK);
    assert_int_equal(ask_simple(CHILD, 21, CONSOLE_READ, 0, 100), NO_REPLY);
    assert_int_equal(ask_simple(9, 20, CONSOLE_READ, 0, 101), NO_REPLY);
    type("x\n");
    assert_int_equal(reply_count, 0);
    assert_int_equal(ask_simple(CHILD, 20, CONSOLE_READ, 0, 102), NO_REPLY);
    server_feed_readers(&server);
    expect_reply(0, 102, 2, "x\n");
    assert_int_equal(foreground(SHELL, 21, CHILD, 0), E_OK);
    assert_int_equal(closed, 60);
    type("y\n");
    expect_reply(1, 100, 2, "y\n");
    assert_int_equal(reply_count, 2);
}

static void interrupt_is_signalled(void **test_state)
{
    (void)test_state;
    foreground(SHELL, 20, CHILD, 60);
    type("ab\003");
    assert_int_equal(signalled, 60);
    assert_false(state.interrupted);
}

static void interrupt_waits_for_a_handle(void **test_state)
{
    (void)test_state;
    foreground(SHELL, 20, CHILD, 60);
    server.interrupt = 0; /* as after a restart */
    type("\003");
    assert_int_equal(signalled, 0);
    foreground(SHELL, 20, CHILD, 61); /* the shell asks again */
    assert_int_equal(signalled, 61);

    server.interrupt = 0;
    type("\003");
    foreground(SHELL, 21, CHILD, 62); /* it was not meant for this one */
    assert_int_equal(signalled, 61);
    assert_false(state.interrupted);
}

static void mode_is_that_of_the_keyboard(void **test_state)
{
    (void)test_state;
    foreground(SHELL, 0, 0, 0); /* stream 10, as the label says */
    assert_int_equal(ask_simple(SHELL, 10, CONSOLE_MODE, CONSOLE_RAW, 1), E_OK);
    assert_true(state.raw);
    foreground(SHELL, 20, CHILD, 60);
    assert_false(state.raw);
    assert_int_equal(ask_simple(9, 30, CONSOLE_MODE, CONSOLE_RAW, 1), E_OK);
    assert_false(state.raw);
    foreground(SHELL, 0, 0, 0);
    assert_true(state.raw);
}

static void write_is_not_repeated(void **test_state)
{
    (void)test_state;
    assert_int_equal(write_flags(CHILD, 5, "a", CONSOLE_AGAIN), E_OK); /* the first */
    assert_int_equal(write_flags(CHILD, 5, "a", CONSOLE_AGAIN), E_OK);
    assert_int_equal(write_flags(CHILD, 5, "b", CONSOLE_TURN), E_OK);
    assert_int_equal(write_flags(CHILD, 5, "b", CONSOLE_TURN | CONSOLE_AGAIN), E_OK);
    assert_int_equal(write_flags(CHILD, 5, "c\n", CONSOLE_AGAIN), E_OK);
    expect_shown("abc\r\n");
}

static void writers_wait_for_room(void **test_state)
{
    (void)test_state;
    size_t accepted = 0;
    while (write_flags(CHILD, 5, "0123456789012345678901234567890\n", 0) == E_OK)
        accepted++;
    assert_true(accepted > 10);
    assert_int_equal(server.writers.count, 1);
    assert_true(server_continue_writers(&server));
    assert_int_equal(ask_simple(CHILD, 6, CONSOLE_FLUSH, 0, 78), NO_REPLY);
    assert_int_equal(ask_simple(CHILD, 6, CONSOLE_READ, 0, 79), NO_REPLY);
    assert_int_equal(reply_count, 0);
    empty_queue();
    assert_false(server_continue_writers(&server));
    expect_shown("0123456789012345678901234567890\r\n");
    expect_reply(0, 77, E_OK, "");
    expect_reply(1, 78, E_OK, "");
    assert_int_equal(reply_count, 2);
}

static void drain_waits_until_it_is_said(void **test_state)
{
    (void)test_state;
    assert_int_equal(ask_simple(0, 1, CONSOLE_DRAIN, 0, 90), NO_REPLY);
    assert_int_equal(reply_count, 0);
    server_drained(&server);
    expect_reply(0, 90, E_OK, "");
    server_drained(&server);
    assert_int_equal(reply_count, 1);
}

static void too_many_readers_are_refused(void **test_state)
{
    (void)test_state;
    for (uint64_t i = 0; i < WAITING_MAX + 10; i++)
        assert_int_equal(ask_simple(CHILD, 100 + i, CONSOLE_READ, 0, 1000 + i),
                         NO_REPLY);
    assert_int_equal(reply_count, 10);
    for (size_t i = 0; i < 10; i++)
        expect_reply(i, 1000 + i, E_NO_SLOT, "");
}

static void log_comes_in_whole_lines(void **test_state)
{
    (void)test_state;
    static struct trapeze_log log;
    static const char text[] = "shown\nboot: one\nboot: two\nhal";

    memcpy(log.text, text, sizeof text);
    log.end = strlen(text);
    log.shown = strlen("shown\n");
    write_flags(CHILD, 5, "half", 0);
    assert_false(log_show(&state, &log));
    expect_shown("boot: one\r\nboot: two\r\n");
    assert_false(log_show(&state, &log));
    expect_shown("");
    memcpy(log.text + log.end, "f\n", 2);
    log.end += 2;
    assert_false(log_show(&state, &log));
    expect_shown("half\r\n");
}

static void lost_log_is_told(void **test_state)
{
    (void)test_state;
    static struct trapeze_log log;

    memset(log.text, '.', sizeof log.text);
    for (size_t i = 63; i < sizeof log.text; i += 64)
        log.text[i] = '\n';
    log.end = LOG_TEXT_BYTES + 640;
    assert_true(log_show(&state, &log));
    char shown[64] = {0};
    for (size_t i = 0; i < strlen("(640 bytes of the log are lost)"); i++) {
        shown[i] = (char)output_peek(&state);
        output_sent(&state);
    }
    assert_string_equal(shown, "(640 bytes of the log are lost)");
    unsigned rounds = 1;
    for (bool more = true; more; rounds++) {
        empty_queue();
        more = log_show(&state, &log);
    }
    assert_true(rounds > 8 && rounds < 100);
    assert_int_equal(state.log_shown, log.end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(requests_are_checked, start),
        cmocka_unit_test_setup(grant_that_is_not_wanted_is_closed, start),
        cmocka_unit_test_setup(readers_are_served_in_order, start),
        cmocka_unit_test_setup(only_the_foreground_reads, start),
        cmocka_unit_test_setup(interrupt_is_signalled, start),
        cmocka_unit_test_setup(interrupt_waits_for_a_handle, start),
        cmocka_unit_test_setup(mode_is_that_of_the_keyboard, start),
        cmocka_unit_test_setup(write_is_not_repeated, start),
        cmocka_unit_test_setup(writers_wait_for_room, start),
        cmocka_unit_test_setup(drain_waits_until_it_is_said, start),
        cmocka_unit_test_setup(too_many_readers_are_refused, start),
        cmocka_unit_test_setup(log_comes_in_whole_lines, start),
        cmocka_unit_test_setup(lost_log_is_told, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

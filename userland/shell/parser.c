/* SPDX-License-Identifier: MIT
 *
 * From a line to words.
 */
#include "parser.h"

#include <string.h>

#define RESERVED "|;<>()$`"

struct parser {
    const char *next; /* what is left of the line */
    struct command *command;
    size_t length; /* of command->text in use */
    const char *error;
};

static bool fail(struct parser *parser, const char *error)
{
    parser->error = error;
    return false;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\n';
}

static bool add(struct parser *parser, char character)
{
    if (parser->length == PARSER_BYTES)
        return fail(parser, "the line is too long");
    parser->command->text[parser->length++] = character;
    return true;
}

/* The character behind a backslash. */
static bool add_escaped(struct parser *parser)
{
    if (*parser->next == '\0')
        return fail(parser, "nothing follows the backslash");
    return add(parser, *parser->next++);
}

/* Up to the closing quote, the opening one being behind us. */
static bool add_quoted(struct parser *parser, char quote)
{
    while (*parser->next != quote) {
        char character = *parser->next;
        if (character == '\0')
            return fail(parser, "a quote is not closed");
        parser->next++;
        if (quote == '"' && character == '\\' &&
            (*parser->next == '"' || *parser->next == '\\'))
            character = *parser->next++;
        if (!add(parser, character))
            return false;
    }
    parser->next++;
    return true;
}

static bool add_character(struct parser *parser)
{
    char character = *parser->next++;

    if (character == '\\')
        return add_escaped(parser);
    if (character == '\'' || character == '"')
        return add_quoted(parser, character);
    if (strchr(RESERVED, character) != NULL)
        return fail(parser, "| ; < > ( ) $ and ` have no meaning yet: quote them");
    return add(parser, character);
}

static bool parse_word(struct parser *parser)
{
    struct command *command = parser->command;

    if (command->argc == PARSER_WORDS_MAX)
        return fail(parser, "there are too many words");
    command->argv[command->argc++] = &command->text[parser->length];
    while (*parser->next != '\0' && !is_blank(*parser->next) && *parser->next != '&')
        if (!add_character(parser))
            return false;
    return add(parser, '\0');
}

static void skip_blanks(struct parser *parser)
{
    while (is_blank(*parser->next))
        parser->next++;
    if (*parser->next == '#')
        parser->next += strlen(parser->next);
}

static bool parse_end(struct parser *parser)
{
    if (*parser->next == '\0')
        return true;
    if (parser->command->argc == 0)
        return fail(parser, "no command stands before the &");
    parser->next++;
    parser->command->background = true;
    skip_blanks(parser);
    if (*parser->next != '\0')
        return fail(parser, "something follows the &");
    return true;
}

bool parser_parse(const char *line, struct command *command, const char **error)
{
    struct parser parser = {.next = line, .command = command};
    bool good = true;

    command->argc = 0;
    command->background = false;
    skip_blanks(&parser);
    while (good && *parser.next != '\0' && *parser.next != '&') {
        good = parse_word(&parser);
        skip_blanks(&parser);
    }
    good = good && parse_end(&parser);
    command->argv[command->argc] = NULL;
    *error = parser.error;
    return good;
}

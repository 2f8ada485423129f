/*
 * Template text to nodes. One pass and no recursion, so depth of nesting costs no stack; while a
 * section is open, the end of its node holds the index of the section around it. Rules of white
 * space are settled here, so that rendering only prints: a tag that stands alone takes its whole
 * line with it, and each line that prints something is announced by an indent node.
 */
#include "render/template.h"

#include "base/allocator.h"

#include <string.h>

static const size_t no_section = (size_t)-1;

struct delimiter {
    const char *text;
    size_t size;
};

struct parser {
    calx_render_template *template;
    calx_render_error *error;
    struct delimiter open, close;
    size_t position;   /* what is before it has become nodes */
    size_t section;    /* the innermost open one, or no_section */
    size_t paths_size; /* in use of template->paths */
    bool line_start;   /* nothing of the present line has become nodes */
};

/* A tag as it stands in the text. */
struct tag {
    char letter; /* the letter of its kind; 0 for a variable */
    size_t start;
    size_t end;
    calx_render_span content; /* between letter and closing delimiter, trimmed */
    bool alone;
    size_t line; /* of a tag that stands alone: where its line starts and where the next does */
    size_t next_line;
};

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

static bool is_space(char letter)
{
    return is_blank(letter) || letter == '\n' || letter == '\r';
}

/* The offset of what in the text, at or behind from; the size of the text when it is not there. */
static size_t find(const calx_render_template *template, size_t from, const char *what, size_t size)
{
    for (size_t i = from; i + size <= template->size; i++) {
        if (memcmp(template->text + i, what, size) == 0)
            return i;
    }
    return template->size;
}

static calx_render_node *add_node(struct parser *parser, calx_render_kind kind, size_t place)
{
    calx_render_template *template = parser->template;
    calx_render_node *node;

    if (template->count == template->capacity) {
        const size_t capacity = template->capacity ? template->capacity * 2 : 32;
        calx_render_node *nodes =
            calx_resize_array(template->nodes, capacity, sizeof(template->nodes[0]));

        if (!nodes)
            return NULL;
        template->nodes = nodes;
        template->capacity = capacity;
    }
    node = &template->nodes[template->count++];
    *node = (calx_render_node){ .kind = kind, .place = place };
    return node;
}

static calx_status add_indent(struct parser *parser, size_t place)
{
    if (!parser->line_start)
        return CALX_OK;
    parser->line_start = false;
    if (!add_node(parser, CALX_RENDER_INDENT, place))
        return calx_render_no_memory(parser->error, parser->template->name);
    return CALX_OK;
}

static bool is_empty_line(const char *text, size_t size)
{
    return text[0] == '\n' || (size == 2 && text[0] == '\r' && text[1] == '\n');
}

static calx_status add_line(struct parser *parser, size_t from, size_t size)
{
    const char *text = parser->template->text + from;
    calx_render_node *node;

    if (!is_empty_line(text, size)) {
        const calx_status status = add_indent(parser, from);

        if (status != CALX_OK)
            return status;
    }
    node = add_node(parser, CALX_RENDER_TEXT, from);
    if (!node)
        return calx_render_no_memory(parser->error, parser->template->name);
    node->text = (calx_render_span){ from, size };
    parser->line_start = text[size - 1] == '\n';
    return CALX_OK;
}

static calx_status add_text(struct parser *parser, size_t from, size_t to)
{
    calx_status status = CALX_OK;

    while (status == CALX_OK && from < to) {
        const char *text = parser->template->text + from;
        const char *newline = memchr(text, '\n', to - from);
        const size_t size = newline ? (size_t)(newline - text) + 1 : to - from;

        status = add_line(parser, from, size);
        from += size;
    }
    return status;
}

/* Whether white space alone is around the tag, up to both ends of its line. */
static void look_around(const calx_render_template *template, struct tag *tag)
{
    size_t before = tag->start, after = tag->end;

    while (before > 0 && is_blank(template->text[before - 1]))
        before--;
    if (before > 0 && template->text[before - 1] != '\n')
        return;
    while (after < template->size && is_blank(template->text[after]))
        after++;
    if (after + 1 < template->size && template->text[after] == '\r' &&
        template->text[after + 1] == '\n')
        after++;
    if (after < template->size && template->text[after] != '\n')
        return;
    tag->alone = true;
    tag->line = before;
    tag->next_line = after < template->size ? after + 1 : after;
}

static void trim(const calx_render_template *template, calx_render_span *span)
{
    while (span->size > 0 && is_space(template->text[span->start])) {
        span->start++;
        span->size--;
    }
    while (span->size > 0 && is_space(template->text[span->start + span->size - 1]))
        span->size--;
}

/* The letter that says what a tag is, and where the content behind it starts. */
static char read_letter(const calx_render_template *template, size_t *from)
{
    size_t at = *from;

    if (at < template->size && (template->text[at] == '{' || template->text[at] == '=')) {
        *from = at + 1;
        return template->text[at];
    }
    while (at < template->size && is_space(template->text[at]))
        at++;
    if (at == template->size || !memchr("#^/!>&", template->text[at], 6))
        return 0;
    *from = at + 1;
    return template->text[at];
}

/* The content's end: where the closing delimiter is, with the letter that must stand before it. */
static size_t find_close(const struct parser *parser, char letter, size_t from)
{
    const calx_render_template *template = parser->template;
    const char before = letter == '{' ? '}' : letter;

    if (letter != '{' && letter != '=')
        return find(template, from, parser->close.text, parser->close.size);
    for (size_t at = from; at < template->size; at++) {
        if (template->text[at] == before && template->size - at > parser->close.size &&
            memcmp(template->text + at + 1, parser->close.text, parser->close.size) == 0)
            return at;
    }
    return template->size;
}

static calx_status read_tag(const struct parser *parser, size_t start, struct tag *out_tag)
{
    const calx_render_template *template = parser->template;
    struct tag tag = { .start = start };
    size_t from = start + parser->open.size, close;

    tag.letter = read_letter(template, &from);
    close = find_close(parser, tag.letter, from);
    if (close == template->size)
        return calx_render_fault(parser->error, CALX_E_SYNTAX, template, start,
                                 "this tag is never closed: '%.*s' is missing",
                                 calx_render_shown(parser->close.size), parser->close.text);
    tag.end = close + parser->close.size + (tag.letter == '{' || tag.letter == '=');
    tag.content = (calx_render_span){ from, close - from };
    trim(template, &tag.content);
    if (tag.letter != 0 && tag.letter != '{' && tag.letter != '&')
        look_around(template, &tag);
    *out_tag = tag;
    return CALX_OK;
}

/* The two words of a delimiter tag; neither is empty nor has an equals sign or white space in it.
 */
static calx_status set_delimiters(struct parser *parser, const struct tag *tag)
{
    const calx_render_template *template = parser->template;
    const char *text = template->text + tag->content.start;
    const size_t size = tag->content.size;
    size_t first = 0, second;

    while (first < size && !is_space(text[first]))
        first++;
    second = first;
    while (second < size && is_space(text[second]))
        second++;
    for (size_t i = second; i < size; i++) {
        if (is_space(text[i]))
            second = size;
    }
    if (first == 0 || second == size || memchr(text, '=', size) || memchr(text, '\0', size))
        return calx_render_fault(
            parser->error, CALX_E_SYNTAX, template, tag->start,
            "a delimiter tag holds two words without '=', as in {{=<%% %%>=}}");
    parser->open = (struct delimiter){ text, first };
    parser->close = (struct delimiter){ text + second, size - second };
    return CALX_OK;
}

static calx_status check_name(const struct parser *parser, const struct tag *tag)
{
    const char *text = parser->template->text + tag->content.start;

    if (tag->content.size == 0)
        return calx_render_fault(parser->error, CALX_E_SYNTAX, parser->template, tag->start,
                                 "this tag has no name");
    for (size_t i = 0; i < tag->content.size; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == '\x7f')
            return calx_render_fault(
                parser->error, CALX_E_SYNTAX, parser->template, tag->start,
                "the name in this tag holds white space or a control character");
    }
    return CALX_OK;
}

/* Copies the name with a NUL behind each of its parts. Paths has room for the whole text. */
static calx_status split_name(struct parser *parser, const struct tag *tag, calx_render_node *node)
{
    const char *text = parser->template->text + tag->content.start;
    char *path = parser->template->paths + parser->paths_size;

    node->path = path;
    if (tag->content.size == 1 && text[0] == '.')
        return CALX_OK;
    for (size_t i = 0; i < tag->content.size; i++)
        path[i] = text[i] == '.' ? '\0' : text[i];
    path[tag->content.size] = '\0';
    parser->paths_size += tag->content.size + 1;
    for (const char *part = path; part <= path + tag->content.size; part += strlen(part) + 1) {
        if (part[0] == '\0')
            return calx_render_fault(parser->error, CALX_E_SYNTAX, parser->template, tag->start,
                                     "the name '%.*s' has an empty part",
                                     calx_render_shown(tag->content.size), text);
        node->parts++;
    }
    return CALX_OK;
}

/* The name of a partial is a name for the loader, so its dots mean nothing here. */
static void keep_name(struct parser *parser, const struct tag *tag, calx_render_node *node)
{
    char *path = parser->template->paths + parser->paths_size;

    memcpy(path, parser->template->text + tag->content.start, tag->content.size);
    path[tag->content.size] = '\0';
    parser->paths_size += tag->content.size + 1;
    node->path = path;
    node->parts = 1;
}

static calx_render_kind kind_of(char letter)
{
    switch (letter) {
    case '#':
        return CALX_RENDER_SECTION;
    case '^':
        return CALX_RENDER_INVERTED;
    case '>':
        return CALX_RENDER_PARTIAL;
    case '{':
    case '&':
        return CALX_RENDER_RAW;
    default:
        return CALX_RENDER_VARIABLE;
    }
}

static calx_status add_named(struct parser *parser, const struct tag *tag)
{
    const calx_render_kind kind = kind_of(tag->letter);
    calx_render_node *node = add_node(parser, kind, tag->start);

    if (!node)
        return calx_render_no_memory(parser->error, parser->template->name);
    node->name = tag->content;
    if (kind == CALX_RENDER_PARTIAL) {
        keep_name(parser, tag, node);
        node->alone = tag->alone;
        if (tag->alone)
            node->text = (calx_render_span){ tag->line, tag->start - tag->line };
        return CALX_OK;
    }
    if (kind == CALX_RENDER_SECTION || kind == CALX_RENDER_INVERTED) {
        node->end = parser->section;
        parser->section = parser->template->count - 1;
    }
    return split_name(parser, tag, node);
}

static calx_status close_section(struct parser *parser, const struct tag *tag)
{
    calx_render_template *template = parser->template;
    const char *name = template->text + tag->content.start;
    calx_render_node *section;

    if (parser->section == no_section)
        return calx_render_fault(parser->error, CALX_E_SYNTAX, template, tag->start,
                                 "no section is open here that '%.*s' could close",
                                 calx_render_shown(tag->content.size), name);
    section = &template->nodes[parser->section];
    if (section->name.size != tag->content.size ||
        memcmp(template->text + section->name.start, name, tag->content.size) != 0)
        return calx_render_fault(parser->error, CALX_E_SYNTAX, template, tag->start,
                                 "'%.*s' is closed here, but the open section is '%.*s'",
                                 calx_render_shown(tag->content.size), name,
                                 calx_render_shown(section->name.size),
                                 template->text + section->name.start);
    parser->section = section->end;
    section->end = template->count;
    return CALX_OK;
}

static calx_status apply_tag(struct parser *parser, const struct tag *tag)
{
    calx_status status;

    if (tag->letter == '!')
        return CALX_OK;
    if (tag->letter == '=')
        return set_delimiters(parser, tag);
    status = check_name(parser, tag);
    if (status != CALX_OK)
        return status;
    return tag->letter == '/' ? close_section(parser, tag) : add_named(parser, tag);
}

/* One tag and the text before it. */
static calx_status parse_tag(struct parser *parser, size_t start)
{
    struct tag tag = { .start = start };
    calx_status status = read_tag(parser, start, &tag);

    if (status != CALX_OK)
        return status;
    status = add_text(parser, parser->position, tag.alone ? tag.line : tag.start);
    if (status == CALX_OK && !tag.alone)
        status = add_indent(parser, tag.start);
    if (status == CALX_OK)
        status = apply_tag(parser, &tag);
    parser->position = tag.alone ? tag.next_line : tag.end;
    return status;
}

static calx_status parse_all(struct parser *parser)
{
    calx_render_template *template = parser->template;

    while (parser->position < template->size) {
        const size_t start = find(template, parser->position, parser->open.text, parser->open.size);
        calx_status status;

        if (start == template->size)
            return add_text(parser, parser->position, template->size);
        status = parse_tag(parser, start);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_render_parse(calx_render_template *template, const calx_render_source *source,
                              calx_render_error *error)
{
    struct parser parser = { .template = template,
                             .error = error,
                             .open = { "{{", 2 },
                             .close = { "}}", 2 },
                             .section = no_section,
                             .line_start = true };
    calx_status status;

    *template =
        (calx_render_template){ .name = source->name, .text = source->text, .size = source->size };
    /* A tag is at least two bytes longer than its name, so the text's size is room for all. */
    template->paths = calx_alloc(source->size);
    if (!template->paths)
        return calx_render_no_memory(error, source->name);
    status = parse_all(&parser);
    if (status == CALX_OK && parser.section != no_section) {
        const calx_render_node *section = &template->nodes[parser.section];

        status = calx_render_fault(
            error, CALX_E_SYNTAX, template, section->place, "the section '%.*s' is never closed",
            calx_render_shown(section->name.size), template->text + section->name.start);
    }
    return status;
}

void calx_render_template_clear(calx_render_template *template)
{
    calx_release(template->nodes);
    calx_release(template->paths);
    *template = (calx_render_template){ 0 };
}

/*
 * Folding long lines of C. A code line is broken behind a comma of its outermost brackets, else
 * behind an operator, else behind an opening bracket, and goes on below the bracket or the value
 * it belongs to. A comment is filled word by word. Widths are counted in characters, not bytes.
 * Preprocessor lines stay as they are: folding them would change what they mean.
 */
#include "view/layout.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_DEPTH = 32, INDENT = 4 };

/* How good a place to break is: less is better; each bracket around it costs one more round. */
enum place_cost { COST_COMMA, COST_OPERATOR, COST_SPACE, COST_BRACKET, COST_VALUE, COST_ROUND };

/* A piece of a code line that is being folded. */
struct piece {
    const char *text;
    size_t size;
    size_t column;            /* where it starts */
    size_t indent;            /* of the whole line */
    size_t value;             /* where the operands of a top-level expression line up */
    size_t depth;             /* of brackets open at its start */
    size_t inside[MAX_DEPTH]; /* for each open bracket, where its contents line up */
};

/* A place where the piece can be broken: what stays ends at end, what goes starts at start. */
struct place {
    size_t end;
    size_t start;
    size_t column; /* where the rest goes on */
    unsigned cost;
    bool in_text; /* inside a string literal, which is closed and opened again */
    bool found;
};

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xC0u) != 0x80u;
}

static size_t width(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += starts_character(text[i]);
    return count;
}

static size_t leading_spaces(const char *text, size_t size)
{
    size_t count = 0;

    while (count < size && text[count] == ' ')
        count++;
    return count;
}

static void put_spaces(calx_buffer *out, size_t count)
{
    while (count-- > 0)
        calx_buffer_char(out, ' ');
}

/* ---- comments ---- */

/* Words into lines that each start with indent, a star and a space. */
static void put_words(const char *text, size_t size, size_t indent, calx_buffer *out)
{
    size_t column = 0;

    for (size_t at = 0; at < size;) {
        const size_t gap = leading_spaces(text + at, size - at);
        size_t end = at + gap;

        while (end < size && text[end] != ' ')
            end++;
        if (end == at + gap)
            break;
        if (column > 0 &&
            column + gap + width(text + at + gap, end - at - gap) > CALX_VIEW_COLUMNS) {
            calx_buffer_char(out, '\n');
            column = 0;
        }
        if (column == 0) {
            put_spaces(out, indent);
            calx_buffer_put(out, "* ");
            column = indent + 2;
        } else {
            put_spaces(out, gap);
            column += gap;
        }
        calx_buffer_put_n(out, text + at + gap, end - at - gap);
        column += width(text + at + gap, end - at - gap);
        at = end;
    }
}

/* A comment of one line becomes one of several; the line inside a longer one is filled. */
static void fold_comment(const char *line, size_t size, calx_buffer *out)
{
    const size_t indent = leading_spaces(line, size);
    const char *text = line + indent;
    size_t rest = size - indent;
    size_t mark;

    if (text[0] == '*') {
        put_words(text + 1, rest - 1, indent, out);
        return;
    }
    mark = rest > 2 && text[2] == '*' ? 3 : 2;
    put_spaces(out, indent);
    calx_buffer_put_n(out, text, mark);
    calx_buffer_char(out, '\n');
    put_words(text + mark, rest - mark - 2, indent + 1, out);
    calx_buffer_char(out, '\n');
    put_spaces(out, indent);
    calx_buffer_put(out, " */");
}

/* ---- code ---- */

static void open_bracket(struct piece *piece, size_t at, size_t column)
{
    const bool is_spaced = at + 1 < piece->size && piece->text[at + 1] == ' ';

    if (piece->depth < MAX_DEPTH)
        piece->inside[piece->depth] = column + 1 + is_spaced;
    piece->depth++;
}

static size_t inside_column(const struct piece *piece)
{
    if (piece->depth == 0)
        return piece->value;
    return piece->inside[piece->depth <= MAX_DEPTH ? piece->depth - 1 : MAX_DEPTH - 1];
}

/* Keeps the better of two places; of equal ones the later, so that lines are filled. */
static void consider(struct place *best, struct place place, size_t column)
{
    place.found = true;
    if (column <= CALX_VIEW_COLUMNS && (!best->found || place.cost <= best->cost))
        *best = place;
}

/* Whether what starts there is a call that fits on a line of its own. */
static bool call_fits(const struct piece *piece, size_t start)
{
    const char *call = piece->text + start;
    const size_t size = piece->size - start;
    size_t name = 0;

    while (name < size && !strchr(" (,;", call[name]))
        name++;
    return name < size && call[name] == '(' &&
           piece->indent + INDENT + width(call, size) <= CALX_VIEW_COLUMNS;
}

/* What a space between two tokens, at position at, is worth as a place to break. */
static void consider_space(const struct piece *piece, size_t at, size_t column, struct place *best)
{
    const char before = at > 0 ? piece->text[at - 1] : ' ';
    const unsigned rounds = (unsigned)piece->depth * COST_ROUND;
    struct place place = { .end = at, .start = at + 1, .column = inside_column(piece) };

    if (before == ',') {
        place.cost = rounds + COST_COMMA;
        if (piece->depth == 0)
            place.column = piece->indent;
    } else if (strchr("|&+", before) && at > 1 && piece->text[at - 2] == ' ') {
        place.cost = rounds + COST_OPERATOR;
    } else if (before == '=' && piece->depth == 0) {
        place.cost = call_fits(piece, at + 1) ? COST_COMMA : COST_ROUND + COST_VALUE;
        place.column = piece->indent + INDENT;
    } else {
        return;
    }
    consider(best, place, column);
}

/*
 * How many lines the arguments of a list take that opens before start, when they are filled from a
 * column on and go on at the same column; 0: one of them is too wide for that.
 */
static size_t count_lines(const struct piece *piece, size_t start, size_t column)
{
    size_t depth = 0, from = start, at = start, lines = 1, end = column;

    for (; at < piece->size; at++) {
        const char letter = piece->text[at];
        const bool is_last = strchr(")]}", letter) && depth == 0;
        size_t size;

        if (strchr("([{", letter))
            depth++;
        else if (strchr(")]}", letter) && !is_last)
            depth--;
        if (!is_last && (letter != ',' || depth > 0))
            continue;
        size = width(piece->text + from, is_last ? piece->size - from : at + 1 - from);
        if (column + size > CALX_VIEW_COLUMNS)
            return 0;
        if (end + size > CALX_VIEW_COLUMNS) {
            lines++;
            end = column;
        }
        if (is_last)
            break;
        end += size + 1;
        from = at + 2;
    }
    return lines;
}

/*
 * Behind an opening bracket: the last resort, but the first when arguments do not fit below it, or,
 * in a call, when they take fewer lines so.
 */
static void consider_bracket(const struct piece *piece, size_t at, size_t column,
                             struct place *best)
{
    const char before = at > 0 ? piece->text[at - 1] : ' ';
    const bool is_call = !strchr(" (*&!", before);
    struct place place = { at + 1, at + 1, piece->indent + INDENT, COST_ROUND + COST_BRACKET };
    const size_t below = count_lines(piece, at + 1, column + 1);
    const size_t indented = count_lines(piece, at + 1, piece->indent + INDENT);

    if (is_call && (below == 0 || (piece->indent > 0 && indented > 0 && indented + 1 < below)))
        place.cost = COST_COMMA;
    consider(best, place, column + 1);
}

/* Past a text or a character; its end is one behind the closing quote. */
static size_t skip_text(const struct piece *piece, size_t at, size_t *column, struct place *best)
{
    const char quote = piece->text[at];
    const size_t start_column = *column;
    const unsigned cost = (unsigned)piece->depth * COST_ROUND + COST_SPACE;

    for (at++, (*column)++; at < piece->size && piece->text[at] != quote; at++) {
        if (piece->text[at] == '\\' && at + 1 < piece->size) {
            at++;
            (*column)++;
        }
        *column += starts_character(piece->text[at]);
        if (quote == '"' && piece->text[at] == ' ')
            consider(best, (struct place){ at + 1, at + 1, start_column, cost, .in_text = true },
                     *column + 1);
    }
    (*column)++;
    return at + 1;
}

/* The best place of the piece; what the piece knows of brackets is left as it is there. */
static struct place find_place(const struct piece *whole, struct piece *at_place)
{
    struct piece piece = *whole;
    struct place best = { 0 };
    size_t column = piece.column;

    for (size_t at = 0; at < piece.size && column <= CALX_VIEW_COLUMNS;) {
        const size_t before = best.start;
        const char letter = piece.text[at];

        if (letter == '"' || letter == '\'') {
            at = skip_text(&piece, at, &column, &best);
        } else {
            if (letter == ' ')
                consider_space(&piece, at, column, &best);
            else if (strchr("([{", letter))
                open_bracket(&piece, at, column);
            else if (strchr(")]}", letter) && piece.depth > 0)
                piece.depth--;
            if (letter == '(' && piece.depth == 1)
                consider_bracket(&piece, at, column, &best);
            if (letter == '=' && piece.depth == 0)
                piece.value = column + 2;
            column += starts_character(letter);
            at++;
        }
        if (best.start != before)
            *at_place = piece;
    }
    return best;
}

static void fold_code(const char *line, size_t size, calx_buffer *out)
{
    const size_t indent = leading_spaces(line, size);
    struct piece piece = { .text = line, .size = size, .indent = indent, .value = indent + INDENT };

    while (piece.column + width(piece.text, piece.size) > CALX_VIEW_COLUMNS) {
        struct piece next = piece;
        const struct place place = find_place(&piece, &next);

        if (!place.found || place.start == 0 || place.column < indent)
            break;
        calx_buffer_put_n(out, piece.text, place.end);
        calx_buffer_put(out, place.in_text ? "\"\n" : "\n");
        put_spaces(out, place.column);
        if (place.in_text)
            calx_buffer_char(out, '"');
        if (next.depth > 0 && next.depth <= MAX_DEPTH)
            next.inside[next.depth - 1] =
                place.in_text ? next.inside[next.depth - 1] : place.column;
        next.text = piece.text + place.start;
        next.size = piece.size - place.start;
        next.column = place.column;
        piece = next;
    }
    calx_buffer_put_n(out, piece.text, piece.size);
}

/* ---- lines ---- */

static bool starts_with(const char *line, size_t size, const char *start)
{
    const size_t indent = leading_spaces(line, size);
    const size_t length = strlen(start);

    return size - indent >= length && memcmp(line + indent, start, length) == 0;
}

static bool ends_comment(const char *line, size_t size)
{
    return size >= 2 && memcmp(line + size - 2, "*/", 2) == 0;
}

static void put_line(const char *line, size_t size, bool in_comment, calx_buffer *out)
{
    while (size > 0 && line[size - 1] == ' ')
        size--;
    if (width(line, size) <= CALX_VIEW_COLUMNS || starts_with(line, size, "#"))
        calx_buffer_put_n(out, line, size);
    else if (in_comment && starts_with(line, size, "*") && !ends_comment(line, size))
        fold_comment(line, size, out);
    else if (starts_with(line, size, "/*") && ends_comment(line, size))
        fold_comment(line, size, out);
    else if (in_comment || starts_with(line, size, "/*"))
        calx_buffer_put_n(out, line, size);
    else
        fold_code(line, size, out);
}

void calx_view_layout(const char *text, size_t size, calx_buffer *out)
{
    bool in_comment = false;

    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end ? (size_t)(end - (text + at)) : size - at;

        put_line(text + at, length, in_comment, out);
        if (starts_with(text + at, length, "/*"))
            in_comment = true;
        if (in_comment && ends_comment(text + at, length))
            in_comment = false;
        if (end)
            calx_buffer_char(out, '\n');
        at += length + (end != NULL);
    }
}

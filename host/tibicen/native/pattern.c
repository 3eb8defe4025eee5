/* Lua patterns as LuaJIT has them, in a number of steps that ends.

   The pattern ends at its first zero byte, as in LuaJIT; the subject may hold zeros. Offsets instead of pointers, and
   `look` answers 0 behind the pattern's end, so that nothing is read outside. */
#include "internal.h"

/* Work between two looks at the clock: 10 to 20 microseconds. */
enum { LOOK_EVERY = 4096 };

/* Characters that are compared with an item of one byte between two counts of the work. */
enum { STRETCH = 256 };

enum { NO_MATCH = -1, FAILED = -2 };

enum { ESCAPE = '%' };

typedef struct {
    tib_match *match;
    const uint8_t *subject;
    int32_t length;
    const uint8_t *pattern;
    int32_t pattern_length;
    int32_t depth;
} matcher;

/* ---- work ---- */

/* Counts work; false when there has been too much of it. */
static bool spend(tib_match *match, int32_t work) {
    match->work += work;
    if (match->work < LOOK_EVERY) {
        return true;
    }
    match->steps += match->work;
    match->work = 0;
    if (match->deadline != NULL && tib_deadline_passed(match->deadline)) {
        match->error = TIB_PATTERN_DEADLINE;
        return false;
    }
    if (match->steps > match->limit) {
        match->error = TIB_PATTERN_STEPS;
        return false;
    }
    return true;
}

static int32_t fail(matcher *m, int error) {
    m->match->error = error;
    return FAILED;
}

/* ---- character classes: ASCII, whatever the locale ---- */

enum { CONTROL = 1, SPACE = 2, PUNCTUATION = 4, DIGIT = 8, HEX = 16, UPPER = 32, LOWER = 64 };

enum { HEX_UPPER = UPPER | HEX, HEX_LOWER = LOWER | HEX, HEX_DIGIT = DIGIT | HEX, BLANK = SPACE | CONTROL };

/* Bytes from 128 on are of no kind. */
static const uint8_t KINDS[256] = {
#define ROW(kind) kind, kind, kind, kind, kind, kind, kind, kind
    ROW(CONTROL), CONTROL, BLANK, BLANK, BLANK, BLANK, BLANK, CONTROL, CONTROL, ROW(CONTROL), ROW(CONTROL),
    SPACE, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, ROW(PUNCTUATION),
    ROW(HEX_DIGIT), HEX_DIGIT, HEX_DIGIT, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION,
    PUNCTUATION, HEX_UPPER, HEX_UPPER, HEX_UPPER, HEX_UPPER, HEX_UPPER, HEX_UPPER, UPPER, ROW(UPPER),
    ROW(UPPER), UPPER, UPPER, UPPER, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION,
    PUNCTUATION, HEX_LOWER, HEX_LOWER, HEX_LOWER, HEX_LOWER, HEX_LOWER, HEX_LOWER, LOWER, ROW(LOWER),
    ROW(LOWER), LOWER, LOWER, LOWER, PUNCTUATION, PUNCTUATION, PUNCTUATION, PUNCTUATION, CONTROL,
#undef ROW
};

/* What a lower-case class letter stands for, 0 for a letter that is no class. */
static int kinds_in_class(uint8_t letter) {
    switch (letter) {
    case 'a': return UPPER | LOWER;
    case 'c': return CONTROL;
    case 'd': return DIGIT;
    case 'g': return UPPER | LOWER | DIGIT | PUNCTUATION;
    case 'l': return LOWER;
    case 'p': return PUNCTUATION;
    case 's': return SPACE;
    case 'u': return UPPER;
    case 'w': return UPPER | LOWER | DIGIT;
    case 'x': return HEX;
    default: return 0;
    }
}

/* `escaped` is what stands behind the %. */
static bool in_class(uint8_t c, uint8_t escaped) {
    if (escaped == 'z' || escaped == 'Z') {
        return (c == 0) == (escaped == 'z');
    }
    if ((KINDS[escaped] & (UPPER | LOWER)) != 0) {
        int kinds = kinds_in_class(escaped | 32);
        if (kinds != 0) {
            return ((KINDS[c] & kinds) != 0) == (escaped >= 'a');
        }
    }
    return c == escaped;
}

/* ---- items of the pattern ---- */

static inline uint8_t look(const matcher *m, int32_t at) {
    return at < m->pattern_length ? m->pattern[at] : 0;
}

/* Where the single-character item at `p` ends. */
static int32_t item_end(matcher *m, int32_t p) {
    uint8_t first = m->pattern[p++];
    if (first == ESCAPE) {
        return p < m->pattern_length ? p + 1 : fail(m, TIB_PATTERN_ENDS_IN_ESCAPE);
    }
    if (first != '[') {
        return p;
    }
    if (look(m, p) == '^') {
        p++;
    }
    /* The first character of a set is never its end: []] and [^]] hold a bracket. */
    do {
        if (p >= m->pattern_length) {
            return fail(m, TIB_PATTERN_NO_BRACKET);
        }
        if (m->pattern[p++] == ESCAPE && p < m->pattern_length) {
            p++;
        }
    } while (look(m, p) != ']');
    return p + 1;
}

/* The set from the bracket at `p` up to the one at `last`. */
static bool in_set(const matcher *m, uint8_t c, int32_t p, int32_t last) {
    const uint8_t *pattern = m->pattern;
    bool inside = true;
    if (pattern[p + 1] == '^') {
        inside = false;
        p++;
    }
    while (++p < last) {
        if (pattern[p] == ESCAPE) {
            p++;
            if (in_class(c, pattern[p])) {
                return inside;
            }
        } else if (pattern[p + 1] == '-' && p + 2 < last) {
            p += 2;
            if (pattern[p - 2] <= c && c <= pattern[p]) {
                return inside;
            }
        } else if (pattern[p] == c) {
            return inside;
        }
    }
    return !inside;
}

/* Whether the subject's character at `s` fits the item from `p` to `end`. */
static inline bool fits(const matcher *m, int32_t s, int32_t p, int32_t end) {
    if (s >= m->length) {
        return false;
    }
    uint8_t c = m->subject[s], first = m->pattern[p];
    if (first == '.') {
        return true;
    }
    if (first == ESCAPE) {
        return in_class(c, m->pattern[p + 1]);
    }
    return first == '[' ? in_set(m, c, p, end - 1) : c == first;
}

/* ---- matching ---- */

static int32_t match_here(matcher *m, int32_t s, int32_t p);

/* As many as there are, then fewer and fewer. */
static int32_t most(matcher *m, int32_t s, int32_t p, int32_t end) {
    int32_t reach = s;
    do {
        /* In stretches, so that counting costs nothing. */
        int32_t from = reach, room = 1 + STRETCH / (end - p);
        int32_t stretch = m->length - reach > room ? reach + room : m->length;
        while (reach < stretch && fits(m, reach, p, end)) {
            reach++;
        }
        if (!spend(m->match, (reach - from + 1) / 2 * (end - p))) {
            return FAILED;
        }
        if (reach < stretch) {
            break;
        }
    } while (reach < m->length);
    for (; reach >= s; reach--) {
        int32_t reached = match_here(m, reach, end + 1);
        if (reached != NO_MATCH) {
            return reached;
        }
    }
    return NO_MATCH;
}

/* As few as will do. */
static int32_t fewest(matcher *m, int32_t s, int32_t p, int32_t end) {
    for (;;) {
        int32_t reached = match_here(m, s, end + 1);
        if (reached != NO_MATCH) {
            return reached;
        }
        if (!fits(m, s, p, end)) {
            return NO_MATCH;
        }
        if (!spend(m->match, end - p)) {
            return FAILED;
        }
        s++;
    }
}

static int32_t open_capture(matcher *m, int32_t s, int32_t p, int32_t kind) {
    tib_match *match = m->match;
    if (match->count >= TIB_PATTERN_CAPTURES) {
        return fail(m, TIB_PATTERN_TOO_MANY_CAPTURES);
    }
    match->first[match->count] = s;
    match->last[match->count] = kind;
    match->count++;
    int32_t reached = match_here(m, s, p);
    if (reached == NO_MATCH) {
        match->count--;
    }
    return reached;
}

static int32_t close_capture(matcher *m, int32_t s, int32_t p) {
    tib_match *match = m->match;
    int32_t index = match->count - 1;
    while (index >= 0 && match->last[index] != TIB_CAPTURE_OPEN) {
        index--;
    }
    if (index < 0) {
        return fail(m, TIB_PATTERN_NOTHING_TO_CLOSE);
    }
    match->last[index] = s;
    int32_t reached = match_here(m, s, p);
    if (reached == NO_MATCH) {
        match->last[index] = TIB_CAPTURE_OPEN;
    }
    return reached;
}

/* %bxy: from an x to the y that balances it. `p` is at the x. */
static int32_t balanced(matcher *m, int32_t s, int32_t p) {
    if (p + 1 >= m->pattern_length) {
        return fail(m, TIB_PATTERN_UNBALANCED);
    }
    uint8_t opening = m->pattern[p], closing = m->pattern[p + 1];
    if (s >= m->length || m->subject[s] != opening) {
        return NO_MATCH;
    }
    int32_t open = 1;
    while (++s < m->length) {
        if (!spend(m->match, 1)) {
            return FAILED;
        }
        if (m->subject[s] == closing) {
            if (--open == 0) {
                return s + 1;
            }
        } else if (m->subject[s] == opening) {
            open++;
        }
    }
    return NO_MATCH;
}

/* %1 to %9: the same bytes again. A position capture has no bytes that could come again. */
static int32_t again(matcher *m, int32_t s, uint8_t digit) {
    tib_match *match = m->match;
    int32_t index = digit - '1';
    if (index < 0 || index >= match->count || match->last[index] == TIB_CAPTURE_OPEN) {
        return fail(m, TIB_PATTERN_CAPTURE_INDEX);
    }
    if (match->last[index] == TIB_CAPTURE_POSITION) {
        return NO_MATCH;
    }
    int32_t size = match->last[index] - match->first[index];
    if (m->length - s < size) {
        return NO_MATCH;
    }
    if (!spend(match, size / 128)) {
        return FAILED;
    }
    return memcmp(m->subject + match->first[index], m->subject + s, (size_t)size) == 0 ? s + size : NO_MATCH;
}

/* %f[set]: between a character outside the set and one inside it; both ends of the subject count as zeros. Gives
   where the set ends in the pattern. */
static int32_t frontier(matcher *m, int32_t s, int32_t p) {
    if (look(m, p) != '[') {
        return fail(m, TIB_PATTERN_NO_SET);
    }
    int32_t end = item_end(m, p);
    if (end == FAILED || !spend(m->match, end - p)) {
        return FAILED;
    }
    uint8_t before = s == 0 ? 0 : m->subject[s - 1];
    uint8_t behind = s < m->length ? m->subject[s] : 0;
    return !in_set(m, before, p, end - 1) && in_set(m, behind, p, end - 1) ? end : NO_MATCH;
}

/* Where a match of the pattern from `p` on ends that starts at `s`. Whatever stands last in the pattern is a loop
   here and no recursion; captures and repetitions recurse, and their depth is limited as LuaJIT limits it. */
static int32_t match_rest(matcher *m, int32_t s, int32_t p) {
    for (;;) {
        if (p >= m->pattern_length) {
            return s;
        }
        if (!spend(m->match, 1)) {
            return FAILED;
        }
        uint8_t first = m->pattern[p], next = look(m, p + 1);
        if (first == '(') {
            return next == ')' ? open_capture(m, s, p + 2, TIB_CAPTURE_POSITION)
                               : open_capture(m, s, p + 1, TIB_CAPTURE_OPEN);
        }
        if (first == ')') {
            return close_capture(m, s, p + 1);
        }
        if (first == '$' && p + 1 == m->pattern_length) {
            return s == m->length ? s : NO_MATCH;
        }
        if (first == ESCAPE && next == 'b') {
            s = balanced(m, s, p + 2);
            if (s < 0) {
                return s;
            }
            p += 4;
            continue;
        }
        if (first == ESCAPE && next == 'f') {
            p = frontier(m, s, p + 2);
            if (p < 0) {
                return p;
            }
            continue;
        }
        if (first == ESCAPE && next >= '0' && next <= '9') {
            s = again(m, s, next);
            if (s < 0) {
                return s;
            }
            p += 2;
            continue;
        }
        int32_t end = item_end(m, p);
        if (end == FAILED || !spend(m->match, end - p - 1)) {
            return FAILED;
        }
        bool fit = fits(m, s, p, end);
        switch (look(m, end)) {
        case '?':
            if (fit) {
                int32_t reached = match_here(m, s + 1, end + 1);
                if (reached != NO_MATCH) {
                    return reached;
                }
            }
            p = end + 1;
            break;
        case '*':
            return most(m, s, p, end);
        case '+':
            return fit ? most(m, s + 1, p, end) : NO_MATCH;
        case '-':
            return fewest(m, s, p, end);
        default:
            if (!fit) {
                return NO_MATCH;
            }
            s++;
            p = end;
        }
    }
}

static int32_t match_here(matcher *m, int32_t s, int32_t p) {
    if (++m->depth > TIB_PATTERN_DEPTH) {
        return fail(m, TIB_PATTERN_TOO_COMPLEX);
    }
    int32_t reached = match_rest(m, s, p);
    m->depth--;
    return reached;
}

/* ---- the two ways to search ---- */

/* Captures as the caller wants them: Lua counts from 1, up to and with the last. */
static int report(tib_match *match, int32_t start, int32_t stop, int how) {
    match->start = start;
    match->stop = stop;
    for (int32_t index = 0; index < match->count; index++) {
        match->first[index]++;
        if (match->last[index] == TIB_CAPTURE_OPEN && how != TIB_SEARCH_LENIENT) {
            return match->error = TIB_PATTERN_OPEN_CAPTURE;
        }
    }
    return TIB_PATTERN_FOUND;
}

/* The item that every match must begin with: its place in the pattern, and in `end` where it ends. NO_MATCH when there
   is none, because what stands first is optional or more than an item. Captures may be open before it. */
static int32_t leading_item(matcher *m, int32_t *end) {
    int32_t p = 0;
    while (p < TIB_PATTERN_CAPTURES && look(m, p) == '(' && look(m, p + 1) != ')') {
        p++;
    }
    uint8_t first = look(m, p), next = look(m, p + 1);
    bool special = first == '(' || first == ')' || first == '$';
    if (first == ESCAPE) {
        special = next == 'b' || next == 'f' || (next >= '0' && next <= '9');
    }
    if (p >= m->pattern_length || special) {
        return NO_MATCH;
    }
    *end = item_end(m, p);
    if (*end == FAILED) {
        return FAILED;
    }
    uint8_t times = look(m, *end);
    return times == '?' || times == '*' || times == '-' ? NO_MATCH : p;
}

/* Where the item fits, from `s` on; the subject's length when it fits nowhere. */
static int32_t skip_to(matcher *m, int32_t s, int32_t p, int32_t end) {
    while (s < m->length) {
        int32_t from = s, room = 1 + STRETCH / (end - p);
        int32_t stretch = m->length - s > room ? s + room : m->length;
        while (s < stretch && !fits(m, s, p, end)) {
            s++;
        }
        if (!spend(m->match, (s - from + 1) / 2 * (end - p))) {
            return FAILED;
        }
        if (s < stretch) {
            break;
        }
    }
    return s;
}

static int search_pattern(tib_match *match, const uint8_t *subject, int32_t length, const uint8_t *pattern,
                          int32_t pattern_length, int32_t from, int how) {
    const uint8_t *zero = pattern_length > 0 ? memchr(pattern, 0, (size_t)pattern_length) : NULL;
    if (zero != NULL) {
        pattern_length = (int32_t)(zero - pattern);
    }
    bool anchored = how != TIB_SEARCH_UNANCHORED && pattern_length > 0 && pattern[0] == '^';
    matcher m = {match, subject, length, pattern, pattern_length, 0};
    int32_t end = 0, lead = anchored ? NO_MATCH : leading_item(&m, &end);
    if (lead == FAILED) {
        return match->error;
    }
    for (int32_t s = from; s <= length; s++) {
        if (lead >= 0) {
            s = skip_to(&m, s, lead, end);
            if (s == FAILED) {
                return match->error;
            }
            if (s == length) {
                break;
            }
        }
        match->count = 0;
        m.depth = 0;
        int32_t reached = match_here(&m, s, anchored ? 1 : 0);
        if (reached >= 0) {
            return report(match, s, reached, how);
        }
        if (reached == FAILED) {
            return match->error;
        }
        if (anchored) {
            break;
        }
    }
    return TIB_PATTERN_NONE;
}

static int search_plain(tib_match *match, const uint8_t *subject, int32_t length, const uint8_t *text,
                        int32_t text_length, int32_t from) {
    match->count = 0;
    if (text_length == 0) {
        match->start = match->stop = from;
        return TIB_PATTERN_FOUND;
    }
    int32_t s = from;
    while (text_length <= length - s) {
        const uint8_t *found = memchr(subject + s, text[0], (size_t)(length - s - text_length + 1));
        if (found == NULL) {
            return TIB_PATTERN_NONE;
        }
        int32_t at = (int32_t)(found - subject), same = 1;
        while (same < text_length && subject[at + same] == text[same]) {
            same++;
        }
        if (same == text_length) {
            match->start = at;
            match->stop = at + text_length;
            return TIB_PATTERN_FOUND;
        }
        if (!spend(match, 1 + same / 2 + (at - s) / 32)) {
            return match->error;
        }
        s = at + 1;
    }
    return TIB_PATTERN_NONE;
}

static bool is_plain(const uint8_t *pattern, int32_t length) {
    for (int32_t index = 0; index < length; index++) {
        switch (pattern[index]) {
        case '^': case '$': case '*': case '+': case '?': case '.': case '(': case '[': case '%': case '-':
            return false;
        }
    }
    return true;
}

int tib_pattern_search(tib_match *match, const uint8_t *subject, int32_t length, const uint8_t *pattern,
                       int32_t pattern_length, int32_t from, int how) {
    match->steps = 0;
    match->error = TIB_PATTERN_NONE;
    if (from < 0 || from > length || pattern_length < 0) {
        return TIB_PATTERN_NONE;
    }
    if (how == TIB_SEARCH_PLAIN || (how == TIB_SEARCH_EITHER && is_plain(pattern, pattern_length))) {
        return search_plain(match, subject, length, pattern, pattern_length, from);
    }
    if (pattern_length > TIB_PATTERN_LONGEST) {
        return match->error = TIB_PATTERN_TOO_LONG;
    }
    return search_pattern(match, subject, length, pattern, pattern_length, from, how);
}

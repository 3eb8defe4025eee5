/* Reading MessagePack that may be anything: every access is checked, nothing is called back. */
#ifndef TIBICEN_PACKED_H
#define TIBICEN_PACKED_H

#include "internal.h"

enum { PACKED_BAD, PACKED_NIL, PACKED_UNSIGNED, PACKED_SIGNED, PACKED_FLOAT, PACKED_TEXT, PACKED_BYTES, PACKED_LIST,
       PACKED_MAP, PACKED_OTHER };

typedef struct {
    const uint8_t *data;
    size_t length;
    size_t at;
} tib_packed;

/* One value without what is inside it. */
typedef struct {
    int kind;
    uint64_t number; /* PACKED_UNSIGNED; PACKED_SIGNED as two's complement, below 0; entries of a list or a map */
    double real;
    const uint8_t *bytes;
    size_t length;
} tib_value;

/* Reads a value's head, and its bytes where it has any. At the end or at a byte that is none: PACKED_BAD. */
tib_value tib_packed_next(tib_packed *packed);
/* Steps over a whole value; false when it does not end. */
bool tib_packed_skip(tib_packed *packed);

#endif

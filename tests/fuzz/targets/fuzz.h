/* What the fuzz targets have in common. Each takes its choices from the first bytes of the input, the rest is data. */
#ifndef TIBICEN_FUZZ_H
#define TIBICEN_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include "layouts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with this input kept: something came out as it must not. */
#define must(what)                                                        \
    do {                                                                  \
        if (!(what)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
            abort();                                                      \
        }                                                                 \
    } while (0)

/* A copy with nothing behind it, so that a sanitizer sees every byte too many. */
static inline uint8_t *copy_of(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (size) {
        memcpy(copy, data, size);
    }
    return copy;
}

static const uint32_t fuzz_key[4] = {0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210};

/* ---- programs of all versions: build.py writes them into programs.c ---- */

enum { FUZZ_VERSIONS = 5, FUZZ_DIRECTIONS = 4 };

typedef struct {
    tib_layouts layouts;
    tib_messages messages[FUZZ_DIRECTIONS];
} fuzz_program;

extern const fuzz_program fuzz_programs[FUZZ_VERSIONS];

/* Some items are unknown, some have no flags, the others have all mixtures of them. The same as items() in inputs.py. */
static inline const uint16_t *fuzz_items(void) {
    static uint16_t items[65536];
    if (!items[63]) {
        for (uint32_t id = 0; id < 65536; id++) {
            items[id] = id % 64 == 63 ? TIB_ITEM_UNKNOWN : id % 4 ? (uint16_t)((id * 2654435761u >> 20) & 0x3ff) : 0;
        }
    }
    return items;
}

/* Four bytes in front of the data: version and direction, floor, features and whether there are items, how to read. */
static inline tib_wire fuzz_wire(const uint8_t *head) {
    static const uint8_t features[] = {101, 102, 103, 118};
    tib_wire wire = {{(int64_t)(head[1] % 18) - 1, 18, 14}, {0}, head[2] & 0x80 ? NULL : fuzz_items()};
    for (int i = 0; i < 4; i++) {
        wire.features[features[i]] = head[2] >> i & 1 ? 2 : 0;
    }
    return wire;
}

static inline const fuzz_program *fuzz_version(const uint8_t *head) {
    return &fuzz_programs[(head[0] >> 2) % FUZZ_VERSIONS];
}

static inline const tib_messages *fuzz_direction(const uint8_t *head) {
    return &fuzz_version(head)->messages[head[0] & 3];
}

#endif

/* What reading and writing by layouts have in common: the machine's registers, and tests on them. */
#ifndef TIBICEN_LAYOUT_H
#define TIBICEN_LAYOUT_H

#include "internal.h"
#include "layouts.h"

typedef struct {
    const tib_layouts *layouts;
    tib_wire *wire;
    tib_trouble *trouble;
    /* Texts in registers lie here: what is read, or what was written so far. */
    const uint8_t *bytes;
    int64_t registers[TIB_LAYOUT_REGISTERS];
    int64_t stack[TIB_LAYOUT_STACK];
    size_t base; /* of the running function's registers */
    size_t top;  /* behind them */
    int values;  /* on the stack */
    int depth;
    uint32_t entries;
} tib_machine;

/* A text in a register: where it begins, and its length in the lower 16 bits. */
static inline int64_t tib_text_at(size_t at, size_t length) {
    return (int64_t)(at << 16 | length);
}

static inline const uint8_t *tib_name(const tib_layouts *layouts, int64_t name, size_t *length) {
    const uint8_t *at = layouts->names + layouts->name_at[name];
    *length = layouts->name_at[name + 1] - layouts->name_at[name];
    return at;
}

static inline void tib_keep(tib_machine *machine, int64_t reg, int64_t value) {
    if (reg >= 0) {
        machine->registers[machine->base + (size_t)reg] = value;
    }
}

static inline int64_t tib_pop(tib_machine *machine) {
    return machine->stack[--machine->values];
}

static inline int tib_fail(tib_machine *machine, int error, int64_t name, int64_t value) {
    machine->trouble->error = error;
    machine->trouble->name = (int32_t)name;
    machine->trouble->value = value;
    return error;
}

void tib_machine_init(tib_machine *machine, const tib_layouts *layouts, tib_wire *wire, tib_trouble *trouble);
/* A function's registers; its first step in *code. */
int tib_enter(tib_machine *machine, const int64_t **code);
/* One more entry of a list. */
int tib_count_entry(tib_machine *machine);
/* The bits of an item, or below 0 and what is wrong. */
int tib_flags_of(tib_machine *machine, int64_t id, bool in_body, int64_t *bits);
/* Where a switch goes on; NULL: nowhere. */
const int64_t *tib_switch(tib_machine *machine, const int64_t *code);
/* How many tiles a map has, or below 0. */
int64_t tib_tiles(tib_machine *machine, int64_t kind);

#endif

/* MessagePack to wire: what the files of it share. */
#ifndef TIBICEN_LAYOUT_WRITE_H
#define TIBICEN_LAYOUT_WRITE_H

#include "layout.h"
#include "packed.h"

/* A map that is taken from: where its next key is, and how many keys stand before that. */
typedef struct {
    size_t first;
    uint64_t count;
    size_t at;
    uint64_t index;
} tib_record;

typedef struct {
    tib_machine machine;
    tib_packed in;
    tib_writer out;
    tib_record record;
} tib_writing;

/* ---- layout_write_fields.c: a name of -1 means the value at hand, without a key ---- */

/* Notes that a field is of another type or out of range. */
int tib_unfit(tib_writing *w, int64_t name);
/* What the writer says, noted for this field. */
int tib_room_left(tib_writing *w, int64_t name);
/* Moves to a field's value; tib_seek notes it when it is missing. */
bool tib_find(tib_writing *w, int64_t name);
int tib_seek(tib_writing *w, int64_t name);
/* A field's value was taken: the next field is looked for behind it. */
void tib_took(tib_writing *w, int64_t name);
bool tib_has(tib_writing *w, int64_t name);
/* Whether a value fits an integer (TIB_U8 ...). */
bool tib_fits(tib_value value, int64_t kind, uint64_t *raw);
void tib_put_integer(tib_writing *w, int64_t kind, uint64_t raw);

/* Each gives the value at hand to the wire. */
int tib_give_integer(tib_writing *w, int64_t name, int64_t reg, int64_t kind);
int tib_give_text(tib_writing *w, int64_t name, int64_t reg, bool text);
int tib_give_bytes(tib_writing *w, int64_t name, int64_t length);
int tib_give_place(tib_writing *w, int64_t name, int64_t reg);
int tib_give_decimal(tib_writing *w, int64_t name);
int tib_give_count(tib_writing *w, int64_t name, int64_t reg);

#endif

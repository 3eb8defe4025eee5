/* Message fields. Every access is checked; after the first error nothing moves any more. */
#include <math.h>

#include "internal.h"

void tib_reader_init(tib_reader *reader, const uint8_t *data, size_t length) {
    reader->data = data;
    reader->length = length;
    reader->position = 0;
    reader->error = TIB_OK;
}

size_t tib_reader_remaining(const tib_reader *reader) {
    return reader->length - reader->position;
}

/* The next `length` bytes, or NULL and the sticky error. */
static const uint8_t *take(tib_reader *reader, size_t length) {
    if (reader->error != TIB_OK) {
        return NULL;
    }
    if (length > reader->length - reader->position) {
        reader->error = TIB_TRUNCATED;
        return NULL;
    }
    const uint8_t *at = reader->data + reader->position;
    reader->position += length;
    return at;
}

uint8_t tib_read_u8(tib_reader *reader) {
    const uint8_t *at = take(reader, 1);
    return at ? at[0] : 0;
}

uint16_t tib_read_u16(tib_reader *reader) {
    const uint8_t *at = take(reader, 2);
    return at ? tib_load16(at) : 0;
}

uint32_t tib_read_u32(tib_reader *reader) {
    const uint8_t *at = take(reader, 4);
    return at ? tib_load32(at) : 0;
}

uint64_t tib_read_u64(tib_reader *reader) {
    const uint8_t *at = take(reader, 8);
    return at ? (uint64_t)tib_load32(at) | (uint64_t)tib_load32(at + 4) << 32 : 0;
}

double tib_read_double(tib_reader *reader) {
    const uint8_t *at = take(reader, 5);
    if (!at) {
        return 0;
    }
    return ((double)tib_load32(at + 1) - 2147483647.0) / pow(10, at[0]);
}

tib_span tib_read_bytes(tib_reader *reader, size_t length) {
    const uint8_t *at = take(reader, length);
    tib_span span = {at, at ? length : 0};
    return span;
}

tib_span tib_read_string(tib_reader *reader) {
    size_t before = reader->position;
    uint16_t length = tib_read_u16(reader);
    tib_span span = tib_read_bytes(reader, length);
    if (reader->error != TIB_OK && reader->position > before) {
        reader->position = before;
    }
    return span;
}

tib_position tib_read_position(tib_reader *reader) {
    tib_position position = {0, 0, 0};
    const uint8_t *at = take(reader, 5);
    if (at) {
        position.x = tib_load16(at);
        position.y = tib_load16(at + 2);
        position.z = at[4];
    }
    return position;
}

void tib_skip(tib_reader *reader, size_t length) {
    (void)take(reader, length);
}

void tib_writer_init(tib_writer *writer, uint8_t *data, size_t capacity) {
    writer->data = data;
    writer->capacity = capacity;
    writer->position = 0;
    writer->error = TIB_OK;
}

static uint8_t *grow(tib_writer *writer, size_t length) {
    if (writer->error != TIB_OK) {
        return NULL;
    }
    if (length > writer->capacity - writer->position) {
        writer->error = TIB_FULL;
        return NULL;
    }
    uint8_t *at = writer->data + writer->position;
    writer->position += length;
    return at;
}

void tib_write_u8(tib_writer *writer, uint8_t value) {
    uint8_t *at = grow(writer, 1);
    if (at) {
        at[0] = value;
    }
}

void tib_write_u16(tib_writer *writer, uint16_t value) {
    uint8_t *at = grow(writer, 2);
    if (at) {
        tib_store16(at, value);
    }
}

void tib_write_u32(tib_writer *writer, uint32_t value) {
    uint8_t *at = grow(writer, 4);
    if (at) {
        tib_store32(at, value);
    }
}

void tib_write_u64(tib_writer *writer, uint64_t value) {
    uint8_t *at = grow(writer, 8);
    if (at) {
        tib_store32(at, (uint32_t)value);
        tib_store32(at + 4, (uint32_t)(value >> 32));
    }
}

void tib_write_double(tib_writer *writer, double value, uint8_t precision) {
    double scaled = round(value * pow(10, precision)) + 2147483647.0;
    if (!(scaled >= 0 && scaled <= 4294967295.0)) {
        if (writer->error == TIB_OK) {
            writer->error = TIB_NOT_A_NUMBER;
        }
        return;
    }
    uint8_t *at = grow(writer, 5);
    if (at) {
        at[0] = precision;
        tib_store32(at + 1, (uint32_t)scaled);
    }
}

void tib_write_bytes(tib_writer *writer, const uint8_t *data, size_t length) {
    uint8_t *at = grow(writer, length);
    if (at && length) {
        memcpy(at, data, length);
    }
}

void tib_write_string(tib_writer *writer, const uint8_t *data, size_t length) {
    if (length > 65535) {
        if (writer->error == TIB_OK) {
            writer->error = TIB_TOO_LONG;
        }
        return;
    }
    uint8_t *at = grow(writer, length + 2);
    if (at) {
        tib_store16(at, (uint16_t)length);
        if (length) {
            memcpy(at + 2, data, length);
        }
    }
}

void tib_write_position(tib_writer *writer, uint16_t x, uint16_t y, uint8_t z) {
    uint8_t *at = grow(writer, 5);
    if (at) {
        tib_store16(at, x);
        tib_store16(at + 2, y);
        at[4] = z;
    }
}

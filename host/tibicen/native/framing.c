/* Frames of the three stacks, sealed and opened in place. */
#include "internal.h"

static size_t header_of(int stack) {
    return stack == TIB_STACK_BARE ? 2 : 6;
}

uint32_t tib_sequence_next(uint32_t *counter) {
    *counter = *counter >= 0x7fffffffu ? 0 : *counter + 1;
    return *counter;
}

int64_t tib_frame_peek(int stack, const uint8_t *data, size_t length, size_t limit) {
    if (length < 2) {
        return 0;
    }
    uint64_t count = tib_load16(data);
    if (count == 0) {
        return -TIB_EMPTY;
    }
    /* In 64 bits: peers that keep blocks * 8 + 4 in a u16 wrap above 8191 blocks. */
    uint64_t total = stack == TIB_STACK_BLOCKS ? 2 + 4 + count * 8 : 2 + count;
    if (total > limit) {
        return -TIB_TOO_LONG;
    }
    return total < header_of(stack) ? -TIB_BAD_LENGTH : (int64_t)total;
}

int64_t tib_frames_walk(int stack, const uint8_t *data, size_t length, size_t limit, size_t *last, size_t *count) {
    size_t at = 0;
    *last = 0;
    *count = 0;
    while (at < length) {
        int64_t whole = tib_frame_peek(stack, data + at, length - at, limit);
        if (whole < 0) {
            return whole;
        }
        if (whole == 0 || (uint64_t)whole > length - at) {
            break;
        }
        *last = at;
        at += (size_t)whole;
        ++*count;
    }
    return (int64_t)at;
}

int tib_frame_messages(int stack, int flags, const uint8_t *body, size_t length, size_t *offset, size_t *size) {
    if (flags & TIB_FRAME_RAW_BODY) {
        *offset = 0;
        *size = length;
        return TIB_OK;
    }
    if (stack == TIB_STACK_BLOCKS) {
        if (length < 1) {
            return TIB_TRUNCATED;
        }
        size_t padding = body[0];
        if (padding + 1 > length) {
            return TIB_BAD_PADDING;
        }
        *offset = 1;
        *size = length - 1 - padding;
        return TIB_OK;
    }
    if (length < 2) {
        return TIB_TRUNCATED;
    }
    size_t inner = tib_load16(body);
    if (inner > length - 2) {
        return TIB_BAD_LENGTH;
    }
    *offset = 2;
    *size = inner;
    return TIB_OK;
}

int tib_frame_check(int stack, int flags, const uint8_t *data, size_t length, tib_frame *frame) {
    size_t header = header_of(stack);
    memset(frame, 0, sizeof *frame);
    int64_t whole = tib_frame_peek(stack, data, length, SIZE_MAX >> 1);
    if (whole < 0) {
        return (int)-whole;
    }
    if (whole == 0 || length < (size_t)whole) {
        return TIB_TRUNCATED;
    }
    if (length > (size_t)whole) {
        return TIB_BAD_LENGTH;
    }
    frame->offset = header;
    frame->length = length - header;
    if (stack != TIB_STACK_BARE) {
        uint32_t number = tib_load32(data + 2);
        if (stack == TIB_STACK_ADLER || (flags & TIB_FRAME_ADLER)) {
            if (!(flags & TIB_FRAME_IGNORE_CHECKSUM) && number != tib_adler32(1, data + header, frame->length)) {
                return TIB_BAD_CHECKSUM;
            }
        } else {
            frame->sequence = number & 0x7fffffffu;
            frame->compressed = number >> 31;
        }
    }
    return TIB_OK;
}

int tib_frame_open(int stack, const tib_xtea *schedule, int flags, uint8_t *data, size_t length, tib_frame *frame) {
    int error = tib_frame_check(stack, flags, data, length, frame);
    if (error) {
        return error;
    }
    uint8_t *body = data + frame->offset;
    size_t size = frame->length;
    frame->length = 0;
    if (schedule) {
        error = tib_xtea_decrypt(schedule, body, size);
        if (error) {
            return error;
        }
    }
    size_t offset = 0;
    error = tib_frame_messages(stack, flags, body, size, &offset, &frame->length);
    frame->offset += offset;
    return error;
}

int tib_frame_seal(int stack, const tib_xtea *schedule, int flags, uint32_t number, uint8_t *buffer, size_t length,
                   size_t *frame_offset, size_t *frame_length) {
    uint8_t *messages = buffer + TIB_HEADROOM;
    uint8_t *body = messages;
    size_t size = length;
    bool blocks = stack == TIB_STACK_BLOCKS;
    if (!(flags & TIB_FRAME_RAW_BODY)) {
        if (!blocks && length > 65535) {
            return TIB_TOO_LONG;
        }
        size_t lead = blocks ? 1 : 2;
        body -= lead;
        size += lead;
    }
    /* Filler as the servers send it; receivers ignore its value. */
    size_t padding = blocks || schedule ? (8 - size % 8) % 8 : 0;
    memset(messages + length, 0x33, padding);
    size += padding;
    if (!(flags & TIB_FRAME_RAW_BODY)) {
        if (blocks) {
            body[0] = (uint8_t)padding;
        } else {
            tib_store16(body, (uint16_t)length);
        }
    }
    size_t header = header_of(stack);
    uint64_t count = blocks ? size / 8 : size + header - 2;
    if (count > 65535) {
        return TIB_TOO_LONG;
    }
    if (schedule) {
        int error = tib_xtea_encrypt(schedule, body, size);
        if (error) {
            return error;
        }
    }
    uint8_t *start = body - header;
    tib_store16(start, (uint16_t)count);
    if (stack == TIB_STACK_ADLER || (stack != TIB_STACK_BARE && (flags & TIB_FRAME_ADLER))) {
        tib_store32(start + 2, tib_adler32(1, body, size));
    } else if (stack != TIB_STACK_BARE) {
        tib_store32(start + 2, number);
    }
    *frame_offset = (size_t)(start - buffer);
    *frame_length = header + size;
    return TIB_OK;
}

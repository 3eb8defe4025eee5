/* Opening frames of every stack, and sealing what was found in them. First byte: stack, key, flags. */
#include "fuzz.h"

static void seal_again(int stack, const tib_xtea *schedule, int flags, const uint8_t *messages, size_t length) {
    uint8_t *buffer = malloc(TIB_HEADROOM + length + TIB_TAILROOM);
    memcpy(buffer + TIB_HEADROOM, messages, length);
    size_t offset = 0, whole = 0;
    bool raw = (flags & TIB_FRAME_RAW_BODY) != 0;
    int error = tib_frame_seal(stack, schedule, flags, 7, buffer, length, &offset, &whole);
    if (!error) {
        must(offset + whole <= TIB_HEADROOM + length + TIB_TAILROOM);
        tib_frame frame;
        error = tib_frame_open(stack, schedule, flags, buffer + offset, whole, &frame);
        if (whole == (stack == TIB_STACK_BARE ? 2 : 6)) {
            /* Nothing in it: servers don't send such, and none is opened. */
            must(raw);
        } else {
            must(error == TIB_OK);
            /* A raw body keeps the padding, for nothing says how much of it there is. */
            must(raw ? frame.length >= length : frame.length == length);
            must(memcmp(buffer + offset + frame.offset, messages, length) == 0);
        }
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    int stack = data[0] & 3, flags = data[0] >> 3 & 7;
    tib_xtea key;
    tib_xtea_init(&key, fuzz_key);
    const tib_xtea *schedule = data[0] & 4 ? &key : NULL;
    size--;
    uint8_t *copy = copy_of(data + 1, size);
    tib_frame frame;
    if (tib_frame_open(stack, schedule, flags, copy, size, &frame) == TIB_OK) {
        must(frame.offset <= size && frame.length <= size - frame.offset);
        seal_again(stack, schedule, flags, copy + frame.offset, frame.length);
    }
    free(copy);
    return 0;
}

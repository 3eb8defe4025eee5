/* Steps that only push, pop or test: the same for reading and writing, and most of the work, so they are inline. */
#ifndef TIBICEN_LAYOUT_STEP_H
#define TIBICEN_LAYOUT_STEP_H

#include "layout.h"

static inline bool tib_text_is(const tib_machine *machine, int64_t text, int64_t name) {
    size_t length;
    const uint8_t *at = tib_name(machine->layouts, name, &length);
    size_t head = length > 33 ? 2 : 1;
    return (size_t)(text & 0xffff) == length - head &&
           memcmp(machine->bytes + (text >> 16), at + head, length - head) == 0;
}

/* The two uppermost values become one. Sums and products are of values of 32 bits, so they fit. */
static inline int64_t tib_join(int64_t step, int64_t left, int64_t right) {
    switch (step) {
    case TIB_DO_AND: return left && right;
    case TIB_DO_OR: return left || right;
    case TIB_DO_EQUAL: return left == right;
    case TIB_DO_LESS: return left < right;
    case TIB_DO_LESS_EQUAL: return left <= right;
    case TIB_DO_ADD: return (int64_t)((uint64_t)left + (uint64_t)right);
    case TIB_DO_SUBTRACT: return (int64_t)((uint64_t)left - (uint64_t)right);
    case TIB_DO_MULTIPLY: return (int64_t)((uint64_t)left * (uint64_t)right);
    case TIB_DO_BITS: return left & right;
    default: return right < 0 || right > 62 ? (left < 0 ? -1 : 0) : left >> right;
    }
}

/* Where to go on. `more` is what TIB_DO_PUSH_MORE gives. */
static inline const int64_t *tib_step(tib_machine *machine, const int64_t *code, bool more) {
    const int64_t *registers = machine->registers + machine->base;
    int64_t *stack = machine->stack + machine->values;
    switch (code[0]) {
    case TIB_DO_JUMP:
        return machine->layouts->code + code[1];
    case TIB_DO_UNLESS_FLAG:
        return registers[code[1]] & code[2] ? code + 4 : machine->layouts->code + code[3];
    case TIB_DO_UNLESS_FEATURE:
        return machine->wire->features[code[1]] == 2 ? code + 3 : machine->layouts->code + code[2];
    case TIB_DO_UNLESS:
        return tib_pop(machine) ? code + 2 : machine->layouts->code + code[1];
    case TIB_DO_PUSH:
        stack[0] = code[1];
        break;
    case TIB_DO_PUSH_REGISTER:
        stack[0] = registers[code[1]];
        break;
    case TIB_DO_PUSH_SESSION:
        stack[0] = machine->wire->session[code[1]];
        break;
    case TIB_DO_PUSH_FEATURE:
        stack[0] = machine->wire->features[code[1]] == 2;
        break;
    case TIB_DO_PUSH_FLAG:
        stack[0] = registers[code[1]] & code[2];
        machine->values++;
        return code + 3;
    case TIB_DO_PUSH_MORE:
        stack[0] = more;
        break;
    case TIB_DO_PUSH_IS:
        stack[0] = tib_text_is(machine, registers[code[1]], code[2]);
        machine->values++;
        return code + 3;
    case TIB_DO_IN: {
        int64_t count = code[1], value = stack[-1];
        stack[-1] = 0;
        for (int64_t i = 0; i < count; i++) {
            stack[-1] |= code[2 + i] == value;
        }
        return code + 2 + count;
    }
    case TIB_DO_NOT:
        stack[-1] = !stack[-1];
        return code + 1;
    default:
        stack[-2] = tib_join(code[0], stack[-2], stack[-1]);
        machine->values--;
        return code + 1;
    }
    machine->values++;
    return code + 2;
}

#endif

/* The memory of one Lua state. Nearly all that Lua asks for is small (a table is 64 bytes), asked for and given back by
   the hundred thousand, and its size is told when it is given back. So blocks of a kind lie side by side in spans, with
   nothing between them; the C library would spend 16 bytes on each and a look around at each end. Spans lie in one
   range of addresses, which tells them from what the C library gave: large blocks, and what is older than the heap.

   One thread at a time uses a heap, as it does the Lua state. */
#ifndef _WIN32
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#endif

#include <stdlib.h>

#include "internal.h"

#include "heap.h"

#ifndef _WIN32

#include <stdatomic.h>

#define RANGE ((size_t)1 << 32) /* addresses of one heap; what is beyond is left to the C library */
#define STEP ((size_t)1 << 20)  /* so much more may be touched at a time */
#define SPAN ((size_t)1 << 16)
#define GRAIN 16
#define LARGEST 1024
#define CLASSES (LARGEST / GRAIN)
#define SPARE 64 /* empty spans that are kept for the next use: 4 MiB */

typedef struct span {
    struct span *next, *before; /* among those of its class that have room, or among the empty ones */
    void *freed;                /* blocks that were given back, each leads to the next */
    uint32_t used;              /* blocks that are in use */
    uint32_t fresh;             /* where begins what was never used, in bytes from the span */
    uint32_t size;              /* of a block */
    bool listed;
} span;

/* Blocks begin behind it, aligned. */
#define HEAD ((sizeof(span) + GRAIN - 1) / GRAIN * GRAIN)

typedef struct {
    uint8_t *range; /* aligned to SPAN */
    size_t taken;   /* bytes of the range that are or were spans */
    size_t open;    /* bytes of the range that may be touched */
    size_t used;
    size_t held;
    span *rooms[CLASSES + 1]; /* by class: spans with room */
    span *spare;              /* empty spans that are kept */
    size_t spares;
    uint16_t *idles; /* numbers of empty spans whose memory the system has back: they hold nothing, not even a link */
    size_t idle_count;
    void *mapped; /* what to give back in the end */
} heap;

static atomic_size_t heaps;

size_t tib_heap_count(void) { return atomic_load(&heaps); }

static void *new_range(heap *self) {
    uint8_t *mapped = mmap(NULL, RANGE + SPAN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        return NULL;
    }
    self->mapped = mapped;
    self->range = (uint8_t *)(((uintptr_t)mapped + SPAN - 1) / SPAN * SPAN);
    return mapped;
}

void *tib_heap_open(size_t used) {
    heap *self = calloc(1, sizeof(heap));
    if (self == NULL) {
        return NULL;
    }
    self->idles = malloc(RANGE / SPAN * sizeof(uint16_t));
    if (self->idles == NULL || new_range(self) == NULL) {
        free(self->idles);
        free(self);
        return NULL;
    }
    self->used = used;
    atomic_fetch_add(&heaps, 1);
    return self;
}

static void end(heap *self) {
    munmap(self->mapped, RANGE + SPAN);
    free(self->idles);
    free(self);
    atomic_fetch_sub(&heaps, 1);
}

size_t tib_heap_used(void *self) { return ((heap *)self)->used; }
size_t tib_heap_held(void *self) { return ((heap *)self)->held; }

static bool is_inside(const heap *self, const void *block) {
    return (uintptr_t)block - (uintptr_t)self->range < RANGE;
}

static void enlist(span **list, span *which) {
    which->next = *list;
    which->before = NULL;
    if (*list != NULL) {
        (*list)->before = which;
    }
    *list = which;
    which->listed = true;
}

static void unlist(span **list, span *which) {
    if (which->before != NULL) {
        which->before->next = which->next;
    } else {
        *list = which->next;
    }
    if (which->next != NULL) {
        which->next->before = which->before;
    }
    which->listed = false;
}

static span *empty_span(heap *self) {
    span *found = self->spare;
    if (found != NULL) {
        self->spare = found->next;
        self->spares--;
        return found;
    }
    if (self->idle_count != 0) {
        self->held += SPAN;
        return (span *)(self->range + (size_t)self->idles[--self->idle_count] * SPAN);
    }
    if (self->taken == self->open) {
        if (self->open == RANGE || mprotect(self->range + self->open, STEP, PROT_READ | PROT_WRITE) != 0) {
            return NULL;
        }
        self->open += STEP;
    }
    found = (span *)(self->range + self->taken);
    self->taken += SPAN;
    self->held += SPAN;
    return found;
}

/* NULL when there is no room in the range. */
static void *take(heap *self, size_t class) {
    span *from = self->rooms[class];
    if (from == NULL) {
        from = empty_span(self);
        if (from == NULL) {
            return NULL;
        }
        from->freed = NULL;
        from->used = 0;
        from->fresh = HEAD;
        from->size = (uint32_t)(class * GRAIN);
        enlist(&self->rooms[class], from);
    }
    void *block = from->freed;
    if (block != NULL) {
        memcpy(&from->freed, block, sizeof(void *));
    } else {
        block = (uint8_t *)from + from->fresh;
        from->fresh += from->size;
    }
    from->used++;
    if (from->freed == NULL && from->fresh + from->size > SPAN) {
        unlist(&self->rooms[class], from);
    }
    return block;
}

static void give_back(heap *self, void *block) {
    span *to = (span *)((uintptr_t)block / SPAN * SPAN);
    span **rooms = &self->rooms[to->size / GRAIN];
    memcpy(block, &to->freed, sizeof(void *));
    to->freed = block;
    to->used--;
    if (!to->listed) {
        enlist(rooms, to);
    }
    if (to->used != 0) {
        return;
    }
    unlist(rooms, to);
    if (self->spares < SPARE) {
        to->next = self->spare;
        self->spare = to;
        self->spares++;
    } else {
        madvise(to, SPAN, MADV_DONTNEED);
        self->held -= SPAN;
        self->idles[self->idle_count++] = (uint16_t)(((uint8_t *)to - self->range) / SPAN);
    }
}

static void *new_block(heap *self, size_t size) {
    void *block = size <= LARGEST ? take(self, (size + GRAIN - 1) / GRAIN) : NULL;
    return block != NULL ? block : malloc(size);
}

static void drop_block(heap *self, void *block) {
    if (is_inside(self, block)) {
        give_back(self, block);
    } else {
        free(block);
    }
}

static void *resized(heap *self, void *block, size_t old_size, size_t new_size) {
    if (old_size > LARGEST && new_size > LARGEST) {
        return realloc(block, new_size);
    }
    if (is_inside(self, block) && (old_size + GRAIN - 1) / GRAIN == (new_size + GRAIN - 1) / GRAIN) {
        return block;
    }
    void *fresh = new_block(self, new_size);
    if (fresh == NULL) {
        return NULL;
    }
    memcpy(fresh, block, old_size < new_size ? old_size : new_size);
    drop_block(self, block);
    return fresh;
}

void *tib_heap_resize(void *of, void *block, size_t old_size, size_t new_size) {
    heap *self = of;
    if (new_size == 0) {
        if (block != NULL) {
            drop_block(self, block);
            self->used -= old_size;
            if (self->used == 0) {
                end(self);
            }
        }
        return NULL;
    }
    void *result;
    if (block == NULL) {
        result = new_block(self, new_size);
        old_size = 0;
    } else {
        result = resized(self, block, old_size, new_size);
    }
    if (result != NULL) {
        self->used += new_size - old_size;
    }
    return result;
}

#else

void *tib_heap_open(size_t used) {
    (void)used;
    return NULL;
}
void *tib_heap_resize(void *heap, void *block, size_t old_size, size_t new_size) {
    (void)heap, (void)block, (void)old_size, (void)new_size;
    return NULL;
}
size_t tib_heap_used(void *heap) {
    (void)heap;
    return 0;
}
size_t tib_heap_held(void *heap) {
    (void)heap;
    return 0;
}
size_t tib_heap_count(void) { return 0; }

#endif

/* The memory of one Lua state (heap.c), as lua_Alloc wants it. For Python alone: no VM gets at it. */

/* Starts a heap of a state that is there already and holds `used` bytes, which the C library gave. NULL where the
   system has no such memory. It ends by itself with the last byte that the state gives back. */
void *tib_heap_open(size_t used);

/* A lua_Alloc; `heap` is its `ud`. */
void *tib_heap_resize(void *heap, void *block, size_t old_size, size_t new_size);

size_t tib_heap_used(void *heap); /* bytes that the state holds */
size_t tib_heap_held(void *heap); /* bytes of small blocks that the system has given, used or not */
size_t tib_heap_count(void);      /* heaps that have not ended */

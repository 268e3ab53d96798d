/* Growing arrays. They keep their memory when emptied, so a busy loop does not
 * allocate; what a storm has blown up is trimmed. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void *rp__vector_extend(rp__vector *vector, size_t item_size, size_t count) {
    if (count > vector->capacity - vector->count) {
        size_t capacity = vector->capacity == 0 ? FIRST_CAPACITY : 2 * vector->capacity;
        if (capacity < vector->count + count) {
            capacity = vector->count + count;
        }
        void *items = realloc(vector->items, capacity * item_size);
        if (items == NULL) {
            return NULL;
        }
        vector->items = items;
        vector->capacity = capacity;
    }
    uint8_t *added = (uint8_t *)vector->items + vector->count * item_size;
    vector->count += count;
    return added;
}

bool rp__vector_append(rp__vector *vector, const void *items, size_t item_size, size_t count) {
    if (count == 0) {
        return true;
    }
    void *added = rp__vector_extend(vector, item_size, count);
    if (added != NULL) {
        memcpy(added, items, count * item_size);
    }
    return added != NULL;
}

void rp__vector_free(rp__vector *vector) {
    free(vector->items);
    *vector = (rp__vector){NULL, 0, 0};
}

/* Gives back the memory of an emptied vector that has grown beyond KEPT bytes. */
void rp__vector_trim(rp__vector *vector, size_t item_size) {
    enum { KEPT = 65536 };
    if (vector->capacity * item_size > KEPT) {
        rp__vector_free(vector);
    } else {
        vector->count = 0;
    }
}

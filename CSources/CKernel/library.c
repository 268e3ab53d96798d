#include "abi.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(void *) == sizeof(void (*)(void)), "POSIX: dlsym gives functions as data");

size_t rp_kernel_library_size(void) {
    return sizeof(rp_kernel_library);
}

/* Looks one function up; false after writing which one is missing. */
static bool look_up(void *handle, const char *symbol, void *field, char *message) {
    void *address = dlsym(handle, symbol);
    if (address == NULL) {
        (void)snprintf(message, RP_KERNEL_MESSAGE_CAPACITY,
                       "the library has no symbol %s (another ABI)", symbol);
        return false;
    }
    memcpy(field, &address, sizeof address);
    return true;
}

rp_kernel_status rp_kernel_load(rp_kernel_library *library, const char *path, char *message) {
    message[0] = '\0';
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *said = dlerror();
        (void)snprintf(message, RP_KERNEL_MESSAGE_CAPACITY, "%s",
                       said == NULL ? "not a shared library" : said);
        return RP_KERNEL_NO_LIBRARY;
    }
#define RP_KERNEL_LOOK_UP(returned, name, parameters)                                              \
    if (!look_up(handle, "btck_" #name, &library->name, message)) {                                \
        return RP_KERNEL_NO_SYMBOL;                                                                \
    }
    RP_KERNEL_FUNCTIONS(RP_KERNEL_LOOK_UP)
#undef RP_KERNEL_LOOK_UP
    /* The reasons of refusals stand in the log only, at this level of this category. */
    library->logging_set_level_category(BTCK_LOG_CATEGORY_ALL, BTCK_LOG_LEVEL_DEBUG);
    library->logging_enable_category(BTCK_LOG_CATEGORY_VALIDATION);
    return RP_KERNEL_OK;
}

/* Which processors there are, and staying on one: so that server and generator do not share one. */
#define _GNU_SOURCE /* CPU_SET */

#include "CLoad.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/types.h>

size_t rp_load_processors(uint32_t *out, size_t most) {
    cpu_set_t set;
    size_t count = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 0;
    }
    for (uint32_t i = 0; i < CPU_SETSIZE && count < most; i++) {
        if (CPU_ISSET(i, &set)) {
            out[count++] = i;
        }
    }
    return count;
}

bool rp_load_pin(uint32_t processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL) {
        return false;
    }
    bool ok = true;
    for (struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks)) {
        const long thread = strtol(entry->d_name, NULL, 10);
        /* A thread that has ended meanwhile stays nowhere. */
        if (thread > 0 && sched_setaffinity((pid_t)thread, sizeof set, &set) != 0 &&
            errno != ESRCH) {
            ok = false;
        }
    }
    closedir(tasks);
    /* Whatever was started between reading and setting, this thread at least is there. */
    return ok && sched_setaffinity(0, sizeof set, &set) == 0;
}

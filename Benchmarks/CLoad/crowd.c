/* Telling everybody: the floor of a new block's way to all miners. See CLoad.h. */
#define _GNU_SOURCE /* epoll and MSG flags */

#include "CLoad.h"

#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, SECONDS = 20 };

typedef struct listener {
    int fd;
    size_t left;
} listener;

static bool join(listener *one, uint16_t port, int epoll) {
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* A reset at the end: ten thousand ports that linger would be in the way of what comes next. */
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    return one->fd >= 0 && setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0 &&
           connect(one->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
           epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &event) == 0;
}

/* Reads what there is; whether the listener has heard everything now. */
static bool hear(listener *one) {
    char ignored[16384];
    const size_t before = one->left;
    const ssize_t n = recv(one->fd, ignored, sizeof ignored, MSG_DONTWAIT);
    if (n > 0) {
        one->left -= (size_t)n < one->left ? (size_t)n : one->left;
    }
    return before > 0 && one->left == 0;
}

static rp_load_status wait_for_all(int epoll, uint32_t count, uint64_t start,
                                   rp_crowd_result *result) {
    struct epoll_event events[EVENTS];
    uint32_t told = 0;
    while (told < count && rp__now() < start + SECONDS * 1000000000ull) {
        const int n = epoll_wait(epoll, events, EVENTS, 10);
        for (int i = 0; i < n; i++) {
            if (hear(events[i].data.ptr)) {
                result->last = rp__now() - start;
                result->first = told == 0 ? result->last : result->first;
                told++;
            }
        }
    }
    return told == count ? RP_LOAD_OK : RP_LOAD_SYSTEM;
}

rp_load_status rp_load_crowd(uint16_t port, uint32_t connections, size_t bytes,
                             rp_crowd_result *result) {
    listener *all = calloc(connections, sizeof *all);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    rp_load_status status = all != NULL && epoll >= 0 ? RP_LOAD_OK : RP_LOAD_SYSTEM;
    uint32_t open = 0;
    memset(result, 0, sizeof *result);
    while (status == RP_LOAD_OK && open < connections) {
        all[open].left = bytes;
        status = join(&all[open], port, epoll) ? RP_LOAD_OK : RP_LOAD_SYSTEM;
        open += all[open].fd >= 0 ? 1 : 0;
        if (status != RP_LOAD_OK) {
            break;
        }
    }
    if (status == RP_LOAD_OK) {
        /* The server accepts in its own time. */
        usleep(500000);
        const uint64_t start = rp__now();
        status = send(all[0].fd, "!\n", 2, MSG_NOSIGNAL) == 2
                     ? wait_for_all(epoll, connections, start, result)
                     : RP_LOAD_DISCONNECTED;
    }
    for (uint32_t i = 0; i < open; i++) {
        close(all[i].fd);
    }
    if (epoll >= 0) {
        close(epoll);
    }
    free(all);
    return status;
}

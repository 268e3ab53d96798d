/* A relay that notes when a node's answer was handed on. See CLoadProbe.h. */
#define _GNU_SOURCE /* accept4 */

#include "CLoadProbe.h"

#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 32, CHUNK = 65536 };

/* One connection of the pool, and the one to the node that belongs to it. */
typedef struct pair {
    int pool, node;
    uint64_t since; /* the arming that `bytes` is counted from */
    uint64_t bytes; /* of the node's answer so far */
} pair;

struct rp_relay {
    int listener, wake;
    uint16_t port, node_port;
    pthread_t thread;
    pair pairs[MOST];
    size_t count;
    _Atomic uint64_t armed;  /* counts the calls of rp_relay_arm */
    _Atomic uint64_t answer; /* time of the last byte of the answer */
    uint64_t answered;       /* the arming that has its answer */
    size_t winner;           /* the pair that it came on */
    bool is_whole;           /* the pool has gone on to another request */
    char chunk[CHUNK];
};

static bool pass(int from, int to, char *chunk, ssize_t *length) {
    *length = recv(from, chunk, CHUNK, 0);
    for (ssize_t written = 0; written < *length;) {
        const ssize_t n = send(to, chunk + written, (size_t)(*length - written), MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        written += n > 0 ? n : 0;
    }
    return *length > 0;
}

static int connect_to(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void take_connection(rp_relay *r) {
    const int yes = 1, pool = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    if (pool < 0) {
        return;
    }
    setsockopt(pool, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int node = r->count < MOST ? connect_to(r->node_port) : -1;
    if (node < 0) {
        close(pool);
        return;
    }
    r->pairs[r->count++] = (pair){.pool = pool, .node = node};
}

/* The node's bytes went to the pool. */
static void note(rp_relay *r, size_t index, size_t length) {
    pair *p = &r->pairs[index];
    const uint64_t armed = atomic_load(&r->armed);
    if (p->since != armed) {
        p->since = armed;
        p->bytes = 0;
    }
    p->bytes += length;
    if (p->bytes >= RP_RELAY_ANSWER && r->answered != armed) {
        r->answered = armed;
        r->winner = index;
        r->is_whole = false;
    }
    if (r->answered == armed && r->winner == index && !r->is_whole) {
        atomic_store(&r->answer, rp__now());
    }
}

/* The pool asks for something else on the same connection: the answer before was whole. */
static void note_request(rp_relay *r, size_t index) {
    r->pairs[index].bytes = 0;
    r->is_whole = r->is_whole || r->winner == index;
}

static bool serve(rp_relay *r, size_t index, short pool_events, short node_events) {
    pair *p = &r->pairs[index];
    ssize_t length = 0;
    if (pool_events != 0) {
        note_request(r, index);
        if (!pass(p->pool, p->node, r->chunk, &length)) {
            return false;
        }
    }
    if (node_events != 0) {
        if (!pass(p->node, p->pool, r->chunk, &length)) {
            return false;
        }
        note(r, index, (size_t)length);
    }
    return true;
}

static void end_pair(rp_relay *r, size_t index) {
    note_request(r, index);
    close(r->pairs[index].pool);
    close(r->pairs[index].node);
    r->pairs[index] = r->pairs[--r->count];
    r->winner = r->winner == r->count ? index : r->winner;
}

static void *run(void *context) {
    rp_relay *r = context;
    struct pollfd polled[2 + 2 * MOST];
    while (true) {
        polled[0] = (struct pollfd){.fd = r->wake, .events = POLLIN};
        polled[1] = (struct pollfd){.fd = r->listener, .events = POLLIN};
        const size_t count = r->count;
        for (size_t i = 0; i < count; i++) {
            polled[2 + 2 * i] = (struct pollfd){.fd = r->pairs[i].pool, .events = POLLIN};
            polled[3 + 2 * i] = (struct pollfd){.fd = r->pairs[i].node, .events = POLLIN};
        }
        if (poll(polled, 2 + 2 * count, -1) < 0 && errno != EINTR) {
            return NULL;
        }
        if (polled[0].revents != 0) {
            return NULL;
        }
        /* From the last on, because a pair that ends is replaced by the last. */
        for (size_t i = count; i-- > 0;) {
            if (!serve(r, i, polled[2 + 2 * i].revents, polled[3 + 2 * i].revents)) {
                end_pair(r, i);
            }
        }
        if (polled[1].revents != 0) {
            take_connection(r);
        }
    }
}

static bool listen_anywhere(rp_relay *r) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    r->wake = eventfd(0, EFD_CLOEXEC);
    if (r->listener < 0 || r->wake < 0 ||
        bind(r->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(r->listener, MOST) != 0 ||
        getsockname(r->listener, (struct sockaddr *)&address, &size) != 0) {
        return false;
    }
    r->port = ntohs(address.sin_port);
    return true;
}

static void close_both(rp_relay *r) {
    if (r->listener >= 0) {
        close(r->listener);
    }
    if (r->wake >= 0) {
        close(r->wake);
    }
    free(r);
}

rp_load_status rp_relay_create(rp_relay **relay, uint16_t port) {
    rp_relay *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return RP_LOAD_NO_MEMORY;
    }
    r->listener = r->wake = -1;
    r->node_port = port;
    if (!listen_anywhere(r) || pthread_create(&r->thread, NULL, run, r) != 0) {
        close_both(r);
        return RP_LOAD_SYSTEM;
    }
    *relay = r;
    return RP_LOAD_OK;
}

uint16_t rp_relay_port(const rp_relay *relay) {
    return relay->port;
}

void rp_relay_arm(rp_relay *relay) {
    atomic_store(&relay->answer, 0);
    atomic_fetch_add(&relay->armed, 1);
}

uint64_t rp_relay_answer(const rp_relay *relay) {
    return atomic_load(&relay->answer);
}

void rp_relay_destroy(rp_relay *relay) {
    const uint64_t one = 1;
    if (write(relay->wake, &one, sizeof one) != sizeof one) {
        pthread_cancel(relay->thread);
    }
    pthread_join(relay->thread, NULL);
    for (size_t i = 0; i < relay->count; i++) {
        close(relay->pairs[i].pool);
        close(relay->pairs[i].node);
    }
    close_both(relay);
}

/* The load generator: connections, sending, answers, latencies. See the header. */
#define _GNU_SOURCE /* accept4-era epoll and MSG flags */

#include "CLoad.h"
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lines in flight on one connection at most; in an open loop a stalled server fills it. */
enum { MAX_IN_FLIGHT = 1024, EVENTS = 512, SETTLE_SECONDS = 2, CONNECT_SECONDS = 30 };

typedef struct connection {
    int fd;
    uint32_t first, in_flight; /* ring of send times */
    uint64_t *sent_at;
} connection;

typedef struct load {
    const rp_load_params *params;
    connection *connections;
    uint64_t *times;
    uint8_t *lines; /* the line, as often as the window is wide */
    rp__latencies latencies;
    int epoll;
    bool sending;
} load;

/* ---- connections ---- */

static rp_load_status open_one(load *l, uint32_t index) {
    connection *c = &l->connections[index];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(l->params->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0) {
        return RP_LOAD_SYSTEM;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(c->fd, (const struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        return RP_LOAD_CANNOT_CONNECT;
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = index};
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0 ? RP_LOAD_OK : RP_LOAD_SYSTEM;
}

static rp_load_status finish_one(load *l, uint32_t index) {
    connection *c = &l->connections[index];
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return RP_LOAD_CANNOT_CONNECT;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    return epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0 ? RP_LOAD_OK : RP_LOAD_SYSTEM;
}

/* At most 256 handshakes at a time, so that no listen queue overflows. */
static rp_load_status open_all(load *l) {
    const uint64_t deadline = rp__now() + CONNECT_SECONDS * 1000000000ull;
    uint32_t started = 0, standing = 0;
    while (standing < l->params->connections) {
        while (started < l->params->connections && started - standing < 256) {
            const rp_load_status status = open_one(l, started++);
            if (status != RP_LOAD_OK) {
                return status;
            }
        }
        struct epoll_event events[EVENTS];
        const int count = epoll_wait(l->epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            const rp_load_status status = finish_one(l, events[i].data.u32);
            if (status != RP_LOAD_OK) {
                return status;
            }
            standing++;
        }
        if (rp__now() > deadline) {
            return RP_LOAD_CANNOT_CONNECT;
        }
    }
    return RP_LOAD_OK;
}

/* ---- lines and answers ---- */

static rp_load_status send_lines(load *l, connection *c, uint32_t count) {
    const size_t length = l->params->line_length * count;
    const uint64_t time = rp__now();
    for (uint32_t i = 0; i < count; i++) {
        c->sent_at[(c->first + c->in_flight++) % MAX_IN_FLIGHT] = time;
    }
    size_t written = 0;
    while (written < length) {
        const ssize_t n = send(c->fd, l->lines + written, length - written, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return RP_LOAD_DISCONNECTED;
        }
        /* A full socket drains in microseconds on loopback: the window is far below its size. */
        written += n > 0 ? (size_t)n : 0;
    }
    return RP_LOAD_OK;
}

static rp_load_status take_answers(load *l, connection *c) {
    char bytes[65536];
    const ssize_t length = recv(c->fd, bytes, sizeof bytes, 0);
    if (length <= 0) {
        return length < 0 && (errno == EAGAIN || errno == EINTR) ? RP_LOAD_OK
                                                                 : RP_LOAD_DISCONNECTED;
    }
    const uint64_t time = rp__now();
    uint32_t answered = 0;
    for (const char *at = bytes, *end = bytes + length;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (c->in_flight == 0) {
            return RP_LOAD_EXTRA_ANSWER;
        }
        const uint64_t taken = time - c->sent_at[c->first];
        c->first = (c->first + 1) % MAX_IN_FLIGHT;
        c->in_flight--;
        answered++;
        if (l->sending) {
            rp__latencies_add(&l->latencies, taken);
        }
    }
    return l->sending && l->params->rate == 0 && answered > 0 ? send_lines(l, c, answered)
                                                              : RP_LOAD_OK;
}

static rp_load_status take_events(load *l, int timeout) {
    struct epoll_event events[EVENTS];
    const int count = epoll_wait(l->epoll, events, EVENTS, timeout);
    for (int i = 0; i < count; i++) {
        const rp_load_status status = take_answers(l, &l->connections[events[i].data.u32]);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    return count < 0 && errno != EINTR ? RP_LOAD_SYSTEM : RP_LOAD_OK;
}

/* Open loop: sends what is due, connection after connection, whether or not answers have come. */
static rp_load_status send_due(load *l, uint64_t start, uint64_t *sent) {
    const uint64_t due = (rp__now() - start) * l->params->rate / 1000000000u;
    for (; *sent < due; ++*sent) {
        connection *c = &l->connections[*sent % l->params->connections];
        if (c->in_flight == MAX_IN_FLIGHT) {
            continue;
        }
        const rp_load_status status = send_lines(l, c, 1);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    return RP_LOAD_OK;
}

static rp_load_status run(load *l, rp_load_result *result) {
    const rp_load_params *p = l->params;
    rp_load_status status = open_all(l);
    const uint64_t start = rp__now(), end = start + p->milliseconds * 1000000u;
    uint64_t sent = 0;
    l->sending = true;
    for (uint32_t i = 0; status == RP_LOAD_OK && p->rate == 0 && i < p->connections; i++) {
        status = send_lines(l, &l->connections[i], p->window);
    }
    while (status == RP_LOAD_OK && rp__now() < end) {
        if (p->rate > 0) {
            status = send_due(l, start, &sent);
        }
        if (status == RP_LOAD_OK) {
            status = take_events(l, p->rate > 0 ? 0 : 10);
        }
    }
    result->nanoseconds = rp__now() - start;
    l->sending = false;
    const uint64_t settled = rp__now() + SETTLE_SECONDS * 1000000000ull;
    do {
        result->lost = 0;
        for (uint32_t i = 0; i < p->connections; i++) {
            result->lost += l->connections[i].in_flight;
        }
        if (status == RP_LOAD_OK && result->lost > 0) {
            status = take_events(l, 10);
        }
    } while (status == RP_LOAD_OK && result->lost > 0 && rp__now() < settled);
    result->answers = l->latencies.count;
    result->p50 = rp__latencies_percentile(&l->latencies, 50);
    result->p99 = rp__latencies_percentile(&l->latencies, 99);
    result->max = l->latencies.max;
    return status;
}

static void close_all(load *l) {
    for (uint32_t i = 0; l->connections != NULL && i < l->params->connections; i++) {
        if (l->connections[i].fd >= 0) {
            close(l->connections[i].fd);
        }
    }
    if (l->epoll >= 0) {
        close(l->epoll);
    }
    free(l->connections);
    free(l->times);
    free(l->lines);
}

static rp_load_status prepare(load *l) {
    const rp_load_params *p = l->params;
    const uint32_t copies = p->rate > 0 ? 1 : p->window;
    l->connections = calloc(p->connections, sizeof *l->connections);
    l->times = calloc((size_t)p->connections * MAX_IN_FLIGHT, sizeof *l->times);
    l->lines = malloc(p->line_length * copies);
    for (uint32_t i = 0; l->connections != NULL && i < p->connections; i++) {
        l->connections[i].fd = -1;
    }
    if (l->connections == NULL || l->times == NULL || l->lines == NULL) {
        return RP_LOAD_NO_MEMORY;
    }
    for (uint32_t i = 0; i < p->connections; i++) {
        l->connections[i].sent_at = l->times + (size_t)i * MAX_IN_FLIGHT;
    }
    for (uint32_t i = 0; i < copies; i++) {
        memcpy(l->lines + i * p->line_length, p->line, p->line_length);
    }
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    return l->epoll < 0 ? RP_LOAD_SYSTEM : RP_LOAD_OK;
}

rp_load_status rp_load_run(const rp_load_params *params, rp_load_result *result) {
    load l = {.params = params, .epoll = -1};
    memset(result, 0, sizeof *result);
    if (params->connections == 0 || params->window > MAX_IN_FLIGHT || params->line_length == 0) {
        return RP_LOAD_SYSTEM;
    }
    rp_load_status status = prepare(&l);
    if (status == RP_LOAD_OK) {
        status = run(&l, result);
    }
    close_all(&l);
    return status;
}

const char *rp_load_text(rp_load_status status) {
    switch (status) {
    case RP_LOAD_OK:
        return "ok";
    case RP_LOAD_NO_MEMORY:
        return "no memory";
    case RP_LOAD_CANNOT_CONNECT:
        return "cannot connect";
    case RP_LOAD_DISCONNECTED:
        return "the server closed a connection";
    case RP_LOAD_EXTRA_ANSWER:
        return "more answers than lines";
    case RP_LOAD_SYSTEM:
        return "a system call failed";
    case RP_LOAD_REFUSED:
        return "the server said something that it should not";
    }
    return "unknown";
}

/* Many miners: their connections, handshakes and lines. See CLoadMiners.h. */
#define _GNU_SOURCE /* accept4-era epoll and MSG flags */

#include "miners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HANDSHAKE_SECONDS = 60 };

void rp__complain(rp_miners *miners, const char *line, size_t length) {
    if (miners->complaint[0] == 0) {
        const size_t most = sizeof miners->complaint - 1;
        memcpy(miners->complaint, line, length < most ? length : most);
    }
}

const char *rp_miners_complaint(const rp_miners *miners) {
    return miners->complaint;
}

rp_load_status rp__send(int fd, const char *bytes, size_t length) {
    size_t written = 0;
    while (written < length) {
        const ssize_t n = send(fd, bytes + written, length - written, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return RP_LOAD_DISCONNECTED;
        }
        written += n > 0 ? (size_t)n : 0;
    }
    return RP_LOAD_OK;
}

/* ---- making and ending ---- */

static bool allocate(rp_miners *m, const rp_miners_params *params) {
    const size_t count = params->count, users = count * RP_MINERS_USER_LENGTH;
    m->work_stride = (rp_core_work_size() + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
    m->each = calloc(count, sizeof *m->each);
    m->users = malloc(users);
    m->rings = calloc(count * RP_MINERS_MAX_WINDOW, sizeof *m->rings);
    m->works = aligned_alloc(RP_SHARE_ALIGN, count * m->work_stride);
    if (m->each == NULL || m->users == NULL || m->rings == NULL || m->works == NULL) {
        return false;
    }
    memcpy(m->users, params->users, users);
    for (size_t i = 0; i < count; i++) {
        m->each[i].fd = -1;
        m->each[i].sent_at = m->rings + i * RP_MINERS_MAX_WINDOW;
        m->each[i].work = (rp_core_work *)(void *)(m->works + i * m->work_stride);
        m->each[i].next_id = m->each[i].oldest_id = RP__FIRST_SHARE_ID;
    }
    return true;
}

rp_load_status rp_miners_create(rp_miners **miners, const rp_miners_params *params) {
    rp_miners *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return RP_LOAD_NO_MEMORY;
    }
    m->count = params->count;
    m->port = params->port;
    m->engine = rp_hash_best();
    m->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!allocate(m, params) || m->epoll < 0) {
        const rp_load_status status = m->epoll < 0 ? RP_LOAD_SYSTEM : RP_LOAD_NO_MEMORY;
        rp_miners_destroy(m);
        return status;
    }
    *miners = m;
    return RP_LOAD_OK;
}

void rp_miners_destroy(rp_miners *m) {
    for (uint32_t i = 0; m->each != NULL && i < m->count; i++) {
        if (m->each[i].fd >= 0) {
            close(m->each[i].fd);
        }
        free(m->each[i].ready);
        free(m->each[i].partial);
    }
    if (m->epoll >= 0) {
        close(m->epoll);
    }
    rp__free_jobs(m);
    free(m->each);
    free(m->users);
    free(m->rings);
    free(m->works);
    free(m);
}

/* ---- handshakes ---- */

static rp_load_status open_one(rp_miners *m, uint32_t index) {
    rp__miner *miner = &m->each[index];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(m->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    miner->started = rp__now();
    miner->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (miner->fd < 0) {
        return RP_LOAD_SYSTEM;
    }
    setsockopt(miner->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(miner->fd, (const struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        return RP_LOAD_CANNOT_CONNECT;
    }
    miner->phase = RP__CONNECTING;
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = index};
    return epoll_ctl(m->epoll, EPOLL_CTL_ADD, miner->fd, &event) == 0 ? RP_LOAD_OK : RP_LOAD_SYSTEM;
}

static rp_load_status begin(rp_miners *m, uint32_t index) {
    static const char subscribe[] =
        "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"radpool-bench/1\"]}\n";
    rp__miner *miner = &m->each[index];
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(miner->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return RP_LOAD_CANNOT_CONNECT;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (epoll_ctl(m->epoll, EPOLL_CTL_MOD, miner->fd, &event) != 0) {
        return RP_LOAD_SYSTEM;
    }
    miner->phase = RP__SUBSCRIBING;
    return rp__send(miner->fd, subscribe, sizeof subscribe - 1);
}

rp_load_status rp_miners_connect(rp_miners *m, uint32_t at_a_time, rp_handshake_result *result) {
    const uint64_t start = rp__now(), deadline = start + HANDSHAKE_SECONDS * 1000000000ull;
    uint32_t started = 0;
    memset(result, 0, sizeof *result);
    memset(&m->latencies, 0, sizeof m->latencies);
    while (m->mining < m->count) {
        while (started < m->count && started - m->mining < at_a_time) {
            const rp_load_status status = open_one(m, started++);
            if (status != RP_LOAD_OK) {
                return status;
            }
        }
        const rp_load_status status = rp__take_events(m, 100);
        if (status != RP_LOAD_OK) {
            return status;
        }
        if (rp__now() > deadline) {
            return RP_LOAD_CANNOT_CONNECT;
        }
    }
    result->nanoseconds = rp__now() - start;
    result->p50 = rp__latencies_percentile(&m->latencies, 50);
    result->p99 = rp__latencies_percentile(&m->latencies, 99);
    result->branch_count = m->each[0].job->branch_count;
    result->coinbase_length = m->each[0].job->coinbase_length;
    result->level = m->each[0].job->level;
    return RP_LOAD_OK;
}

static rp_load_status subscribed(rp_miners *m, rp__miner *miner, const char *line, size_t length) {
    const char *at = line, *end = line + length, *text = NULL;
    size_t size = 0;
    /* "id" "result" "mining.set_difficulty" TOKEN "mining.notify" TOKEN EXTRANONCE1 */
    for (int i = 0; i < 7; i++) {
        text = rp__next_text(&at, end, &size);
    }
    unsigned int extranonce1 = 0;
    if (text == NULL || size != 8 || sscanf(text, "%8x", &extranonce1) != 1) {
        rp__complain(m, line, length);
        return RP_LOAD_REFUSED;
    }
    for (int i = 0; i < 4; i++) {
        miner->extranonce1[i] = (uint8_t)(extranonce1 >> (24 - 8 * i));
    }
    char request[192];
    const int written = snprintf(
        request, sizeof request,
        "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%.*s\",\"x\"]}\n",
        RP_MINERS_USER_LENGTH, m->users + (size_t)(miner - m->each) * RP_MINERS_USER_LENGTH);
    miner->phase = RP__AUTHORIZING;
    return rp__send(miner->fd, request, (size_t)written);
}

static bool begins(const char *line, size_t length, const char *with) {
    const size_t size = strlen(with);
    return length >= size && memcmp(line, with, size) == 0;
}

rp_load_status rp__take_control(rp_miners *m, rp__miner *miner, const char *line, size_t length) {
    if (begins(line, length, "{\"id\":null,\"method\":\"mining.notify\"")) {
        return rp__take_notify(m, miner, line, length);
    }
    if (miner->phase == RP__SUBSCRIBING && begins(line, length, "{\"id\":1,\"result\":[[")) {
        return subscribed(m, miner, line, length);
    }
    if (miner->phase == RP__AUTHORIZING && begins(line, length, "{\"id\":2,\"result\":true,")) {
        miner->phase = RP__WAITING;
        return RP_LOAD_OK;
    }
    if (begins(line, length, "{\"id\":null,\"method\":") ||
        memmem(line, length, "\"method\":", 9) != NULL) {
        return RP_LOAD_OK; /* set_difficulty comes with a job, which names its level; others matter
                              not */
    }
    rp__complain(m, line, length);
    return RP_LOAD_REFUSED;
}

rp_load_status rp__take_events(rp_miners *m, int milliseconds) {
    struct epoll_event events[RP__EVENTS];
    const int count = epoll_wait(m->epoll, events, RP__EVENTS, milliseconds);
    for (int i = 0; i < count; i++) {
        const uint32_t index = events[i].data.u32;
        const rp_load_status status =
            m->each[index].phase == RP__CONNECTING ? begin(m, index) : rp__take(m, index);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    return count < 0 && errno != EINTR ? RP_LOAD_SYSTEM : RP_LOAD_OK;
}

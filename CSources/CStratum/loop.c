/*
 * One event loop. A turn: the kernel's events (reads, accepts, the inbox), then, in the check
 * phase, the shares of all reads are judged together, handed out, and all replies written.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BACKLOG = 4096, SECOND = 1000 };

static void do_nothing(uv_idle_t *handle) {
    (void)handle;
}

/* While the idle handle runs, the loop does not sleep. */
void rp__loop_again(rp__loop *loop) {
    (void)uv_idle_start(&loop->again, do_nothing);
}

static void take_inbox(rp__loop *loop) {
    rp__inbox *inbox = &loop->inbox;
    rp__inbox taken;
    uv_mutex_lock(&inbox->lock);
    memcpy(&taken, inbox, sizeof taken);
    inbox->settlements = inbox->jobs = inbox->grants = (rp__vector){NULL, 0, 0};
    inbox->show = inbox->stop = false;
    uv_mutex_unlock(&inbox->lock);
    const rp__settlement *settlements = taken.settlements.items;
    for (size_t i = 0; i < taken.settlements.count; i++) {
        rp__settle(loop, settlements[i]);
    }
    rp_stratum_job *const *jobs = taken.jobs.items;
    for (size_t i = 0; i < taken.jobs.count; i++) {
        rp__jobs_take(loop, jobs[i]);
    }
    const rp__grant *grants = taken.grants.items;
    for (size_t i = 0; i < taken.grants.count; i++) {
        rp__session_grant(loop, &grants[i]);
    }
    rp__vector_free(&taken.settlements);
    rp__vector_free(&taken.jobs);
    rp__vector_free(&taken.grants);
    if (taken.show) {
        rp__show(loop, taken.text);
    }
    if (taken.stop && !loop->stopping) {
        rp__stop_begin(loop);
    }
}

static void on_wake(uv_async_t *handle) {
    take_inbox(handle->data);
}

static void on_check(uv_check_t *handle) {
    rp__loop *loop = handle->data;
    rp__connection_again(loop);
    rp__batch_judge(loop);
    rp__exchange_flush(loop);
    rp__drain_touched(loop);
    rp__announce(loop);
    if (loop->stopping) {
        rp__stop_continue(loop);
    }
    if (loop->waiting == NULL && !loop->announcing) {
        (void)uv_idle_stop(&loop->again);
    }
}

/* Those that have not authorised in time. The list is in the order of connecting. */
static void end_slow_starters(rp__loop *loop, uint64_t now) {
    const rp_stratum_server_config *config = &loop->server->config;
    const uint32_t first = config->subscribe_timeout < config->authorize_timeout
                               ? config->subscribe_timeout
                               : config->authorize_timeout;
    rp__session *session = loop->young;
    while (session != NULL && now - session->connected >= first) {
        rp__session *next = session->young_next;
        const uint64_t age = now - session->connected;
        if (age >= config->authorize_timeout ||
            (!session->subscribed && age >= config->subscribe_timeout)) {
            rp__session_end(session, RP_STRATUM_ENDING_SLOW_START);
        }
        session = next;
    }
}

/* Looks at a fifteenth of the sessions. */
static void sweep(rp__loop *loop, uint64_t now) {
    for (uint64_t left = loop->session_count / RP__SWEEP_SECONDS + 1; left > 0; left--) {
        if (loop->sweep == NULL) {
            loop->sweep = loop->sessions;
        }
        rp__session *session = loop->sweep;
        if (session == NULL) {
            return;
        }
        loop->sweep = session->next;
        rp__session_tick(session, now);
    }
}

static void on_timer(uv_timer_t *timer) {
    rp__loop *loop = timer->data;
    const uint64_t now = rp__now(loop);
    if (!loop->stopping) {
        end_slow_starters(loop, now);
        sweep(loop, now);
        rp__seats_expire(&loop->seats, now);
    }
}

static bool init_handles(rp__loop *loop) {
    loop->uv.data = loop->wake.data = loop->check.data = loop->again.data = loop->timer.data = loop;
    return uv_async_init(&loop->uv, &loop->wake, on_wake) == 0 &&
           uv_check_init(&loop->uv, &loop->check) == 0 &&
           uv_idle_init(&loop->uv, &loop->again) == 0 &&
           uv_timer_init(&loop->uv, &loop->timer) == 0 &&
           uv_check_start(&loop->check, on_check) == 0 &&
           uv_timer_start(&loop->timer, on_timer, SECOND, SECOND) == 0;
}

static bool init_memory(rp__loop *loop) {
    const size_t stride =
        (rp_share_work_size() + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
    loop->batch.works = aligned_alloc(RP_SHARE_ALIGN, RP__BATCH * stride);
    loop->out.bytes = malloc(RP__OUT_BUFFER);
    loop->out.capacity = RP__OUT_BUFFER;
    loop->read_buffer = malloc(RP__READ_BUFFER);
    loop->cipher_buffer = malloc(RP__CIPHER_BUFFER);
    loop->reply_buffer = malloc(2 * RP_STRATUM_MAX_REPLY);
    return loop->batch.works != NULL && loop->out.bytes != NULL && loop->read_buffer != NULL &&
           loop->cipher_buffer != NULL && loop->reply_buffer != NULL &&
           rp__filter_make(loop, loop->server->config.filter_capacity);
}

rp_stratum_status rp__loop_init(rp__loop *loop, rp_stratum_server *server, uint32_t index) {
    const rp_stratum_server_config *config = &server->config;
    loop->server = server;
    loop->index = index;
    rp__seats_init(&loop->seats, (uint32_t)config->front_end << 6 | index,
                   (uint32_t)(config->seed >> 32) + index);
    if (uv_mutex_init(&loop->inbox.lock) != 0) {
        return RP_STRATUM_NO_THREADS;
    }
    loop->inbox_ready = true;
    loop->inbox.closed = true; /* until it runs */
    if (!init_memory(loop)) {
        return RP_STRATUM_OUT_OF_MEMORY;
    }
    if (uv_loop_init(&loop->uv) != 0) {
        return RP_STRATUM_NO_THREADS;
    }
    loop->uv_ready = true;
    if (!init_handles(loop)) {
        return RP_STRATUM_NO_THREADS;
    }
    loop->inbox.closed = false;
    return RP_STRATUM_OK;
}

/* Options that accepted connections inherit: replies at once, dead peers noticed. */
static bool set_options(uv_tcp_t *listener) {
    const int on = 1;
    uv_os_fd_t descriptor;
    return uv_fileno((const uv_handle_t *)listener, &descriptor) == 0 &&
           setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
           uv_tcp_nodelay(listener, 1) == 0 && uv_tcp_keepalive(listener, 1, 120) == 0;
}

rp_stratum_status rp__loop_bind(rp__loop *loop, size_t listener, const struct sockaddr *address) {
    uv_tcp_t *tcp = &loop->listeners[listener];
    if (uv_tcp_init_ex(&loop->uv, tcp, address->sa_family) != 0) {
        return RP_STRATUM_BIND_FAILED;
    }
    loop->bound++;
    const unsigned int flags = address->sa_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0;
    if (!set_options(tcp) || uv_tcp_bind(tcp, address, flags) != 0) {
        return RP_STRATUM_BIND_FAILED;
    }
    return RP_STRATUM_OK;
}

/* Nobody is let in before there is work to give out. What cannot listen now, for want of the
 * kernel's memory, tries again with the next job; a port in use is found when it is bound. */
void rp__loop_accept(rp__loop *loop) {
    if (loop->listening || loop->stopping) {
        return;
    }
    loop->listening = true;
    for (size_t i = 0; i < loop->bound; i++) {
        if (uv_listen((uv_stream_t *)&loop->listeners[i], BACKLOG, rp__accept) != 0) {
            loop->listening = false;
        }
    }
}

static void run(void *argument) {
    rp__loop *loop = argument;
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    rp__exchange_loop_ended(loop->server);
}

bool rp__loop_start(rp__loop *loop) {
    loop->thread_ready = uv_thread_create(&loop->thread, run, loop) == 0;
    return loop->thread_ready;
}

void rp__loop_destroy(rp__loop *loop) {
    if (loop->thread_ready) {
        uv_thread_join(&loop->thread);
    } else if (loop->uv_ready) {
        rp__stop_handles(loop);
        (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    }
    if (loop->uv_ready) {
        (void)uv_loop_close(&loop->uv);
    }
    rp__jobs_drop_all(loop);
    rp_stratum_job *const *jobs = loop->inbox.jobs.items;
    for (size_t i = 0; i < loop->inbox.jobs.count; i++) {
        rp__jobs_release(jobs[i]);
    }
    rp__pending **slabs = loop->pending_slabs.items;
    for (size_t i = 0; i < loop->pending_slabs.count; i++) {
        rp__pending_free_slab(slabs[i]);
    }
    rp__vector *vectors[] = {&loop->inbox.settlements, &loop->inbox.jobs, &loop->inbox.grants,
                             &loop->pending_slabs,     &loop->new_shares, &loop->new_refusals,
                             &loop->new_logins};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        rp__vector_free(vectors[i]);
    }
    rp__seats_free(&loop->seats);
    rp__filter_free(loop);
    free(loop->batch.works);
    free(loop->out.bytes);
    free(loop->read_buffer);
    free(loop->cipher_buffer);
    free(loop->reply_buffer);
    if (loop->inbox_ready) {
        uv_mutex_destroy(&loop->inbox.lock);
    }
}

/* Workers: jobs are handed out by an atomic counter; the calling thread works too. */
#include "core/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 256

typedef struct crew {
    csi_job job;
    void *user;
    size_t n_jobs;
    atomic_size_t next;
    atomic_bool stop;
    pthread_mutex_t lock;
    size_t failed_job; /* lowest job that failed so far; under lock, as failure */
    csi_status failure;
} crew;

typedef struct hand {
    crew *crew;
    size_t thread;
    pthread_t id;
} hand;

static void note_failure(crew *c, size_t job, csi_status status)
{
    pthread_mutex_lock(&c->lock);
    if (c->failure == CSI_OK || job < c->failed_job) {
        c->failure = status;
        c->failed_job = job;
    }
    pthread_mutex_unlock(&c->lock);
    atomic_store(&c->stop, true);
}

static void *work(void *argument)
{
    const hand *h = argument;
    crew *c = h->crew;
    while (!atomic_load(&c->stop)) {
        const size_t job = atomic_fetch_add(&c->next, 1);
        if (job >= c->n_jobs) {
            break;
        }
        const csi_status status = c->job(c->user, job, h->thread);
        if (status != CSI_OK) {
            note_failure(c, job, status);
        }
    }
    return NULL;
}

size_t csi_workers_count(size_t n_threads)
{
    if (n_threads == 0) {
        cpu_set_t set;
        n_threads = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1; /* fails beyond 1024 */
    }
    return n_threads > MAX_THREADS ? MAX_THREADS : n_threads;
}

csi_status csi_workers_run(size_t n_threads, size_t n_jobs, csi_job job, void *user)
{
    crew c = {.job = job, .user = user, .n_jobs = n_jobs, .lock = PTHREAD_MUTEX_INITIALIZER, .failure = CSI_OK};
    atomic_init(&c.next, 0);
    atomic_init(&c.stop, false);
    hand hands[MAX_THREADS];
    size_t wanted = csi_workers_count(n_threads);
    wanted = wanted > n_jobs ? (n_jobs == 0 ? 1 : n_jobs) : wanted;
    size_t n_started = 1;
    hands[0] = (hand){.crew = &c, .thread = 0};
    for (; n_started < wanted; n_started++) {
        hands[n_started] = (hand){.crew = &c, .thread = n_started};
        if (pthread_create(&hands[n_started].id, NULL, work, &hands[n_started]) != 0) {
            break;
        }
    }
    work(&hands[0]);
    for (size_t i = 1; i < n_started; i++) {
        pthread_join(hands[i].id, NULL);
    }
    pthread_mutex_destroy(&c.lock);
    return c.failure;
}

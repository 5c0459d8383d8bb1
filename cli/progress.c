/* See progress.h. Nothing starts unless progress is allowed, so scripts and schedules never see a second thread. */
#include "cli/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "cli/messages.h"

#define FIRST_MS 500
#define EVERY_MS 125

static struct {
    pthread_mutex_t lock; /* guards all below and, while progress runs, standard error */
    pthread_cond_t wake;
    pthread_t thread;
    bool is_allowed, is_running, is_ending, is_shown;
    const char *what;
    const _Atomic uint64_t *done;
    uint64_t total;
    struct timespec start;
} here = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void clear(void)
{
    if (here.is_shown) {
        fputs("\r\033[K", stderr);
        here.is_shown = false;
    }
}

static void draw(void)
{
    const double elapsed = seconds_since(&here.start);
    fprintf(stderr, "\r\033[K%s", here.what);
    if (here.done != NULL && here.total > 0) {
        const uint64_t done = atomic_load_explicit(here.done, memory_order_relaxed);
        fprintf(stderr, " %3u %%", (unsigned)(100 * (done < here.total ? done : here.total) / here.total));
        if (done > 0 && done < here.total) {
            fprintf(stderr, ", %u s left", (unsigned)(elapsed * (double)(here.total - done) / (double)done + 1));
        }
    } else {
        fprintf(stderr, " ... %u s", (unsigned)elapsed);
    }
    fflush(stderr);
    here.is_shown = true;
}

static void *run(void *user)
{
    (void)user;
    long wait_ms = FIRST_MS;
    pthread_mutex_lock(&here.lock);
    while (!here.is_ending) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += wait_ms * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&here.wake, &here.lock, &until);
        if (!here.is_ending && seconds_since(&here.start) * 1000 >= FIRST_MS) {
            draw();
        }
        wait_ms = EVERY_MS;
    }
    pthread_mutex_unlock(&here.lock);
    return NULL;
}

void csi_progress_allow(bool is_allowed)
{
    here.is_allowed = is_allowed;
}

void csi_progress_stage(const char *what, const _Atomic uint64_t *done, uint64_t total)
{
    csi_progress_end();
    here.what = what;
    here.done = done;
    here.total = total;
    here.is_ending = false;
    clock_gettime(CLOCK_MONOTONIC, &here.start);
    here.is_running = here.is_allowed && pthread_create(&here.thread, NULL, run, NULL) == 0;
}

void csi_progress_end(void)
{
    if (here.is_running) {
        pthread_mutex_lock(&here.lock);
        here.is_ending = true;
        clear();
        pthread_cond_signal(&here.wake);
        pthread_mutex_unlock(&here.lock);
        pthread_join(here.thread, NULL);
        here.is_running = false;
    }
    if (here.what != NULL) {
        const char *what = here.what;
        here.what = NULL;
        const double seconds = seconds_since(&here.start);
        const csi_fact facts[] = {{"stage", 0, what}, {"seconds", seconds, NULL}};
        csi_say_facts(csi_messages_here.as_json ? 0 : 2, "stage", facts, sizeof facts / sizeof *facts, "%s: %u ms", what,
                      (unsigned)(seconds * 1000));
    }
}

void csi_progress_pause(void)
{
    if (here.is_running) {
        pthread_mutex_lock(&here.lock);
        clear();
    }
}

void csi_progress_resume(void)
{
    if (here.is_running) {
        fflush(stderr);
        pthread_mutex_unlock(&here.lock);
    }
}

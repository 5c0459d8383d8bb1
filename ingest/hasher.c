/* See hasher.h. A ring of blocks: the reader fills one while the thread hashes another. */
#include "ingest/hasher.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N_BLOCKS = 8 };
#define BLOCK ((size_t)256 * 1024)

struct csi_hasher {
    csi_digest *digest;
    pthread_t thread;
    pthread_mutex_t lock; /* over the three below */
    pthread_cond_t moved;
    size_t n_filled, n_hashed; /* blocks, since the start */
    bool is_last;
    size_t length[N_BLOCKS];
    unsigned char block[N_BLOCKS][BLOCK];
};

/* The next block to be hashed; SIZE_MAX: there will be none. */
static size_t next_block(csi_hasher *h)
{
    pthread_mutex_lock(&h->lock);
    while (h->n_hashed == h->n_filled && !h->is_last) {
        pthread_cond_wait(&h->moved, &h->lock);
    }
    const size_t next = h->n_hashed < h->n_filled ? h->n_hashed % N_BLOCKS : SIZE_MAX;
    pthread_mutex_unlock(&h->lock);
    return next;
}

static void *work(void *argument)
{
    csi_hasher *h = argument;
    for (size_t at; (at = next_block(h)) != SIZE_MAX;) {
        csi_digest_add(h->digest, h->block[at], h->length[at]);
        pthread_mutex_lock(&h->lock);
        h->n_hashed++;
        pthread_cond_signal(&h->moved);
        pthread_mutex_unlock(&h->lock);
    }
    return NULL;
}

csi_hasher *csi_hasher_start(csi_digest *digest)
{
    csi_hasher *h = malloc(sizeof *h);
    if (h == NULL) {
        return NULL;
    }
    h->digest = digest;
    h->n_filled = h->n_hashed = 0;
    h->is_last = false;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->moved, NULL);
    if (pthread_create(&h->thread, NULL, work, h) != 0) {
        pthread_mutex_destroy(&h->lock);
        pthread_cond_destroy(&h->moved);
        free(h);
        return NULL;
    }
    return h;
}

static void add_block(csi_hasher *h, const unsigned char *bytes, size_t n)
{
    pthread_mutex_lock(&h->lock);
    while (h->n_filled - h->n_hashed == N_BLOCKS) {
        pthread_cond_wait(&h->moved, &h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    const size_t at = h->n_filled % N_BLOCKS; /* only this thread moves it */
    memcpy(h->block[at], bytes, n);
    h->length[at] = n;
    pthread_mutex_lock(&h->lock);
    h->n_filled++;
    pthread_cond_signal(&h->moved);
    pthread_mutex_unlock(&h->lock);
}

void csi_hasher_add(csi_hasher *hasher, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (; n > BLOCK; n -= BLOCK, at += BLOCK) {
        add_block(hasher, at, BLOCK);
    }
    add_block(hasher, at, n);
}

void csi_hasher_join(csi_hasher *hasher)
{
    if (hasher == NULL) {
        return;
    }
    pthread_mutex_lock(&hasher->lock);
    hasher->is_last = true;
    pthread_cond_signal(&hasher->moved);
    pthread_mutex_unlock(&hasher->lock);
    pthread_join(hasher->thread, NULL);
    pthread_mutex_destroy(&hasher->lock);
    pthread_cond_destroy(&hasher->moved);
    free(hasher);
}

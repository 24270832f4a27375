"""Rows taken in pieces by one thread or several, without the GIL; inline.

Knows threads and signals; what is done with rows is the caller's.

Strategy
1. Pieces are taken one after the other, by one atomic counter.
2. The threads are the operating system's and never see Python, so that no exception can leave one behind with memory
   that was given back.
3. Between pieces the caller's thread looks for signals, but seldom, since that takes the GIL.  An exception of their
   handlers takes all pieces away, and is raised when the other threads have ended.
"""

from libc.stdint cimport int64_t
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from identify._compiled._atomics cimport take_atomic

cdef extern from "<pthread.h>" nogil:
    ctypedef unsigned long pthread_t
    ctypedef struct pthread_attr_t:
        pass
    int pthread_attr_init(pthread_attr_t *attributes)
    int pthread_attr_destroy(pthread_attr_t *attributes)
    int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
    int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *) noexcept nogil,
                       void *argument)
    int pthread_join(pthread_t thread, void **result)

cdef extern from "<signal.h>" nogil:
    ctypedef struct sigset_t:
        pass
    int SIG_SETMASK
    int sigfillset(sigset_t *signals)
    int pthread_sigmask(int how, const sigset_t *signals, sigset_t *before)

cdef extern from "Python.h":
    # Declared without its exception: that waits until the other threads have ended.
    int check_signals "PyErr_CheckSignals"() noexcept

cdef enum:
    # Milliseconds between two looks for signals.
    SIGNAL_PERIOD = 10
    # Far more threads than help anyone; a bound for what is kept on the stack.
    MAX_THREADS = 256
    # As the main thread's; some C libraries give far less, too little for regular expressions.
    STACK_SIZE = 8 << 20

ctypedef struct Pieces:
    void (*run)(const void *job, size_t row, size_t count) noexcept nogil
    const void *job
    size_t count
    # Rows that a thread takes at once, and the first one that none has taken.
    size_t size
    size_t taken


cdef inline int run_pieces(Pieces *pieces, int workers) except -1:
    """Run all of it; raises what a handler of a signal raises meanwhile."""
    cdef bint done
    with nogil:
        done = share_pieces(pieces, workers)
    # The exception is already set.
    return 0 if done else -1


cdef inline bint share_pieces(Pieces *pieces, int workers) noexcept nogil:
    """Run all pieces; False if a signal ended it."""
    cdef pthread_t threads[MAX_THREADS]
    cdef pthread_attr_t attributes
    cdef sigset_t every, before
    cdef size_t most = pieces.count // pieces.size + 1
    cdef int started = 0, i
    cdef bint done
    if pieces.count <= pieces.size:
        if pieces.count:
            pieces.run(pieces.job, 0, pieces.count)
        return True
    if <size_t>workers > most:
        workers = <int>most
    if workers == 1 or pthread_attr_init(&attributes) != 0:
        return take_pieces(pieces)
    # A smaller stack than wished for is no reason to give up: the C library's own is used then.
    pthread_attr_setstacksize(&attributes, STACK_SIZE)
    # Signals are for Python's threads.
    sigfillset(&every)
    pthread_sigmask(SIG_SETMASK, &every, &before)
    while started < workers - 1 and pthread_create(&threads[started], &attributes, work, pieces) == 0:
        started += 1
    pthread_sigmask(SIG_SETMASK, &before, NULL)
    pthread_attr_destroy(&attributes)
    # With fewer threads than wished for, or none, the others do their part.
    done = take_pieces(pieces)
    for i in range(started):
        pthread_join(threads[i], NULL)
    return done


cdef inline void *work(void *argument) noexcept nogil:
    while take_piece(<Pieces *>argument):
        pass
    return NULL


cdef inline bint take_pieces(Pieces *pieces) noexcept nogil:
    """Run pieces until none is left; False if a signal took all that were left."""
    cdef int64_t now, due = milliseconds() + SIGNAL_PERIOD
    while take_piece(pieces):
        now = milliseconds()
        if now < due:
            continue
        with gil:
            if check_signals() != 0:
                take_atomic(&pieces.taken, pieces.count)
                return False
        due = milliseconds() + SIGNAL_PERIOD
    return True


cdef inline bint take_piece(Pieces *pieces) noexcept nogil:
    """Run the next piece; False if there is none."""
    cdef size_t row = take_atomic(&pieces.taken, pieces.size)
    cdef size_t count
    if row >= pieces.count:
        return False
    count = pieces.count - row
    pieces.run(pieces.job, row, count if count < pieces.size else pieces.size)
    return True


cdef inline int64_t milliseconds() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <int64_t>now.tv_sec * 1000 + now.tv_nsec // 1000000

/*
 * The protocol of ../SharedMemory.cs and ../MemoryVisitor.cs, checked exhaustively by Spin: when memory may be unmapped that threads use
 * without an interlocked operation on their way in or out.
 *
 * What holds: nobody touches memory that is unmapped; a lock whose hold was begun here is never left held when its memory is unmapped; and once the
 * last lease has ended, nobody is inside and nothing is held, the memory is unmapped, by whoever was last.
 *
 * Model and code, each step one atomic access as there:
 *   said[t], place[t]    MemoryVisitor._memory: as its thread has written it, and as others see it. A store stands in its processor's buffer until
 *                        it drains, at any time; a full fence of the thread itself, or of all processors, drains it.
 *   inside               SharedMemory._inside
 *   closed, gone         SharedMemory._isClosed, _isGone
 *   closing              SharedMemory._closing, a lock
 *   held, marked         the lock's word names this process; SharedMemory._hold is that hold's ticket. Where SharedMemory._isHeld asks, as for a
 *                        semaphore's permits, no mark is needed
 *   ended                SharedMemoryLease._ended, of the only lease
 * A thread takes the lock and leaves, and comes once more to release it, by another visit; in between, Close may come.
 *
 * Each BROKEN_* leaves out one thing that the protocol needs.
 */
#define THREADS 2

bool said[3], place[3];     /* thread 0 closes */
byte inside = 0;
bool ended = false, closed = false, gone = false;
bool closing = false;
bool held = false, marked = false;
byte finished = 0;

#define FENCE(t)    place[t] = said[t]
#define TOUCH       assert(!gone)

/* The buffer of thread t drains at a time of its own. */
proctype Drain(byte t) {
    do
    :: atomic { place[t] != said[t] -> place[t] = said[t] }
    :: finished == THREADS + 1 -> break
    od
}

inline letGoIfLeft() {
    atomic { !closing -> closing = true; FENCE(self) }
    letGoIfLeftHeld();
    closing = false
}

inline letGoIfLeftHeld() {
    if
    :: gone
    :: else ->
        if
        :: inside != 0
        :: else ->
#ifndef BROKEN_LOOKS_AT_THE_HOLD_FIRST
            if
            :: place[1] || place[2]
            :: else ->
                if
                :: held && marked
                :: else -> assert(!held); gone = true
                fi
            fi
#else
            if
            :: held && marked
            :: else ->
                if
                :: place[1] || place[2]
                :: else -> assert(!held); gone = true
                fi
            fi
#endif
        fi
    fi
}

/* SharedMemory.TryVisit */
inline visit() {
    said[self] = true;
    if
    :: !closed -> isCounted = false; isIn = true
    :: else ->
        said[self] = false;
        atomic { inside++; FENCE(self) }
        isCounted = true;
        if
        :: !closed -> isIn = true
        :: else ->
            atomic { !closing -> closing = true }
            isIn = !gone;
            closing = false;
            if
            :: !isIn -> atomic { inside--; FENCE(self) }
            :: else
            fi
        fi
    fi
}

/* MemoryVisit.Dispose */
inline leave() {
    if
    :: isCounted -> atomic { inside--; FENCE(self) }
    :: else -> said[self] = false
    fi;
#ifndef BROKEN_LEAVES_WITHOUT_LOOKING
    if
    :: closed -> letGoIfLeft()
    :: else
    fi
#endif
}

proctype Thread(byte self) {
    bool isCounted, isIn, hasHold;

    /* ProcessLock.TryTake */
    visit();
    if
    :: isIn ->
        if
        :: ended
        :: else ->
            TOUCH;
            atomic {
                if
                :: !held -> held = true; marked = false; hasHold = true; FENCE(self)
                :: else
                fi
            }
            if
            :: hasHold -> marked = true
            :: else
            fi
        fi;
        leave()
    :: else
    fi;

    /* ReleaseHold */
    if
    :: hasHold ->
        visit();
        assert(isIn);
        TOUCH;
        atomic { held = false; FENCE(self) }
        leave()
    :: else
    fi;
    finished++
}

/* SharedMemoryLease.Dispose, SharedMemory.Close */
proctype Closer() {
    byte self = 0;
    ended = true;
    atomic { !closing -> closing = true }
    closed = true;
#ifndef BROKEN_CLOSES_WITHOUT_THE_BARRIER
    atomic { place[1] = said[1]; place[2] = said[2] }
#endif
    letGoIfLeftHeld();
    closing = false;
    finished++
}

init {
    atomic {
        run Thread(1);
        run Drain(1);
        run Thread(2);
        run Drain(2);
        run Closer()
    }
    finished == THREADS + 1;
    assert(gone && inside == 0 && !held)
}

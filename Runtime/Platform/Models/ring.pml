/*
 * The protocol of ../../Queues/SharedRing.cs and RingItems.cs, and of the bell that wakes those who wait (../Doorbell.cs), checked exhaustively
 * by Spin: every interleaving of the processes below, each of which may be killed between any two of its steps.
 *
 * What holds: an item comes out whole, at most once, and in the order of its producer; one that is in comes out, unless a consumer takes it
 * into death; one whose producer was told that the queue is completed does not; nobody waits for ever. The last needs no time-out while nobody
 * has died: a parked process looks again unasked (ParkTime) only after a death, so a lost wake-up shows as a deadlock.
 *
 * Model and code, each step one atomic access as there:
 *   tail, completed          RingLayout.State.Tail, which is one word: RingItems.TryAppendHeld swaps it, RingItems.Complete sets its bit
 *   head, base               RingLayout.State.Head, Base
 *   left, right              an item's bytes, written and read in two steps
 *   putLock, takeLock        RobustLock, whose own protocol lock.pml checks: here it is one step
 *   rings, listening         Doorbell.State, one of each for Items and for Space
 *   asleep[p]                process p is inside Futex.Wait on one of them
 * The model is sequentially consistent; the code has a full fence between each change and the look at the bell: that of the lock's release.
 * Where head and tail are read one after the other the model reads them at once: each only grows, so an older one is one of those it tries too.
 * What is left out: the sizes of items (each takes a slot), and items in pieces.
 *
 * Each BROKEN_* leaves out one thing that the protocol needs. check-models sees that Spin finds the harm, so the check can fail.
 */
#ifndef PRODUCERS
#define PRODUCERS 1     /* 1 or 2, which are the processes 1 and 2 */
#endif
#ifndef CONSUMERS
#define CONSUMERS 1     /* 1 or 2, which are the processes 3 and 4 */
#endif
#ifndef ITEMS
#define ITEMS 1         /* of each producer, at most 4 */
#endif
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef DEATHS
#define DEATHS 1
#endif

#define NOBODY  0
#define SPACE   0
#define NEWS    1       /* Items, as SharedRing calls it */
#define SLOT(n) ((n - base) % SLOTS)

byte tail, head, base;
bool completed;
byte left[SLOTS], right[SLOTS];
byte putLock = NOBODY, takeLock = NOBODY;
byte rings[2];
bool listening[2];

bool asleep[5];
byte bellOf[5];
bool dead[5];
byte deaths = 0;
byte ended = 0;

/* What the user sees. Item numbers: producer * 4 + 0, 1, 2, 3. */
bool isIn[12];
byte cameOut[12];
byte takenIntoDeath = 0;

#define ACQUIRE(lock)   atomic { lock == NOBODY || dead[lock] -> lock = self }
#define RELEASE(lock)   lock = NOBODY

inline wakeAll(bell) {
    atomic {
        rings[bell]++;
        if :: asleep[1] && bellOf[1] == bell -> asleep[1] = false :: else fi;
        if :: asleep[2] && bellOf[2] == bell -> asleep[2] = false :: else fi;
        if :: asleep[3] && bellOf[3] == bell -> asleep[3] = false :: else fi;
        if :: asleep[4] && bellOf[4] == bell -> asleep[4] = false :: else fi
    }
}

/* Doorbell.Ring */
inline ring(bell) {
    if
    :: listening[bell] -> listening[bell] = false; wakeAll(bell)
    :: else
    fi
}

/* Doorbell.WaitUntil: first the count, then the flag, then the condition; then Futex.Wait, where the kernel compares and parks in one step. */
#ifdef BROKEN_LOOKS_BEFORE_IT_LISTENS
#define LISTEN(bell) skip
#define PARK(bell) \
    seenRings = rings[bell]; \
    listening[bell] = true; \
    SLEEP(bell)
#else
#define LISTEN(bell) \
    seenRings = rings[bell]; \
    listening[bell] = true
#define PARK(bell) SLEEP(bell)
#endif
#define SLEEP(bell) \
    atomic { \
        if \
        :: rings[bell] == seenRings -> asleep[self] = true; bellOf[self] = bell \
        :: else \
        fi \
    } \
    if \
    :: !asleep[self] \
    :: atomic { asleep[self] && deaths > 0 -> asleep[self] = false } \
    fi

/* The last step of RingItems.TryAppendHeld */
#ifdef BROKEN_COMPLETES_APART
#define PUBLISH tail = seenTail + 1; isIn[item] = true; put = true
#else
#define PUBLISH \
    if \
    :: !completed -> tail = seenTail + 1; isIn[item] = true; put = true \
    :: else \
    fi
#endif

proctype Producer(byte self) {
    byte seenTail, seenHead, seenRings, n, item;
    bool put, told;

    {
    do
    :: n == ITEMS || told -> break
    :: else ->
        item = self * 4 + n;
        put = false;
        do
        :: put || told -> break
        :: else ->
            LISTEN(SPACE);
            /* PutAttempt.Try; IsFull is looked at without the lock */
            if
            :: tail - head == SLOTS && !completed -> goto noSpace
            :: else
            fi;
            ACQUIRE(putLock);
            /* RingItems.TryAppendHeld */
            atomic { seenTail = tail; seenHead = head }
            if
            :: seenTail - seenHead == SLOTS
            :: else ->
                if
                :: seenTail == seenHead -> base = seenTail
                :: else
                fi;
#ifdef BROKEN_PUBLISHES_BEFORE_IT_IS_WRITTEN
                atomic { PUBLISH }
                left[SLOT(seenTail)] = item;
                right[SLOT(seenTail)] = item
#else
                left[SLOT(seenTail)] = item;
                right[SLOT(seenTail)] = item;
                atomic { PUBLISH }
#endif
            fi;
            if
            :: !put -> told = completed
            :: else
            fi;
            RELEASE(putLock);
            if
            :: put -> ring(NEWS)
            :: told -> assert(!isIn[item])
            :: else ->
noSpace:
                PARK(SPACE)
            fi;
            atomic { seenTail = 0; seenHead = 0; seenRings = 0 }
        od;
        n++
    od
    } unless { dead[self] };
    atomic { asleep[self] = false; seenTail = 0; seenHead = 0; seenRings = 0; item = 0; n = 0; put = false; told = false; ended++ }
}

proctype Consumer(byte self) {
    byte seenTail, seenHead, seenRings, item, other, last[3];
    bool seenCompleted, taken;

    {
    do
    :: LISTEN(NEWS);
        /* SharedRing.IsAtEnd: the bit first, then whether all is out; once completed, the tail stands. */
        seenCompleted = completed;
        if
        :: head == tail && seenCompleted -> break
        :: head == tail && !seenCompleted -> goto nothing
        :: else
        fi;
        ACQUIRE(takeLock);
        /* RingItems.TryRemoveHeld */
        atomic { seenHead = head; seenTail = tail; seenCompleted = false }
        if
        :: seenHead == seenTail
        :: else ->
            item = left[SLOT(seenHead)];
            other = right[SLOT(seenHead)];
            atomic { head = seenHead + 1; taken = true; takenIntoDeath++ }
        fi;
        RELEASE(takeLock);
#ifndef BROKEN_PARKS_THOUGH_THE_LAST_ITEM_WENT
        /* Another may have taken the last item of a completed queue; nobody rings for that. */
        if
        :: !taken && completed && head == tail -> break
        :: else
        fi;
#endif
        if
        :: taken ->
            atomic {
                assert(item == other && isIn[item]);
                cameOut[item]++;
                takenIntoDeath--;
                assert(cameOut[item] == 1);
                assert(last[item / 4] <= item);
                last[item / 4] = item
            }
            ring(SPACE)
        :: else ->
nothing:
            PARK(NEWS)
        fi;
        atomic { seenTail = 0; seenHead = 0; seenRings = 0; seenCompleted = false; item = 0; other = 0; taken = false }
    od
    } unless { dead[self] };
    atomic { asleep[self] = false; seenTail = 0; seenHead = 0; seenRings = 0; item = 0; other = 0; last[1] = 0; last[2] = 0; seenCompleted = false; taken = false; ended++ }
}

/* SharedRing.Complete, at any time. */
proctype Completer() {
    completed = true;
    wakeAll(NEWS);
    wakeAll(SPACE);
    ended++
}

proctype Killer() {
    do
    :: deaths < DEATHS ->
        if
        :: atomic { dead[1] = true; deaths++ }
        :: atomic { PRODUCERS > 1 -> dead[2] = true; deaths++ }
        :: atomic { dead[3] = true; deaths++ }
        :: atomic { CONSUMERS > 1 -> dead[4] = true; deaths++ }
        :: break
        fi
    :: else -> break
    od
}

init {
    byte i;
    atomic {
        run Producer(1);
#if PRODUCERS > 1
        run Producer(2);
#endif
        run Consumer(3);
#if CONSUMERS > 1
        run Consumer(4);
#endif
        run Completer();
        run Killer()
    }
    /* All have ended, by themselves or killed. While a consumer lives, what is in comes out. */
    ended == PRODUCERS + CONSUMERS + 1;
    atomic {
        if
        :: !dead[3] || (CONSUMERS > 1 && !dead[4]) ->
            assert(head == tail);
            do
            :: i == 12 -> break
            :: else ->
                if
                :: isIn[i] && cameOut[i] == 0 -> assert(takenIntoDeath > 0); takenIntoDeath--
                :: else
                fi;
                i++
            od;
            assert(takenIntoDeath == 0)
        :: else
        fi
    }
}

/*
 * The protocol of ../RobustLock.cs, checked exhaustively by Spin: every interleaving of the threads below, whose processes may be killed
 * between any two of their steps.
 *
 * What holds: mutual exclusion; a scope that is disposed twice releases nobody else's hold; whoever takes the lock from a dead holder is told,
 * and nobody else is; nobody waits for ever. The last needs no time-out while nobody has died: a parked thread looks again unasked (ParkTime)
 * only after a death, so a lost wake-up shows as a deadlock.
 *
 * Model and code, each step one atomic access as there:
 *   owner, parked, number    the three parts of RobustLock's word
 *   asleep[t]                thread t is inside Futex.Wait
 *   SWAP                     Interlocked.CompareExchange on the whole word
 *   Killer                   kill -9, between any two steps; CrashPoint names some of the places
 * The model is sequentially consistent; so is the code, each of whose steps is a compare-and-swap or is followed by one.
 *
 * Each BROKEN_* leaves out one thing that the protocol needs. check-models sees that Spin finds the harm, so the check can fail.
 */
#ifndef THREADS
#define THREADS 3       /* 2 or 3; the first two are one process's if ONE_PROCESS is defined */
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef DEATHS
#define DEATHS 1
#endif

#define FREE    0
#define NUMBERS 16      /* more than there are holds, as the code's 17 bits are for all scopes that live at a time */

#ifdef ONE_PROCESS
#define PROCESS(thread) (thread == 2 -> 1 : thread)
#define KILL_FIRST      dead[1] = true; dead[2] = true
#else
#define PROCESS(thread) thread
#define KILL_FIRST      dead[1] = true
#endif

byte owner = FREE;      /* or a process */
bit parked = 0;
byte number = 0;

bool asleep[4];
bool dead[4];
byte deaths = 0;
byte inside = FREE;     /* the thread in the critical section */

#define READ            atomic { seenOwner = owner; seenParked = parked; seenNumber = number }
#define IS_AS_SEEN      (owner == seenOwner && parked == seenParked && number == seenNumber)
#define FORGET          seenOwner = 0; seenParked = 0; seenNumber = 0

/* RobustLock.TryOwn */
#define SWAP_IN(withParked) \
    atomic { \
        if \
        :: IS_AS_SEEN -> owner = PROCESS(self); parked = withParked; number = (number + 1) % NUMBERS; ticket = number; taken = true \
        :: else \
        fi \
    }

/* RobustLock.TryFree; FUTEX_WAKE wakes any one of those who sleep, which a dead one does not */
#define SWAP_OUT \
    atomic { \
        if \
        :: IS_AS_SEEN -> owner = FREE; parked = 0; break \
        :: else     /* somebody has set the bit meanwhile */ \
        fi \
    }

inline wakeOne() {
    atomic {
        if
        :: asleep[1] && !dead[1] -> asleep[1] = false
        :: asleep[2] && !dead[2] -> asleep[2] = false
        :: asleep[3] && !dead[3] -> asleep[3] = false
        :: else
        fi
    }
}

/* The caller's token or time-out, once a thread; the code looks only where a wake that was meant for another cannot be lost with this one. */
#define MAY_GIVE_UP \
    if \
    :: !gaveUp -> gaveUp = true; goto nextRound \
    :: true \
    fi

proctype Thread(byte self) {
    byte seenOwner, seenNumber, ticket, round;
    bit seenParked;
    bool taken, abandoned, gaveUp;

    {
    do
    :: round == ROUNDS -> break
    :: else ->
        round++;

        /* RobustLock.Acquire: TryTake(parked: 0) */
        READ;
        if
        :: seenOwner == FREE -> SWAP_IN(0)
        :: else
        fi;

        /* AcquireParked */
        do
        :: taken -> break
        :: else ->
#ifdef BROKEN_GIVES_UP_BEFORE_THE_BIT
            MAY_GIVE_UP;
#endif
            /* TryTake(Parked): others may still sleep, and this one may have been woken in their place */
            READ;
            if
#ifdef BROKEN_TAKES_WITHOUT_THE_BIT
            :: seenOwner == FREE -> SWAP_IN(0)
#else
            :: seenOwner == FREE -> SWAP_IN(1)
#endif
            :: else
            fi;
            if
            :: taken -> break
            :: else
            fi;

            /* Says that somebody may sleep. */
            READ;
            if
            :: seenOwner == FREE -> goto again
            :: seenOwner != FREE && !seenParked ->
                atomic {
                    if
                    :: IS_AS_SEEN -> parked = 1
                    :: else -> goto again
                    fi
                }
            :: else
            fi;
#ifndef BROKEN_GIVES_UP_BEFORE_THE_BIT
            MAY_GIVE_UP;
#endif
            /* Futex.Wait: the kernel compares and parks in one step. It sees the lower half of the word: all but the number. */
            atomic {
                if
#ifdef BROKEN_PARKS_WITHOUT_COMPARING
                :: true -> asleep[self] = true
#else
                :: owner == seenOwner && parked -> asleep[self] = true
                :: else -> goto again
#endif
                fi
            }
            if
            :: !asleep[self]
            :: atomic { asleep[self] && deaths > 0 -> asleep[self] = false }
                /* TryTakeFromTheDead */
                READ;
                if
                :: seenOwner == FREE -> SWAP_IN(1)
                :: seenOwner != FREE && dead[seenOwner] -> SWAP_IN(1); abandoned = taken
                :: else
                fi
            fi;
again:
            atomic { FORGET }
        od;

        /* The critical section. Who is told of a death puts things in order; who is not told finds them so. */
        atomic { assert(inside == FREE || (abandoned && dead[inside])); inside = self }
        atomic { assert(inside == self); inside = FREE }

        /* Release(ticket) */
        do
        :: READ;
            assert(seenOwner == PROCESS(self) && seenNumber == ticket);
            SWAP_OUT
        od;
        if
        :: seenParked -> wakeOne()
        :: else
        fi;

        /* Release(ticket) again: the hold is over, though another thread of this process may have one now. */
        do
        :: READ;
            if
#ifdef BROKEN_RELEASES_BY_OWNER_ALONE
            :: seenOwner == PROCESS(self) -> SWAP_OUT
#else
            :: seenOwner == PROCESS(self) && seenNumber == ticket -> SWAP_OUT
#endif
            :: else -> break
            fi
        od;
nextRound:
        atomic { FORGET; ticket = 0; taken = false; abandoned = false }
    od
    } unless { dead[self] };
    atomic { asleep[self] = false; FORGET; ticket = 0; taken = false; abandoned = false; gaveUp = false; round = 0 }
}

proctype Killer() {
    do
    :: deaths < DEATHS ->
        if
        :: atomic { KILL_FIRST; deaths++ }
        :: atomic { dead[THREADS] = true; deaths++ }
        :: break
        fi
    :: else -> break
    od
}

init {
    atomic {
        run Thread(1);
        run Thread(2);
#if THREADS > 2
        run Thread(3);
#endif
        run Killer()
    }
}

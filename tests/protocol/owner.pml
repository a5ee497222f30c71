/* SPDX-License-Identifier: MIT */
/*
 * The owner group of a thread slot: claimed, renamed, given back, reaped, with the owner
 * killed at any step, and read in two copies.  Mirrors publish/slots.c and
 * publish/sequence.h; each assignment to a shared variable is one step.
 *
 * Holds: what the reader believes belongs to one owner; a slot has one owner at a time;
 * a successor leaves the sequence even whatever it found; nobody waits.
 *
 * Three casts, for all of it at once has too many states:
 *   -DREADER            two threads and a reader
 *   -DREAPERS=2         two threads and two reapers
 *   -DREADER -DREAPERS=1 -DBEGUN   a thread was killed in the middle of its rename;
 *                       a successor, a reaper and a reader
 *
 * -DFAULT_1 no odd mark, -DFAULT_2 no second copy, -DFAULT_3 an odd sequence is trusted,
 * -DFAULT_4 waiting for even, -DFAULT_5 a reaper that compares the state alone: each must
 * fail in one of them.
 */
#define FREE 0
#define LIVE 1
#define CLAIMED 2

#ifndef REAPERS
#define REAPERS 0
#endif

/* The group.  A name is two words. */
byte sequence, state, tid, name_a, name_b;

/* What the kernel knows: threads that are no more. */
bool gone[3];

/* Threads that write the slot's counters now. */
byte owners;

/* After a step of a thread: it goes on, or was killed. */
#define OR_KILLED if :: skip :: goto killed fi

/* ht_sequence_begin */
#if defined(FAULT_1)
#define BEGIN skip
#elif defined(FAULT_3)
#define BEGIN sequence = sequence + 1
#elif defined(FAULT_4)
#define BEGIN atomic { (sequence % 2 == 0) -> sequence = sequence + 1 }
#else
#define BEGIN sequence = sequence | 1
#endif

/* ht_sequence_end */
#if defined(FAULT_1)
#define END sequence = sequence + 2
#elif defined(FAULT_3)
#define END sequence = sequence + 1
#else
#define END sequence = (sequence | 1) + 1
#endif

proctype Thread(byte me)
{
	bool owning = false;

	/* take */
	atomic {
		if
		:: state == FREE -> state = CLAIMED
		:: else -> goto done /* it counts in the overflow slot */
		fi
	}
	OR_KILLED;

	/* begin_ownership */
	atomic { BEGIN; OR_KILLED }
	atomic { tid = me; OR_KILLED }
	atomic { name_a = 2 * me; OR_KILLED }
	atomic { name_b = 2 * me; OR_KILLED }
	atomic { state = LIVE; OR_KILLED }
	atomic {
		END;
		owning = true;
		owners++;
		assert(owners == 1);
		assert(sequence % 2 == 0);
		OR_KILLED
	}

#ifdef READER
	/* ht_slots_rename */
	atomic { BEGIN; OR_KILLED }
	atomic { name_a = 2 * me + 1; OR_KILLED }
	atomic { name_b = 2 * me + 1; OR_KILLED }
	atomic { END; OR_KILLED }
#endif

	/* ht_slots_release */
	atomic { owners--; owning = false; BEGIN; OR_KILLED }
	atomic { state = CLAIMED; OR_KILLED }
	atomic { tid = 0; OR_KILLED }
	atomic { END; OR_KILLED }
	state = FREE;
	goto done;
killed:
	atomic {
		if
		:: owning -> owners--
		:: else
		fi
	}
done:
	gone[me] = true
}

/* reap: gives the slot of a thread back that ended without a word. */
proctype Reaper()
{
	byte seen, seen_state, seen_tid;

	/* Sequence and state are one word. */
	atomic { seen = sequence; seen_state = state }
	seen_tid = tid;
	if
	:: seen_state == LIVE && seen_tid != 0 && gone[seen_tid]
	:: else -> goto done
	fi;
	atomic {
		if
#ifdef FAULT_5
		:: state == LIVE -> state = CLAIMED
#else
		:: sequence == seen && state == LIVE -> state = CLAIMED
#endif
		:: else -> goto done
		fi
	}
	assert(owners == 0);
	BEGIN;
	state = CLAIMED;
	tid = 0;
	END;
	state = FREE;
done:
	atomic { seen = 0; seen_state = 0; seen_tid = 0 }
}

/* One try; another begins from nothing, as this one does at any moment. */
proctype Reader()
{
	byte s, t, o, a, b;

#ifdef FAULT_4
	(sequence % 2 == 0);
#endif
	s = sequence;
	t = state;
	o = tid;
	a = name_a;
	b = name_b;
#ifndef FAULT_2
	/* The second copy, compared word by word. */
	if :: s != sequence -> goto torn :: else fi;
	if :: t != state -> goto torn :: else fi;
	if :: o != tid -> goto torn :: else fi;
	if :: a != name_a -> goto torn :: else fi;
	if :: b != name_b -> goto torn :: else fi;
#endif
	/* Believed where the sequence is even.  Only a living owner is shown. */
	assert(s % 2 == 1 || t != LIVE || (o != 0 && a == b && a / 2 == o));
torn:
	atomic { s = 0; t = 0; o = 0; a = 0; b = 0 }
}

init {
	atomic {
#ifdef BEGUN
		sequence = 3;
		state = LIVE;
		tid = 1;
		name_a = 3;
		name_b = 2;
		gone[1] = true;
#else
		run Thread(1);
#endif
		run Thread(2);
#if REAPERS >= 1
		run Reaper();
#endif
#if REAPERS >= 2
		run Reaper();
#endif
#ifdef READER
		run Reader()
#endif
	}
}

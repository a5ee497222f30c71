/* SPDX-License-Identifier: MIT */
/*
 * One record of the event ring, which several threads want to write: claimed by a
 * compare-and-swap, written, released, with the writer killed at any step, and read in two
 * copies.  Mirrors ht_events_write in publish/events.c.  The group of collection figures is
 * written the same way.
 *
 * Holds: what the reader believes was written by one writer, whole; a later event is
 * never overwritten by an earlier one; a record left odd costs its events and no more;
 * nobody waits.
 *
 * -DFAULT_1 no odd mark, -DFAULT_2 no second copy, -DFAULT_3 an odd sequence is trusted,
 * -DFAULT_4 waiting for even: each must fail.
 */
#ifndef WRITERS
#define WRITERS 3
#endif

/* The record; text stands for all other fields. */
byte sequence, number, text;

/* The ring's head. */
byte next = 1;
byte lost;

/* Checking only: events that were stored, and writers that were killed. */
byte written, killed_writers;

#define OR_KILLED if :: skip :: goto killed fi

proctype Writer()
{
	byte mine, seen;

	atomic { mine = next; next++; OR_KILLED }

	/* ht_sequence_try_begin */
	seen = sequence;
#if defined(FAULT_4)
	(sequence % 2 == 0);
	seen = sequence;
#endif
#if !defined(FAULT_1) && !defined(FAULT_3)
	if
	:: seen % 2 == 1 -> goto dropped
	:: else
	fi;
#endif
#ifndef FAULT_1
	atomic {
		if
		:: sequence == seen -> sequence = seen + 1; OR_KILLED
		:: else -> goto dropped
		fi
	}
#endif
	if
	:: number > mine -> atomic { lost++; OR_KILLED }
	:: else ->
		atomic { assert(number <= mine); number = mine; OR_KILLED }
		atomic { text = mine; written++; OR_KILLED }
	fi;
#if defined(FAULT_1)
	sequence = sequence + 2;
#elif defined(FAULT_3)
	sequence = sequence + 1;
#else
	sequence = (sequence | 1) + 1;
#endif
	goto done;
dropped:
	lost++;
	goto done;
killed:
	killed_writers++;
done:
	skip
}

/* One try; another begins from nothing, as this one does at any moment. */
proctype Reader()
{
	byte s, n, t;

#ifdef FAULT_4
	(sequence % 2 == 0);
#endif
	s = sequence;
	n = number;
	t = text;
#ifndef FAULT_2
	if :: s != sequence -> goto torn :: else fi;
	if :: n != number -> goto torn :: else fi;
	if :: t != text -> goto torn :: else fi;
#endif
	/* Believed where the sequence is even and not that of a record never written. */
	assert(s == 0 || s % 2 == 1 || (n == t && n != 0 && n < next));
torn:
	atomic { s = 0; n = 0; t = 0 }
}

init {
	byte i = 0;
	atomic {
		do
		:: i < WRITERS -> run Writer(); i++
		:: else -> break
		od;
		run Reader()
	}
	/* All have ended: an event is stored or counted as lost, unless its writer was killed. */
	(_nr_pr == 1);
	assert(written + lost + killed_writers >= WRITERS);
	assert(killed_writers > 0 || sequence % 2 == 0)
}

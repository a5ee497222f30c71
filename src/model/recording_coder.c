/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/recording_coder.h"

#include "model/recording.h"

enum {
	HALF = 32768,
	LEAN_MOST = HALF - 32, /* nothing is certain */
	SEEN_MOST = 30,        /* what is further back hardly counts */
	BEHIND_MOST = 4,       /* zeros that the writer leaves out */
};

void
ht_record_coder_write(struct ht_record_coder *coder, struct ht_text *out)
{
	*coder = (struct ht_record_coder){ .out = out, .high = UINT32_MAX, .key = coder->key };
}

static void
take_byte(struct ht_record_coder *coder)
{
	coder->word <<= 8;
	if (coder->at != coder->end)
		coder->word |= *coder->at++;
	else if (++coder->behind > BEHIND_MOST)
		coder->failed = true;
}

void
ht_record_coder_read(struct ht_record_coder *coder, const uint8_t *bytes, size_t length)
{
	*coder = (struct ht_record_coder){
		.at = bytes, .end = bytes + length, .high = UINT32_MAX, .key = coder->key
	};
	for (int i = 0; i < 4; i++)
		take_byte(coder);
}

/* The shortest that lies between low and high with zeros behind. */
void
ht_record_coder_end(struct ht_record_coder *coder)
{
	const char byte = (char)((coder->low >> 24) + 1);
	if (coder->low != 0)
		ht_text_add(coder->out, &byte, 1);
}

/* Bytes that low and high have in common are settled. */
static void
shift(struct ht_record_coder *coder)
{
	while (((coder->low ^ coder->high) >> 24) == 0) {
		const char byte = (char)(coder->high >> 24);
		if (coder->out != NULL)
			ht_text_add(coder->out, &byte, 1);
		else
			take_byte(coder);
		coder->low <<= 8;
		coder->high = coder->high << 8 | 255u;
	}
}

/* Of the numbers from low to high, the first ones stand for yes: as many as YES_OF_65536 says. */
static bool
decide(struct ht_record_coder *coder, uint32_t yes_of_65536, bool yes)
{
	const uint64_t width = coder->high - coder->low;
	const uint32_t last_yes = coder->low + (uint32_t)(width * yes_of_65536 >> 16);
	if (coder->out == NULL)
		yes = coder->word <= last_yes;
	if (yes)
		coder->high = last_yes;
	else
		coder->low = last_yes + 1;
	shift(coder);
	return yes;
}

static void
learn(struct ht_record_chance *chance, bool yes)
{
	const int32_t way = (yes ? HALF : -HALF) - chance->lean;
	int32_t lean = chance->lean + way * 2 / (2 * chance->seen + 3);
	if (lean > LEAN_MOST)
		lean = LEAN_MOST;
	if (lean < -LEAN_MOST)
		lean = -LEAN_MOST;
	chance->lean = (int16_t)lean;
	if (chance->seen < SEEN_MOST)
		chance->seen++;
}

bool
ht_record_code(struct ht_record_coder *coder, struct ht_record_chance *chance, bool yes)
{
	yes = decide(coder, (uint32_t)(HALF + chance->lean), yes);
	learn(chance, yes);
	return yes;
}

/* COUNT bits of NUMBER, the highest first; each is learnt by what those before it were. */
static unsigned
code_bits(struct ht_record_coder *coder, struct ht_record_chance *chances, unsigned count,
    unsigned number)
{
	unsigned node = 1;
	for (unsigned i = count; i-- > 0;)
		node = node << 1 | ht_record_code(coder, &chances[node], (number >> i & 1u) != 0);
	return node - (1u << count);
}

static unsigned
bits_below_first(uint64_t number)
{
	return number != 0 ? 63u - (unsigned)__builtin_clzll(number) : 0;
}

/* How large LIKELY is, whatever its sign: each next one is four times as much. */
static unsigned
scale_of(uint64_t likely)
{
	const uint64_t size = likely >> 63 != 0 ? -likely : likely;
	const unsigned scale = size != 0 ? (bits_below_first(size) + 1) / 2 : 0;
	return scale < HT_RECORD_SCALES ? scale : HT_RECORD_SCALES - 1;
}

/* A number's length, then the bits below its first one, of which the top ones are learnt. */
static uint64_t
code_number(struct ht_record_coder *coder, struct ht_record_numbers *numbers,
    const struct ht_record_prospect *prospect, uint64_t number)
{
	if (!ht_record_code(coder, &numbers->other[prospect->history], number != 0))
		return 0;
	const unsigned below = code_bits(
	    coder, numbers->length[scale_of(prospect->likely)], 6, bits_below_first(number));
	const unsigned class = below < HT_RECORD_TOP_LENGTHS ? below : HT_RECORD_TOP_LENGTHS - 1;
	const unsigned top = below < HT_RECORD_TOP_BITS ? below : HT_RECORD_TOP_BITS;
	unsigned left = below - top;
	const unsigned bits = (unsigned)(number >> left) & ((1u << top) - 1);
	uint64_t made = (uint64_t)1 << top | code_bits(coder, numbers->top[class], top, bits);
	while (left-- > 0)
		made = made << 1 | decide(coder, HALF, (number >> left & 1u) != 0);
	return made;
}

/* DIFFERENCE halved so many times, towards lower numbers. */
static uint64_t
halved(uint64_t difference, unsigned times)
{
	return (uint64_t)((int64_t)difference >> times);
}

uint64_t
ht_record_code_difference(struct ht_record_coder *coder, struct ht_record_numbers *numbers,
    const struct ht_record_prospect *prospect, uint64_t difference)
{
	unsigned grain = prospect->grain;
	const uint64_t below = ((uint64_t)1 << grain) - 1;
	if (numbers->key != coder->key)
		*numbers = (struct ht_record_numbers){ .key = coder->key };
	if (grain != 0 && !ht_record_code(coder, &numbers->whole, (difference & below) == 0))
		grain = 0;
	const uint64_t number = ht_record_fold(halved(difference, grain));
	return ht_record_unfold(code_number(coder, numbers, prospect, number)) << grain;
}

/* SPDX-License-Identifier: MIT */
/* What the rows of a table can be put in order by: its columns, and the metrics that have no column. */
#ifndef HT_VIEWS_ORDER_H
#define HT_VIEWS_ORDER_H

#include "views/table.h"

enum { HT_ORDERS_MOST = 96, HT_ORDER_NAME_BYTES = 24 };

struct ht_order {
	struct ht_sort sort;            /* not reversed */
	char name[HT_ORDER_NAME_BYTES]; /* as --sort has it, where that knows it */
	const char *help;               /* static; "": none */
};

/* Lists them, columns first; returns how many there are, at most HT_ORDERS_MOST. */
size_t ht_orders_list(const struct ht_table *table, struct ht_order orders[HT_ORDERS_MOST]);

/* True when both order by the same thing, in whichever direction. */
bool ht_order_is_same(const struct ht_sort *a, const struct ht_sort *b);

/* Orders by column INDEX, which can be ordered by; by that already: the other way round. */
void ht_order_click(const struct ht_table *table, struct ht_sort *sort, size_t index);

/* Orders by the column beside the one that does: STEP 1 to the right, -1 to the left. */
void ht_order_move(const struct ht_table *table, struct ht_sort *sort, int step);

#endif

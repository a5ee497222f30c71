/* SPDX-License-Identifier: MIT */
/* The list of what the view in sight can be sorted by: its columns and all its metrics. */
#include "config.h"

#include "tui/dialogs.h"
#include "views/order.h"

static enum ht_screen_wish
take_order(struct ht_screen *screen, const struct ht_picker_item *item)
{
	struct ht_order orders[HT_ORDERS_MOST];
	size_t count = ht_orders_list(ht_screen_view(screen)->table, orders);
	struct ht_sort *sort = &ht_screen_state(screen)->sort;
	/* What it is sorted by already keeps its direction. */
	if (item->id < count && !ht_order_is_same(sort, &orders[item->id].sort))
		*sort = orders[item->id].sort;
	ht_screen_arrange(screen);
	return HT_WISH_DRAW;
}

void
ht_sort_pick(struct ht_screen *screen)
{
	struct ht_order orders[HT_ORDERS_MOST];
	const struct ht_table *table = ht_screen_view(screen)->table;
	if (table == NULL) {
		ht_screen_say(screen, "there is nothing to sort here");
		return;
	}
	size_t count = ht_orders_list(table, orders);
	if (!ht_screen_pick(screen, "Sort by", take_order))
		return;
	for (size_t i = 0; i < count; i++) {
		if (ht_picker_add(&screen->picker, orders[i].name, orders[i].help, i) != 0)
			break;
		if (ht_order_is_same(&ht_screen_state(screen)->sort, &orders[i].sort))
			screen->picker.index = i;
	}
}

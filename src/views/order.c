/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/order.h"

#include <ctype.h>
#include <stdio.h>

static struct ht_sort
sort_of(const struct ht_column *column)
{
	struct ht_sort sort = { .field = column->field };
	if (column->field == HT_SORT_METRIC)
		sort.metric = &ht_metric_table(column->scope, NULL)[column->metric];
	return sort;
}

bool
ht_order_is_same(const struct ht_sort *a, const struct ht_sort *b)
{
	return a->field == b->field && (a->field != HT_SORT_METRIC || a->metric == b->metric);
}

/* A metric goes by its short name, a name by "name" whatever stands over it, all else by its heading. */
static void
set_name(struct ht_order *order, const struct ht_column *column)
{
	const char *name = column->title != NULL ? column->title : "";
	if (column->field == HT_SORT_METRIC)
		name = order->sort.metric->short_name;
	else if (column->field == HT_SORT_NAME)
		name = "name";
	snprintf(order->name, sizeof(order->name), "%s", name);
	for (char *c = order->name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
}

static size_t
add_metrics(const struct ht_table *table, enum ht_metric_scope scope, struct ht_order *orders,
    size_t listed)
{
	size_t count;
	const struct ht_metric *metrics = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count && listed < HT_ORDERS_MOST; i++) {
		struct ht_sort sort = { .field = HT_SORT_METRIC, .metric = &metrics[i] };
		if (ht_table_sort_column(table, &sort) != NULL)
			continue;
		orders[listed] = (struct ht_order){ .sort = sort, .help = metrics[i].help };
		snprintf(orders[listed].name, HT_ORDER_NAME_BYTES, "%s", metrics[i].short_name);
		listed++;
	}
	return listed;
}

size_t
ht_orders_list(const struct ht_table *table, struct ht_order orders[HT_ORDERS_MOST])
{
	size_t listed = 0;
	for (size_t i = 0; i < table->count && listed < HT_ORDERS_MOST; i++) {
		const struct ht_column *column = &table->columns[i];
		if (column->unsorted)
			continue;
		struct ht_order *order = &orders[listed++];
		*order = (struct ht_order){ .sort = sort_of(column), .help = column->help };
		set_name(order, column);
		if (order->help == NULL)
			order->help = order->sort.metric != NULL ? order->sort.metric->help : "";
	}
	for (unsigned scope = HT_SCOPE_HOST; scope < HT_SCOPES; scope++)
		if ((table->scopes >> scope & 1u) != 0)
			listed = add_metrics(table, (enum ht_metric_scope)scope, orders, listed);
	return listed;
}

void
ht_order_move(const struct ht_table *table, struct ht_sort *sort, int step)
{
	long current = step > 0 ? -1 : (long)table->count;
	const struct ht_column *column = ht_table_sort_column(table, sort);
	if (column != NULL)
		current = column - table->columns;
	for (long i = current + step; i >= 0 && i < (long)table->count; i += step) {
		if (table->columns[i].unsorted)
			continue;
		*sort = sort_of(&table->columns[i]);
		return;
	}
}

void
ht_order_click(const struct ht_table *table, struct ht_sort *sort, size_t index)
{
	struct ht_sort clicked = sort_of(&table->columns[index]);
	if (ht_order_is_same(sort, &clicked))
		sort->reversed = !sort->reversed;
	else
		*sort = clicked;
}

/* SPDX-License-Identifier: MIT */
/* Memory and swap by libproc2; pressure, which it doesn't know, from its kept-open file. */
#include "config.h"

#include "sources/host.h"

#include <fcntl.h>
#include <libproc2/meminfo.h>
#include <stdlib.h>
#include <unistd.h>

#include "decode/procfs.h"

struct ht_host {
	struct meminfo_info *memory; /* owned; NULL: libproc2 can't tell */
	int pressure_fd;             /* owned; -1: a kernel without pressure figures */
};

struct ht_host *
ht_host_new(void)
{
	struct ht_host *host = calloc(1, sizeof(*host));
	if (host == NULL)
		return NULL;
	if (procps_meminfo_new(&host->memory) < 0)
		host->memory = NULL;
	host->pressure_fd = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
	return host;
}

void
ht_host_free(struct ht_host *host)
{
	if (host == NULL)
		return;
	if (host->memory != NULL)
		procps_meminfo_unref(&host->memory);
	if (host->pressure_fd >= 0)
		close(host->pressure_fd);
	free(host);
}

static void
read_memory(struct ht_host *host, struct ht_host_values *values)
{
	static enum meminfo_item items[] = { MEMINFO_MEM_TOTAL, MEMINFO_MEM_AVAILABLE,
		MEMINFO_SWAP_TOTAL, MEMINFO_SWAP_USED };
	static const enum ht_host_metric metrics[] = { HT_HOST_MEMORY_TOTAL,
		HT_HOST_MEMORY_AVAILABLE, HT_HOST_SWAP_TOTAL, HT_HOST_SWAP_USED };
	enum { COUNT = sizeof(items) / sizeof(items[0]) };

	struct meminfo_stack *stack = procps_meminfo_select(host->memory, items, COUNT);
	if (stack == NULL)
		return;
	for (size_t i = 0; i < COUNT; i++)
		HT_SET_U(values, metrics[i], (uint64_t)stack->head[i].result.ul_int * 1024);
}

static void
read_pressure(const struct ht_host *host, struct ht_host_values *values)
{
	char text[256];
	double share;
	ssize_t length = pread(host->pressure_fd, text, sizeof(text), 0);
	if (length > 0 && ht_procfs_decode_pressure(text, (size_t)length, &share) == 0)
		HT_SET_F(values, HT_HOST_PRESSURE_SOME_AVG10, share);
}

void
ht_host_read(struct ht_host *host, struct ht_host_values *values)
{
	if (host->memory != NULL)
		read_memory(host, values);
	if (host->pressure_fd >= 0)
		read_pressure(host, values);
}

/* SPDX-License-Identifier: MIT */
/* Completion of the command line for shells, from the tables of commands and options. */
#ifndef HT_CLI_COMPLETION_H
#define HT_CLI_COMPLETION_H

#include "base/text.h"

/* Appends the script for SHELL, "bash", "zsh" or "fish".  0, -EINVAL for another shell, or -ENOMEM. */
int ht_completion_write(const char *shell, struct ht_text *out);

#endif

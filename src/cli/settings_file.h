/* SPDX-License-Identifier: MIT */
/*
 * The settings file: $XDG_CONFIG_HOME/heaptop/config, else ~/.config/heaptop/config; nowhere else, and
 * never below the current directory.  It is only trusted where nobody but its user and root can write:
 * the file itself and the two directories that lead to it.
 */
#ifndef HT_CLI_SETTINGS_FILE_H
#define HT_CLI_SETTINGS_FILE_H

#include "base/error.h"
#include "model/settings.h"

/*
 * Reads the file over SETTINGS.  What can't be used, a bad value or the whole file, leaves them as they were and is
 * named in NOTICE, whose text is "" otherwise.  That there is no file is nothing to speak of.
 */
void ht_settings_file_load(struct ht_settings *settings, struct ht_error *notice);

/*
 * Writes SETTINGS to the file, which keeps whatever lines it has that aren't understood; it is replaced as a whole or stays
 * as it was.  0 and in SAID where it is, or -errno and in SAID what went wrong.
 */
int ht_settings_file_save(const struct ht_settings *settings, struct ht_error *said);

#endif

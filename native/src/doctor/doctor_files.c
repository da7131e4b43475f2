// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool doctor_read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fgets(line, (int)size, file) != NULL;
	fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read;
}

int doctor_status_number(const char *name)
{
	size_t length = strlen(name);
	char line[256];
	int number = -1;
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			number = atoi(line + length + 1);
	}
	fclose(file);
	return number;
}

bool doctor_is_initial_namespace(const char *path, unsigned long inode)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_ino == inode;
}

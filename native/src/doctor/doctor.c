// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor_checks.h"
#include "support/fail.h"
#include "support/json.h"
#include "support/kernel_release.h"

/* In JSON, and as people read it. */
static const struct group_names {
	const char *key;
	const char *title;
} group_names[CHECK_GROUPS] = {
	[GROUP_CAPTURE] = { "capture", "Can capture" },
	[GROUP_SIGHT] = { "sight", "Sees everything" },
	[GROUP_QUIET] = { "quiet", "Measures quietly" },
};

static const char *const status_names[] = { [CHECK_OK] = "ok", [CHECK_WARNING] = "warning", [CHECK_MISSING] = "missing" };

/* What the machine offers; the bpf backend comes first because it sees more. */
struct diagnosis {
	const char *kernel;
	struct checks checks;
	const char *backends[2];
	size_t backend_count;
};

void checks_add(struct checks *checks, const char *name, enum check_status status, const char *cure, const char *format, ...)
{
	struct check *check = &checks->items[checks->count];
	va_list arguments;

	if (checks->count == MAX_CHECKS)
		return;
	checks->count++;
	check->group = checks->group;
	check->name = name;
	check->status = status;
	snprintf(check->cure, sizeof(check->cure), "%s", cure ? cure : "");
	va_start(arguments, format);
	vsnprintf(check->detail, sizeof(check->detail), format, arguments);
	va_end(arguments);
}

void checks_add_capability(struct checks *checks, const char *name, enum capability capability, enum check_status without,
			   const char *purpose)
{
	bool effective = privileges_effective(capability);

	checks_add(checks, name, effective ? CHECK_OK : without, effective ? NULL : privileges_grant(), "%s: %s",
		   effective ? "effective" : "not effective", purpose);
}

static void print_json(const struct diagnosis *diagnosis)
{
	struct json json = { .stream = stdout };

	json_open(&json, NULL, '{');
	json_string(&json, "schema", "profbound/doctor@1");
	json_string(&json, "kernel", diagnosis->kernel);
	json_open(&json, "checks", '[');
	for (size_t i = 0; i < diagnosis->checks.count; i++) {
		const struct check *check = &diagnosis->checks.items[i];

		json_open(&json, NULL, '{');
		json_string(&json, "group", group_names[check->group].key);
		json_string(&json, "name", check->name);
		json_string(&json, "status", status_names[check->status]);
		json_string(&json, "detail", check->detail);
		if (check->cure[0])
			json_string(&json, "cure", check->cure);
		else
			json_null(&json, "cure");
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_open(&json, "backends", '[');
	for (size_t i = 0; i < diagnosis->backend_count; i++)
		json_string(&json, NULL, diagnosis->backends[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', stdout);
}

static void print_text(const struct diagnosis *diagnosis)
{
	int width = 0;

	for (size_t i = 0; i < diagnosis->checks.count; i++) {
		int length = (int)strlen(diagnosis->checks.items[i].name);

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < diagnosis->checks.count; i++) {
		const struct check *check = &diagnosis->checks.items[i];

		if (i == 0 || check->group != check[-1].group)
			printf("%s%s\n", i ? "\n" : "", group_names[check->group].title);
		printf("%-7s  %-*s  %s\n", status_names[check->status], width, check->name, check->detail);
		if (check->cure[0])
			printf("%-7s  %-*s  -> %s\n", "", width, "", check->cure);
	}
	printf("\nBackends that work here:");
	for (size_t i = 0; i < diagnosis->backend_count; i++)
		printf("%s %s", i ? "," : "", diagnosis->backends[i]);
	puts(diagnosis->backend_count ? "" : " none");
}

int doctor_run(bool json)
{
	struct diagnosis diagnosis = { 0 };
	bool bpf, perf;

	diagnosis.kernel = kernel_release();
	diagnosis.checks.group = GROUP_CAPTURE;
	doctor_check_confines(&diagnosis.checks);
	perf = doctor_check_perf(&diagnosis.checks);
	bpf = doctor_check_bpf(&diagnosis.checks);
	diagnosis.checks.group = GROUP_SIGHT;
	doctor_check_sight(&diagnosis.checks, perf);
	diagnosis.checks.group = GROUP_QUIET;
	doctor_check_quiet(&diagnosis.checks);
	if (bpf)
		diagnosis.backends[diagnosis.backend_count++] = "bpf";
	if (perf)
		diagnosis.backends[diagnosis.backend_count++] = "perf";
	if (json)
		print_json(&diagnosis);
	else
		print_text(&diagnosis);
	return diagnosis.backend_count ? EXIT_WRITTEN : EXIT_CANNOT_MEASURE;
}

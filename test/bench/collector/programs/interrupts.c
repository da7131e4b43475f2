/*
 * Loads interrupts.bpf.o. For a line "+N" the process N is one of those that count; for any other, prints the nanoseconds
 * that timer interrupts have lasted which found one of them running.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

#define CPUS 1024

struct spent {
	unsigned long long nanoseconds, began;
};

static unsigned long long sum(int map)
{
	unsigned long long nanoseconds = 0;

	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		struct spent spent;

		if (bpf_map_lookup_elem(map, &cpu, &spent) == 0)
			nanoseconds += spent.nanoseconds;
	}
	return nanoseconds;
}

int main(int count, char **arguments)
{
	struct bpf_object *object = count == 2 ? bpf_object__open_file(arguments[1], NULL) : NULL;
	struct bpf_program *program;
	char line[32];

	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach(program))
			return 1;
	}
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		unsigned process = line[0] == '+' ? atoi(line + 1) : 0;

		if (process)
			bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "processes"), &process, &process, BPF_ANY);
		else
			printf("%llu\n", sum(bpf_object__find_map_fd_by_name(object, "spent")));
		fflush(stdout);
	}
	return 0;
}

/* Loads interrupts.bpf.o; for each line, the number of a CPU, prints the nanoseconds its timer interrupts have lasted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

struct spent {
	unsigned long long nanoseconds, began;
};

int main(int count, char **arguments)
{
	struct bpf_object *object = count == 2 ? bpf_object__open_file(arguments[1], NULL) : NULL;
	struct bpf_program *program;
	char line[32];
	int map;

	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach(program))
			return 1;
	}
	map = bpf_object__find_map_fd_by_name(object, "spent");
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		unsigned cpu = atoi(line);
		struct spent spent;

		if (bpf_map_lookup_elem(map, &cpu, &spent))
			return 1;
		printf("%llu\n", spent.nanoseconds);
		fflush(stdout);
	}
	return 0;
}

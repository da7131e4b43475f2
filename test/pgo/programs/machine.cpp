// A machine with three operations behind pointers, of which nearly always the same one is called; takes SECONDS of CPU time.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

struct state {
	uint64_t value;
	uint64_t rare;
};

namespace {

uint64_t rotate(uint64_t value, int by)
{
	return value << by | value >> (64 - by);
}

void mix(state &s)
{
	s.value = (s.value ^ s.value >> 29) * 0x9e3779b97f4a7c15ull + 0x5bd1e995;
}

void fold(state &s)
{
	for (int i = 0; i < 4; i++)
		s.value ^= rotate(s.value, 7 * i + 1);
}

void divide(state &s)
{
	s.value = s.value / (s.rare % 7 + 1) + s.rare;
	s.rare++;
}

using operation = void (*)(state &);

operation operations[3] = {mix, fold, divide};

} // namespace

__attribute__((noinline)) uint64_t scan(const uint64_t *words, int count)
{
	uint64_t sum = 0;

	for (int i = 0; i < count; i++) {
		uint64_t word = words[i];

		if (word % 64 == 63)
			sum -= rotate(word, 5) / (word | 1);
		else
			sum += rotate(word, 11);
	}
	return sum;
}

/* On states in turn: one operation does not wait for the last, behind which some CPUs would hide what a call costs. */
__attribute__((noinline)) void run(state *states, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		state &s = states[i % 64];
		unsigned which = s.value % 256 < 250 ? 0 : 1 + (s.value >> 8) % 2;

		operations[which](s);
	}
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	static uint64_t words[4096];
	static state states[64];
	uint64_t value = 1;
	long rounds = 0;

	do {
		rounds++;
		for (uint64_t &word : words)
			word = value += 0x1234567;
		for (state &s : states)
			s = {value += 0x9e3779b97f4a7c15ull, 1};
		run(states, 1000000);
		for (int i = 0; i < 1000; i++) {
			words[i] = states[i % 64].value;
			value += scan(words, 4096);
		}
	} while (clock() < seconds * CLOCKS_PER_SEC);
	// What came out; how much was done, and what that took.
	printf("%llu %ld %ld\n", (unsigned long long)value, rounds, (long)clock());
	return 0;
}

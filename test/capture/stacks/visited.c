/* A shared library that calls back. */
volatile unsigned long visits;

__attribute__((noinline)) static void deeper(void (*back)(int))
{
	back(1);
	visits++;
}

void visit(void (*back)(int))
{
	deeper(back);
	visits++;
}

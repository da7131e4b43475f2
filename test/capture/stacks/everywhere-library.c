/* Linked into everywhere.c, as a shared library where programs have such. */
__attribute__((noinline, noclone)) static unsigned long library_leaf(unsigned long value)
{
	return value * 3 + (value >> 7);
}

unsigned long library_step(unsigned long from, unsigned long (*back)(unsigned long))
{
	return back(library_leaf(from)) + library_leaf(from + 1);
}

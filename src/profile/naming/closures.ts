/**
 * Functions without a name of their own are numbered by where they stand among others: one that is inserted renumbers
 * those behind it, and what was `func1` is `func2`. By number alone two different functions would be compared.
 */

/** `{lambda(int)#1}`, `{closure#0}`; clang's `$_0` and LLVM's `'lambda0'`; GCC's and clang's outlined parallel regions. */
const nativeNumber =
  /#\d+(?=\})|(?<=(?:^|::|[<( ])\$_)\d+(?=$|[:>,) ])|(?<='(?:lambda|unnamed))\d*(?=')|(?<=\._omp_fn\.|\.omp_outlined(?:_debug__)?\.)\d+$/g;
/** `func1`, `func1.2`, `gowrap1`, `deferwrap1`, `-range1`, all within another function. */
const goNumber = /(?<=\.(?:func|gowrap|deferwrap))\d+(?:\.\d+)*(?=$|[.-])|(?<=-range)\d+(?=$|[.-])/g;

/** Whether the function itself, not only what it is an instance for, has a number in place of a name. */
export function isNumbered(name: string, file: string): boolean {
  return withoutOwnNumbers(name, file) !== null;
}

/**
 * What tells a function from others as far as its name goes.
 *
 * Numbers within arguments (a comparator that `std::sort` is an instance for) are dropped: nothing says which of a
 * function's closures is meant, so that instances for several of them are one. A function's own number gives way to the
 * place where it begins, where that is known in terms of both sides; else it stays.
 */
export function distinctName(name: string, file: string, place: string | undefined): string {
  const own = place === undefined ? null : withoutOwnNumbers(name, file);
  const outer = own === null ? name : `${own}:${place}`;
  return withoutNumbers(outer, nativeNumber, (depth) => depth > 0);
}

/** null where there are none. */
function withoutOwnNumbers(name: string, file: string): string | null {
  if (file.endsWith('.go')) {
    const local = name.slice(name.lastIndexOf('/') + 1);
    // A function may be called func1; within another it cannot be declared.
    if (!/^[^.]+\..+\.(?:func|gowrap|deferwrap)\d|-range\d/.test(local)) return null;
    return name.replace(goNumber, '');
  }
  let hasOwn = false;
  const stripped = withoutNumbers(name, nativeNumber, (depth) => {
    hasOwn ||= depth === 0;
    return depth === 0;
  });
  return hasOwn ? stripped : null;
}

function withoutNumbers(name: string, numbers: RegExp, isMeant: (depth: number) => boolean): string {
  const found = [...name.matchAll(numbers)];
  if (found.length === 0) return name;
  const depths = nesting(name);
  let result = '';
  let end = 0;
  for (const { index, 0: number } of found) {
    if (!isMeant(depths[index] as number)) continue;
    result += name.slice(end, index);
    end = index + number.length;
  }
  return result + name.slice(end);
}

/** How many brackets are open at each character. Those that name an operator, and arrows, are none. */
function nesting(name: string): Uint16Array {
  const depths = new Uint16Array(name.length);
  const operator = /operator(?:\(\)|[-<>=!+*/%^&|~,]+)|->|=>/y;
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    operator.lastIndex = at;
    const skipped = operator.exec(name)?.[0].length ?? 0;
    if (skipped > 0) {
      depths.fill(depth, at, at + skipped);
      at += skipped - 1;
      continue;
    }
    const character = name[at] as string;
    if ('<(['.includes(character)) depth++;
    depths[at] = depth;
    if ('>)]'.includes(character) && depth > 0) depth--;
  }
  return depths;
}

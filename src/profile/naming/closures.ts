/**
 * Functions without a name of their own are numbered by where they stand among others: one that is inserted renumbers
 * those behind it, and what was `func1` is `func2`. By number alone two different functions would be compared.
 */

/** `{lambda(int)#1}`, `{closure#0}`; clang's `$_0` and LLVM's `'lambda0'`; GCC's and clang's outlined parallel regions. */
const nativeNumber =
  /(#)\d+(?=\})|((?:^|::|[<( ])\$_)\d+(?=$|[:>,) ])|('(?:lambda|unnamed))\d*(?=')|(\._omp_fn\.|\.omp_outlined(?:_debug__)?\.)\d+$/g;
/** What a name with such a number has in it: cheaper to ask for than the number. */
const nativeSign = /#\d|\$_\d|'(?:lambda|unnamed)|\._?omp_/;
/** `func1`, `func1.2`, `gowrap1`, `deferwrap1`, `-range1`, all within another function. */
const goNumber = /(?<=\.(?:func|gowrap|deferwrap))\d+(?:\.\d+)*(?=$|[.-])|(?<=-range)\d+(?=$|[.-])/g;
/**
 * javac's and kotlinc's classes without a name and local ones (`Main$1`, `Main$1Local`, `MainKt$main$1`), javac's
 * `lambda$main$0`, kotlinc's `main$lambda$0` and `main$lambda-0`, scalac's `$anonfun$main$1` and `$$anon$1`. The number of
 * an argument's default, `copy$default$1`, says which argument it is.
 */
const javaNumber = /(?<=\$(?:lambda-)?)(?<!\$default\$)\d+/g;
const javaFile = /\.(?:java|kt|scala)$/;

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
  return withoutNumbers(outer, (depth) => depth > 0);
}

/** null where there are none. */
function withoutOwnNumbers(name: string, file: string): string | null {
  if (file.endsWith('.go')) {
    const local = name.slice(name.lastIndexOf('/') + 1);
    // A function may be called func1; within another it cannot be declared.
    if (!/^[^.]+\..+\.(?:func|gowrap|deferwrap)\d|-range\d/.test(local)) return null;
    return name.replace(goNumber, '');
  }
  if (javaFile.test(file)) {
    const stripped = name.replace(javaNumber, '');
    return stripped === name ? null : stripped;
  }
  let hasOwn = false;
  const stripped = withoutNumbers(name, (depth) => {
    hasOwn ||= depth === 0;
    return depth === 0;
  });
  return hasOwn ? stripped : null;
}

function withoutNumbers(name: string, isMeant: (depth: number) => boolean): string {
  const found = nativeSign.test(name) ? [...name.matchAll(nativeNumber)] : [];
  if (found.length === 0) return name;
  const depths = nesting(name);
  let result = '';
  let end = 0;
  for (const { index, 0: whole, ...groups } of found) {
    const before = groups[1] ?? groups[2] ?? groups[3] ?? groups[4] ?? '';
    const start = index + before.length;
    if (!isMeant(depths[start] ?? 0)) continue;
    result += name.slice(end, start);
    end = index + whole.length;
  }
  return result + name.slice(end);
}

/** How many brackets are open at each character. Those that name an operator, and arrows, are none. */
function nesting(name: string): Uint16Array {
  const depths = new Uint16Array(name.length);
  let depth = 0;
  let filled = 0;
  for (const { index, 0: found } of name.matchAll(/operator(?:\(\)|[-<>=!+*/%^&|~,]+)|->|=>|[<([>)\]]/g)) {
    depths.fill(depth, filled, index);
    filled = index;
    if ('<(['.includes(found)) depth++;
    else if ('>)]'.includes(found) && depth > 0) depth--;
  }
  depths.fill(depth, filled);
  return depths;
}

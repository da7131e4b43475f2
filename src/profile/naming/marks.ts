/**
 * What compilers and runtimes add to a function's name that another build of the same function lacks or has differently.
 * docs/names.md lists each rule with names that it makes equal and names that stay apart; a test holds it to that.
 */

/** Takes one kind of mark off a name, given the function's file ('' where unknown). Never makes a name of none. */
export type MarkRule = (name: string, file: string) => string;

/** Languages in which `main.cold` is just a name. */
const unmarkedLanguage = /\.(?:go|[cm]?[jt]sx?|py|java|kt|scala|cs|fs|rb|php)$/;
/** Languages in which `~vector` is a destructor. */
const nativeLanguage = /\.(?:[ch]|cc|cpp|cxx|hh|hpp|hxx|ipp|tcc|inl|rs)$/i;

/**
 * How GCC and LLVM mark parts and copies of a function. Targets (`.avx2`), outlined loops (`._omp_fn.0`) and parts of
 * coroutines (`.resume`) are functions of their own, and so is `f.1`: another static function of that name, linked to one.
 */
const copyMark =
  '\\.(?:(?:isra|part|constprop|llvm|lto_priv|specialized|memprof|__uniq)(?:\\.\\d+)+|(?:cold|localalias|argprom|argelim|retelim)(?:\\.\\d+)*)';
const copySuffix = new RegExp(`(?:${copyMark})+$`);
const cloneNote = new RegExp(` \\[clone (?:${copyMark})+\\]`, 'g');

/** JIT tiers: V8 puts a sign in front, with ' where code is specialised; .NET's perf map puts a word behind. */
const tierSign = /^(?:[*+]'|[*~^+])(?=[A-Za-z_$(<#\u0080-\u{10ffff}])/u;
const tierWord = /\[(?:Tier\w*|OptimizedTier\w*|Optimized|PreJIT|ReadyToRun|MinOptJitted|Instrumented\w*)\]$/;

/** In the order in which they apply: what stands at the end is taken off first. */
export const markRules = {
  tier: (name, file) => {
    const unsigned = nativeLanguage.test(file) ? name : name.replace(tierSign, '');
    return unsigned.replace(tierWord, '');
  },

  copy: unlessUnmarked((name) => name.replace(cloneNote, '').replace(copySuffix, '')),

  /** The version that the linker takes by default; others (`memcpy@GLIBC_2.2.5`) are other functions. */
  'symbol-version': unlessUnmarked((name) => name.replace(/@@[A-Za-z][\w.]*$/, '')),

  /** libc++ writes its own version there, libstdc++ which std::string is meant. */
  'abi-tag': unlessUnmarked((name) => name.replace(/\[abi:\w+\]/g, '')),

  /** `::h0123456789abcdef` (legacy, demangled and not), `core[0123456789abcdef]::` and `Cs…_` (v0). */
  'rust-hash': unlessUnmarked((name) => {
    if (name.startsWith('_ZN')) return name.replace(/17h[0-9a-f]{16}E$/, 'E');
    if (name.startsWith('_R')) return name.replace(/Cs[0-9A-Za-z]{6,}_/g, 'C');
    return name.replace(/::h[0-9a-f]{16}$/, '').replace(/(\w)\[[0-9a-f]{12,16}\]/g, '$1');
  }),

  'go-shape': withoutGoShapes,

  /** Classes that the JVM makes at run time are numbered in the order in which that happens, and named by address. */
  'hidden-class': (name) => {
    if (!/[$]|Accessor\d/.test(name)) return name;
    return name
      .replace(/(\$\$Lambda)(?:\$\d+)?(?:[/+.]0x[0-9a-f]{8,16})?(?![\w$])/g, '$1')
      .replace(/(\$(?:LambdaForm|MH|DMH|BMH|VH|Species_\w+|Proxy))[/+.]0x[0-9a-f]{8,16}(?![\w$])/g, '$1')
      .replace(/(Generated(?:Serialization)?(?:Method|Constructor)Accessor)\d+(?![\w$])/g, '$1')
      .replace(/((?:^|[\s./])\$Proxy)\d+(?![\w$])/g, '$1')
      .replace(/(\$\$(?:EnhancerBy|FastClassBy)\w+\$\$)[0-9a-f]{4,8}(?![\w$])/g, '$1');
  },

  /** Numbered in the order in which a compiler or a runtime happens to need them. */
  numbered: (name) => name.replace(/^(OUTLINED_FUNCTION_)\d+$/, '$1').replace(/\b(lambda_method)\d+/, '$1'),
} satisfies Record<string, MarkRule>;

const allMarkRules: readonly MarkRule[] = Object.values(markRules);

function unlessUnmarked(rule: (name: string) => string): MarkRule {
  return (name, file) => (unmarkedLanguage.test(file) ? name : rule(name));
}

/**
 * The name without marks.
 * @param rules all of them, where it is not asked what one is good for
 */
export function withoutMarks(name: string, file: string, rules = allMarkRules): string {
  let cleaned = name;
  for (const rule of rules) cleaned = rule(cleaned, file) || cleaned;
  return cleaned;
}

/** Go: `Map[go.shape.[]uint8,int]` is `Map[...]` in the runtime's own tables; symbol tables spell it out. */
function withoutGoShapes(name: string): string {
  const opening = '[go.shape.';
  let result = name;
  for (let at = result.indexOf(opening); at >= 0; at = result.indexOf(opening, at + 1)) {
    const end = closingBracket(result, at);
    if (end < 0) return result;
    result = `${result.slice(0, at)}[...]${result.slice(end + 1)}`;
  }
  return result;
}

function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) return at;
  }
  return -1;
}

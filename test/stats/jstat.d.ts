/** The parts of jStat (development only) that serve as an oracle; it ships no types. */
declare module 'jstat' {
  const jstat: {
    ibeta(x: number, a: number, b: number): number;
    gammaln(x: number): number;
    studentt: { cdf(t: number, df: number): number; inv(p: number, df: number): number };
    chisquare: { cdf(x: number, df: number): number };
    normal: {
      cdf(x: number, mean: number, sd: number): number;
      inv(p: number, mean: number, sd: number): number;
    };
    binomial: { pdf(k: number, n: number, p: number): number };
  };
  export default jstat;
}

/** How often a total exactly at its margin fails: Yuen's t against Student's distribution, far in its tail, over all looks. */
import { studentUpperQuantile } from '../../../src/stats/student.js';
import { trimmedMean } from '../../../src/stats/yuen.js';
import { looksAt } from '../../../src/verdict/pace/looks.js';
import { normalFrom, uniformFrom } from '../../verdict/simulate.js';
import { policy, type Rate } from './gates.js';

/** Of a pair's difference, about its truth; symmetrical, since the sides' noise is alike. */
export const distributions: Readonly<
  Record<string, (uniform: () => number, normal: () => number) => number>
> = {
  normal: (_, normal) => normal(),
  'normal, 5 % of captures +20 %': (uniform, normal) => {
    const spike = () => (uniform() < 0.05 ? 0.2 : 0);
    return 0.028 * normal() + spike() - spike();
  },
  'Laplace, heavier tails': (uniform) => {
    const value = uniform() - 0.5;
    return -Math.sign(value) * Math.log(1 - 2 * Math.abs(value) + Number.MIN_VALUE);
  },
};

/** Part of the gates, either way up, of which a look is beyond its level. */
export function failsAtMargin(name: string, gates: number): Rate {
  const uniform = uniformFrom(777);
  const normal = normalFrom(uniform);
  const draw = distributions[name] as (typeof distributions)[string];
  const most = policy.looks.at(-1) as number;
  const looks = looksAt(policy, most).map(({ pairs, levels }) => {
    const { df } = trimmedMean(Array.from({ length: pairs }, (_, index) => index));
    return { pairs, limit: studentUpperQuantile(levels.fail, df) };
  });
  let fails = 0;
  for (let gate = 0; gate < gates; gate++) {
    const changes = Array.from({ length: most }, () => draw(uniform, normal));
    const ts = looks.map(({ pairs, limit }) => {
      const { mean, standardError } = trimmedMean(changes.slice(0, pairs));
      return mean / standardError / limit;
    });
    if (ts.some((t) => t > 1)) fails++;
    if (ts.some((t) => t < -1)) fails++;
  }
  const share = fails / (2 * gates);
  return { share, error: Math.sqrt(Math.max(1, fails)) / (2 * gates), of: 2 * gates };
}

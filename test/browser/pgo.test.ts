/** The page of profiles for compilers, in a browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { renderPgoHtml } from '../../src/report/pgo/page.js';
import { aComparison, aPgoResult, aProfile } from '../report/pgoResults.js';
import { openReport, startChromium } from './chromium.js';
import { poorContrast } from './contrast.js';

const kept = aProfile({
  workload: 'search',
  comparisons: [aComparison('none', [0.02, -0.01, 0.05])],
});
const page = renderPgoHtml(aPgoResult([aProfile(), kept], { notes: ['something else'] }));

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
});

describe('the page', () => {
  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('in %s, %i wide, is whole, readable and within its policy', async (colorScheme, width) => {
    const opened = await openReport(browser, page, { colorScheme, viewport: { width, height: 800 } });
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await opened.page.locator('svg.forest:visible').count()).toBe(2);
    expect(await opened.page.locator('svg.pairs:visible').count()).toBe(2);
    await expect(opened.page.locator('h1').textContent()).resolves.toMatch(/^Published/);
    const { checked, poor } = await poorContrast(opened.page);
    expect(checked).toBeGreaterThan(30);
    expect(poor).toEqual([]);
    expect(opened.complaints).toEqual([]);
    await opened.page.evaluate(axe.source);
    const { violations } = (await opened.page.evaluate(
      "axe.run({ resultTypes: ['violations'], rules: { 'color-contrast': { enabled: false } } })",
    )) as axe.AxeResults;
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await opened.close();
  });
});

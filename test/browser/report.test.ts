import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { renderHtml } from '../../src/report/html/page.js';
import { hostileNames, hostileResult, hostileTree } from '../report/hostile.js';
import { aResult, aTree, aWorkload, bothWays, failing, someEvidence, undecided } from '../report/results.js';
import { someWaits } from '../report/waits.js';
import { openReport, startChromium } from './chromium.js';
import { poorContrast } from './contrast.js';

const waiting = { ...failing(), offCpu: someWaits() };
const evidence = someEvidence('search', aTree(), { waits: bothWays(aTree()) });
const failed = renderHtml({ result: aResult([waiting, undecided(), aWorkload('health')]), evidence });
const hostile = renderHtml({ result: hostileResult(), evidence: someEvidence('api', hostileTree()) });
const pages = {
  fail: failed,
  pass: renderHtml({ result: aResult([aWorkload('api')]), evidence: someEvidence('api', aTree()) }),
  inconclusive: renderHtml({ result: aResult([undecided()], { design: 'unpaired' }), evidence: new Map() }),
};

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
});

describe('any report', () => {
  test.each(Object.entries(pages))(
    '%s: no violation of its policy, no error, nothing fetched',
    async (_, html) => {
      const { page, complaints, close } = await openReport(browser, html);
      await page.locator('footer').scrollIntoViewIfNeeded();
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test.each([
    ['fail', 'Fail'],
    ['pass', 'Pass'],
    ['inconclusive', 'Inconclusive'],
  ] as const)('%s: the verdict is readable without JavaScript', async (name, word) => {
    const { page, complaints, close } = await openReport(browser, pages[name], { javaScriptEnabled: false });
    await expect(page.locator('h1').textContent()).resolves.toMatch(new RegExp(`^${word}`));
    expect(await page.locator('.tools:visible').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('without JavaScript the drawings stand and the table of the flame graph opens', async () => {
    const { page, close } = await openReport(browser, failed, { javaScriptEnabled: false });
    expect(await page.locator('svg.flame > svg.slower').first().isVisible()).toBe(true);
    expect(await page.locator('svg.forest:visible').count()).toBe(2);
    expect(await page.getByText('profbound gate --base').first().isVisible()).toBe(true);
    await page.getByText('The flame graph as a table').first().click();
    expect(
      await page
        .getByRole('row', { name: /tokenize ▲ slower 42/ })
        .first()
        .isVisible(),
    ).toBe(true);
    await close();
  });

  test.each(['light', 'dark'] as const)('in %s every text has enough contrast', async (colorScheme) => {
    for (const html of Object.values(pages)) {
      const { page, close } = await openReport(browser, html, { colorScheme });
      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(18, 19, 22)' : 'rgb(246, 246, 244)');
      const { checked, poor } = await poorContrast(page);
      expect(checked).toBeGreaterThan(50);
      expect(poor).toEqual([]);
      await close();
    }
  });

  test.each([
    ['fail', 'light', 1280],
    ['pass', 'light', 1280],
    ['inconclusive', 'light', 1280],
    ['fail', 'dark', 1280],
    ['fail', 'light', 390],
  ] as const)('%s, in %s, %d wide: axe finds nothing serious', async (name, colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 800 } };
    const { page, close } = await openReport(browser, pages[name], options);
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    await page.evaluate(axe.source);
    // Colours are the same at every width, and take most of the time.
    const rules = { 'color-contrast': { enabled: width > 1000 } };
    const { violations, passes } = (await page.evaluate(
      `axe.run({ resultTypes: ['violations'], rules: ${JSON.stringify(rules)} })`,
    )) as axe.AxeResults;
    expect(passes.length).toBeGreaterThan(20);
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await close();
  });

  test.each([320, 390, 768, 1600])('at a width of %d nothing runs out of the page', async (width) => {
    for (const html of [failed, hostile]) {
      const { page, close } = await openReport(browser, html, { viewport: { width, height: 800 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await close();
    }
  });

  test('landmarks, headings in order, tables with captions', async () => {
    const { page, close } = await openReport(browser, failed);
    for (const role of ['banner', 'main', 'contentinfo', 'navigation'] as const) {
      expect(await page.getByRole(role).count()).toBe(1);
    }
    const levels = (await page.evaluate(
      '[...document.querySelectorAll("h1,h2,h3,h4")].map((one) => Number(one.tagName[1]))',
    )) as number[];
    levels.forEach((level, index) => {
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    });
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(await page.locator('table:not(:has(caption))').count()).toBe(0);
    expect(await page.getByRole('rowheader', { name: 'tokenize src/lexer/tokenize.js:41' }).count()).toBe(1);
    await close();
  });

  test('on paper everything is unfolded, dark on white', async () => {
    const { page, close } = await openReport(browser, failed, {
      colorScheme: 'dark',
      viewport: { width: 720, height: 1000 },
    });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await poorContrast(page)).poor).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(720);
    expect(await page.locator('.tools:visible').count()).toBe(0);
    await close();
  });

  test('hostile names run nothing', async () => {
    const { page, complaints, close } = await openReport(browser, hostile);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const clicked = await page.evaluate(`(() => {
      const cells = () => document.querySelectorAll('svg.flame > svg');
      const many = cells().length;
      for (let index = 0; index < many; index++) {
        cells()[index].dispatchEvent(new MouseEvent('click', { bubbles: true }));
        document.querySelector('.reset').click();
      }
      return many;
    })()`);
    expect(clicked).toBe(hostileNames.length + 1);
    expect(await page.locator('img, h1:not(.verdict h1), svg[onload], [onerror]').count()).toBe(0);
    expect(dialogs).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/report/html/page.js';
import { hostileResult, hostileTree } from '../report/hostile.js';
import { aResult, aTree, aWorkload, failing, someEvidence, undecided } from '../report/results.js';
import { openReport, startChromium } from './chromium.js';
import { poorContrast } from './contrast.js';

const evidence = someEvidence('search', aTree());
const failed = renderHtml({ result: aResult([failing(), undecided(), aWorkload('health')]), evidence });
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

/** Share of the drawing's width a function's cell takes; null when it is not shown. */
async function cellWidth(page: Page, name: string): Promise<number | null> {
  const cell = page.locator('svg.flame > svg', { hasText: name }).first();
  if (!(await cell.isVisible())) return null;
  return Number.parseFloat((await cell.getAttribute('width')) ?? '');
}

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
    expect(await page.locator('svg.flame > svg.slower').isVisible()).toBe(true);
    expect(await page.locator('svg.forest').isVisible()).toBe(true);
    await page.getByText('The flame graph as a table').click();
    expect(
      await page
        .getByRole('row', { name: /tokenize ▲ slower/ })
        .last()
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

  test.each([320, 390, 768, 1600])('at a width of %d nothing runs out of the page', async (width) => {
    for (const html of [
      failed,
      renderHtml({ result: hostileResult(), evidence: someEvidence('api', hostileTree()) }),
    ]) {
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
    const html = renderHtml({ result: hostileResult(), evidence: someEvidence('api', hostileTree()) });
    const { page, complaints, close } = await openReport(browser, html);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    for (const cell of await page.locator('svg.flame > svg').all()) await cell.dispatchEvent('click');
    expect(await page.locator('img, h1:not(.verdict h1), svg[onload], [onerror]').count()).toBe(0);
    expect(dialogs).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the flame graph', () => {
  test('zooms to a clicked cell and back', async () => {
    const { page, close } = await openReport(browser, failed);
    const before = await cellWidth(page, 'analyze');
    expect(before).toBeLessThan(50);
    await page.locator('svg.flame > svg', { hasText: 'analyze' }).click();
    expect(await cellWidth(page, 'analyze')).toBe(100);
    expect(await cellWidth(page, 'runQuery')).toBe(100);
    expect(await cellWidth(page, 'render')).toBeNull();
    expect(await page.locator('.detail').first().textContent()).toContain('analyze');
    await page.getByRole('button', { name: 'Reset zoom' }).first().click();
    expect(await cellWidth(page, 'analyze')).toBe(before);
    expect(await cellWidth(page, 'render')).not.toBeNull();
    await close();
  });

  test('is one stop of the keyboard, moved through by arrows, zoomed by Enter, reset by Escape', async () => {
    const { page, close } = await openReport(browser, failed);
    const focused = (): Promise<string> =>
      page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName');
    expect(await page.locator('svg.flame [tabindex="0"]').count()).toBe(1);
    await page.getByRole('searchbox').first().focus();
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^all,/);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
    }
    expect(await focused()).toMatch(/^tokenize, .*proven slower/);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^stem,/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect(await cellWidth(page, 'tokenize')).toBe(100);
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toMatch(/^analyze,/);
    await page.keyboard.press('Escape');
    expect(await cellWidth(page, 'tokenize')).toBeLessThan(50);
    await close();
  });

  test('finds functions by name and says how much they take', async () => {
    const { page, close } = await openReport(browser, failed);
    await page.getByRole('searchbox').first().fill('TOKEN');
    expect(await page.locator('svg.flame > svg.hit').count()).toBe(1);
    expect(await page.locator('.found').first().textContent()).toBe('1 frame, 27.2 % of the width');
    await page.getByRole('searchbox').first().fill('no such thing');
    expect(await page.locator('.found').first().textContent()).toBe('no frame found');
    await close();
  });

  test('labels appear where zooming makes room for them', async () => {
    const { page, close } = await openReport(browser, failed);
    const label = page.locator('svg.flame > svg text', { hasText: 'isLetter' });
    expect(await label.isVisible()).toBe(false);
    await page.locator('svg.flame > svg', { hasText: 'tokenize' }).click();
    expect(await label.isVisible()).toBe(true);
    await close();
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { DifferentialNode } from '../../src/profile/tree.js';
import { renderHtml } from '../../src/report/html/page.js';
import { aNode, aResult, aTree, failing, someEvidence } from '../report/results.js';
import { type OpenPage, openReport, startChromium } from './chromium.js';

const html = renderHtml({ result: aResult([failing()]), evidence: someEvidence('search', aTree()) });

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
});

async function withPage(use: (opened: OpenPage) => Promise<void>, page = html): Promise<void> {
  const opened = await openReport(browser, page);
  await use(opened);
  expect(opened.complaints).toEqual([]);
  await opened.close();
}

/** Share of the drawing's width the first cell of a function takes; null when it is not shown. */
async function cellWidth(page: Page, name: string): Promise<number | null> {
  const cell = page.locator('svg.flame > svg', { hasText: name }).first();
  if ((await cell.count()) === 0) return null;
  return Number.parseFloat((await cell.getAttribute('width')) ?? '');
}

const tools = (page: Page) => page.locator('.flame-figure').first();

describe('the flame graph', () => {
  test('draws with scripts what stands there without, to the letter of each tooltip', async () => {
    const read = async (page: Page): Promise<unknown> =>
      page.evaluate(`[...document.querySelectorAll('svg.flame > svg')].map((cell) => ({
        title: cell.querySelector('title').textContent.replaceAll('\\u00a0', ' '),
        label: cell.querySelector('text').textContent,
        kind: cell.classList[0],
        at: ['x', 'y', 'width'].map((name) => Math.round(parseFloat(cell.getAttribute(name)) * 10)),
      }))`);
    const still = await openReport(browser, html, { javaScriptEnabled: false });
    const drawn = await read(still.page);
    await still.close();
    await withPage(async ({ page }) => expect(await read(page)).toEqual(drawn));
  });

  test('zooms to a clicked cell and back', async () => {
    await withPage(async ({ page }) => {
      const before = await cellWidth(page, 'analyze');
      expect(before).toBeLessThan(50);
      await page.locator('svg.flame > svg', { hasText: 'analyze' }).click();
      expect(await cellWidth(page, 'analyze')).toBe(100);
      expect(await cellWidth(page, 'runQuery')).toBe(100);
      expect(await cellWidth(page, 'render')).toBeNull();
      expect(await page.locator('.detail').first().textContent()).toContain('analyze');
      await page.getByRole('button', { name: 'Reset zoom' }).click();
      expect(await cellWidth(page, 'analyze')).toBe(before);
      expect(await cellWidth(page, 'render')).not.toBeNull();
    });
  });

  test('is one stop of the keyboard, moved through by arrows, zoomed by Enter, reset by Escape', async () => {
    await withPage(async ({ page }) => {
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName');
      expect(await page.locator('svg.flame [tabindex="0"]').count()).toBe(1);
      await tools(page).getByRole('searchbox').focus();
      await page.keyboard.press('Tab');
      expect(await focused()).toMatch(/^all,/);
      for (let row = 0; row < 6; row++) await page.keyboard.press('ArrowDown');
      expect(await focused()).toMatch(/^tokenize, .*proven slower/);
      await page.keyboard.press('ArrowRight');
      expect(await focused()).toMatch(/^stem,/);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      expect(await cellWidth(page, 'tokenize')).toBe(100);
      expect(await focused()).toMatch(/^tokenize,/);
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toMatch(/^analyze,/);
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toMatch(/^tokenize,/);
      await page.keyboard.press('Escape');
      expect(await cellWidth(page, 'tokenize')).toBeLessThan(50);
    });
  });

  test('what the keyboard came to stays told though another cell comes to lie below the pointer', async () => {
    await withPage(async ({ page }) => {
      const detail = tools(page).locator('.detail');
      await page.locator('svg.flame > svg', { hasText: 'lookup' }).hover();
      expect(await detail.textContent()).toMatch(/^lookup/);
      await page.locator('svg.flame > svg[tabindex="0"]').focus();
      for (let row = 0; row < 6; row++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      expect(await cellWidth(page, 'tokenize')).toBe(100);
      await page.waitForTimeout(300);
      expect(await detail.textContent()).toMatch(/^tokenize/);
    });
  });

  test('finds functions by name and says how much they take', async () => {
    await withPage(async ({ page }) => {
      const search = tools(page).getByRole('searchbox');
      const found = tools(page).locator('.found');
      await search.fill('TOKEN');
      expect(await page.locator('svg.flame > svg.hit').count()).toBe(1);
      expect(await found.textContent()).toBe('1 frame, 27.2 % of the width');
      await search.fill('no such thing');
      expect(await page.locator('svg.flame > svg.hit').count()).toBe(0);
      expect(await found.textContent()).toBe('no frame found');
    });
  });

  test('labels appear where zooming makes room for them', async () => {
    await withPage(async ({ page }) => {
      const label = page.locator('svg.flame > svg text', { hasText: 'isLetter' });
      await page.setViewportSize({ width: 600, height: 800 });
      expect(await label.isVisible()).toBe(false);
      await page.locator('svg.flame > svg', { hasText: 'tokenize' }).click();
      expect(await label.isVisible()).toBe(true);
    });
  });

  test('shows either side alone: what a side does not have is not there', async () => {
    await withPage(async ({ page }) => {
      expect(await cellWidth(page, 'normalizeUnicode')).not.toBeNull();
      const both = (await cellWidth(page, 'tokenize')) as number;
      await page.getByRole('radio', { name: 'Base' }).check();
      expect(await cellWidth(page, 'normalizeUnicode')).toBeNull();
      const base = (await cellWidth(page, 'tokenize')) as number;
      expect(await tools(page).locator('figcaption').textContent()).toContain('of base alone.');
      await page.getByRole('radio', { name: 'Head' }).check();
      expect(await cellWidth(page, 'normalizeUnicode')).not.toBeNull();
      const head = (await cellWidth(page, 'tokenize')) as number;
      expect(base).toBeLessThan(head);
      expect(Math.abs(both - head)).toBeLessThan(2);
      const { root } = aTree();
      expect(base).toBeCloseTo((100 * 42_400) / root.base, 1);
      expect(head).toBeCloseTo((100 * 53_850) / root.head, 1);
    });
  });

  test('turned round, functions stand on top of their callers', async () => {
    await withPage(async ({ page }) => {
      await page.getByRole('checkbox', { name: 'Callers below' }).check();
      const caption = tools(page).locator('figcaption');
      expect(await caption.textContent()).toContain('below each the callers it was spent for. Width is');
      const second = page.locator('svg.flame > svg[aria-level="2"]');
      expect(await second.filter({ hasText: 'tokenize' }).getAttribute('class')).toBe('slower');
      await second.filter({ hasText: 'tokenize' }).click();
      expect(await page.locator('svg.flame > svg[aria-level="3"]').getAttribute('aria-label')).toMatch(
        /^analyze,/,
      );
      await page.getByRole('checkbox', { name: 'Callers below' }).uncheck();
      expect(
        await page.locator('svg.flame > svg[aria-level="2"]').first().getAttribute('aria-label'),
      ).toMatch(/^node::Start/);
    });
  });

  test('cells too narrow for the page appear on zooming in; the page says how many there are', async () => {
    const narrow = Array.from({ length: 300 }, (_, index) => aNode(`narrow${index}`, [4, 4]));
    const wide: DifferentialNode = aNode('wide', [8800, 8800], [aNode('bundle', [10, 10], narrow)]);
    const calls = { root: aNode('all', [0, 0], [wide]), leftOut: 12 };
    const page = renderHtml({ result: aResult([failing()]), evidence: someEvidence('search', calls) });
    expect(page).toContain('312 places are too narrow');
    expect(page).toContain('300 appear on zooming in, 12 below 0.02\u00a0% of the width are left out');
    await withPage(async ({ page: opened }) => {
      expect(await cellWidth(opened, 'narrow7')).toBeNull();
      await opened.locator('svg.flame > svg', { hasText: 'bundle' }).click();
      expect(await cellWidth(opened, 'narrow7')).toBeCloseTo(0.331, 1);
    }, page);
  });
});

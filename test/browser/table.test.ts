import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/report/html/page.js';
import { aFunction, aResult, aTree, failing, figure, someEvidence } from '../report/results.js';
import { aWait, longerWait, someWaits } from '../report/waits.js';
import { openReport, startChromium } from './chromium.js';

const others = Array.from({ length: 30 }, (_, index) =>
  aFunction(`other${index}`, {
    ratio: figure(1 + index / 1000, 0.9, 1.2),
    contribution: figure(index / 10_000, -0.01, 0.01),
    baseShare: 0.001 * index,
    headShare: 0.001 * index,
  }),
);
const waits = Array.from({ length: 20 }, (_, index) =>
  aWait(`pause${index}`, { key: `lock pause${index}`, base: 1000 * index, head: 1000 * index }),
);
const offCpu = someWaits({ waits: [longerWait, ...waits] });
const workload = { ...failing(), offCpu, functions: [...failing().functions, ...others] };
const html = renderHtml({ result: aResult([workload]), evidence: someEvidence('search', aTree()) });

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
});

const card = (page: Page) => page.locator('.functions-card');
const names = (page: Page): Promise<string[]> => card(page).locator('tbody .name').allTextContents();

describe('the table of functions', () => {
  test('without scripts has all rows, the lesser ones folded', async () => {
    const { page, close } = await openReport(browser, html, { javaScriptEnabled: false });
    expect(await card(page).locator('tbody tr').count()).toBe(36);
    expect(await card(page).locator('tbody tr:visible').count()).toBe(8);
    await page.getByText('28 more functions').click();
    expect(await card(page).locator('tbody tr:visible').count()).toBe(36);
    await close();
  });

  test('is searched, filtered and shown whole', async () => {
    const { page, complaints, close } = await openReport(browser, html);
    const told = card(page).locator('.found');
    expect(await names(page)).toHaveLength(8);
    expect(await told.textContent()).toBe('8 of 36 functions');
    const search = card(page).getByRole('searchbox');
    await search.fill('Other1');
    expect(await names(page)).toHaveLength(11);
    await search.fill('lexer/tok');
    expect(await names(page)).toEqual(['tokenize']);
    await search.fill('nothing like it');
    expect(await told.textContent()).toBe('no function found');
    await search.fill('');
    await card(page).getByRole('combobox', { name: 'Finding' }).selectOption('faster');
    expect(await names(page)).toEqual(['parseHeaders']);
    await card(page).getByRole('combobox', { name: 'Finding' }).selectOption('');
    await card(page).getByRole('checkbox', { name: 'Changed in this pull request' }).check();
    expect(await names(page)).toEqual(['render']);
    expect(await card(page).locator('.remark').textContent()).toBe('changed in this pull request');
    await card(page).getByRole('checkbox').uncheck();
    await card(page).getByRole('button', { name: 'Show all 36' }).click();
    expect(await names(page)).toHaveLength(36);
    expect(complaints).toEqual([]);
    await close();
  });

  test('is sorted by a column, either way, with the keyboard, and back', async () => {
    const { page, close } = await openReport(browser, html);
    const before = await names(page);
    const head = card(page).getByRole('columnheader', { name: 'Own time per request' });
    await head.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect((await names(page))[0]).toBe('tokenize');
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect((await names(page)).slice(0, 2)).toEqual(['parseHeaders', 'other0']);
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBeNull();
    expect(await names(page)).toEqual(before);
    await card(page).getByRole('columnheader', { name: 'Function' }).getByRole('button').click();
    expect((await names(page)).slice(0, 2)).toEqual(['lookup', 'normalizeUnicode']);
    await close();
  });
});

test('the table of waits is searched, filtered and sorted, too', async () => {
  const { page, complaints, close } = await openReport(browser, html);
  const waitsCard = page.locator('.waits-card');
  const shown = (): Promise<string[]> => waitsCard.locator('tbody .name').allTextContents();
  expect(await waitsCard.locator('.found').textContent()).toBe('8 of 21 waits');
  await waitsCard.getByRole('searchbox').fill('pause1');
  expect(await shown()).toHaveLength(11);
  await waitsCard.getByRole('columnheader', { name: 'Time per request' }).getByRole('button').click();
  expect((await shown())[0]).toBe('pause19');
  await waitsCard.getByRole('searchbox').fill('');
  await waitsCard.getByRole('combobox', { name: 'Finding' }).selectOption('longer');
  expect(await shown()).toEqual(['loadRecord']);
  expect(await names(page)).toHaveLength(8);
  expect(complaints).toEqual([]);
  await close();
});

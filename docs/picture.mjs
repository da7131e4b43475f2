/**
 * Takes README's picture, docs/report.png, of the report that `npm run demo` has left. The table of functions is filtered to what
 * is proven and the flame graph begins with the functions that spend the time, so that what is coloured is in the picture.
 *
 *     npm run demo && node docs/picture.mjs
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const docs = dirname(fileURLToPath(import.meta.url));
const report = join(docs, '..', '.profbound', 'demo', 'report.html');

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1200, height: 1760 }, deviceScaleFactor: 1 });
await page.goto(`file://${report}`);
await page.getByRole('combobox', { name: 'Finding' }).selectOption('slower');
await page.getByRole('checkbox', { name: 'Callers below' }).first().check();
await page.evaluate('document.activeElement.blur()');
await page.screenshot({ path: join(docs, 'report.png') });
await browser.close();

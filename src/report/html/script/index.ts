/** What the page can do beyond reading it. Without it the page says the same. */
import { flameScript } from './flame.js';
import { formatScript } from './format.js';
import { tableScript } from './table.js';

export const script = `
'use strict';
(() => {
${formatScript}${flameScript}${tableScript}
  for (const figure of document.querySelectorAll('.flame-figure')) setUpFlame(figure);
  for (const card of document.querySelectorAll('.functions-card')) setUpTable(card);
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
`;

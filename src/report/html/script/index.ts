/** What the page can do beyond reading it. Without it the page says the same. */
import { flameScript } from './flame.js';
import { formatScript } from './format.js';
import { tableScript } from './table.js';

export const script = `
'use strict';
(() => {
${formatScript}${flameScript}${tableScript}
  for (const figure of document.querySelectorAll('.flame-figure')) setUpFlame(figure);
  for (const card of document.querySelectorAll('.table-card')) if (card.querySelector('.tools')) setUpTable(card);

  /** Tables too wide for the page are moved with the keyboard, too. */
  function markWide() {
    for (const box of document.querySelectorAll('.scroll')) {
      const isWide = box.scrollWidth > box.clientWidth;
      const attributes = { tabindex: '0', role: 'group', 'aria-label': box.querySelector('caption')?.textContent };
      for (const [name, value] of Object.entries(attributes)) isWide ? box.setAttribute(name, value) : box.removeAttribute(name);
    }
  }
  addEventListener('resize', markWide);
  document.addEventListener('toggle', markWide, true);
  markWide();
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
`;

/** Contrast as WCAG 2.2 defines it, of every text a page shows. */
import type { Page } from 'playwright-core';

export interface PoorText {
  readonly text: string;
  readonly ratio: number;
}

/**
 * Texts whose contrast against what lies behind them is below the AA minimum of their size.
 * Runs in the page as source text, since these tests are typed without a DOM.
 */
export async function poorContrast(page: Page): Promise<{ checked: number; poor: PoorText[] }> {
  return page.evaluate(measure) as Promise<{ checked: number; poor: PoorText[] }>;
}

const measure = `(() => {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const sibling = one.parentElement?.closest('svg.flame') && one.tagName === 'text' ? one.parentElement.querySelector('rect') : null;
      if (sibling) layers.push(rgba(getComputedStyle(sibling).fill));
      layers.push(rgba(getComputedStyle(one).backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const poor = [];
  let checked = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ').trim();
    const box = element.getBoundingClientRect();
    if (own === '' || box.width < 2 || box.height < 2 || element.closest('script,title,[disabled]')) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || style.display === 'none') continue;
    const behind = background(element);
    const ink = over(rgba(element instanceof SVGElement ? style.fill : style.color), behind);
    const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    checked += 1;
    if (ratio < (large ? 3 : 4.5)) poor.push({ text: own.slice(0, 60), ratio });
  }
  return { checked, poor };
})()`;

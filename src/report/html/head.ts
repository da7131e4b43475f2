/** How every page begins: what it is called, how it looks, and that nothing but what it carries itself may be used. */
import { createHash } from 'node:crypto';
import { type Markup, markup, trusted } from '../escape/markup.js';

export interface PageHead {
  readonly title: string;
  readonly style: string;
  /** null: the page runs none. */
  readonly script: string | null;
  /** Words of the link that leads past the banner to `#main`. */
  readonly skip: string;
}

/** From the document's type to the beginning of its body. */
export function pageHead({ title, style, script, skip }: PageHead): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">${skip}</a>`;
}

/** Style sheet and script are allowed by their hashes. */
function policy(style: string, script: string | null): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const scripts = script === null ? '' : ` script-src ${hash(script)};`;
  return `default-src 'none'; style-src ${hash(style)};${scripts} base-uri 'none'; form-action 'none'`;
}

/** Writes src/bundle/causes.ts from the collector's own list, native/src/profile/causes.def. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const kinds = { LOST: 'lost', INCOMPLETE: 'incomplete', UNRESOLVED: 'unresolved', UNTRACED: 'untraced' };

/** The module's text. */
export function causesModule() {
  const list = readFileSync(join(root, 'native', 'src', 'profile', 'causes.def'), 'utf8');
  const entry = /^(LOST|INCOMPLETE|UNRESOLVED|UNTRACED)\(\w+, "(\w+)", "([^"]+)",\s+"([^"]+)"\)$/gm;
  const lines = Object.values(kinds).map((kind) => {
    const causes = [...list.matchAll(entry)].filter(([, name]) => kinds[name] === kind);
    const each = causes.map(
      ([, , code, meaning, cure]) =>
        `    ${code}: {\n      meaning: ${quote(meaning)},\n      cure: ${quote(cure)},\n    },\n`,
    );
    return `  ${kind}: {\n${each.join('')}  },\n`;
  });
  return `/** Why something is missing in a profile. Made from native/src/profile/causes.def by npm run generate:causes. */
export const causes = {
${lines.join('')}} as const;
`;
}

function quote(text) {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(root, 'src', 'bundle', 'causes.ts'), causesModule());
}

// Prints the requirements that no test covers, one row and column per line: `D17 Compose`. A test covers a row on Compose
// with the tag [req D17] in its title, and on Kubernetes with [req D17 K8s]. With --check, the exit code is 1 if one is
// missing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '..');

/** The rows by the column in which they have a meaning. */
const ROWS = {
  both: [
    ...rows('D', [1, 2, 4, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20]),
    ...rows('L', [1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 15, 18, 19, 20, 21]),
    ...rows('N', [1, 2, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]),
    ...rows('K', range(1, 8)),
  ],
  Compose: [
    ...rows('D', [12]),
    ...rows('N', [3]),
    ...rows('R', [
      ...range(1, 4),
      ...range(10, 17),
      ...range(20, 30),
      ...range(40, 51),
      ...range(60, 64),
      ...range(70, 77),
    ]),
  ],
  Kubernetes: [...rows('D', [3, 5]), ...rows('L', [4, 11, 13, 14, 16, 17, 22]), ...rows('N', [9, 10])],
};

const missing = [
  ...missingRows([...ROWS.both, ...ROWS.Compose], 'Compose', ''),
  ...missingRows([...ROWS.both, ...ROWS.Kubernetes], 'Kubernetes', ' K8s'),
];
for (const line of missing) console.log(line);
if (process.argv.includes('--check') && missing.length > 0) process.exit(1);

function missingRows(ids, column, suffix) {
  const tags = testTags();
  return ids.filter((id) => !tags.has(`${id}${suffix}`)).map((id) => `${id} ${column}`);
}

function testTags() {
  const files = readdirSync(join(CHECKOUT, 'test'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('unit/docs/'))
    .map((file) => readFileSync(join(CHECKOUT, 'test', file), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\[req ([^\]]+)\]/g)].map(([, tag]) => tag)));
}

function rows(letter, numbers) {
  return numbers.map((number) => `${letter}${String(number).padStart(2, '0')}`);
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

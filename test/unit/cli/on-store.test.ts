import { expect, it } from 'vitest';
import { hintOnStore } from '../../../src/cli/render/on-store.ts';

const store = { dest: '/data/my models', project: { dir: null, file: null, project: null } };
const DEST = "--dest '/data/my models'";

it.each([
  [
    'to replace it, remove it first: rma models rm hf:org/x',
    `to replace it, remove it first: rma models rm hf:org/x ${DEST}`,
  ],
  [
    'repair the store: rma models repair; or export less',
    `repair the store: rma models repair ${DEST}; or export less`,
  ],
  ['run rma models pull hf:x/y ollama:z, or not', `run rma models pull hf:x/y ollama:z ${DEST}, or not`],
  [
    'run rma models pull docling:layout,easyocr, or not',
    `run rma models pull docling:layout,easyocr ${DEST}, or not`,
  ],
  ['to see it: rma cache prune --dry-run', `to see it: rma cache prune --dry-run ${DEST}`],
])('the command in a hint is for the store of the command that prints it: %s', (hint, expected) => {
  expect(hintOnStore(hint, store)).toBe(expected);
});

it.each([
  'on that machine: rma models repair; or download without --from',
  'download it there first: rma models pull hf:org/x; or run without --offline',
  'rma models pull hf:org/x --dest /data/models',
  'rma up',
])('a command for another store stays as it is: %s', (hint) => {
  expect(hintOnStore(hint, store)).toBe(hint);
});

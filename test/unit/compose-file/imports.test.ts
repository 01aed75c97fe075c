import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../../src/core/compose-file');
const files = readdirSync(folder);

/** Allowed imports of the renderer: the spec, volume names of Docker, and the result for the planner. */
const ALLOWED = [
  '../fleet/service-spec.ts',
  '../docker/host-gateway.ts',
  '../docker/volume-of.ts',
  '../domain/desired-state.ts',
  '../canonical-json.ts',
  '../control-characters.ts',
  '../hash.ts',
  '../labels.ts',
  '../shell-quote.ts',
  '../yaml/yaml-style.ts',
  'yaml',
];

it.each(files)('%s imports nothing from profiles, placement, selection or settings', (file) => {
  const imports = [...readFileSync(join(folder, file), 'utf8').matchAll(/ from '([^']+)'/g)];
  const others = imports.flatMap(([, from = '']) => (from.startsWith('./') ? [] : [from]));
  expect(others.filter((from) => !ALLOWED.includes(from))).toEqual([]);
});

it('the renderer has files', () => {
  expect(files.length).toBeGreaterThan(2);
});

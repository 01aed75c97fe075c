import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RENDER_CASES } from '../../golden/render-cases.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';

const folder = join(import.meta.dirname, '../../golden');

describe('renderCompose', () => {
  it.each(RENDER_CASES)('renders $name like its golden file', async ({ name, input }) => {
    await expect(stackOf(input()).text).toMatchFileSnapshot(join(folder, `${name}.compose.yaml`));
  });

  it('has a case for each golden file', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.compose.yaml'));
    expect(files.sort()).toEqual(RENDER_CASES.map(({ name }) => `${name}.compose.yaml`).sort());
  });

  it.each(RENDER_CASES)('writes $name so that YAML 1.1 and 1.2 read the same', ({ name }) => {
    const text = readFileSync(join(folder, `${name}.compose.yaml`), 'utf8');
    expect(parse(text, { version: '1.1' })).toEqual(parse(text, { version: '1.2' }));
  });
});

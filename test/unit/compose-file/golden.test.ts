import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RENDER_CASES } from '../../golden/render-cases.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';

const folder = join(import.meta.dirname, '../../golden');

describe('renderCompose', () => {
  it.each(RENDER_CASES)('renders $name as the file that was looked at', async ({ name, input }) => {
    await expect(stackOf(input()).text).toMatchFileSnapshot(join(folder, `${name}.compose.yaml`));
  });

  it('leaves no golden file without a case', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.compose.yaml'));
    expect(files.sort()).toEqual(RENDER_CASES.map(({ name }) => `${name}.compose.yaml`).sort());
  });

  it.each(RENDER_CASES)('reads $name the same as YAML 1.1 and 1.2', ({ name }) => {
    const text = readFileSync(join(folder, `${name}.compose.yaml`), 'utf8');
    expect(parse(text, { version: '1.1' })).toEqual(parse(text, { version: '1.2' }));
  });
});

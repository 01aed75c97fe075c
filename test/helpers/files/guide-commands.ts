import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CHECKOUT } from '../stack/engine-script.ts';

/** Returns the commands of rma in the shell blocks of a guide, or of one of its sections, as arguments, in their order. */
export function guideCommands(page: string, heading?: string): readonly (readonly string[])[] {
  const text = readFileSync(join(CHECKOUT, 'docs/guides', page), 'utf8');
  const section =
    heading === undefined ? text : text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  expect(section, `no section ${heading}`).toBeDefined();
  const blocks = [...(section ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.trim().split('\n'));
  return lines.map((line) => {
    const [program, ...args] = line.split(' ');
    expect(program, line).toBe('rma');
    return args;
  });
}

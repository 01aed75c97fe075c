import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CHECKOUT } from '../stack/engine-script.ts';

/** Returns the commands of rma in the shell blocks of a guide, or of one of its sections, as arguments, in their order. */
export function guideCommands(page: string, heading?: string): readonly (readonly string[])[] {
  const lines = blocksOf('sh', page, heading).flatMap((block) => block.trim().split('\n'));
  return lines.map((line) => {
    const [program, ...args] = line.split(' ');
    expect(program, line).toBe('rma');
    return args;
  });
}

/** Returns the files in the YAML blocks of a section, by the names in their first lines. */
export function guideFiles(page: string, heading: string): Readonly<Record<string, string>> {
  const named = blocksOf('yaml', page, heading).map((block) => {
    const name = /^# ([\w./-]+\.yaml)/.exec(block)?.[1] ?? '';
    expect(name, block).not.toBe('');
    return [name, block] as const;
  });
  return Object.fromEntries(named);
}

function blocksOf(language: string, page: string, heading: string | undefined): readonly string[] {
  const text = readFileSync(join(CHECKOUT, 'docs/guides', page), 'utf8');
  const section =
    heading === undefined ? text : text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  expect(section, `no section ${heading}`).toBeDefined();
  const blocks = [...(section ?? '').matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, kind, block = '']) => (kind === language ? [block] : []));
}

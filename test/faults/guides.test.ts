import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../helpers/stack/engine-script.ts';
import { startStack } from '../helpers/stack/stack.ts';

/** Returns the commands of rma in the shell blocks of a guide, in their order. */
function commandsOf(page: string): readonly (readonly string[])[] {
  const text = readFileSync(join(CHECKOUT, 'docs/guides', page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.trim().split('\n'));
  return lines.map((line) => {
    const [program, ...args] = line.split(' ');
    expect(program, line).toBe('rma');
    return args;
  });
}

test('[req R15] [req R64] every command of the guide for model workers succeeds, in its order', async () => {
  const commands = commandsOf('rma-demo.md');
  expect(commands.length).toBeGreaterThan(15);
  const stack = await startStack();
  for (const args of commands) {
    const { code, stderr } = await stack.rma(...args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
});

import { expect, test } from 'vitest';
import { guideCommands } from '../helpers/files/guide-commands.ts';
import { startStack } from '../helpers/stack/stack.ts';

test('[req R15] [req R64] every command of the guide for model workers succeeds, in its order', async () => {
  const commands = guideCommands('rma-demo.md');
  expect(commands.length).toBeGreaterThan(15);
  const stack = await startStack();
  for (const args of commands) {
    const { code, stderr } = await stack.rma(...args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
});

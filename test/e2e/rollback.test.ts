import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENGINE, startStack } from '../helpers/stack/stack.ts';

interface Entry {
  readonly result: string;
  readonly rollbackTo: number | null;
}

test('a rollback after a bad up restores the file and the answer, and downloads nothing', async () => {
  const stack = await startStack();
  await stack.up();
  const compose = join(stack.dir, '.rma/compose.yaml');
  const [good, config] = [
    await readFile(compose, 'utf8'),
    await readFile(join(stack.dir, 'rma.yaml'), 'utf8'),
  ];
  const services = `services:\n  ${ENGINE}: { flags: [--no-such-option] }\n`;
  await writeFile(join(stack.dir, 'rma.yaml'), `${config}${services}`);
  expect(await stack.rma('up')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('RMA_ENGINE_FAILED'),
  });
  stack.hub.log.clear();

  const back = await stack.rma('rollback');
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('Rolled back to entry 1.') });
  expect(await readFile(compose, 'utf8')).toBe(good);
  expect((await stack.chat()).status).toBe(200);
  expect(stack.hub.log.entries()).toEqual([]);
  const { entries } = JSON.parse((await stack.rma('history', '--json')).stdout);
  expect(entries.map((each: Entry) => [each.result, each.rollbackTo])).toEqual([
    ['applied', null],
    ['failed', null],
    ['applied', 1],
  ]);
});

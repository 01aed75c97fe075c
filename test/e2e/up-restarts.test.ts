import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENGINE, MODEL, type Stack, startStack } from '../helpers/stack.ts';

// One stack for both: each test finds it ready and leaves it ready, in any order.
let stack: Stack;
const cleaners: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stack = await startStack({}, (clean) => cleaners.push(clean));
  await stack.up();
});
afterAll(async () => {
  for (const clean of cleaners) await clean();
});

test('up makes secrets anew that were removed under a running stack, and every service reads the new ones', async () => {
  await rm(join(stack.dir, '.rma', 'secrets'), { recursive: true });
  const { operations } = await stack.up();
  expect(operations).toContainEqual(
    expect.objectContaining({ kind: 'restart-service', service: 'coordinator' }),
  );
  expect(await stack.listed()).toEqual([MODEL]);
  expect(await stack.up()).toMatchObject({ changed: false });
});

test('up gets an engine going again that was paused', async () => {
  await stack.docker('pause', await stack.container(ENGINE));
  await stack.up();
  expect((await stack.chat()).status).toBe(200);
});

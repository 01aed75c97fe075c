import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODEL, startStack } from '../helpers/stack/stack.ts';

test('up recreates secrets that were deleted while the stack was running, and restarts the services that use them', async () => {
  const stack = await startStack();
  await stack.up();
  await rm(join(stack.dir, '.rma', 'secrets'), { recursive: true });
  const { operations } = await stack.up();
  expect(operations).toContainEqual(
    expect.objectContaining({ kind: 'restart-service', service: 'coordinator' }),
  );
  await stack.ready();
  expect(await stack.listed()).toEqual([MODEL]);
  expect(await stack.up()).toMatchObject({ changed: false });
});

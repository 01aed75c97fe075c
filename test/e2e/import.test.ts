import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { MODEL, startStack } from '../helpers/stack/stack.ts';
import { stateOf } from '../helpers/store/import-fixture.ts';

test('models that another program downloaded are imported into the volume, and up fetches no content', async () => {
  const stack = await startStack();
  const other = tempFolder();
  chmodSync(other, 0o755);
  expect(await stack.rma('models', 'pull', MODEL, '--dest', other)).toMatchObject({ code: 0 });
  rmSync(join(other, '.rma'), { recursive: true });
  const before = stateOf(other);
  stack.hub.log.clear();

  const dryRun = await stack.rma('models', 'import', join(other, 'huggingface'), '--dry-run', '--json');
  expect(JSON.parse(dryRun.stdout)).toMatchObject({ models: [{ state: 'new', linkableBytes: null }] });
  const { code, stdout } = await stack.rma('models', 'import', join(other, 'huggingface'), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ models: [{ state: 'imported' }], hardLinkedBytes: 0 });
  expect(stateOf(other)).toBe(before);
  expect((await stack.up()).changed).toBe(true);
  expect((await stack.chat()).status).toBe(200);
  expect(stack.hub.log.contentRequests()).toEqual([]);
  const again = await stack.rma('models', 'import', join(other, 'huggingface'), '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ models: [{ state: 'present' }] });
});

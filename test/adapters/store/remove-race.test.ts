import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import type { FetchResult } from '../../../src/app/fetch/fetch-result.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const SHARED = { kind: 'model', content: 'weights '.repeat(100) } as const;
const content = {
  ollama: {
    'library/a:latest': { layers: [SHARED, { kind: 'system', content: 'a' }], config: {} },
    'library/b:latest': { layers: [SHARED, { kind: 'system', content: 'b' }], config: {} },
  },
} as const;
const A = 'ollama/manifests/registry.ollama.ai/library/a/latest';

/** Returns a disk that waits for `before` when it is about to unlink its first blob of Ollama. */
function watchedDisk(before: () => Promise<unknown>): Disk {
  let isFirst = true;
  const unlink: Disk['unlink'] = async (path) => {
    if (isFirst && String(path).includes('/blobs/')) {
      isFirst = false;
      await before();
    }
    return realDisk.unlink(path);
  };
  return { ...realDisk, unlink };
}

/** Returns a clock, and a promise that resolves when a process waits for a lease. */
function leaseWait(): { readonly clock: Clock; readonly waiting: Promise<void> } {
  const POLL_MS = 500;
  let announce: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const sleep: Clock['sleep'] = (ms, signal) => {
    if (ms === POLL_MS) announce();
    return systemClock.sleep(ms, signal);
  };
  return { clock: { ...systemClock, sleep }, waiting };
}

test('[fail U1] a pull that relies on a blob while another model with it is removed ends with a complete model', async () => {
  const root = tempFolder();
  const hub = await hubForTest(content);
  const { clock, waiting } = leaseWait();
  const fetcher = testFetcher(root, hub.endpoint, { store: testStore(root, { clock }) });
  const [a, b] = [await fetcher.resolve('ollama:a'), await fetcher.resolve('ollama:b')];
  await fetcher.fetch([a]);
  const pulls: Promise<readonly FetchResult[]>[] = [];
  const disk = watchedDisk(() => {
    const pull = fetcher.fetch([b]);
    pulls.push(pull);
    // it continues until it needs what the removal holds
    return Promise.race([pull, waiting]);
  });
  const { signal } = new AbortController();
  await testStore(root, { disk }).remove([A], { force: false, onWait: () => undefined, signal });
  const [result] = (await Promise.all(pulls)).flat();
  // a blob that disappeared is reported, and the next pull downloads it
  if (result?.state === 'failed') {
    expect(toErrorDocument(result.error).code).toBe('RMA_STORE_CHANGED');
    await fetcher.fetch([b]);
  }
  expect(pulls).toHaveLength(1);
  expect((await testStore(root).check(b)).state).toBe('present');
  expect(existsSync(join(root, A))).toBe(false);
  expect((await testStore(root).inventory()).models).toMatchObject([
    { references: ['ollama:b'], missing: [] },
  ]);
});

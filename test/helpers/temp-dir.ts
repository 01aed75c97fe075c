import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for this test, removed afterwards. */
export async function tempDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rma-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

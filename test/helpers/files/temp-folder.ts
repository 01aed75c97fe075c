import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AtEnd } from '../at-end.ts';

/** Creates a directory that is deleted after the test. Its path is short enough for Unix sockets. */
export function tempFolder(atEnd: AtEnd = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'rma-'));
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Like `tempFolder`, in memory if possible, for tests that sync thousands of times. */
export function quickFolder(): string {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rma-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

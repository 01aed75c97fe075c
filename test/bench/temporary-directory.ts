import { mkdirSync, mkdtempSync } from 'node:fs';
import { resolve } from 'node:path';

/** Creates an empty directory on the file system of the checkout: /tmp may be memory. */
export function temporaryDirectory(): string {
  mkdirSync('build', { recursive: true });
  return mkdtempSync(resolve('build/bench-'));
}

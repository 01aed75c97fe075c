import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelImport } from '../../../src/adapters/store/import/file-import.ts';
import { importModels } from '../../../src/app/fetch/import-models.ts';
import type { ImportOutcome, ImportSource } from '../../../src/core/domain/import.ts';
import { resolveImport } from '../../../src/core/import/resolve-import.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { testStore, testUses, withFreeBytes } from './store-fixture.ts';

/** Returns what is found in a directory of another program. */
export async function found(directory: string): Promise<ImportSource> {
  const source = await new FileModelImport({ paths: storePaths('/nonexistent', {}) }).find(directory);
  if (source === null) throw new Error(`${directory} is not recognized`);
  return source;
}

export interface ImportTestOptions {
  readonly disk?: Disk;
  /** what is free on the file system of the store; default: what really is */
  readonly freeBytes?: number;
}

/** Imports everything from a directory into the store at `root`, as `rma models import` does. */
export async function importAll(
  root: string,
  directory: string,
  { disk = realDisk, freeBytes }: ImportTestOptions = {},
): Promise<readonly ImportOutcome[]> {
  const real = testStore(root, { disk, clock: new JumpingClock() });
  const store = freeBytes === undefined ? real : withFreeBytes(real, () => freeBytes);
  const inventory = await testStore(root).inventory();
  const { models } = await found(directory);
  const resolved = models.map((each) => resolveImport(each, inventory)).filter((each) => each !== null);
  return importModels(resolved, {
    store,
    uses: testUses(root, { disk }),
    imports: new FileModelImport({ paths: storePaths(root, {}), disk }),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

/** Returns a text that changes with every name, content, mode, owner and time below a directory. */
export function stateOf(directory: string): string {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const parts = names.map((name) => {
    const stats = statSync(join(directory, name), { bigint: true });
    const content = stats.isFile() ? sha256(readFileSync(join(directory, name))) : '';
    return [name, content, stats.mode, stats.uid, stats.gid, stats.mtimeNs, stats.ino].join(' ');
  });
  return parts.join('\n');
}

export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Returns a safetensors file of this size: one tensor after the header. */
export function safetensors(bytes: number): Buffer {
  const header = (data: number) =>
    JSON.stringify({ w: { dtype: 'U8', shape: [data], data_offsets: [0, data] } }).padEnd(100);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(100n);
  return Buffer.concat([length, Buffer.from(header(bytes - 108)), Buffer.alloc(bytes - 108, 7)]);
}

/** Writes a directory as ModelScope's tools do. */
export function plantModelScope(
  other: string,
  named: Readonly<Record<string, string | Buffer>>,
  place = 'hub/models/org/tiny',
): void {
  for (const [path, data] of Object.entries({ '.msc': '', ...named })) {
    mkdirSync(dirname(join(other, place, path)), { recursive: true });
    writeFileSync(join(other, place, path), data);
  }
}

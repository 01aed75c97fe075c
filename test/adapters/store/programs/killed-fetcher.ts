// Downloads references into a store and kills itself with SIGKILL at one point: after a number of written bytes, or before a
// rename or link to a final name. Prints the bytes written until then, or the number of such names.
import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type Disk, realDisk } from '../../../../src/adapters/store/disk/disk.ts';
import { testFetcher } from '../../../helpers/store/store-fixture.ts';

const [root = '', endpoint = '', syncBytes = '', kind = '', at = '', ...refs] = process.argv.slice(2);
let written = 0;
let names = 0;

function die(): void {
  writeSync(1, `${JSON.stringify({ written })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const RENAMES = ['rename', 'link', 'symlink'];

function nameStep(to: unknown): void {
  if (/\.rma\/(staging|leases)\//.test(String(to)) || !String(to).startsWith(root)) return;
  if (kind === 'name' && names === Number(at)) die();
  names += 1;
}

async function writev(handle: FileHandle, args: Parameters<FileHandle['writev']>) {
  const result = await handle.writev(...args);
  written += result.bytesWritten;
  if (kind === 'bytes' && written >= Number(at)) die();
  return result;
}

const watched = (handle: FileHandle): FileHandle =>
  new Proxy(handle, {
    get: (target, key) => {
      if (key === 'writev') return (...args: Parameters<FileHandle['writev']>) => writev(target, args);
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const disk: Disk = new Proxy(realDisk, {
  get: (target, key) => {
    const value: unknown = Reflect.get(target, key);
    if (typeof value !== 'function') return value;
    return async (...args: unknown[]) => {
      if (RENAMES.includes(String(key))) nameStep(args[1]);
      const result: unknown = await Reflect.apply(value, target, args);
      return key === 'open' ? watched(result as FileHandle) : result;
    };
  },
});

const fetcher = testFetcher(root, endpoint, { disk, syncBytes: Number(syncBytes) });
const models = [];
for (const ref of refs) models.push(await fetcher.resolve(ref));
const results = await fetcher.fetch(models);
writeSync(1, `${JSON.stringify({ written, names, states: results.map(({ state }) => state) })}\n`);
process.exit(0);

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../../src/adapters/store/disk/files.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { bundleProgram, startProgram } from '../../helpers/process/program.ts';

const racer = fileURLToPath(new URL('./programs/lease-racer.ts', import.meta.url));

test.each([
  ['liveness socket', 'release'],
  ['heartbeats', 'release'],
  ['liveness socket', 'discard'],
  ['heartbeats', 'discard'],
])(
  '[fail L1] [fail L7] [fail L9] eight processes never hold one lease at once, using %s, if each ends with a %s',
  async (judge, end) => {
    const [processes, rounds] = [8, 25];
    const root = tempFolder();
    await ensureDir(realDisk, join(root, 'staging'));
    const program = await bundleProgram(racer);
    const runs = Array.from({ length: processes }, () =>
      startProgram(program, [root, String(rounds), judge, end]),
    );
    const ends = await Promise.all(runs.map(({ ended }) => ended));
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from({ length: processes }, () => ({ code: 0, stderr: '' })),
    );
    expect(existsSync(join(root, 'violations'))).toBe(false);
    expect(readFileSync(join(root, 'acquired'), 'utf8')).toHaveLength(processes * rounds);
    expect(existsSync(join(root, 'leases/key'))).toBe(end === 'release');
  },
);

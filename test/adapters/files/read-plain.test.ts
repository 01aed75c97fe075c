import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../../src/adapters/files/disk-files.ts';
import { readPlain, readPlainSync } from '../../../src/adapters/files/read-plain.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

async function readBoth(path: string): Promise<readonly string[]> {
  return [(await readPlain(path)).toString(), readPlainSync(path).toString()];
}

async function expectRefused(path: string, code: string): Promise<void> {
  await expect(readPlain(path)).rejects.toMatchObject({ code });
  expect(() => readPlainSync(path)).toThrow(expect.objectContaining({ code }));
}

describe('[case A02] reading a file of a project', () => {
  it('follows a link, and reads /dev/null as empty', async () => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'file'), 'text');
    symlinkSync('file', join(dir, 'link'));
    expect(await readBoth(join(dir, 'file'))).toEqual(['text', 'text']);
    expect(await readBoth(join(dir, 'link'))).toEqual(['text', 'text']);
    expect(await readBoth('/dev/null')).toEqual(['', '']);
  });

  it('refuses a named pipe without a writer, also behind a link, without waiting', async () => {
    const dir = tempFolder();
    spawnSync('mkfifo', [join(dir, 'pipe')]);
    symlinkSync('pipe', join(dir, 'link'));
    await expectRefused(join(dir, 'pipe'), 'EFTYPE');
    await expectRefused(join(dir, 'link'), 'EFTYPE');
    await expect(diskFiles.read(join(dir, 'pipe'))).rejects.toMatchObject({
      code: 'RMA_FILE_UNREADABLE',
      message: `cannot read ${join(dir, 'pipe')} (not a regular file)`,
    });
  });

  it('refuses an endless device, a socket and a directory', async () => {
    const dir = tempFolder();
    const server = createServer().listen(join(dir, 'socket'));
    await once(server, 'listening');
    await expectRefused('/dev/zero', 'EFTYPE');
    await expectRefused(join(dir, 'socket'), 'EFTYPE');
    await expectRefused(dir, 'EISDIR');
    server.close();
  });
});

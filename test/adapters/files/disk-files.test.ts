import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFiles } from '../../../src/adapters/files/disk-files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rma-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('diskFiles', () => {
  it('writes with the given mode, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await diskFiles.write(join(folder, 'a/b.yaml'), 'x: 1\n', 0o644);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(folder, 'a/b.yaml'))).mode & 0o777).toBe(0o644);
  });

  it('keeps the old content and leaves no temporary file if a write fails', async () => {
    await diskFiles.write(join(folder, 'file'), 'old', 0o644);
    await expect(diskFiles.write(join(folder, 'file/below'), 'new', 0o644)).rejects.toMatchObject({
      code: 'RMA_FILE_UNWRITABLE',
      exitCode: 3,
      message: expect.stringContaining('file/below'),
    });
    expect(await readdir(folder)).toEqual(['file']);
    expect(await diskFiles.read(join(folder, 'file'))).toBe('old');
  });

  it('fails below /proc, where nothing can be created', async () => {
    await expect(diskFiles.write('/proc/rma/compose.yaml', 'x', 0o644)).rejects.toMatchObject({
      code: 'RMA_FILE_UNWRITABLE',
    });
  });

  it('reads a missing file as null, even in a missing directory', async () => {
    expect(await diskFiles.read(join(folder, 'no/such'))).toBeNull();
    expect(await diskFiles.facts(join(folder, 'no/such'))).toBeNull();
  });

  it('sets the mode of an existing directory', async () => {
    await chmod(folder, 0o755);
    await diskFiles.createDirectory(folder, 0o700);
    expect((await diskFiles.facts(folder))?.mode).toBe(0o700);
  });

  it('returns the free space for a directory that does not exist yet', async () => {
    expect(await diskFiles.freeBytes(join(folder, 'not/there'))).toBeGreaterThan(0);
    // a file system without a size is not a full one
    expect(await diskFiles.freeBytes('/proc/not/there')).toBeNull();
  });

  it('removes a directory recursively, and ignores a missing one', async () => {
    await writeFile(join(folder, 'one'), '1');
    await diskFiles.remove(folder);
    await diskFiles.remove(folder);
    expect(await diskFiles.facts(folder)).toBeNull();
  });

  it('[case A06] removes the temporary file of a killed write, and keeps that of a running process', async () => {
    const program = `import('node:fs').then((fs) => {
      const path = ${JSON.stringify(folder)} + '/compose.yaml.' + process.pid + '.0c9b7d8e-1c1f-4a6e-9d5b-2f6c8f3f0a11.tmp';
      fs.writeFileSync(path, 'half');
      process.kill(process.pid, 'SIGKILL');
    })`;
    spawnSync(process.execPath, ['-e', program]);
    const running = `compose.yaml.${process.pid}.0c9b7d8e-1c1f-4a6e-9d5b-2f6c8f3f0a12.tmp`;
    for (const name of ['compose.yaml', running, 'state.json.older.tmp'])
      await writeFile(join(folder, name), '');
    expect(await readdir(folder)).toHaveLength(4);
    await diskFiles.removeLeftovers(folder);
    expect((await readdir(folder)).sort()).toEqual(['compose.yaml', running]);
    await expect(diskFiles.removeLeftovers(join(folder, 'missing'))).resolves.toBeUndefined();
  });
});

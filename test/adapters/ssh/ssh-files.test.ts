import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { diskFiles } from '../../../src/adapters/files/disk-files.ts';
import * as scripts from '../../../src/adapters/ssh/file-scripts.ts';
import { SshFiles } from '../../../src/adapters/ssh/ssh-files.ts';
import type { Command } from '../../../src/ports/command-runner.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

// The scripts run in the shell of this machine: what ssh adds is tested with its runner.

const local = new LocalRunner(process.env);

/** Returns the files as a program sees them that these words start. */
function filesBehind(...words: readonly [string, ...string[]] | readonly []): SshFiles {
  const run = (command: Command) => {
    const argv = [...words, ...command.argv] as [string, ...string[]];
    return local.run({ ...command, argv });
  };
  return new SshFiles({ run }, 'box1');
}

const files = filesBehind();
const asUser = filesBehind('setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups');

/** Returns the files of a mount namespace of its own, with a file system of this kind at the directory. */
const mounted = (options: string, directory: string): SshFiles =>
  filesBehind(
    ...['unshare', '--mount', 'sh', '-c', `mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"`, 'sh'],
    ...([options, directory] as const),
  );

test.each([
  ['of this machine', diskFiles],
  ['of a host', files],
] as const)('files %s', async (_, store) => {
  const folder = tempFolder();
  const path = join(folder, "new/it's a $file");
  await store.write(path, 'ä\n\nno line feed at the end', 0o640);
  expect(await store.read(path)).toBe('ä\n\nno line feed at the end');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  await store.write(path, '', 0o444);
  expect(await store.read(path)).toBe('');
  await store.chown(path, 12, 34);
  expect(await store.facts(path)).toMatchObject({ kind: 'file', uid: 12, gid: 34, mode: 0o444 });
  await store.createDirectory(join(folder, 'new/deeper'), 0o2770);
  symlinkSync('deeper', join(folder, 'new/link'));
  symlinkSync('nowhere', join(folder, 'new/.broken'));
  expect(await store.facts(join(folder, 'new/link'))).toMatchObject({ kind: 'directory', mode: 0o2770 });
  expect(await store.list(join(folder, 'new'))).toEqual(['.broken', 'deeper', "it's a $file", 'link']);
  expect(await store.facts('/dev/null')).toMatchObject({ kind: 'other' });
  expect(await store.read('/dev/null')).toBe('');
  for (const missing of [join(folder, 'none/at/all'), join(path, 'below'), join(folder, 'new/.broken')]) {
    expect(await store.read(missing)).toBeNull();
    expect(await store.facts(missing)).toBeNull();
    expect(await store.list(missing)).toEqual([]);
  }
  expect(await store.list(path)).toEqual([]);
  expect(await store.isReadOnly(folder)).toBe(false);
  expect(await store.isReadOnly(join(folder, 'none'))).toBe(false);
  expect(await store.freeBytes(join(folder, 'none/at/all'))).toBeGreaterThan(0);
  expect(await store.freeBytes('/proc/none')).toBeNull();
  await store.remove(join(folder, 'new'));
  await store.remove(join(folder, 'new'));
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['of this machine', diskFiles],
  ['of a host', files],
] as const)('what cannot be read or written is an error with the path, for files %s', async (_, store) => {
  const folder = tempFolder();
  const path = join(folder, 'file');
  await store.write(path, 'old', 0o644);
  const unwritable = { code: 'RMA_FILE_UNWRITABLE', exitCode: 3, message: expect.stringContaining(folder) };
  await expect(store.write(join(path, 'below'), 'new', 0o644)).rejects.toMatchObject(unwritable);
  await expect(store.write(folder, 'new', 0o644)).rejects.toMatchObject(unwritable);
  await expect(store.createDirectory('/proc/none', 0o755)).rejects.toMatchObject({
    ...unwritable,
    message: expect.stringContaining('/proc/none'),
  });
  await expect(store.chown(join(folder, 'none'), 1, 1)).rejects.toMatchObject(unwritable);
  const unreadable = { code: 'RMA_FILE_UNREADABLE', exitCode: 3 };
  await expect(store.read(folder)).rejects.toMatchObject(unreadable);
  await local.run({ argv: ['mkfifo', join(folder, 'pipe')] });
  await expect(store.read(join(folder, 'pipe'))).rejects.toMatchObject({
    ...unreadable,
    message: expect.stringContaining('(not a regular file)'),
  });
  expect(readdirSync(folder).toSorted()).toEqual(['file', 'pipe']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

test('no script has a line feed, which a csh does not pass on', () => {
  expect(Object.values(scripts).filter((each) => String(each).includes('\n'))).toEqual([]);
});

describe('files of a host', () => {
  test('a path that may not be read or written is an error, never a missing file', async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'closed'), { mode: 0o700 });
    writeFileSync(join(folder, 'closed/file'), 'x', { mode: 0o600 });
    writeFileSync(join(folder, 'secret'), 'x', { mode: 0o600 });
    const denied = { message: expect.stringContaining('on host box1 (permission denied)') };
    for (const path of [join(folder, 'closed/file'), join(folder, 'secret')]) {
      await expect(asUser.read(path)).rejects.toMatchObject({ code: 'RMA_FILE_UNREADABLE', ...denied });
    }
    await expect(asUser.facts(join(folder, 'closed/file'))).rejects.toMatchObject(denied);
    await expect(asUser.list(join(folder, 'closed'))).rejects.toMatchObject(denied);
    const unwritable = { code: 'RMA_FILE_UNWRITABLE', ...denied };
    await expect(asUser.write(join(folder, 'new'), 'x', 0o644)).rejects.toMatchObject(unwritable);
    await expect(asUser.remove(join(folder, 'secret'))).rejects.toMatchObject(unwritable);
    expect(await asUser.isReadOnly(folder)).toBe(false);
  });

  test('a full disk is reported as one, and leaves the old file', async () => {
    const folder = tempFolder();
    const full = mounted('size=16k', folder);
    await expect(full.write(join(folder, 'file'), 'x'.repeat(100_000), 0o644)).rejects.toMatchObject({
      code: 'RMA_DISK_FULL',
      exitCode: 5,
      message: `no space left on device: cannot write ${folder}/file on host box1`,
    });
  });

  test('a read-only file system is recognized, also by root', async () => {
    const folder = tempFolder();
    expect(await mounted('ro', folder).isReadOnly(folder)).toBe(true);
  });

  test('content that arrives in part is not published', async () => {
    const folder = tempFolder();
    const run = (command: Command) => local.run({ ...command, stdin: 'half' });
    const cut = new SshFiles({ run }, 'box1');
    await expect(cut.write(join(folder, 'file'), 'half of it', 0o644)).rejects.toMatchObject({
      code: 'RMA_FILE_UNWRITABLE',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('temporary files of killed writes are removed, those of running processes stay', async () => {
    const folder = tempFolder();
    const { stdout } = await local.run({ argv: ['sh', '-c', 'echo $$'] });
    const name = (pid: number | string) => `state.json.${pid}.0c9b7d8e-1c1f-4a6e-9d5b-2f6c8f3f0a11.tmp`;
    const [ended, running] = [name(stdout.trim()), name(process.pid)];
    for (const each of ['state.json', ended, running, 'state.json.older.tmp', '.hidden.tmp']) {
      writeFileSync(join(folder, each), '');
    }
    await files.removeLeftovers(folder);
    expect(readdirSync(folder).toSorted()).toEqual(['state.json', running].toSorted());
    await files.removeLeftovers(join(folder, 'none'));
  });
});

test('a file system that does not respond is an error that names the path, not a wait', async () => {
  const run = (command: Command) => local.run({ ...command, argv: ['sleep', '1000'] });
  const hanging = new SshFiles({ run }, 'box1', 50);
  const error = { code: 'RMA_FILE_TIMEOUT', details: { host: 'box1' } };
  await expect(hanging.read('/mnt/nfs/state.json')).rejects.toMatchObject(error);
  await expect(hanging.write('/mnt/nfs/state.json', '{}', 0o600)).rejects.toThrow(
    '/mnt/nfs/state.json on host box1 cannot be accessed',
  );
});

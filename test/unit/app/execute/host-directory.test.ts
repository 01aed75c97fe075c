import { describe, expect, it } from 'vitest';
import { checkHostDirectory, ensureHostDirectory } from '../../../../src/app/execute/host-directory.ts';
import type { FileFacts } from '../../../../src/core/domain/file-facts.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { filesOf, hostOf } from '../../../helpers/host/port-builders.ts';

const owner = { uid: 1000, gid: 1000 };
// a quote in a path must be escaped in commands
const path = "/data/it's; models";
const quoted = `'/data/it'\\''s; models'`;
const store = { holds: 'store', path, owner } as const;

const hostWith = (facts: FileFacts | null) =>
  hostOf({
    files: filesOf(
      {},
      {
        facts: async () => facts,
        isReadOnly: async () => false,
        createDirectory: async () => {
          throw new RmaError('RMA_FILE_UNWRITABLE', `${path} cannot be written (EACCES)`);
        },
      },
    ),
  });
const rootsOwn = hostWith({ kind: 'directory', uid: 0, gid: 0, mode: 0o755, modifiedMs: 0 });

describe('a host directory', () => {
  it('[req R16] that the caller cannot create is reported with the command that creates it', async () => {
    await expect(ensureHostDirectory(hostWith(null), store)).rejects.toMatchObject({
      code: 'RMA_FILE_UNWRITABLE',
      exitCode: 3,
      hint: `create it once: sudo install -d -o 1000 -g 1000 -m 2775 ${quoted}`,
    });
  });

  it('[req R16] of another owner is reported with the chown command, for store and cache', async () => {
    const hint = expect.stringContaining(
      `sudo chown -R 1000:1000 ${quoted} && sudo chmod u+rwx ${quoted} `,
    ) as string;
    await expect(ensureHostDirectory(rootsOwn, store)).rejects.toMatchObject({
      code: 'RMA_STORE_UNWRITABLE',
      exitCode: 3,
      message: `the worker runs as 1000:1000 and cannot write to ${path} (0:0, mode 755)`,
      hint,
    });
    await expect(checkHostDirectory(rootsOwn, { ...store, holds: 'cache' })).rejects.toMatchObject({
      message: `engines run as 1000:1000 and cannot write to ${path} (0:0, mode 755)`,
      hint,
    });
  });

  it.each([
    [{ uid: 1000, gid: 0, mode: 0o700 }, true],
    [{ uid: 1000, gid: 0, mode: 0o077 }, false],
    [{ uid: 0, gid: 1000, mode: 0o775 }, true],
    [{ uid: 0, gid: 1000, mode: 0o757 }, false],
    [{ uid: 0, gid: 0, mode: 0o777 }, true],
    [{ uid: 0, gid: 0, mode: 0o775 }, false],
  ])('with %j is writable for 1000:1000: %s', async (facts, writable) => {
    const directory = hostWith({ kind: 'directory', modifiedMs: 0, ...facts });
    const checked = checkHostDirectory(directory, store).then(
      () => true,
      () => false,
    );
    expect(await checked).toBe(writable);
  });

  it('is always writable for root', async () => {
    const asRoot = { ...store, owner: { uid: 0, gid: 0 } };
    const foreign = hostWith({ kind: 'directory', uid: 5, gid: 5, mode: 0o500, modifiedMs: 0 });
    await expect(checkHostDirectory(foreign, asRoot)).resolves.toBeUndefined();
  });
});

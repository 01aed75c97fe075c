import { describe, expect, it } from 'vitest';
import { prepareCacheFolder, prepareHostFolder } from '../../../../src/app/execute/prepare-host-folder.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import type { FileFacts } from '../../../../src/ports/file-store.ts';
import { configOf } from '../../../helpers/builders/render-builders.ts';
import { filesOf, hostOf } from '../../../helpers/host/port-builders.ts';

const owner = { uid: 1000, gid: 1000 };
const path = '/data/ai-models';
const access = { image: 'x', volume: { type: 'host', path }, owner, project: 'demo' } as const;

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

describe('a folder of the host', () => {
  it('[req R16] that the caller cannot make comes with the one command that makes it right', async () => {
    await expect(prepareHostFolder(hostWith(null), access)).rejects.toMatchObject({
      code: 'RMA_FILE_UNWRITABLE',
      exitCode: 3,
      hint: `make it once: sudo install -d -o 1000 -g 1000 -m 2775 '${path}'`,
    });
  });

  it('[req R16] of another owner comes with the command that gives it, for the store and for the caches', async () => {
    const hint = expect.stringContaining(`sudo chown -R 1000:1000 '${path}'`) as string;
    await expect(prepareHostFolder(rootsOwn, access)).rejects.toMatchObject({
      code: 'RMA_STORE_UNWRITABLE',
      exitCode: 3,
      message: `the worker runs as 1000:1000 and cannot write to ${path} (0:0, mode 755)`,
      hint,
    });
    const config = configOf({ volumes: { ...configOf().volumes, cache: { type: 'host', path } } });
    await expect(prepareCacheFolder(rootsOwn, config, owner)).rejects.toMatchObject({
      message: `engines run as 1000:1000 and cannot write to ${path} (0:0, mode 755)`,
      hint,
    });
  });
});

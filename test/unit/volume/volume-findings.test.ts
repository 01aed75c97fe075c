import { describe, expect, it } from 'vitest';
import { volumeEntry } from '../../../src/core/volume/volume-entry.ts';
import type { CheckedVolume } from '../../../src/core/volume/volume-findings.ts';
import { volumeFindings } from '../../../src/core/volume/volume-findings.ts';
import {
  checkedOf,
  GOOD_PROBE,
  GOOD_READING,
  hostVolumesOf,
  volumeOf,
} from '../../helpers/builders/volume-builders.ts';

const found = (over: Partial<CheckedVolume>) =>
  volumeFindings(checkedOf(over)).map(({ level, code, message, hint }) => ({ level, code, message, hint }));
const DIRECTORY = volumeEntry(
  hostVolumesOf({ directories: new Set(['/data/my models']) }),
  '/data/my models',
);
const EXPORT = volumeEntry(
  hostVolumesOf({
    volumes: [volumeOf('n', { options: { type: 'nfs', o: 'addr=nas,rw', device: ':/exports/models' } })],
  }),
  'n',
);

describe('the findings about a volume', () => {
  it('are none for a good one, and for one that does not exist yet', () => {
    expect(found({})).toEqual([]);
    expect(found({ reading: null, probe: null })).toEqual([]);
  });

  it.each([
    ['a directory', DIRECTORY, "sudo chown -R 1000:1000 '/data/my models'"],
    ['an export', EXPORT, 'on nas: sudo chown -R 1000:1000 /exports/models'],
    [
      'a named volume',
      checkedOf().entry,
      'docker run --rm --user 0:0 --volume rma-models:/volume rma-worker:1 chown -R 1000:1000 /volume',
    ],
  ])('[req R74] name the command that changes the owner of %s', (_, entry, command) => {
    const probe = { ...GOOD_PROBE, fault: { step: 'write', error: 'EACCES' } as const };
    expect(found({ entry, probe })).toEqual([
      {
        level: 'error',
        code: 'RMA_VOLUME_UNWRITABLE',
        message: `the worker (1000:1000) cannot create a file in the store ${entry.name} (EACCES)`,
        hint: `change the owner: ${command}`,
      },
    ]);
  });

  it.each(['/', '/data', '/etc', '/usr/share/x', '/home/me', '/var/lib'])(
    '[req R74] never suggest to change everything in %s, which holds more than models',
    (name) => {
      const entry = volumeEntry(hostVolumesOf({ directories: new Set([name]) }), name);
      const probe = { ...GOOD_PROBE, fault: { step: 'write', error: 'EACCES' } as const };
      const reading = { ...GOOD_READING, unreadable: { count: 1, first: ['shadow'] } };
      const hints = found({ entry, probe, reading }).map(({ hint }) => hint);
      expect(hints).toEqual(
        Array.from(
          { length: 2 },
          () => 'use a directory that holds nothing else: --volume host:/data/rma-store',
        ),
      );
    },
  );

  it('[req R74] name directories inside that another user created', () => {
    const probe = { ...GOOD_PROBE, unwritable: { count: 5, first: ['a', 'b', 'c'] } };
    expect(found({ probe })).toMatchObject([
      {
        code: 'RMA_VOLUME_UNWRITABLE',
        message: expect.stringContaining('cannot write to a, b, c and 2 more'),
      },
    ]);
    expect(found({ probe, role: 'cache' })).toEqual([]);
  });

  it('[req R74] name what engines cannot read', () => {
    const reading = { ...GOOD_READING, unreadable: { count: 1, first: ['gguf/a.gguf'] } };
    expect(found({ reading, entry: DIRECTORY })).toMatchObject([
      { level: 'error', code: 'RMA_VOLUME_UNREADABLE', hint: expect.stringContaining('sudo chmod -R a+rX') },
    ]);
  });

  it.each([
    ['link', 'EPERM', 'hard link'],
    ['symlink', 'ENOTSUP', 'symbolic link'],
  ] as const)('name a file system that has no %s', (step, error, words) => {
    expect(found({ probe: { ...GOOD_PROBE, fault: { step, error } } })).toMatchObject([
      { code: 'RMA_VOLUME_LINKS', message: expect.stringContaining(words) },
    ]);
  });

  it.each([
    [{ freeBytes: 0 }, 'error', 'RMA_VOLUME_FULL'],
    [{ freeBytes: 2 ** 20 }, 'warning', 'RMA_VOLUME_FULL'],
    [{ inodes: { total: 1000, free: 0 } }, 'error', 'RMA_VOLUME_INODES'],
    [{ inodes: { total: 1000, free: 9 } }, 'warning', 'RMA_VOLUME_INODES'],
  ])('[req R71] report the space of %o', (over, level, code) => {
    expect(found({ reading: { ...GOOD_READING, ...over } })).toMatchObject([{ level, code }]);
  });

  it('[req R70] report a directory in memory, and one that may be inside a container', () => {
    const on = (fileSystem: string, entry = DIRECTORY) =>
      found({ entry, reading: { ...GOOD_READING, fileSystem } });
    expect(on('tmpfs')).toMatchObject([{ level: 'error', code: 'RMA_VOLUME_NOT_PERSISTENT' }]);
    expect(on('overlay')).toMatchObject([{ level: 'warning', code: 'RMA_VOLUME_NOT_PERSISTENT' }]);
    // the directory of Docker itself is on one where Docker runs in a container
    expect(on('overlay', checkedOf().entry)).toEqual([]);
  });

  it('[req T22] report risky options of an NFS mount, whoever set them', () => {
    const mountOptions = 'noatime,rw,vers=3,soft,local_lock=all';
    const reading = { ...GOOD_READING, fileSystem: 'nfs', mountOptions };
    const messages = found({ entry: EXPORT, reading });
    expect(messages).toMatchObject([
      { code: 'RMA_NFS_OPTIONS', message: expect.stringContaining('soft, which returns read errors') },
      {
        code: 'RMA_NFS_OPTIONS',
        message: expect.stringContaining('local_lock=all, which keeps locks local'),
      },
      { code: 'RMA_NFS_OPTIONS', message: expect.stringContaining('NFS version 3') },
    ]);
    const safe = { ...reading, fileSystem: 'nfs4', mountOptions: 'rw,vers=4.2,hard,local_lock=none' };
    expect(found({ entry: EXPORT, reading: safe })).toEqual([]);
  });

  it('report why a volume cannot be mounted', () => {
    const mountFault = 'connection refused';
    expect(found({ entry: EXPORT, reading: null, probe: null, mountFault })).toMatchObject([
      { level: 'error', code: 'RMA_VOLUME_UNMOUNTABLE', message: expect.stringContaining(mountFault) },
    ]);
  });
});

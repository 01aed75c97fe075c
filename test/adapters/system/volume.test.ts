import { linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountEntry } from '../../../src/adapters/system/mount-entry.ts';
import { probeVolume } from '../../../src/adapters/system/probe-volume.ts';
import { readVolume } from '../../../src/adapters/system/read-volume.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

describe('a volume', () => {
  it('is read with every content counted once, and links not followed', async () => {
    const dir = tempFolder();
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a/one'), Buffer.alloc(1024 * 1024, 1));
    linkSync(join(dir, 'a/one'), join(dir, 'a/two'));
    symlinkSync('/', join(dir, 'root'));
    symlinkSync('nowhere', join(dir, 'dangling'));
    const reading = await readVolume(dir);
    expect(reading).toMatchObject({ files: 4, unreadable: { count: 0, first: [] } });
    expect(reading.usedBytes).toBeGreaterThanOrEqual(1024 * 1024);
    expect(reading.usedBytes).toBeLessThan(2 * 1024 * 1024);
    expect(reading.freeBytes).toBeLessThanOrEqual(reading.sizeBytes);
  });

  it('is probed without a trace', async () => {
    const dir = tempFolder();
    mkdirSync(join(dir, 'a'));
    expect(await probeVolume(dir)).toEqual({ fault: null, unwritable: { count: 0, first: [] } });
    expect(readdirSync(dir)).toEqual(['a']);
  });

  it('that is missing fails at the first step', async () => {
    const { fault } = await probeVolume(join(tempFolder(), 'gone'));
    expect(fault).toEqual({ step: 'write', error: 'ENOENT' });
  });
});

describe('a mount of the kernel', () => {
  const mountinfo = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '90 22 0:50 / /models ro,noatime - nfs4 nas:/exports rw,vers=4.2,hard,local_lock=none',
    '91 22 0:51 / /my\\040models rw - tmpfs tmpfs rw,size=64k',
    '92 22 8:2 / /twice rw - ext4 /dev/sdb rw',
    '93 22 8:3 / /twice rw,noexec master:3 - xfs /dev/sdc rw',
    '',
  ].join('\n');

  it.each([
    ['/models', { fileSystem: 'nfs4', options: 'noatime,rw,vers=4.2,hard,local_lock=none' }],
    ['/my models', { fileSystem: 'tmpfs', options: 'rw,size=64k' }],
    ['/twice', { fileSystem: 'xfs', options: 'noexec,rw' }],
    ['/nowhere', null],
  ])('is found at %s', (path, entry) => {
    expect(mountEntry(mountinfo, path)).toEqual(entry);
  });
});

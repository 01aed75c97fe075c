import { expect, it } from 'vitest';
import { imageSpace } from '../../../src/app/models/image-space.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';

const GIB = 1024 ** 3;

it.each([
  ['are loaded where the engine stores them', { free: 3 * GIB, bytes: 2 * GIB }, '/var/lib/docker'],
  ['do not matter if none is loaded', { free: 0, bytes: 0 }, null],
])('images %s', async (_, { free, bytes }, path) => {
  const host = new FakeHost();
  await host.files.createDirectory('/var/lib/docker', 0o755);
  host.files.freeBytes = async () => free;
  expect(await imageSpace(host, bytes)).toEqual(path === null ? null : { path, bytes });
});

it('images that do not fit are refused before anything is imported', async () => {
  const host = new FakeHost();
  await host.files.createDirectory('/var/lib/docker', 0o755);
  host.files.freeBytes = async () => GIB;
  await expect(imageSpace(host, 2 * GIB)).rejects.toMatchObject({
    code: 'RMA_STORE_NO_ROOM',
    exitCode: 5,
    message: expect.stringContaining('the missing images need 2.0 GiB'),
    hint: expect.stringContaining('/var/lib/docker'),
  });
});

it('an engine on another machine is not checked', async () => {
  expect(await imageSpace(new FakeHost(), 2 * GIB)).toBeNull();
});

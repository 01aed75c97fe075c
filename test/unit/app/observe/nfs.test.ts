import { describe, expect, it } from 'vitest';
import { systemNames } from '../../../../src/adapters/system/name-lookup.ts';
import { checkNfsServers } from '../../../../src/app/observe/check-nfs-servers.ts';
import { storeMount } from '../../../../src/app/observe/store-container.ts';
import { volumeOf } from '../../../../src/core/docker/volume-of.ts';
import { configOf } from '../../../helpers/builders/render-builders.ts';

const withServer = (server: string) =>
  configOf({ volumes: { ...configOf().volumes, store: { type: 'nfs', server, path: '/exports/ai' } } });
const check = (server: string, endpoint = 'unix:///var/run/docker.sock') =>
  checkNfsServers({ names: systemNames }, withServer(server), { endpoint });

describe('checkNfsServers', () => {
  it('[req R12] rejects a server name that cannot be resolved', async () => {
    await expect(check('no-such-server.invalid')).rejects.toMatchObject({
      code: 'RMA_NFS_SERVER_UNKNOWN',
      exitCode: 3,
      message: 'volumes.store: cannot resolve the NFS server no-such-server.invalid',
      hint: "check the name: getent hosts no-such-server.invalid; or use the server's address: --volume nfs:ADDRESS:/exports/ai",
    });
  });

  it.each(['127.0.0.1', '[::1]', 'localhost'])('accepts %s', async (server) => {
    await expect(check(server)).resolves.toBeUndefined();
  });

  it('does not resolve names for an engine on another machine', async () => {
    await expect(check('no-such-server.invalid', 'ssh://gpu1')).resolves.toBeUndefined();
  });
});

describe('storeMount', () => {
  it('[req R12] includes the options of an export', () => {
    const volume = volumeOf(withServer('nas'), 'store');
    const name = volume.type === 'volume' ? volume.name : '';
    expect(storeMount(volume)).toBe(
      `type=volume,source=${name},target=/models,volume-driver=local,volume-nocopy,volume-opt=type=nfs,"volume-opt=o=addr=nas,rw,nfsvers=4.2,hard,noatime,timeo=600,retrans=2",volume-opt=device=:/exports/ai`,
    );
  });

  it('returns the name of a volume, or the path of a directory', () => {
    expect(storeMount(volumeOf(configOf(), 'store'))).toBe('type=volume,source=rma-models,target=/models');
    expect(storeMount({ type: 'host', path: '/data/a,b' })).toBe(
      'type=bind,"source=/data/a,b",target=/models',
    );
  });
});

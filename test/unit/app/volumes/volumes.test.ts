import { describe, expect, it } from 'vitest';
import { down } from '../../../../src/app/down.ts';
import { up } from '../../../../src/app/up.ts';
import { checkVolumes } from '../../../../src/app/volumes/check-volumes.ts';
import { inspectVolume, listVolumes } from '../../../../src/app/volumes/list-volumes.ts';
import { removeVolume } from '../../../../src/app/volumes/remove-volume.ts';
import { volumeShell } from '../../../../src/app/volumes/volume-shell.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { GOOD_PROBE, GOOD_READING, mountOf } from '../../../helpers/builders/volume-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const catalog = catalogOf({ 'cpu-worker': [profileServiceOf({ engine: 'llm', models: ['small'] })] }, [
  engineOf('llm'),
]);
const config = configOf({ profiles: ['cpu-worker'] });
const confirm = async () => undefined;

/** Returns a host with the volumes of the settings, whose one-off containers answer, and their commands. */
function hostWithVolumes(answers: Readonly<Record<string, unknown>> = {}) {
  const host = new FakeHost();
  host.engine.addVolume('rma-models');
  host.engine.addVolume('rma-cache');
  const runs: string[] = [];
  host.docker.oneOff = async ({ argv, mounts, user }) => {
    const [, verb = ''] = argv;
    runs.push(`${verb} ${user} ${mounts.join(' ')}`);
    const known: Readonly<Record<string, unknown>> = {
      volume: GOOD_READING,
      'probe-volume': GOOD_PROBE,
      ...answers,
    };
    const answer = known[verb];
    if (answer instanceof RmaError) throw answer;
    return { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
  };
  return { host, invocation: fakeInvocation(catalog), runs };
}

describe('the store', () => {
  it('[req D01] can be a volume of any name, and is there after down and up', async () => {
    const host = new FakeHost();
    const invocation = fakeInvocation(catalog);
    const store = { type: 'named', name: 'docling-model-cache' } as const;
    const named = configOf({ profiles: ['cpu-worker'], volumes: { ...config.volumes, store } });
    await up(host, invocation, upRequest({ config: named }));
    const before = (await host.engine.volumes()).get('docling-model-cache');
    expect(before).toBeDefined();
    await down(host, invocation, { config: named, profiles: [] });
    expect((await host.engine.volumes()).get('docling-model-cache')).toEqual(before);
    await up(host, invocation, upRequest({ config: named }));
    expect((await host.engine.volumes()).get('docling-model-cache')).toEqual(before);
  });
});

describe('volumes ls', () => {
  it('[req R15] reads nothing while the worker image is missing, and changes nothing', async () => {
    const { host, invocation, runs } = hostWithVolumes();
    const { volumes, imageExists } = await listVolumes(host, invocation, config);
    expect({ imageExists, runs }).toEqual({ imageExists: false, runs: [] });
    expect(volumes.map(({ entry, reading }) => [entry.name, reading])).toEqual([
      ['rma-models', null],
      ['rma-cache', null],
    ]);
    expect(host.takeChanges()).toEqual([]);
  });

  it('[req R15] keeps the others if one cannot be mounted', async () => {
    const { host, invocation } = hostWithVolumes();
    host.engine.addImage(await invocation.workerImage.tag(config.images.workerBase));
    const { oneOff } = host.docker;
    host.docker.oneOff = async (run) => {
      if (!run.mounts.join().includes('rma-cache')) return oneOff(run);
      return { exitCode: 125, stdout: '', stderr: 'docker: mount failed\n' };
    };
    const { volumes } = await listVolumes(host, invocation, config);
    expect(volumes).toMatchObject([
      { reading: GOOD_READING, fault: null },
      { reading: null, fault: 'docker: mount failed' },
    ]);
  });
});

describe('volumes check', () => {
  const check = { config, roles: ['store', 'cache'] as const };

  it('[req R74] [req T12] probes each volume as the user who writes there, and reads as engines do', async () => {
    const { host, invocation, runs } = hostWithVolumes();
    const { volumes, containers } = await checkVolumes(host, invocation, check);
    expect([...volumes.flatMap(({ findings }) => findings), ...containers]).toEqual([]);
    const nocopy = 'volume-nocopy';
    expect(runs).toEqual([
      // an empty store takes its owner from the image
      'probe-volume 1000:1000 type=volume,source=rma-models,target=/models',
      `volume 0:0 type=volume,source=rma-models,target=/models,${nocopy},readonly`,
      `probe-volume 0:0 type=volume,source=rma-cache,target=/models,${nocopy}`,
      `volume 0:0 type=volume,source=rma-cache,target=/models,${nocopy},readonly`,
    ]);
  });

  it('creates nothing for a volume that does not exist yet', async () => {
    const { host, invocation, runs } = hostWithVolumes();
    await host.engine.removeVolumes(['rma-models', 'rma-cache']);
    const { volumes } = await checkVolumes(host, invocation, check);
    expect(volumes.flatMap(({ findings }) => findings)).toEqual([]);
    expect({ runs, changes: host.takeChanges() }).toEqual({ runs: [], changes: [] });
  });

  it('[req T23] reports a server name that this host cannot resolve, and the options of the settings once', async () => {
    const { host, invocation } = hostWithVolumes();
    const store = { type: 'nfs', server: 'nas.local', path: '/exports/models' } as const;
    const nfs = configOf({ volumes: { ...config.volumes, store }, nfsOptions: 'soft' });
    const [volume] = (
      await checkVolumes({ ...host, names: { hasAddress: async () => false } }, invocation, {
        config: nfs,
        roles: ['store'],
      })
    ).volumes;
    expect(volume?.findings.map(({ code }) => code)).toEqual(['RMA_NFS_OPTIONS', 'RMA_NFS_SERVER_UNKNOWN']);
  });

  it('reports a mount that the engine refuses, and stops when the engine is gone', async () => {
    const refused = new RmaError('RMA_NFS_MOUNT_FAILED', 'no such host', { exitCode: 3 });
    const first = hostWithVolumes({ 'probe-volume': refused });
    const { volumes } = await checkVolumes(first.host, first.invocation, { config, roles: ['store'] });
    expect(volumes[0]?.findings).toMatchObject([{ code: 'RMA_VOLUME_UNMOUNTABLE' }]);
    const gone = new RmaError('RMA_DOCKER_UNREACHABLE', 'gone', { exitCode: 3 });
    const second = hostWithVolumes({ 'probe-volume': gone });
    await expect(checkVolumes(second.host, second.invocation, check)).rejects.toBe(gone);
  });
});

describe('volumes inspect', () => {
  it('[req R15] finds a volume by role and by name, also one of another program', async () => {
    const { host, invocation } = hostWithVolumes();
    host.engine.addVolume('foreign');
    const names = ['store', 'rma-models', 'foreign'].map(async (name) => {
      return (await inspectVolume(host, invocation, { config, name })).entry.name;
    });
    expect(await Promise.all(names)).toEqual(['rma-models', 'rma-models', 'foreign']);
    await expect(inspectVolume(host, invocation, { config, name: 'rma-model' })).rejects.toMatchObject({
      code: 'RMA_VOLUME_UNKNOWN',
      message: expect.stringContaining('did you mean "rma-models"'),
    });
  });
});

describe('volumes rm', () => {
  const remove = (parts: ReturnType<typeof hostWithVolumes>, name: string, settings = config) =>
    removeVolume(parts.host, parts.invocation, { config: settings, name, confirm });

  it('[req R76] refuses a volume that containers use, and names what removes them', async () => {
    const parts = hostWithVolumes();
    const foreign = { project: null, service: null, container: 'web', running: false };
    parts.host.engine.allMounts.push(mountOf(), mountOf(foreign));
    await expect(remove(parts, 'store')).rejects.toMatchObject({
      code: 'RMA_VOLUME_IN_USE',
      exitCode: 3,
      message: 'the volume rma-models is used by demo-a-worker-1, web',
      hint: 'remove the containers first: rma down --project demo && docker rm --force web',
    });
    expect((await parts.host.engine.volumes()).has('rma-models')).toBe(true);
  });

  it('[req R76] removes the volume after the confirmation, not before', async () => {
    const parts = hostWithVolumes();
    const declined = { config, name: 'cache', confirm: () => Promise.reject(new Error('no')) };
    await expect(removeVolume(parts.host, parts.invocation, declined)).rejects.toThrow('no');
    expect((await parts.host.engine.volumes()).has('rma-cache')).toBe(true);
    await remove(parts, 'cache');
    expect([...(await parts.host.engine.volumes()).keys()]).toEqual(['rma-models']);
  });

  it('never removes a directory of the host, or a volume of another program', async () => {
    const parts = hostWithVolumes();
    parts.host.engine.addVolume('foreign');
    const store = { type: 'host', path: '/data/models' } as const;
    const onHost = configOf({ volumes: { ...config.volumes, store } });
    await expect(remove(parts, 'store', onHost)).rejects.toMatchObject({
      code: 'RMA_VOLUME_DIRECTORY',
      hint: expect.stringContaining('sudo rm -r /data/models'),
    });
    await expect(remove(parts, 'foreign')).rejects.toMatchObject({
      code: 'RMA_VOLUME_FOREIGN',
      hint: expect.stringContaining('docker volume rm foreign'),
    });
  });
});

describe('volumes shell', () => {
  it('refuses a volume that does not exist: Docker would create it', async () => {
    const { host, invocation } = hostWithVolumes();
    await host.engine.removeVolumes(['rma-models']);
    const request = { config, name: 'store', command: [], writable: false, tty: false, captured: false };
    const shell = volumeShell(host, invocation, { ...request, onOpen: () => undefined });
    await expect(shell).rejects.toMatchObject({ code: 'RMA_VOLUME_MISSING', exitCode: 3 });
  });
});

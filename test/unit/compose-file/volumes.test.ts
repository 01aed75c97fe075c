import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { volumeOf } from '../../../src/core/docker/volume-of.ts';
import type { RmaConfig, VolumeSpec } from '../../../src/core/domain/config.ts';
import { planNfs } from '../../../src/core/plan/plan-nfs.ts';
import { planVolumes } from '../../../src/core/plan/plan-volumes.ts';
import { desiredOf, doneBox, emptyBox } from '../../helpers/builders/plan-builders.ts';
import { configOf, fleetInputOf } from '../../helpers/builders/render-builders.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';

const nas: VolumeSpec = { type: 'nfs', server: 'nas.lan', path: '/exports/ai' };
const withStore = (store: VolumeSpec, over: Partial<RmaConfig> = {}) =>
  configOf({ volumes: { ...configOf().volumes, store }, ...over });
const desired = (config: RmaConfig) => desiredOf(fleetInputOf({ config }));
const nameOf = (config: RmaConfig) => {
  const volume = volumeOf(config, 'store');
  return volume.type === 'volume' ? volume.name : '';
};

describe('an NFS volume', () => {
  it('[req L02] [req R12] is mounted hard and has a hash in its name', () => {
    const [volume] = stackOf(fleetInputOf({ config: withStore(nas) })).volumes;
    expect(volume).toMatchObject({
      name: expect.stringMatching(/^rma-models-nfs-[0-9a-f]{8}$/) as string,
      options: {
        type: 'nfs',
        o: 'addr=nas.lan,rw,nfsvers=4.2,hard,noatime,timeo=600,retrans=2',
        device: ':/exports/ai',
      },
    });
  });

  it('[req R12] accepts other mount options and an IPv6 address', () => {
    const config = withStore({ ...nas, server: '[fd00::9]' }, { nfsOptions: 'nfsvers=4.1,hard,nconnect=8' });
    expect(stackOf(fleetInputOf({ config })).volumes[0]?.options['o']).toBe(
      'addr=fd00::9,rw,nfsvers=4.1,hard,nconnect=8',
    );
  });

  it('has a unique name per server, export and options', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    const given = fc.tuple(word, word, fc.option(word));
    const named = ([server, path, nfsOptions]: [string, string, string | null]) =>
      nameOf(withStore({ type: 'nfs', server, path: `/${path}` }, { nfsOptions }));
    fc.assert(
      fc.property(given, given, (a, b) => {
        expect(named(a) === named(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('[req R13] is read-only for engines and not initialized from an image', () => {
    const { text } = stackOf(fleetInputOf({ config: withStore(nas) }));
    const { services } = parse(text) as { services: Record<string, { volumes?: unknown[] }> };
    const mount = { type: 'volume', source: 'store', target: '/models', volume: { nocopy: true } };
    expect(services['chat-worker']?.volumes).toEqual([mount]);
    expect(services['chat-llm']?.volumes).toEqual([{ ...mount, read_only: true }]);
  });
});

describe('planVolumes', () => {
  it('[req R12] creates a missing volume with its options', () => {
    const wanted = desired(withStore(nas));
    expect(planVolumes(wanted, emptyBox()).steps).toEqual([
      expect.objectContaining({
        kind: 'create-volume',
        name: nameOf(withStore(nas)),
        options: wanted.stack.volumes[0]?.options,
      }),
    ]);
    expect(planVolumes(wanted, doneBox(wanted))).toEqual({ steps: [], checks: [] });
  });

  it('[req R12] fails for an existing volume with other options, and shows both', () => {
    const wanted = desired(withStore(nas));
    const name = nameOf(withStore(nas));
    const options = { type: 'nfs', o: 'addr=other,rw', device: ':/x' };
    const volumes = new Map([[name, { name, driver: 'local', options, labels: {} }]]);
    expect(planVolumes(wanted, emptyBox({ volumes }))).toEqual({
      steps: [],
      checks: [
        expect.objectContaining({
          level: 'error',
          code: 'RMA_VOLUME_OTHER',
          exitCode: 3,
          message: `volume ${name} has device=:/x o=addr=other,rw type=nfs, requested: device=:/exports/ai o=addr=nas.lan,rw,nfsvers=4.2,hard,noatime,timeo=600,retrans=2 type=nfs`,
        }),
      ],
    });
  });

  it('fails for a volume of another driver', () => {
    const volume = { name: 'rma-models', driver: 'rclone', options: {}, labels: {} };
    const { checks } = planVolumes(
      desired(configOf()),
      emptyBox({ volumes: new Map([[volume.name, volume]]) }),
    );
    expect(checks).toMatchObject([{ level: 'error', code: 'RMA_VOLUME_OTHER' }]);
    expect(checks[0]?.message).toContain('rclone');
  });
});

describe('planNfs', () => {
  it('[req R12] warns about risky mount options if an export is used', () => {
    const risky = { nfsOptions: 'rw,nolock,soft' };
    expect(planNfs(withStore(nas, risky)).map(({ code, level, details }) => [code, level, details])).toEqual([
      ['RMA_NFS_OPTIONS', 'warning', { option: 'nolock' }],
      ['RMA_NFS_OPTIONS', 'warning', { option: 'soft' }],
    ]);
    expect(planNfs(configOf(risky))).toEqual([]);
    expect(planNfs(withStore(nas))).toEqual([]);
    expect(planNfs(withStore(nas, { nfsOptions: 'nfsvers=4.2,hard,constructor' }))).toEqual([]);
  });
});

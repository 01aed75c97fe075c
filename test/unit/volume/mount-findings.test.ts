import { describe, expect, it } from 'vitest';
import { volumeOf as sourceOf } from '../../../src/core/docker/volume-of.ts';
import { hostConfig } from '../../../src/core/hosts/host-config.ts';
import {
  driftFindings,
  formerFindings,
  persistenceFindings,
  sharingFindings,
} from '../../../src/core/volume/mount-findings.ts';
import { volumeEntries, volumeEntry } from '../../../src/core/volume/volume-entry.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { hostVolumesOf, mountOf, volumeOf } from '../../helpers/builders/volume-builders.ts';

const WORKER = { name: 'demo-a-worker-1', service: 'a-worker', profile: 'a' };
const EXPORT = { type: 'nfs', server: 'nas', path: '/exports/models' } as const;
const CACHE = { type: 'named', name: 'rma-cache' } as const;
const nfsConfig = (nfsOptions: string | null) => ({
  project: 'demo',
  volumes: { store: EXPORT, cache: CACHE },
  nfsOptions,
});

/** Returns the Docker volume of the export with these options. */
function exportVolume(nfsOptions: string | null) {
  const volume = sourceOf(nfsConfig(nfsOptions), 'store');
  if (volume.type === 'host') throw new Error('not a volume');
  return volumeOf(volume.name, { options: volume.options });
}

describe('a container of the project', () => {
  it.each([
    ['has no mount', [], 'nothing is mounted'],
    ['has a tmpfs', [mountOf({ kind: 'other' })], 'tmpfs'],
    ['has an anonymous volume', [mountOf({ source: 'ab'.repeat(32) })], 'anonymous volume'],
  ])('[req R70] that %s downloads its models again after each recreation', (_, mounts, words) => {
    expect(persistenceFindings([WORKER], mounts)).toMatchObject([
      { level: 'error', code: 'RMA_VOLUME_NOT_PERSISTENT', message: expect.stringContaining(words) },
    ]);
  });

  it('[req R70] with a named volume or a directory keeps its models, and the coordinator has none', () => {
    const coordinator = { name: 'c', service: 'coordinator', profile: null };
    expect(persistenceFindings([WORKER, coordinator], [mountOf()])).toEqual([]);
    expect(persistenceFindings([WORKER], [mountOf({ kind: 'host', source: '/data/models' })])).toEqual([]);
  });
});

describe('the options of an existing volume', () => {
  it('[req R15] are compared with the settings', () => {
    const host = hostVolumesOf({ volumes: [volumeOf('rma-models', { options: { type: 'tmpfs' } })] });
    expect(driftFindings(host.config, volumeEntry(host, 'rma-models'))).toMatchObject([
      { code: 'RMA_VOLUME_DRIFT', hint: expect.stringContaining('--volume named:NAME') },
    ]);
    expect(driftFindings(host.config, volumeEntry(host, 'rma-cache'))).toEqual([]);
  });

  it('[req R12] of an earlier setting are found in another volume of the same export', () => {
    const [before, after] = [exportVolume('soft'), exportVolume(null)];
    const config = nfsConfig(null);
    const findings = (mounts: readonly ReturnType<typeof mountOf>[]) => {
      const entries = volumeEntries(
        hostVolumesOf({
          config,
          mounts,
          volumes: [{ ...before, labels: { 'rma.project': 'demo' } }, after],
        }),
      );
      return entries.flatMap((entry) => formerFindings(entries, entry));
    };
    expect(findings([])).toMatchObject([
      {
        level: 'warning',
        code: 'RMA_VOLUME_DRIFT',
        hint: expect.stringContaining(`rma volumes rm ${before.name}`),
      },
    ]);
    expect(findings([mountOf({ source: before.name })])).toMatchObject([
      {
        message: expect.stringMatching(/^demo-a-worker-1 mount .*soft/),
        hint: expect.stringContaining('rma up'),
      },
    ]);
  });
});

describe('a store of several hosts', () => {
  const hosts = { a: { address: null }, b: { address: 'ssh://b' } };

  it('[req R75] that is on one machine only is reported with the setting for NFS', () => {
    const { volumes } = hostVolumesOf().config;
    expect(sharingFindings({ hosts, volumes }, 'store')).toMatchObject([
      { level: 'warning', code: 'RMA_VOLUME_LOCAL', hint: expect.stringContaining('nfs:SERVER:/EXPORT') },
    ]);
    // the configuration of one host still knows the others
    const own = hostConfig(configOf({ hosts }), { name: 'a', stateDir: '/state', profiles: [] });
    expect(sharingFindings({ ...own, volumes }, 'store')).toHaveLength(1);
    expect(sharingFindings({ hosts: { a: hosts.a }, volumes }, 'store')).toEqual([]);
  });

  it('[req R75] may be an NFS export, and a cache may be local', () => {
    const { volumes } = nfsConfig(null);
    expect(sharingFindings({ hosts, volumes }, 'store')).toEqual([]);
    expect(sharingFindings({ hosts, volumes }, 'cache')).toEqual([]);
  });
});

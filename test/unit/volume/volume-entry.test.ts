import { describe, expect, it } from 'vitest';
import { volumeEntries, volumeEntry } from '../../../src/core/volume/volume-entry.ts';
import { hostVolumesOf, mountOf, volumeOf } from '../../helpers/builders/volume-builders.ts';

const NFS = { type: 'nfs', o: 'addr=nas,rw,nfsvers=4.2,hard', device: ':/exports/models' };

describe('the volumes of a host', () => {
  it('[req R15] lists those of the settings first, and says which do not exist yet', () => {
    const entries = volumeEntries(hostVolumesOf({ volumes: [volumeOf('rma-cache')] }));
    expect(entries).toMatchObject([
      { name: 'rma-models', role: 'store', kind: 'named', exists: false, location: null },
      { name: 'rma-cache', role: 'cache', kind: 'named', exists: true, location: '/docker/rma-cache' },
    ]);
  });

  it('[req R15] finds those of other projects by label or by a mount, without locks, secrets and foreign volumes', () => {
    const labels = { 'rma.project': 'other', 'com.docker.compose.volume': 'cache' };
    const volumes = [
      volumeOf('unlabelled'),
      volumeOf('labelled', { labels }),
      volumeOf('lock', { labels: { ...labels, 'rma.lock': 'project' } }),
      volumeOf('foreign'),
    ];
    const mounts = [
      mountOf({ project: 'other', source: 'unlabelled' }),
      mountOf({ project: 'other', kind: 'host', source: '/srv/other', readOnly: true }),
      mountOf({ project: 'other', kind: 'host', source: '/x/secrets/hf', path: '/run/secrets/hf' }),
      mountOf({ project: null, service: null, container: 'web', source: 'foreign' }),
    ];
    const entries = volumeEntries(hostVolumesOf({ volumes, mounts }));
    expect(entries.slice(2)).toMatchObject([
      { name: '/srv/other', kind: 'host', role: 'store', projects: ['other'], exists: true },
      { name: 'labelled', role: 'cache', projects: ['other'] },
      { name: 'unlabelled', role: 'store', projects: ['other'] },
    ]);
  });

  it('lists a directory that is both store and cache once', () => {
    const both = { type: 'host', path: '/data/models' } as const;
    const config = { project: 'demo', volumes: { store: both, cache: both }, nfsOptions: null };
    const entries = volumeEntries(hostVolumesOf({ config, directories: new Set(['/data/models']) }));
    expect(entries).toMatchObject([
      { name: '/data/models', declaredAs: ['store', 'cache'], kind: 'host', exists: true },
    ]);
  });

  it.each([
    [NFS, 'nfs', 'nas:/exports/models'],
    [{ ...NFS, o: 'addr=fd00::1,rw' }, 'nfs', '[fd00::1]:/exports/models'],
    [{ type: 'none', o: 'bind', device: '/data' }, 'other', '/data'],
    [{}, 'named', '/docker/v'],
  ])('shows where a volume with the options %o is', (options, kind, location) => {
    const host = hostVolumesOf({ volumes: [volumeOf('v', { options })] });
    expect(volumeEntry(host, 'v')).toMatchObject({ kind, location, exists: true });
  });
});

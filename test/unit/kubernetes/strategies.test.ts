import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderStrategies } from '../../../src/cli/render/strategies.ts';
import { theme } from '../../helpers/cli/theme.ts';
import { type ExportCase, explanationOf, exportOf } from '../../helpers/kubernetes/export-of.ts';
import type { Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { CPU, objectOf, objectsOf, podOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

const INIT = withSettings(VLLM, { strategy: 'init' });
const EMBEDDING: ExportCase = { profiles: ['embedding'], kubernetes: { replicas: { 'embedding-tei': 3 } } };

describe('the strategy init', () => {
  it('[req N01 K8s] [req N21 K8s] downloads the models of each engine pod to an emptyDir of their size', async () => {
    const objects = await objectsOf(INIT);
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).not.toContain('Job');
    expect(kinds).not.toContain('PersistentVolumeClaim');
    const { initContainers, containers, volumes, affinity } = podOf(
      await objectOf(INIT, 'Deployment', 'vllm-vllm'),
    );
    expect(initContainers).toMatchObject([
      {
        name: 'model-downloader',
        command: ['rma-worker', 'pull', '--service', 'vllm-vllm'],
        resources: { requests: { 'ephemeral-storage': '15Gi' } },
      },
    ]);
    expect(volumes).toContainEqual({ name: 'model-storage', emptyDir: { sizeLimit: '15Gi' } });
    const mountOf = ({ volumeMounts }: Plain) =>
      volumeMounts.find(({ name }: Plain) => name === 'model-storage');
    expect(mountOf(initContainers[0])).toEqual({ name: 'model-storage', mountPath: '/models' });
    expect(mountOf(containers[0])).toMatchObject({ readOnly: true });
    expect(affinity.podAffinity).toBeUndefined();
  });

  it('gives the token of the hub to the init containers only, and lets them connect to it', async () => {
    const objects = await objectsOf(INIT);
    const withToken = objects.filter((object) => JSON.stringify(object).includes('hub-tokens'));
    expect(withToken.map(({ metadata }) => metadata.name)).toEqual(['vllm-vllm']);
    const [{ initContainers, containers }] = withToken.map(podOf);
    const mountsSecrets = ({ volumeMounts }: Plain) =>
      volumeMounts.some(({ name }: Plain) => name === 'secrets');
    expect([...initContainers, ...containers].map(mountsSecrets)).toEqual([true, false]);
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const open = policies.filter(({ spec }) => JSON.stringify(spec.egress) === '[{}]');
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['engines']);
  });

  it('runs workers that register their engines without models of their own', async () => {
    const { initContainers, containers, volumes } = podOf(await objectOf(INIT, 'Deployment', 'vllm-worker'));
    expect(initContainers).toBeUndefined();
    expect(containers[0].command).toEqual(['rma-worker', 'run', '--engines-only']);
    expect(volumes).toContainEqual({ name: 'model-storage', emptyDir: {} });
  });

  it('[req T19] warns of what the pods download together, and of settings without effect', async () => {
    const { kubernetes = {} } = EMBEDDING;
    const each: ExportCase = {
      ...EMBEDDING,
      kubernetes: { ...kubernetes, strategy: 'init', storageClass: 'fast', accessMode: 'ReadWriteOnce' },
    };
    const { podDownloads, notExported } = await exportOf(each);
    expect(podDownloads).toEqual({ pods: 3, all: 3 * 90_868_972, largest: 90_868_972 });
    expect(notExported).toContainEqual({
      what: 'kubernetes.storage_class, kubernetes.access_mode',
      instead: 'the strategy init has no claim',
    });
    expect((await exportOf(EMBEDDING)).podDownloads).toBeNull();
  });

  it('warns of settings of the Job, and of the option for a directory of the nodes', async () => {
    const { kubernetes } = withSettings(INIT, { backoffLimit: 1, ttlSeconds: 60 });
    const { notExported } = await exportOf({ ...INIT, kubernetes: kubernetes ?? {}, allowHostPath: true });
    expect(notExported).toContainEqual({
      what: 'kubernetes.backoff_limit, kubernetes.ttl, --allow-hostpath',
      instead: 'the strategy init has no Job and mounts no directory of the nodes',
    });
    const unset = (await exportOf(INIT)).notExported.map(({ what }) => what);
    expect(unset.filter((what) => /backoff|hostpath/.test(what))).toEqual([]);
  });
});

describe('the comparison of the strategies', () => {
  it('[req N04] [req N04 K8s] has the sizes and times of the project, the chosen one, and why', async () => {
    const text = renderStrategies(await explanationOf(VLLM, 100e6), theme());
    expect(text).toContain('\n\npvc downloads 13.5 GiB once; a restarted pod downloads nothing.\n');
    expect(readFileSync('docs/kubernetes.md', 'utf8')).toContain(`--explain\n${text}\n\`\`\`\n`);
  });

  it('names the access mode that several pods need, also where the settings contradict it', async () => {
    const { strategies, reasons } = await explanationOf(EMBEDDING, 1e6);
    expect(strategies.map(({ strategy, accessMode }) => [strategy, accessMode])).toEqual([
      ['pvc', 'ReadWriteMany'],
      ['init', null],
      ['image', null],
    ]);
    expect(reasons[1]).toBe('3 pods share the models, so the StorageClass must support ReadWriteMany.');
    const init = await explanationOf(withSettings(EMBEDDING, { strategy: 'init' }), 1e6);
    expect(init.reasons[1]).toContain('--strategy pvc downloads 86.7 MiB once');
    expect(await explanationOf(CPU, 1e6)).toMatchObject({ pods: 1, chosen: 'pvc' });
  });

  it('has no Job for a volume that already holds the models, and no StorageClass for an existing claim', async () => {
    const claim = withSettings(VLLM, { existingClaim: 'shared' });
    const filled = await explanationOf(withSettings(claim, { accessMode: 'ReadOnlyMany' }), 100e6);
    expect(filled.reasons).toEqual([
      'pvc downloads nothing: the models are copied to its volume by other means.',
      '--strategy init needs no volume, and downloads 13.5 GiB (2m 25s) at each start of the pod.',
    ]);
    const table = renderStrategies(filled, theme());
    expect(table).toMatch(/^first start +no download +13\.5 GiB, 2m 25s +13\.5 GiB, 2m 25s$/m);
    expect(table).toMatch(/^changed model +another copy +new pods +a new image$/m);
    expect(table).toMatch(/^connects to hubs +nothing +every engine pod +your machine$/m);
    const uploaded = await explanationOf({ ...VLLM, helpers: ['uploader'] }, 100e6);
    expect(uploaded.strategies[0]).toMatchObject({ firstDownload: 0, downloadedBy: null });
    expect(uploaded.reasons[1]).toBe('It needs a StorageClass.');
    expect((await explanationOf(claim, 100e6)).reasons.join()).not.toContain('StorageClass');
  });

  it('names the volume instead of a StorageClass for an NFS export', async () => {
    const store = { type: 'nfs', server: 'nas.example', path: '/exports/models' } as const;
    const config = { volumes: { store, cache: { type: 'named', name: 'rma-cache' } as const } };
    const { reasons } = await explanationOf({ ...VLLM, config }, 100e6);
    expect(reasons[1]).toBe('The volume must support ReadWriteMany.');
    expect(reasons.join()).not.toContain('StorageClass');
    const init = await explanationOf({ ...INIT, config }, 100e6);
    expect(init.reasons.join()).not.toContain('StorageClass');
  });

  it('rejects what the export rejects', async () => {
    const each = withSettings(EMBEDDING, { accessMode: 'ReadWriteOnce' });
    await expect(explanationOf(each, 1e6)).rejects.toMatchObject({ code: 'RMA_KUBERNETES_ACCESS_MODE' });
    const init = await explanationOf(withSettings(each, { strategy: 'init' }), 1e6);
    expect(init.chosen).toBe('init');
  });
});

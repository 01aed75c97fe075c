import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathInVolume } from '../../../src/core/kubernetes/llm-d-uri.ts';
import { manifestFiles, valuesText } from '../../../src/core/kubernetes/write-manifests.ts';
import { CHART_CASES } from '../../golden/llm-d/cases.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import type { Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

const FOLDER = join(import.meta.dirname, '../../golden/llm-d');
const CHART: ExportCase = { ...VLLM, format: 'llm-d' };

/** A profile that serves a plain directory. */
const PLAIN: ExportCase = {
  ...CHART,
  profiles: ['chat'],
  catalog: shippedCatalog({
    chat: "description: d\nservices: [{ engine: vllm, models: ['hf:mistralai/Mistral-7B-Instruct-v0.2#layout=plain'] }]",
  }),
};

async function valuesOf(each: ExportCase): Promise<Plain> {
  const [chart] = (await exportOf(each)).charts;
  return chart?.values;
}

describe('the values of the chart', () => {
  it.each(Object.keys(CHART_CASES))(
    '[req L11 K8s] [req L16 K8s] of %s are those of the golden file',
    async (name) => {
      const each = CHART_CASES[name];
      if (each === undefined) throw new Error(name);
      const { charts, origin } = await exportOf(each);
      const [chart] = charts;
      if (chart === undefined) throw new Error('no chart');
      await expect(valuesText(chart, { ...origin, version: '1.2.3' })).toMatchFileSnapshot(
        join(FOLDER, `${name}.yaml`),
      );
    },
  );

  it('[req L18 K8s] [req L20 K8s] [req L22 K8s] [req T16] name a model in a hub cache by its repository and commit, at the only mount path that the chart supports', async () => {
    const { modelArtifacts, decode, prefill } = await valuesOf(CHART);
    expect(modelArtifacts).toMatchObject({
      name: 'mistralai/Mistral-7B-Instruct-v0.2',
      uri: 'pvc+hf://rma-models/huggingface/hub/mistralai/Mistral-7B-Instruct-v0.2',
      mountPath: '/model-cache',
    });
    expect(decode.containers[0].args.slice(-2)).toEqual([
      '--revision',
      '0123456789abcdef0123456789abcdef01234567',
    ]);
    expect(decode.containers[0].env).toContainEqual({ name: 'HF_HUB_OFFLINE', value: '1' });
    expect(prefill).toEqual({ create: false });
  });

  it('[req L11 K8s] [req L18 K8s] name a model in another layout by its path in the claim', async () => {
    const { modelArtifacts } = await valuesOf(PLAIN);
    expect(modelArtifacts.uri).toBe('pvc://rma-models/local/mistralai/Mistral-7B-Instruct-v0.2');
  });

  it('[req L22 K8s] name the repository alone where each pod downloads it, with the Secret of the token', async () => {
    const { modelArtifacts, decode } = await valuesOf(withSettings(CHART, { strategy: 'init' }));
    expect(modelArtifacts).toMatchObject({
      uri: 'hf://mistralai/Mistral-7B-Instruct-v0.2',
      size: '15Gi',
      authSecretName: 'hub-tokens',
    });
    expect(decode.initContainers).toBeUndefined();
    expect(JSON.stringify(decode.containers[0].env)).not.toMatch(/HF_HOME|HF_HUB_OFFLINE/);
  });

  it('never mount or write to the claim with the token of the hub', async () => {
    const values = await valuesOf(CHART);
    expect(values.modelArtifacts.readOnly).toBe(true);
    expect(JSON.stringify(values)).not.toMatch(/hub-tokens|HF_TOKEN/);
  });

  it('set no option twice: the chart adds some itself', async () => {
    const { decode } = await valuesOf(CHART);
    for (const option of ['--port', '--served-model-name', '--tensor-parallel-size', '--model'])
      expect(decode.containers[0].args).not.toContain(option);
  });

  it('let the pods of a release find the node of the claim, and select no pods of another release', async () => {
    const { modelArtifacts, decode } = await valuesOf(CHART);
    const [term] = decode.extraConfig.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(modelArtifacts.labels).toMatchObject(term.labelSelector.matchLabels);
    expect(modelArtifacts.labels['app.kubernetes.io/name']).toBe('vllm-vllm');
  });
});

describe('the export for the chart', () => {
  it('[req L06 K8s] [req L07 K8s] has what fills the claim, and nothing that serves the models', async () => {
    const { manifests, notExported } = await exportOf({ ...CHART, profiles: ['vllm', 'embedding'] });
    const kinds = manifests.map(({ object }) => object.kind);
    expect([...new Set(kinds)]).toEqual(['Namespace', 'PersistentVolumeClaim', 'ConfigMap', 'Job']);
    expect(notExported).toContainEqual({
      what: 'embedding-tei',
      instead: 'the chart llm-d-modelservice runs vLLM only',
    });
  });

  it('[req L13 K8s] begins with the commands that fill the claim and install the chart, and needs no Secret of rma', async () => {
    const { manifests, origin } = await exportOf(CHART);
    const text = manifestFiles(manifests, origin).get('kustomization.yaml') ?? '';
    expect(text).toContain(
      [
        '#   helm repo add llm-d-modelservice https://llm-d-incubation.github.io/llm-d-modelservice/',
        '#   helm upgrade --install vllm-vllm llm-d-modelservice/llm-d-modelservice --version v0.4.12 --namespace demo --values values-vllm-vllm.yaml',
        '#   kubectl wait --namespace demo --for condition=available deployment --all --timeout 1h',
      ].join('\n'),
    );
    expect(text.indexOf('condition=complete job')).toBeLessThan(text.indexOf('helm repo add'));
    expect(text).not.toContain('rma-secrets');
  });

  it('is an error without vLLM, and for a model that the chart cannot download', async () => {
    await expect(exportOf({ profiles: ['cpu-worker'], format: 'llm-d' })).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      exitCode: 2,
    });
    const each = withSettings(PLAIN, { strategy: 'init' });
    await expect(exportOf(each)).rejects.toMatchObject({ hint: expect.stringContaining('--strategy pvc') });
  });
});

describe('the path of a model in its volume', () => {
  it('[req L12 K8s] has no mount point of a container', () => {
    expect(pathInVolume('/mnt/huggingface/cache/models/', '/mnt')).toBe('huggingface/cache/models');
    expect(pathInVolume('/models/local/org/name', '/models/')).toBe('local/org/name');
    expect(pathInVolume('/models-2/x', '/models')).toBe('models-2/x');
  });

  it('[req L12 K8s] is relative, whatever the paths', () => {
    const segments = fc.array(fc.constantFrom('models', 'mnt', 'a'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(segments, segments, (mount, inside) => {
        const [at, path] = [`/${mount.join('/')}`, inside.join('/')];
        expect(pathInVolume(`${at}/${path}/`, at)).toBe(path);
      }),
    );
  });
});

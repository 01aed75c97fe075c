import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/core/domain/profile.ts';
import { pathInVolume } from '../../../src/core/kubernetes/llm-d-uri.ts';
import { manifestFiles, valuesText } from '../../../src/core/kubernetes/write-manifests.ts';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import { CHART_CASES } from '../../golden/llm-d/cases.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog, shippedFiles } from '../../helpers/builders/shipped-catalog.ts';
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

/** Returns a catalog with one profile that runs the engine of vLLM under a name, and with a change of its file. */
function catalogWith(
  { profile, engine, flags }: { readonly profile: string; readonly engine: string; readonly flags: string[] },
  change: (text: string) => string = (text) => text,
): Catalog {
  const vllm = shippedFiles().find(({ kind, name }) => kind === 'engine' && name === 'vllm');
  if (vllm === undefined) throw new Error('no vllm');
  const text = `description: d\nservices: [{ engine: ${engine}, models: ['hf:mistralai/Mistral-7B-Instruct-v0.2'], flags: ${JSON.stringify(flags)} }]`;
  return buildCatalog([
    { ...vllm, name: engine, file: `engines/${engine}.yaml`, text: change(vllm.text) },
    { kind: 'profile', name: profile, file: `profiles/${profile}.yaml`, text },
  ]);
}

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

  it('[req L22 K8s] name the repository alone where each pod downloads it, with the Secret of a token only if it is set', async () => {
    const { modelArtifacts, decode } = await valuesOf(withSettings(CHART, { strategy: 'init' }));
    expect(modelArtifacts).toMatchObject({
      uri: 'hf://mistralai/Mistral-7B-Instruct-v0.2',
      size: '15Gi',
      authSecretName: '',
    });
    const gated = await valuesOf(withSettings(CHART, { strategy: 'init', hubSecret: 'team-token' }));
    expect(gated.modelArtifacts.authSecretName).toBe('team-token');
    expect(decode.initContainers).toBeUndefined();
    expect(JSON.stringify(decode.containers[0].env)).not.toMatch(/HF_HOME|HF_HUB_OFFLINE/);
  });

  it('have the address of the hub where each pod downloads, and report what vLLM does without', async () => {
    const base = configOf({});
    const mirror = {
      hub: { ...base.hub, endpoints: { ...base.hub.endpoints, hf: 'https://hub.example' } },
      network: { ...base.network, caFile: '/home/me/ca.pem', maxRate: 1e6 },
    };
    const each = { ...withSettings(CHART, { strategy: 'init' }), config: mirror };
    const { decode } = await valuesOf(each);
    expect(decode.containers[0].env).toContainEqual({ name: 'HF_ENDPOINT', value: 'https://hub.example' });
    const what = (await exportOf(each)).notExported.map((entry) => entry.what);
    expect(what).toEqual(expect.arrayContaining(['network.ca_file (/home/me/ca.pem)', 'network.max_rate']));
    const claimed = await valuesOf({ ...CHART, config: mirror });
    expect(JSON.stringify(claimed)).not.toContain('HF_ENDPOINT');
  });

  it('keep texts that Helm would read as templates, and move paths of options to the mount of the chart', async () => {
    const flags = ['--chat-template', '/models/chat.jinja', '--lora=/models/a', '--x', '/modelsx'];
    const catalog = catalogWith({ profile: 'chat', engine: 'vllm', flags }, (text) =>
      text.replace(/^environment:\n/m, "environment:\n  FORMAT: '{{ .Release.Name }}'\n"),
    );
    const each = { ...CHART, profiles: ['chat'], catalog };
    const { decode } = await valuesOf(withSettings(each, { gpuMemoryBytes: 80e9 }));
    const [{ args, env }] = decode.containers;
    expect(args).toEqual(
      expect.arrayContaining(['/model-cache/chat.jinja', '--lora=/model-cache/a', '/modelsx']),
    );
    expect(env).toContainEqual({
      name: 'FORMAT',
      value: '{{ `{{` }} .Release.Name }}',
    });
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

  it('installs nothing but the chart if it has no objects, under a name that Helm accepts', async () => {
    const profile = 'a-worker-profile-with-forty-characters';
    const catalog = catalogWith({ profile, engine: 'vllm-with-a-long-name', flags: [] });
    const settings = { strategy: 'init', namespace: 'default', gpuMemoryBytes: 80e9 } as const;
    const { manifests, origin } = await exportOf(
      withSettings({ ...CHART, profiles: [profile], catalog }, settings),
    );
    expect(manifests).toEqual([]);
    const text = manifestFiles(manifests, origin).get('kustomization.yaml') ?? '';
    expect(text).not.toContain('kubectl apply');
    const [, release = ''] = /helm upgrade --install (\S+)/.exec(text) ?? [];
    expect(release).toMatch(/^a-worker-profile-with-forty-characters-[a-z-]+-[0-9a-f]{8}$/);
    expect(release.length).toBeLessThanOrEqual(53);
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

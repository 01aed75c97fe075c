import { describe, expect, it } from 'vitest';
import { catalogOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults, type Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, objectsOf, podOf } from '../../helpers/kubernetes/objects-of.ts';

const GGUF: ExportCase = { profiles: ['gguf'], kubernetes: { gpuMemoryBytes: 16e9 } };
const TOKENIZER: ExportCase = { profiles: ['tokenizer'] };
const SERVER = 'gguf-llamacpp-router';

describe('an extra volume of the user', () => {
  it('[req L19 K8s] is the claim of its name', async () => {
    const volume = (path: string) =>
      ({ source: { type: 'named', name: 'adapters' }, path, readOnly: true }) as const;
    const service = profileServiceOf({ extraVolumes: [volume('/data'), volume('/b')] });
    const each: ExportCase = { profiles: ['chat'], catalog: catalogOf({ chat: [service] }) };
    const { containers, volumes } = podOf(await objectOf(each, 'Deployment', 'chat-llm'));
    expect(volumes.filter(({ name }: Plain) => name === 'extra-adapters')).toEqual([
      { name: 'extra-adapters', persistentVolumeClaim: { claimName: 'adapters' } },
    ]);
    const mount = { name: 'extra-adapters', readOnly: true };
    expect(containers[0].volumeMounts).toContainEqual({ ...mount, mountPath: '/data' });
    expect(containers[0].volumeMounts).toContainEqual({ ...mount, mountPath: '/b' });
    expect((await exportOf(each)).notExported).toEqual([]);
  });

  it('has a volume of its own if long names differ at their ends only', async () => {
    const names = ['a', 'b'].map((end) => `${'x'.repeat(50)}-------${end}`);
    const extraVolumes = names.map(
      (name) => ({ source: { type: 'named', name }, path: `/${name}`, readOnly: true }) as const,
    );
    const each: ExportCase = {
      profiles: ['chat'],
      catalog: catalogOf({ chat: [profileServiceOf({ extraVolumes })] }),
    };
    const objects = await objectsOf(each);
    expect(manifestFaults(objects)).toEqual([]);
    const claims = objects.filter(({ kind }) => kind === 'Deployment').flatMap(claimsOf);
    expect(claims).toEqual(expect.arrayContaining(names));
  });
});

const claimsOf = (workload: Plain): readonly string[] =>
  podOf(workload).volumes.flatMap(
    ({ persistentVolumeClaim }: Plain) => persistentVolumeClaim?.claimName ?? [],
  );

describe('an engine with a file that lists its models', () => {
  it('[req N11 K8s] [req N16 K8s] gets it from a ConfigMap, and new pods when it changes', async () => {
    const { data } = await objectOf(GGUF, 'ConfigMap', SERVER);
    expect(data['llama-models.ini']).toContain(
      '[gemma-2-2b-it]\nmodel = /models/gguf/starter/gemma-2-2b-it.Q4_K_M.gguf\n',
    );
    const deployment = await objectOf(GGUF, 'Deployment', SERVER);
    const { containers, volumes } = podOf(deployment);
    expect(containers[0].volumeMounts).toContainEqual({
      name: 'engine-config',
      mountPath: '/etc/llama-models.ini',
      subPath: 'llama-models.ini',
      readOnly: true,
    });
    expect(volumes).toContainEqual({ name: 'engine-config', configMap: { name: SERVER } });
    expect(deployment.spec.template.metadata.annotations).toHaveProperty('rma.dev/config-sha256');
  });

  it('[req N13 K8s] is ready when it answers, after its models are verified', async () => {
    const { containers, initContainers } = podOf(await objectOf(GGUF, 'Deployment', SERVER));
    expect(containers[0].readinessProbe).toMatchObject({ httpGet: { path: '/health', port: 'http' } });
    expect(initContainers[0].command).toEqual(['rma-worker', 'wait', '--service', SERVER]);
  });
});

it('[req N17 K8s] [req N19 K8s] the manifests contain the commands that list the models and reach an engine', async () => {
  const { manifests } = await exportOf(GGUF);
  const commentOf = (kind: string, name: string) =>
    manifests.find(({ object }) => object.kind === kind && object.metadata.name === name)?.comment;
  expect(commentOf('Deployment', 'gguf-worker')).toContain(
    'kubectl exec --namespace demo deployment/gguf-worker -- rma-worker status',
  );
  expect(commentOf('Service', SERVER)).toBe(
    `On your machine at http://localhost:8080: kubectl port-forward --namespace demo service/${SERVER} 8080:8080`,
  );
});

describe('an engine that scans a directory', () => {
  it('[req K03 K8s] [req K08 K8s] sees only that of its models, and finds them there by their names', async () => {
    const pod = podOf(await objectOf(TOKENIZER, 'Deployment', 'tokenizer-llm-d-tokenizer'));
    const [container] = pod.containers;
    expect(container.volumeMounts).toContainEqual({
      name: 'model-storage',
      mountPath: '/app/models',
      subPath: 'local',
      readOnly: true,
    });
    expect(container.args).toEqual(['env', '--chdir=/app/models', 'python', '/app/run_grpc_server.py']);
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
  });
});

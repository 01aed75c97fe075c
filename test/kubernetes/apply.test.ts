import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { builtRma, run } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { judgeProgram } from '../helpers/judges/judges.ts';
import { WAIT_TIMEOUT } from '../helpers/patience.ts';
import { runProcess } from '../helpers/process/run-process.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { addNode, addVolume, type Behavior, runPods } from './node.ts';

let cluster: Cluster;
let hub: Hub;

beforeAll(async () => {
  cluster = await startCluster();
  await addNode(cluster, 'node-a', { 'nvidia.com/gpu': '2', 'nvidia.com/mig-3g.40gb': '1' });
  hub = await startHub({ repos: quickstartRepos() });
});

afterAll(async () => {
  await cluster?.stop();
  await hub?.close();
});

interface Project {
  /** the directory of its rma.yaml */
  readonly dir: string;
  readonly namespace: string;
  readonly rma: (...args: readonly string[]) => ReturnType<typeof run>;
  /** Runs rma with `--json`, and returns what it prints: the result, or the error. */
  readonly json: (...args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>;
  /** Creates the namespace and the Secrets with the commands that the export prints. */
  readonly createSecrets: () => Promise<void>;
  /** Lets the pods of the namespace behave like this until the end of the test. */
  readonly act: (behavior: Behavior) => Promise<void>;
}

/** Returns a project with the profile cpu-worker and a volume for its claim. */
async function startProject(namespace: string): Promise<Project> {
  const dir = tempFolder();
  writeFileSync(join(dir, 'rma.yaml'), `project: ${namespace}\nprofiles: [cpu-worker]\n`);
  writeTree(dir, { 'profiles/on-gpu.yaml': profileWith(1) });
  await addVolume(cluster, `${namespace}-volume`);
  const PATH = `${dirname(judgeProgram('kubectl', 'kubectl'))}:${process.env['PATH']}`;
  const env = { PATH, HOME: dir, KUBECONFIG: cluster.kubeconfig, HF_ENDPOINT: hub.endpoint };
  const rma = (...args: readonly string[]) => run(builtRma(...args), { cwd: dir, env });
  return {
    dir,
    namespace,
    rma,
    json: async (...args) => {
      const { stdout, stderr } = await rma(...args, '--json');
      return JSON.parse(stdout === '' ? (stderr.trim().split('\n').at(-1) ?? '') : stdout);
    },
    createSecrets: async () => {
      const { stdout } = await rma('export', 'kubernetes');
      const header = stdout.slice(0, stdout.indexOf('---')).replaceAll(/^#(?: {2})?/gm, '');
      const commands = /once:\n([\s\S]+?)\n *# only for models/.exec(header)?.[1] ?? '';
      expect(await runProcess('bash', ['-euc', commands], env)).toMatchObject({ code: 0 });
    },
    act: async (behavior) => {
      const end = new AbortController();
      const acting = runPods(cluster, namespace, { behavior, signal: end.signal });
      onTestFinished(async () => {
        end.abort();
        await acting;
      });
    },
  };
}

/** Returns a profile with one service that has this many GPUs. */
function profileWith(gpus: number): string {
  return `
description: A small chat model
variants:
  - name: llamacpp
    services:
      - engine: llamacpp
        models: [qwen2.5-0.5b-instruct]
        gpus: ${gpus}
`;
}

const APPLY = ['export', 'kubernetes', '--apply', '--refresh', '--wait-timeout', WAIT_TIMEOUT];

describe('rma export kubernetes --apply on a real control plane', () => {
  it('[req L09 K8s] applies, waits until all is ready, changes nothing when repeated, and is removed without the claim', async () => {
    const { namespace, rma, json, createSecrets, act } = await startProject('whole');
    expect(await json(...APPLY)).toMatchObject({ error: { code: 'RMA_KUBERNETES_SECRET', exitCode: 3 } });
    expect(await cluster.ask(['get', 'namespace', namespace, '--ignore-not-found'])).toBe('');

    await createSecrets();
    await act('work');
    const first = await rma(...APPLY);
    expect(first.stderr).toContain('download models (job model-downloader-');
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`Ready in namespace ${namespace}`),
    });
    const status = await json('status', '--kubernetes');
    expect(status).toMatchObject({ ready: true, fault: null, jobs: [{ name: expect.any(String) }] });
    expect(status['deployments']).toHaveLength(3);

    const again = await json(...APPLY);
    const changes = again['changes'] as readonly { readonly change: string }[];
    expect(new Set(changes.map(({ change }) => change))).toEqual(new Set(['none']));

    expect(await rma('down', '--kubernetes')).toMatchObject({ exitCode: 0 });
    const left = await cluster.ask([
      'get',
      'deployments,jobs,services,configmaps,pvc',
      '-n',
      namespace,
      '-o',
      'name',
    ]);
    expect(left.trim().split('\n')).toEqual([
      'configmap/kube-root-ca.crt',
      'persistentvolumeclaim/rma-models',
    ]);
  });

  it('reports a field that another program manages, and overwrites it on request', async () => {
    const { namespace, json, createSecrets, act } = await startProject('conflict');
    await createSecrets();
    await act('work');
    expect(await json(...APPLY)).toMatchObject({ namespace });
    await cluster.ask(['scale', 'deployment', 'cpu-worker-llamacpp', '-n', namespace, '--replicas', '2']);
    expect(await json(...APPLY)).toMatchObject({ error: { code: 'RMA_KUBERNETES_CONFLICT' } });
    const changed = await json(...APPLY, '--force-conflicts');
    expect(changed['changes']).toContainEqual({
      object: 'deployment/cpu-worker-llamacpp',
      change: 'change',
      fields: ['spec.replicas'],
    });
  });

  it('says which devices the nodes have when none has the MIG profile, and changes nothing', async () => {
    const { namespace, json } = await startProject('mig');
    const answer = await json(...APPLY, '--profile', 'on-gpu', '--gpu-resource', 'nvidia.com/mig-1g.10gb');
    expect(answer).toMatchObject({
      error: {
        code: 'RMA_KUBERNETES_NO_NODE',
        exitCode: 5,
        hint: expect.stringContaining(
          'nvidia.com/gpu (2 on one node), nvidia.com/mig-3g.40gb (1 on one node)',
        ),
      },
    });
    expect(await cluster.ask(['get', 'namespace', namespace, '--ignore-not-found'])).toBe('');
  });

  it('moves a service from the CPU to a GPU, which replaces its pods in another way', async () => {
    const { dir, json, createSecrets, act } = await startProject('moved');
    writeTree(dir, { 'rma.yaml': 'project: moved\nprofiles: [own]\n', 'profiles/own.yaml': profileWith(0) });
    await createSecrets();
    await act('work');
    expect(await json(...APPLY)).toMatchObject({ dryRun: false });
    writeTree(dir, { 'profiles/own.yaml': profileWith(1) });
    const moved = await json(...APPLY, '--dry-run', '--gpu-memory', '24GB');
    const changes = moved['changes'] as readonly {
      readonly object: string;
      readonly fields: readonly string[];
    }[];
    expect(changes.find(({ object }) => object === 'deployment/own-llamacpp')?.fields).toEqual(
      expect.arrayContaining(['spec.strategy.rollingUpdate', 'spec.strategy.type']),
    );
  });

  it('keeps the claim of an earlier export, whose access mode cannot change', async () => {
    const { json, createSecrets, act } = await startProject('claim');
    await createSecrets();
    await act('work');
    await json(...APPLY);
    expect(await json(...APPLY, '--access-mode', 'rwx')).toMatchObject({
      error: {
        code: 'RMA_KUBERNETES_CLAIM',
        exitCode: 3,
        message: expect.stringContaining('spec is immutable'),
      },
    });
  });

  it.each([
    ['image-missing', 'RMA_KUBERNETES_PULL', 3],
    ['fail', 'RMA_KUBERNETES_JOB_FAILED', 1],
  ] as const)('stops when the pods show %s', async (behavior, code, exitCode) => {
    const { rma, json, createSecrets, act } = await startProject(`faulty-${behavior}`);
    await createSecrets();
    await act(behavior);
    expect(await json(...APPLY)).toMatchObject({ error: { code, exitCode } });
    expect(await json('status', '--kubernetes')).toMatchObject({ ready: false, fault: { code } });
    expect(await rma('status', '--kubernetes')).toMatchObject({ exitCode: 1 });
  });

  it('applies for a user who may only edit the namespace', async () => {
    const { namespace, json, createSecrets, act } = await startProject('editor');
    await createSecrets();
    const binding = [
      'create',
      'rolebinding',
      'editor',
      '--clusterrole=admin',
      '--user=reader',
      '-n',
      namespace,
    ];
    await cluster.ask(binding);
    await act('work');
    const applied = await json(...APPLY, '--context', 'reader');
    const changes = applied['changes'] as readonly { readonly object: string; readonly change: string }[];
    expect(new Set(changes.map(({ change }) => change))).toEqual(new Set(['create']));
    expect(changes.map(({ object }) => object)).not.toContain(`namespace/${namespace}`);
    expect(await json('status', '--kubernetes', '--context', 'reader')).toMatchObject({ ready: true });
  });

  it('reports a user without permission', async () => {
    const { json } = await startProject('denied');
    expect(await json(...APPLY, '--context', 'reader')).toMatchObject({
      error: { code: 'RMA_KUBERNETES_DENIED', exitCode: 4 },
    });
  });
});

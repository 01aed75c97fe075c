import { beforeEach, describe, expect, it } from 'vitest';
import { applyExport, type Preview, previewExport } from '../../../../src/app/kubernetes/apply-export.ts';
import { removeExport } from '../../../../src/app/kubernetes/remove-export.ts';
import type { KubernetesObject } from '../../../../src/core/cluster/kubernetes-object.ts';
import { CanceledError } from '../../../../src/core/errors.ts';
import { shippedCatalog } from '../../../helpers/builders/shipped-catalog.ts';
import { JumpingClock } from '../../../helpers/clock/jumping-clock.ts';
import { FakeKubectl, jsonLines } from '../../../helpers/cluster/fake-kubectl.ts';
import {
  COMPLETE,
  claim,
  deployment,
  job,
  node,
  pod,
  READY,
  waiting,
} from '../../../helpers/cluster/objects.ts';
import { type FakeInvocation, fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const NAMESPACE: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } };
const OBJECTS = [NAMESPACE, claim('models', 'Bound'), job('models-1', [COMPLETE]), deployment('llm', READY)];
const ALL = 'namespace/demo persistentvolumeclaim/models job/models-1 deployment/llm';

function request(objects: readonly KubernetesObject[] = OBJECTS) {
  return {
    ...{ project: 'demo', namespace: 'demo', objects, yaml: jsonLines },
    ...{ prune: false, forceConflicts: false, waitSeconds: 60 },
    accept: async (_preview: Preview): Promise<void> => undefined,
  };
}

/** Returns whether an object changes, by its name. */
function changesOf({ changes }: Preview): Readonly<Record<string, string>> {
  return Object.fromEntries(changes.map(({ object, change }) => [object.kind, change]));
}

let kubectl: FakeKubectl;
let invocation: FakeInvocation;

beforeEach(() => {
  kubectl = new FakeKubectl();
  invocation = fakeInvocation(shippedCatalog(), { clock: new JumpingClock() });
});

describe('applyExport', () => {
  it('creates the namespace first, lets the cluster check the rest, then applies all', async () => {
    const preview = await applyExport(kubectl, invocation, request());
    expect(kubectl.calls).toEqual([
      'dry-run namespace/demo',
      'apply namespace/demo',
      `dry-run ${ALL}`,
      `apply ${ALL}`,
    ]);
    expect(new Set(preview.changes.map(({ change }) => change))).toEqual(new Set(['create']));
  });

  it('changes nothing when it is repeated', async () => {
    await applyExport(kubectl, invocation, request());
    kubectl.calls.length = 0;
    const preview = await applyExport(kubectl, invocation, request());
    expect(kubectl.calls).toEqual([`dry-run ${ALL}`]);
    expect(new Set(preview.changes.map(({ change }) => change))).toEqual(new Set(['none']));
  });

  it('shows what changes before it changes anything, and stops without consent', async () => {
    await applyExport(kubectl, invocation, request());
    kubectl.calls.length = 0;
    const objects = [...OBJECTS.slice(0, 3), deployment('llm', READY, { replicas: 2 })];
    const seen: Preview[] = [];
    const refused = applyExport(kubectl, invocation, {
      ...request(objects),
      accept: async (preview) => {
        seen.push(preview);
        throw new CanceledError();
      },
    });
    await expect(refused).rejects.toMatchObject({ code: 'RMA_USAGE_NOT_CONFIRMED' });
    expect(seen.map(changesOf)).toMatchObject([{ Job: 'none', Deployment: 'change' }]);
    expect(kubectl.calls).toEqual([`dry-run ${ALL}`]);
  });

  it('reports what earlier exports left, and removes it only on request, never the claim', async () => {
    kubectl.objects = [...OBJECTS, deployment('old', READY), job('models-0'), claim('other', 'Bound')];
    const kept = await applyExport(kubectl, invocation, request());
    expect(kept.stale.map(({ metadata }) => metadata.name)).toEqual(['old', 'models-0']);
    expect(kubectl.objects).toHaveLength(7);
    await applyExport(kubectl, invocation, { ...request(), prune: true });
    expect(kubectl.calls.at(-1)).toBe('remove deployment/old job/models-0');
    expect(kubectl.objects.map(({ metadata }) => metadata.name)).toContain('other');
  });

  it('rejects a MIG profile that no node has before it changes anything', async () => {
    kubectl.nodeList = [node('a', { 'nvidia.com/gpu': '2' })];
    const limits = { 'nvidia.com/mig-1g.10gb': 1 };
    const mig = deployment('llm', READY, { template: { spec: { containers: [{ resources: { limits } }] } } });
    await expect(applyExport(kubectl, invocation, request([NAMESPACE, mig]))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_NO_NODE',
    });
    expect(kubectl.calls).toEqual([]);
  });

  it('does not check the nodes if the user may not list them', async () => {
    kubectl.nodeList = null;
    await expect(applyExport(kubectl, invocation, request())).resolves.toBeDefined();
  });

  it('leaves the namespace to its owner if the user may not change it', async () => {
    kubectl.mayChange = false;
    await applyExport(kubectl, invocation, request());
    const rest = ALL.replace('namespace/demo ', '');
    expect(kubectl.calls).toEqual([`dry-run ${rest}`, `apply ${rest}`]);
  });

  it('rejects an export whose Secret does not exist before it changes anything', async () => {
    const volumes = [{ name: 's', projected: { sources: [{ secret: { name: 'keys' } }] } }];
    const llm = deployment('llm', READY, { template: { spec: { containers: [], volumes } } });
    const applied = () => applyExport(kubectl, invocation, request([NAMESPACE, llm]));
    await expect(applied()).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_SECRET',
      exitCode: 3,
      message: 'namespace demo has no Secret keys, which pods mount',
    });
    expect(kubectl.calls).toEqual([]);
    kubectl.secrets = new Set(['keys']);
    await expect(applied()).resolves.toBeDefined();
  });

  it('waits for the Job and the Deployments, and reports the progress of the download', async () => {
    const start = [job('models-1'), deployment('llm')];
    const running = pod('models-1-x', { kind: 'Job', name: 'models-1' }, { phase: 'Running' });
    kubectl.logLines = [
      '2026-11-29T12:00:00.000Z INFO  [pull] Downloading hf:org/name: 50 %, 1.0 GiB of 2.0 GiB',
    ];
    const states = [
      [...start, running],
      [job('models-1', [COMPLETE]), deployment('llm')],
      [job('models-1', [COMPLETE]), deployment('llm', READY)],
    ];
    kubectl.onObserve = () => {
      kubectl.objects = states.shift() ?? kubectl.objects;
    };
    await applyExport(kubectl, invocation, request(start));
    expect(states).toEqual([]);
    const steps = invocation.events.flatMap((each) =>
      each.type === 'step' ? [`${each.state} ${each.text}`] : [],
    );
    expect(steps).toEqual([
      'start download models (job models-1)',
      'start start deployment llm',
      'done download models (job models-1)',
      'done start deployment llm',
    ]);
    expect(invocation.events).toContainEqual({
      type: 'model',
      progress: expect.objectContaining({ ref: 'hf:org/name', doneBytes: 2 ** 30, totalBytes: 2 ** 31 }),
    });
  });

  it('fails with the last log line of a Job that failed', async () => {
    const failed = job('models-1', [{ type: 'Failed', status: 'True', message: 'Job has failed' }]);
    const failedPod = pod('models-1-x', { kind: 'Job', name: 'models-1' }, waiting('Error'));
    kubectl.objects = [NAMESPACE, failed, failedPod];
    kubectl.logLines = ['state failed (RMA_HUB_DENIED): token rejected'];
    await expect(applyExport(kubectl, invocation, request([NAMESPACE, failed]))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_JOB_FAILED',
      message: expect.stringContaining('last log line: state failed (RMA_HUB_DENIED): token rejected'),
    });
  });

  it('stops waiting for engines after the timeout, with what they wait for', async () => {
    const unscheduled = pod(
      'llm-1',
      { kind: 'ReplicaSet', name: 'llm-a' },
      {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available',
          },
        ],
      },
    );
    const set = {
      ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet' },
      metadata: {
        ...unscheduled.metadata,
        name: 'llm-a',
        annotations: { 'deployment.kubernetes.io/revision': '3' },
        ownerReferences: [{ kind: 'Deployment', name: 'llm' }],
      },
    };
    kubectl.objects = [NAMESPACE, deployment('llm'), set, unscheduled];
    await expect(
      applyExport(kubectl, invocation, request([NAMESPACE, deployment('llm')])),
    ).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_TIMEOUT',
      exitCode: 7,
      message: 'pod llm-1 is not scheduled: 0/1 nodes are available, after 1m 00s',
    });
  });
});

describe('previewExport', () => {
  it('[req L01 K8s] reports that the models would be deleted with the claim', async () => {
    const metadata = { name: 'slow', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
    kubectl.volumeList = [{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata }];
    const { reclaimRisks } = await previewExport(kubectl, invocation, request());
    expect(reclaimRisks.map(({ text }) => text)).toEqual([
      'the reclaim policy of StorageClass slow is Delete: the models are deleted together with persistentvolumeclaim/models',
    ]);
    kubectl.volumeList = [];
    expect((await previewExport(kubectl, invocation, request())).reclaimRisks).toEqual([]);
  });

  it('asks the cluster, and changes nothing', async () => {
    kubectl.objects = OBJECTS;
    kubectl.warnings = ['would violate PodSecurity'];
    const preview = await previewExport(kubectl, invocation, request());
    expect(preview.warnings).toEqual(['would violate PodSecurity']);
    expect(kubectl.calls).toEqual([`dry-run ${ALL}`]);
  });
});

describe('removeExport', () => {
  it('removes what rma applied, but neither the claim nor the namespace', async () => {
    kubectl.objects = OBJECTS;
    const own = { project: 'demo', namespace: 'demo' };
    const would = await removeExport(kubectl, own, { dryRun: true, signal: invocation.signal });
    expect(kubectl.objects).toHaveLength(4);
    const removed = await removeExport(kubectl, own, { dryRun: false, signal: invocation.signal });
    expect(would).toEqual(removed);
    expect(kubectl.objects.map(({ kind }) => kind)).toEqual(['Namespace', 'PersistentVolumeClaim']);
    expect(await removeExport(kubectl, own, { dryRun: false, signal: invocation.signal })).toEqual([]);
  });

  it('removes nothing of other projects and other programs', async () => {
    const foreign = { ...deployment('web'), metadata: { name: 'web', namespace: 'demo', labels: {} } };
    kubectl.objects = [foreign];
    const own = { project: 'demo', namespace: 'demo' };
    await removeExport(kubectl, own, { dryRun: false, signal: invocation.signal });
    expect(kubectl.objects).toEqual([foreign]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { clusterStatus } from '../../../../src/app/kubernetes/cluster-status.ts';
import { FakeKubectl } from '../../../helpers/cluster/fake-kubectl.ts';
import { COMPLETE, claim, deployment, job, pod, READY, waiting } from '../../../helpers/cluster/objects.ts';

const PROJECT = { project: 'demo', namespace: 'demo' };

let kubectl: FakeKubectl;

beforeEach(() => {
  kubectl = new FakeKubectl();
});

/** A Job that was created at a minute of an hour. */
function jobAt(minute: number, name: string, conditions: readonly object[]) {
  const made = job(name, conditions);
  return { ...made, metadata: { ...made.metadata, creationTimestamp: `2026-11-29T12:${minute}:00Z` } };
}

const FAILED = { type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' };

describe('clusterStatus', () => {
  it('reports Deployments with their models, the last Job and the claim', async () => {
    kubectl.objects = [deployment('llm', READY), jobAt(10, 'models-1', [COMPLETE]), claim('models', 'Bound')];
    expect(await clusterStatus(kubectl, PROJECT)).toMatchObject({
      isReady: true,
      fault: null,
      waitsFor: [],
      state: {
        deployments: [{ name: 'llm', ready: 1, desired: 1, isRolledOut: true }],
        jobs: [{ name: 'models-1' }],
        claims: [{ name: 'models', phase: 'Bound', storage: '10Gi' }],
      },
    });
  });

  it('reports the fault of the last Job with its last log line, not that of an earlier one', async () => {
    const failed = jobAt(20, 'models-2', [FAILED]);
    kubectl.objects = [failed, pod('models-2-x', { kind: 'Job', name: 'models-2' }, waiting('Error'))];
    kubectl.logLines = ['no space left'];
    expect((await clusterStatus(kubectl, PROJECT)).fault).toMatchObject({
      code: 'RMA_KUBERNETES_JOB_FAILED',
      message: expect.stringContaining('last log line: no space left'),
    });
    kubectl.objects = [...kubectl.objects, jobAt(30, 'models-3', [COMPLETE])];
    expect(await clusterStatus(kubectl, PROJECT)).toMatchObject({ fault: null, isReady: true });
  });

  it('tells what a Deployment waits for', async () => {
    kubectl.objects = [deployment('llm', { replicas: 1, updatedReplicas: 1, availableReplicas: 0 })];
    expect(await clusterStatus(kubectl, PROJECT)).toMatchObject({
      isReady: false,
      waitsFor: ['deployment llm: 0 of 1 ready'],
    });
  });

  it('takes a Deployment whose last change the cluster has not seen for unready', async () => {
    kubectl.objects = [deployment('llm', { ...READY, observedGeneration: 1 })];
    expect(await clusterStatus(kubectl, PROJECT)).toMatchObject({ isReady: false });
  });
});

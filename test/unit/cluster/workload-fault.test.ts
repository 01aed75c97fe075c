import { describe, expect, it } from 'vitest';
import { clusterState } from '../../../src/core/cluster/cluster-state.ts';
import { currentState } from '../../../src/core/cluster/current-state.ts';
import type { KubernetesObject } from '../../../src/core/cluster/kubernetes-object.ts';
import { type WorkloadFault, workloadFault } from '../../../src/core/cluster/workload-fault.ts';
import {
  COMPLETE,
  claim,
  deployment,
  event,
  job,
  pod,
  READY,
  replicaSet,
  waiting,
} from '../../helpers/cluster/objects.ts';

const SET = { kind: 'ReplicaSet', name: 'llm-7' };
const JOB = { kind: 'Job', name: 'models-1' };
const APPLIED = [deployment('llm'), job('models-1')];

/** Returns the fault of a project with these objects beside its Deployment and its Job. */
function faultOf(...objects: readonly KubernetesObject[]): WorkloadFault | null {
  const all = [...APPLIED, replicaSet('llm-7', 'llm', '3'), ...objects];
  return workloadFault(currentState(clusterState(all), APPLIED), 'demo');
}

describe('workloadFault', () => {
  it.each([
    ['ImagePullBackOff', 'Back-off pulling image', { code: 'RMA_KUBERNETES_PULL', exitCode: 3 }],
    ['InvalidImageName', undefined, { code: 'RMA_KUBERNETES_PULL', exitCode: 3 }],
    ['CreateContainerConfigError', 'secret "hub" not found', { code: 'RMA_KUBERNETES_CONFIG', exitCode: 3 }],
    ['CreateContainerError', 'no command specified', { code: 'RMA_KUBERNETES_START', exitCode: 1 }],
    ['CrashLoopBackOff', 'back-off 5m0s', { code: 'RMA_KUBERNETES_CRASHED', exitCode: 1 }],
  ])('reports a container that waits with %s', (reason, message, expected) => {
    const fault = faultOf(pod('llm-7-a', SET, waiting(reason, message)))?.error('out of memory');
    expect(fault).toMatchObject({ ...expected, hint: expect.stringContaining('kubectl') });
    expect(fault?.message).toContain('llm-7-a');
  });

  it('asks for the log of the container before its restart, and quotes its last line', () => {
    const fault = faultOf(pod('llm-7-a', SET, waiting('CrashLoopBackOff')));
    expect(fault?.log).toEqual({ pod: 'llm-7-a', container: 'engine', previous: true });
    expect(fault?.error('unknown flag --x').message).toBe(
      'pod llm-7-a: container engine keeps exiting (restarts: 4); last log line: unknown flag --x',
    );
  });

  it('names the Secret that is missing, with its command', () => {
    const fault = faultOf(
      pod('llm-7-a', SET, waiting('CreateContainerConfigError', 'secret "hub" not found')),
    );
    expect(fault?.error(null).hint).toContain('kubectl create secret generic hub -n demo');
  });

  it.each([
    ['BackoffLimitExceeded', 'kubectl logs job/models-1 -n demo'],
    ['DeadlineExceeded', 'kubernetes.deadline'],
  ])('reports a Job that failed with %s, its last log line and the way out', (reason, way) => {
    const failed = job('models-1', [{ type: 'Failed', status: 'True', reason, message: 'Job has failed' }]);
    const state = clusterState([failed, pod('models-1-x', JOB, waiting('Error'))]);
    const fault = workloadFault(state, 'demo');
    expect(fault?.log).toEqual({ pod: 'models-1-x', container: 'engine', previous: false });
    expect(fault?.error('401: token rejected')).toMatchObject({
      code: 'RMA_KUBERNETES_JOB_FAILED',
      message: 'job models-1 failed after 2 attempts: Job has failed; last log line: 401: token rejected',
      hint: expect.stringContaining(way),
    });
  });

  it('leaves a container of a Job to the Job, which retries it', () => {
    expect(faultOf(pod('models-1-x', JOB, waiting('CrashLoopBackOff')))).toBeNull();
  });

  it('[req D01 K8s] reports a claim that no volume can satisfy, but not one that waits for its first pod', () => {
    const waits = event('PersistentVolumeClaim', 'models', [
      'WaitForFirstConsumer',
      'waiting for first consumer',
    ]);
    const lacks = event('PersistentVolumeClaim', 'models', [
      'ProvisioningFailed',
      'storageclass "fast" not found',
    ]);
    expect(faultOf(claim('models', 'Pending'), waits)).toBeNull();
    expect(faultOf(claim('models', 'Bound'), lacks)).toBeNull();
    expect(faultOf(claim('models', 'Pending'), waits, lacks)?.error(null)).toMatchObject({
      code: 'RMA_KUBERNETES_CLAIM',
      exitCode: 3,
      message: 'claim models is not bound: storageclass "fast" not found',
      hint: expect.stringContaining('kubernetes.storage_class'),
    });
  });

  it('reports pods that the cluster rejects, of a Job and of a Deployment', () => {
    const text = 'pods "x" is forbidden: exceeded quota: gpus';
    expect(faultOf(event('Job', 'models-1', ['FailedCreate', text]))?.error(null)).toMatchObject({
      code: 'RMA_KUBERNETES_REJECTED',
      exitCode: 4,
      message: `the cluster rejected the pods of job models-1: ${text}`,
    });
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: text };
    const state = clusterState([deployment('llm', { conditions: [failure] })]);
    expect(workloadFault(state, 'demo')?.error(null).message).toContain('deployment llm');
  });

  it('is null for pods that only need time', () => {
    const running = { phase: 'Running', ...waiting('ContainerCreating') };
    expect(
      faultOf(pod('llm-7-a', SET, running), pod('models-1-x', JOB, waiting('PodInitializing'))),
    ).toBeNull();
  });
});

describe('currentState', () => {
  const broken = waiting('ImagePullBackOff');

  it('leaves out pods of an earlier template, which fail until they are replaced', () => {
    const old = [
      replicaSet('llm-6', 'llm', '2'),
      pod('llm-6-a', { kind: 'ReplicaSet', name: 'llm-6' }, broken),
    ];
    expect(faultOf(...old)).toBeNull();
  });

  it('leaves out all pods of a Deployment whose last change the cluster has not seen', () => {
    const objects = [
      deployment('llm', { observedGeneration: 1 }),
      replicaSet('llm-7', 'llm', '3'),
      pod('a', SET, broken),
    ];
    expect(currentState(clusterState(objects), APPLIED).pods).toEqual([]);
  });

  it('leaves out Jobs and Deployments of earlier exports', () => {
    const failed = job('models-0', [{ type: 'Failed', status: 'True' }]);
    const objects = [failed, job('models-1', [COMPLETE]), deployment('old'), deployment('llm', READY)];
    const state = currentState(clusterState(objects), APPLIED);
    expect(state.jobs.map(({ name }) => name)).toEqual(['models-1']);
    expect(state.deployments).toMatchObject([{ name: 'llm', isRolledOut: true }]);
  });
});

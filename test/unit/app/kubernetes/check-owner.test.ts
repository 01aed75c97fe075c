import { describe, expect, it } from 'vitest';
import { checkOwner } from '../../../../src/app/kubernetes/check-owner.ts';
import type { KubernetesObject } from '../../../../src/core/cluster/kubernetes-object.ts';
import { claim, deployment } from '../../../helpers/cluster/objects.ts';

const PROJECT = { project: 'demo', namespace: 'team' };

function labeled(object: KubernetesObject, labels: Readonly<Record<string, string>>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, labels } };
}

describe('checkOwner', () => {
  it('accepts the objects of the project, and a namespace that somebody else created', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
    const objects = [namespace, claim('models', 'Bound'), deployment('llm')];
    expect(() => checkOwner(objects, PROJECT)).not.toThrow();
  });

  it.each([
    [
      'belongs to project other',
      { 'app.kubernetes.io/managed-by': 'rma', 'app.kubernetes.io/part-of': 'other' },
    ],
    ['was not created by rma', { 'app.kubernetes.io/part-of': 'demo' }],
  ])('refuses an object that %s', (fault, labels) => {
    expect(() => checkOwner([labeled(deployment('llm'), labels)], PROJECT)).toThrow(
      expect.objectContaining({
        code: 'RMA_KUBERNETES_NOT_OWN',
        exitCode: 3,
        message: `deployment/llm in namespace team exists already, and ${fault}`,
        hint: 'use another namespace: set kubernetes.namespace in rma.yaml',
      }),
    );
  });

  it('suggests to use a claim of somebody else as it is', () => {
    expect(() => checkOwner([labeled(claim('models', 'Bound'), {})], PROJECT)).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('; to use the claim as it is: --existing-claim models'),
      }),
    );
  });
});

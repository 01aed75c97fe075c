import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/core/cluster/kubernetes-object.ts';
import { type ClaimFacts, reclaimRisks } from '../../../src/core/cluster/reclaim-policy.ts';

function claim(spec: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'models' }, spec };
}

function volume(policy: string): KubernetesObject {
  const spec = { persistentVolumeReclaimPolicy: policy };
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-1' }, spec };
}

function storageClass(
  name: string,
  more: object = {},
  annotations: Record<string, string> = {},
): KubernetesObject {
  const metadata = { name, annotations };
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, ...more };
}

const DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };

function textsOf(object: KubernetesObject, facts: Partial<ClaimFacts>): readonly string[] {
  return reclaimRisks([object], { existing: [], volumes: [], ...facts }).map(({ text }) => text);
}

describe('a claim', () => {
  it('[req L01 K8s] is at risk if its volume is not retained, with the command that changes it', () => {
    const facts = { existing: [claim({ volumeName: 'pv-1' })], volumes: [volume('Delete')] };
    expect(reclaimRisks([claim()], facts)).toEqual([
      {
        text: 'the reclaim policy of PersistentVolume pv-1 is Delete: the models are deleted together with persistentvolumeclaim/models',
        hint: `to keep them: kubectl patch persistentvolume pv-1 --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
      },
    ]);
    expect(textsOf(claim(), { ...facts, volumes: [volume('Retain')] })).toEqual([]);
    expect(textsOf(claim({ volumeName: 'pv-1' }), { volumes: [volume('Recycle')] })).toHaveLength(1);
  });

  it('[req L01 K8s] is at risk before it exists, by the policy of its class or of the default one', () => {
    const volumes = [storageClass('fast', { reclaimPolicy: 'Retain' }), storageClass('slow', {}, DEFAULT)];
    expect(textsOf(claim(), { volumes })).toEqual([
      'the reclaim policy of StorageClass slow is Delete: the models are deleted together with persistentvolumeclaim/models',
    ]);
    expect(textsOf(claim({ storageClassName: 'fast' }), { volumes })).toEqual([]);
    expect(textsOf(claim({ storageClassName: 'slow' }), { volumes })).toHaveLength(1);
  });

  it('has no warning if nothing is known of its volume', () => {
    expect(textsOf(claim(), {})).toEqual([]);
    expect(textsOf(claim({ storageClassName: 'other' }), { volumes: [storageClass('slow')] })).toEqual([]);
    expect(textsOf(claim({ volumeName: 'pv-2' }), { volumes: [volume('Delete')] })).toEqual([]);
  });
});

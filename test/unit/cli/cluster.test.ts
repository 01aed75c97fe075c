import { expect, it } from 'vitest';
import { renderCluster } from '../../../src/cli/render/cluster.ts';
import { changesText, renderChanges } from '../../../src/cli/render/object-changes.ts';
import { clusterState } from '../../../src/core/cluster/cluster-state.ts';
import { compareObjects } from '../../../src/core/cluster/compare-objects.ts';
import { theme } from '../../helpers/cli/theme.ts';
import { COMPLETE, claim, deployment, job, READY } from '../../helpers/cluster/objects.ts';

it('renders the objects of a project in a cluster in aligned columns', () => {
  const state = clusterState([
    deployment('gpu-worker-vllm', READY, {
      replicas: 2,
      template: { metadata: { annotations: { 'rma.dev/models': 'hf:org/name ollama:llava:7b' } } },
    }),
    job('model-downloader-1f2e3d', [COMPLETE]),
    claim('rma-models', 'Bound'),
  ]);
  const waitsFor = ['deployment gpu-worker-vllm: 1 of 2 ready'];
  expect(renderCluster({ state, fault: null, waitsFor, isReady: false }, theme())).toBe(
    `
OBJECT                        READY   STATE      DETAILS
deployment/gpu-worker-vllm    1/2     updating   hf:org/name ollama:llava:7b
job/model-downloader-1f2e3d   1/1     complete   -
pvc/rma-models                -       Bound      10Gi

deployment gpu-worker-vllm: 1 of 2 ready
`.trim(),
  );
});

it('renders a fault with its hint', () => {
  const fault = { code: 'RMA_KUBERNETES_PULL', message: 'no image', hint: 'push it', exitCode: 3 } as const;
  const text = renderCluster({ state: clusterState([]), fault, waitsFor: ['x'], isReady: false }, theme());
  expect(text.split('\n').slice(-2)).toEqual(['no image', 'hint: push it']);
});

it('renders what an apply changes, and what it leaves', () => {
  const changes = compareObjects(
    [deployment('a'), deployment('b')],
    [deployment('a', {}, { replicas: 2 }), deployment('b'), job('c')],
  );
  const preview = { objects: [], changes, stale: [deployment('old')], warnings: [], reclaimRisks: [] };
  expect(renderChanges(preview, { prune: false }, theme())).toBe(
    `
OBJECT           CHANGE   FIELDS
deployment/a     change   spec.replicas
job/c            create   -
deployment/old   keep     not part of the export
`.trim(),
  );
  expect(changesText(preview, { prune: true }, false)).toBe(
    '1 to create, 1 to change, 1 to remove, 1 unchanged',
  );
  expect(changesText(preview, { prune: false }, true)).toBe('1 created, 1 changed, 1 unchanged');
});

import type { ExportCase } from '../../helpers/kubernetes/export-of.ts';

/** Projects whose InferenceServices and caches for KServe are in this directory. */
export const KSERVE_CASES: Readonly<Record<string, ExportCase>> = {
  claim: { profiles: ['vllm'], format: 'kserve', kubernetes: { gpuMemoryBytes: 24e9 } },
  'node-cache': {
    profiles: ['vllm'],
    format: 'kserve',
    nodeGroup: 'workers',
    kubernetes: { gpuMemoryBytes: 24e9, strategy: 'init' },
  },
  'two-gpus': {
    profiles: ['vllm'],
    format: 'kserve',
    kubernetes: {
      gpuMemoryBytes: 16e9,
      existingClaim: 'shared-models',
      imagePullSecret: 'registry-login',
      replicas: { 'vllm-vllm': 2 },
      accessMode: 'ReadWriteMany',
    },
    config: {
      gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 0, pins: { vllm: ['0', '1'] } },
    },
  },
};

import type { ExportCase } from '../../helpers/kubernetes/export-of.ts';

/** Projects whose values for the chart llm-d-modelservice are in this directory, with what the chart renders from them. */
export const CHART_CASES: Readonly<Record<string, ExportCase>> = {
  'hub-cache': { profiles: ['vllm'], format: 'llm-d', kubernetes: { gpuMemoryBytes: 24e9 } },
  'in-each-pod': {
    profiles: ['vllm'],
    format: 'llm-d',
    kubernetes: { gpuMemoryBytes: 24e9, strategy: 'init' },
  },
  'two-gpus': {
    profiles: ['vllm'],
    format: 'llm-d',
    kubernetes: { gpuMemoryBytes: 16e9, existingClaim: 'shared-models', imagePullSecret: 'registry-login' },
    config: {
      gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 0, pins: { vllm: ['0', '1'] } },
    },
  },
};

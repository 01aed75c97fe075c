import type { ExportCase } from '../../helpers/kubernetes/export-of.ts';
import { PROGRAM_CATALOG } from '../../helpers/kubernetes/program-catalog.ts';

/** Projects whose stack files are in this directory; Docker reads them too. */
export const SWARM_CASES: Readonly<Record<string, ExportCase>> = {
  'cpu-worker': { profiles: ['cpu-worker'] },
  gguf: { profiles: ['gguf'], kubernetes: { gpuMemoryBytes: 16e9 } },
  program: { profiles: ['queue'], catalog: PROGRAM_CATALOG },
  'two-gpus': {
    profiles: ['vllm'],
    kubernetes: { gpuMemoryBytes: 16e9, workerImage: 'registry.example/rma-worker:0.1.0' },
    config: {
      gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 0, pins: { vllm: ['0', '1'] } },
      volumes: {
        store: { type: 'nfs', server: 'nas.example', path: '/exports/models' },
        cache: { type: 'named', name: 'rma-cache' },
      },
    },
  },
};

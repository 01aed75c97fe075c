import type { ExportCase } from '../../helpers/kubernetes/export-of.ts';
import { PROGRAM_CATALOG } from '../../helpers/kubernetes/program-catalog.ts';

const GPU_24 = { gpuMemoryBytes: 24e9 };

/** Projects whose manifests are in this directory; the judges read them too. */
export const KUBERNETES_CASES: Readonly<Record<string, ExportCase>> = {
  'cpu-worker': { profiles: ['cpu-worker'] },
  docling: {
    profiles: ['docling'],
    kubernetes: { namespace: 'docling' },
    config: {
      volumes: {
        store: { type: 'named', name: 'docling-model-cache-pvc' },
        cache: { type: 'named', name: 'rma-cache' },
      },
    },
  },
  'cpu-worker-uploaded': { profiles: ['cpu-worker'], helpers: ['debugger', 'uploader'] },
  embedding: {
    profiles: ['embedding'],
    kubernetes: { replicas: { 'embedding-tei': 3 }, storageClass: 'nfs-client', accessMode: 'ReadWriteMany' },
  },
  gguf: { profiles: ['gguf'], kubernetes: { gpuMemoryBytes: 16e9 } },
  'gpu-worker': {
    profiles: ['gpu-worker'],
    kubernetes: { gpuMemoryBytes: 40e9, workerImage: 'registry.example/rma-worker:0.1.0' },
  },
  image: {
    profiles: ['gguf', 'tokenizer'],
    kubernetes: {
      ...{ strategy: 'image', modelsImage: 'registry.example/models:1', imagePullSecret: 'registry-login' },
      ...{ gpuMemoryBytes: 16e9, imagePullPolicy: 'IfNotPresent' },
    },
  },
  init: {
    profiles: ['embedding'],
    kubernetes: { strategy: 'init', replicas: { 'embedding-tei': 2 } },
  },
  ocr: {
    profiles: ['ocr'],
    kubernetes: { gpuResource: 'nvidia.com/mig-2g.20gb', namespace: 'documents' },
  },
  program: { profiles: ['queue'], catalog: PROGRAM_CATALOG },
  'several-profiles': {
    profiles: ['vllm', 'embedding', 'cpu-worker'],
    kubernetes: {
      ...GPU_24,
      gpuProduct: 'NVIDIA-L4',
      imagePullPolicy: 'Always',
      imagePullSecret: 'registry-login',
    },
    config: {
      coordinator: { port: 7700, url: 'https://coordinator.example', tokenFile: '/home/me/token' },
      volumes: {
        store: { type: 'nfs', server: 'nas.example', path: '/exports/models' },
        cache: { type: 'named', name: 'rma-cache' },
      },
    },
  },
  tokenizer: { profiles: ['tokenizer'] },
  'two-gpus': {
    profiles: ['vllm'],
    kubernetes: { gpuMemoryBytes: 16e9, existingClaim: 'shared-models' },
    config: {
      gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 0, pins: { vllm: ['0', '1'] } },
    },
  },
  vllm: { profiles: ['vllm'], kubernetes: GPU_24 },
};

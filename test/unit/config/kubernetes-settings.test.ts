import { expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { base, withFile } from '../../helpers/builders/config-sources.ts';
import { KUBERNETES_DEFAULTS } from '../../helpers/builders/render-builders.ts';

it('the settings for Kubernetes have the documented defaults', () => {
  expect(resolveConfig(base).config.kubernetes).toEqual(KUBERNETES_DEFAULTS);
});

it('the settings for Kubernetes are read from a file', () => {
  const text = `
kubernetes:
  namespace: models
  strategy: image
  models_image: registry.example/models:1
  storage_class: fast
  volume_name: models-pv
  access_mode: rwx
  storage: 100GiB
  gpu_resource: nvidia.com/mig-1g.10gb
  gpu_memory: 10GiB
  gpu_product: NVIDIA-L4
  worker_image: registry.example/rma-worker:1
  image_pull_policy: Always
  image_pull_secret: login
  hub_secret: tokens
  replicas: { vllm-vllm: 2 }
  backoff_limit: 2
  deadline: 6h
  ttl: 1h
`;
  expect(resolveConfig(withFile(text)).config.kubernetes).toEqual({
    ...KUBERNETES_DEFAULTS,
    namespace: 'models',
    strategy: 'image',
    modelsImage: 'registry.example/models:1',
    storageClass: 'fast',
    volumeName: 'models-pv',
    accessMode: 'ReadWriteMany',
    storageBytes: 100 * 2 ** 30,
    gpuResource: 'nvidia.com/mig-1g.10gb',
    gpuMemoryBytes: 10 * 2 ** 30,
    gpuProduct: 'NVIDIA-L4',
    workerImage: 'registry.example/rma-worker:1',
    imagePullPolicy: 'Always',
    imagePullSecret: 'login',
    hubSecret: 'tokens',
    replicas: { 'vllm-vllm': 2 },
    backoffLimit: 2,
    deadlineSeconds: 21_600,
    ttlSeconds: 3600,
  });
});

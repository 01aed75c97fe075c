import type { Strategy } from '../domain/config.ts';
import { parseAccessMode, parseStrategy, parseSubdomain, parseVolumeSize } from './kubernetes-parsers.ts';
import { scalarSetting } from './setting.ts';
import { parseImage } from './value-parsers.ts';

/** The command with the options of these settings. */
const command = 'export kubernetes';

/** Settings for where pods on Kubernetes get the models from. */
export const KUBERNETES_STORAGE_SETTINGS = {
  strategy: scalarSetting({
    key: 'kubernetes.strategy',
    flags: '--strategy <NAME>',
    command,
    env: ['RMA_KUBERNETES_STRATEGY'],
    form: 'text',
    description:
      'where pods get the models: `pvc` (a Job fills a claim), `init` (each pod downloads its own to an emptyDir), or `image` (pods mount `models_image`)',
    example: 'pvc',
    fallback: 'pvc' as Strategy,
    fallbackText: '`pvc`',
    parse: parseStrategy,
  }),
  modelsImage: scalarSetting({
    key: 'kubernetes.models_image',
    flags: '--models-image <IMAGE>',
    command,
    env: ['RMA_KUBERNETES_MODELS_IMAGE'],
    form: 'text',
    description: 'image with the models, which you build; required with the strategy `image`',
    example: 'registry.example/models:1',
    fallback: null,
    fallbackText: 'none',
    parse: parseImage,
  }),
  storageClass: scalarSetting({
    key: 'kubernetes.storage_class',
    flags: '--storage-class <NAME>',
    command,
    env: ['RMA_KUBERNETES_STORAGE_CLASS'],
    form: 'text',
    description: 'StorageClass of the claim for the models',
    example: 'standard',
    fallback: null,
    fallbackText: 'default class of the cluster',
    parse: parseSubdomain,
  }),
  volumeName: scalarSetting({
    key: 'kubernetes.volume_name',
    flags: '--volume-name <NAME>',
    command,
    env: ['RMA_KUBERNETES_VOLUME_NAME'],
    form: 'text',
    description: 'PersistentVolume to claim for the models',
    example: 'models-pv',
    fallback: null,
    fallbackText: 'provisioned by the StorageClass',
    parse: parseSubdomain,
  }),
  existingClaim: scalarSetting({
    key: 'kubernetes.existing_claim',
    flags: '--existing-claim <NAME>',
    command,
    env: ['RMA_KUBERNETES_EXISTING_CLAIM'],
    form: 'text',
    description: 'PersistentVolumeClaim to use for the models instead of a new one',
    example: 'shared-models',
    fallback: null,
    fallbackText: 'a new claim',
    parse: parseSubdomain,
  }),
  accessMode: scalarSetting({
    key: 'kubernetes.access_mode',
    flags: '--access-mode <MODE>',
    command,
    env: ['RMA_KUBERNETES_ACCESS_MODE'],
    form: 'text',
    description: 'access mode of the claim: `auto`, `rwo`, `rwx` or `rox` (or `ReadWriteOnce` and so on)',
    example: 'rwx',
    fallback: null,
    fallbackText: '`auto`: `rwo` for one engine pod, `rwx` for more',
    parse: parseAccessMode,
  }),
  storage: scalarSetting({
    key: 'kubernetes.storage',
    flags: '--storage <SIZE>',
    command,
    env: ['RMA_KUBERNETES_STORAGE'],
    form: 'text',
    description: 'size of the claim for the models',
    example: '100GiB',
    fallback: null,
    fallbackText: 'size of the models and 10 %, at least 10 GiB',
    parse: parseVolumeSize,
  }),
} as const;

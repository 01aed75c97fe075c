import type { Engine } from '../domain/profile.ts';
import { faultAt } from '../yaml/fields.ts';
import type { Fault, YamlDocument, YamlPath } from '../yaml/read-yaml.ts';

const ANYWHERE = ['model', 'name', 'port', 'context', 'concurrency', 'context_total', 'models', 'max_loaded'];
const ON_GPUS = [...ANYWHERE, 'gpus', 'share', 'kv_bytes', 'others_bytes'];
const OWN_VARIABLES = ['NVIDIA_VISIBLE_DEVICES', 'CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER'];
const COMPUTE = /^\d{1,2}\.\d$/;
const IMAGE = /^[a-z0-9][\w.:/@-]*$/;

/** Faults of an engine's values that show only when they are read: words, variables and images. */
export function engineFaults(document: YamlDocument, engine: Engine): Fault[] {
  return [
    ...wordFaults(document, ['command'], engine.command, ANYWHERE),
    ...wordFaults(document, ['gpu_command'], engine.gpuCommand, ON_GPUS),
    ...wordFaults(document, ['shared_command'], engine.sharedCommand, ON_GPUS),
    ...wordFaults(document, ['exclusive_command'], engine.exclusiveCommand, ON_GPUS),
    ...wordFaults(document, ['parallel_command'], engine.parallelCommand, ON_GPUS),
    ...wordFaults(document, ['environment'], engine.environment, ANYWHERE),
    ...wordFaults(document, ['gpu_environment'], engine.gpuEnvironment, ON_GPUS),
    ...wordFaults(document, ['health_test'], engine.healthTest, ['port']),
    ...variableFaults(document, 'environment', engine.environment),
    ...variableFaults(document, 'gpu_environment', engine.gpuEnvironment),
    ...imageFaults(document, engine.imagesByCompute),
  ];
}

/** A misspelt word would reach the engine as it stands. */
function wordFaults(
  document: YamlDocument,
  path: YamlPath,
  items: readonly string[] | Readonly<Record<string, string>>,
  known: readonly string[],
): Fault[] {
  const entries: readonly (readonly [string | number, string])[] = Array.isArray(items)
    ? [...(items as readonly string[]).entries()]
    : Object.entries(items as Readonly<Record<string, string>>);
  return entries.flatMap(([key, item]) =>
    [...item.matchAll(/\{([a-z_]+)\}/gi)].flatMap(([found, word = '']) => {
      if (known.includes(word)) return [];
      const message = `unknown placeholder ${found}; known: ${known.map((name) => `{${name}}`).join(', ')}`;
      return [faultAt(document, [...path, key], message)];
    }),
  );
}

/** rma gives GPUs by UUID. Inside a container they are counted anew, so such a variable hides them or names others. */
function variableFaults(
  document: YamlDocument,
  key: string,
  variables: Readonly<Record<string, string>>,
): Fault[] {
  return OWN_VARIABLES.filter((name) => name in variables).map((name) =>
    faultAt(document, [key, name], `${name} is not for engine files: rma decides which GPUs a service sees`),
  );
}

function imageFaults(document: YamlDocument, images: Readonly<Record<string, string>>): Fault[] {
  return Object.entries(images)
    .filter(([compute, image]) => !COMPUTE.test(compute) || !IMAGE.test(image))
    .map(([compute, image]) =>
      faultAt(
        document,
        ['images_by_compute', compute],
        `expects a compute capability such as "8.9" and an image such as registry/name:tag, not ${JSON.stringify(compute)}: ${JSON.stringify(image)}`,
      ),
    );
}

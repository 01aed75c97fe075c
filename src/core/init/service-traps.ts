import { isSecretName } from '../profile/secret-name.ts';
import { redact } from '../redact.ts';
import type { ComposeService, ComposeVariable, Notice, Placed } from './compose-model.ts';
import { refersToSecret } from './env-file.ts';

const TOKENS: readonly string[] = [
  'HF_TOKEN',
  'HUGGING_FACE_HUB_TOKEN',
  'HUGGINGFACE_HUB_TOKEN',
  'HF_API_TOKEN',
];

/** Variables that rma sets, or replaces by a setting. */
const OWN_VARIABLES: ReadonlySet<string> = new Set([
  ...TOKENS,
  'HF_HOME',
  'HF_HUB_CACHE',
  'HF_HUB_OFFLINE',
  'HF_HUB_ENABLE_HF_TRANSFER',
  'HUGGINGFACE_HUB_CACHE',
  'TRANSFORMERS_CACHE',
  'NVIDIA_VISIBLE_DEVICES',
  'NVIDIA_DRIVER_CAPABILITIES',
  'CUDA_VISIBLE_DEVICES',
  'MODEL_CACHE_DIR',
  'OLLAMA_MODELS',
  'OLLAMA_HOST',
  'OLLAMA_URL',
  'VLLM_CACHE',
  'WORKER_TYPE',
  'DOCLING_SERVE_ARTIFACTS_PATH',
]);

/** Returns the variables of a service that rma neither sets nor replaces, without secrets and values of the shell. */
export function otherVariables({ environment }: ComposeService): ReadonlyMap<string, Placed<string>> {
  const others = [...environment].filter(([name]) => !OWN_VARIABLES.has(name));
  return new Map(others.filter(([name, variable]) => leftOut(name, variable) === null));
}

/** Returns a notice for each of those that are left out: profiles are plain files. */
export function leftOutVariables({ environment }: ComposeService): readonly Notice[] {
  return [...environment].flatMap(([name, variable]) => {
    const reason = OWN_VARIABLES.has(name) ? null : leftOut(name, variable);
    return reason === null ? [] : [trap(variable.where, `${name} ${reason}; left out`)];
  });
}

function leftOut(name: string, { value, fromShell }: ComposeVariable): string | null {
  if (isSecretName(name) || redact(value) !== value || refersToSecret(value)) {
    return name === 'DOCLING_SERVE_API_KEY'
      ? 'is a secret, which would be written to a file: name a file with it in api_key_file of the service in rma.yaml'
      : 'looks like a secret, which would be written to a file: set it in a file that the engine reads';
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'is not a name of a variable';
  return fromShell ? 'takes its value from the shell, not from the file' : null;
}

/** Returns the mistakes in a service that the conversion corrects, except those in its command. */
export function serviceTraps(service: ComposeService): readonly Notice[] {
  return [
    ...deviceTraps(service),
    ...variableTraps(service),
    ...portTraps(service),
    ...imageTraps(service),
    ...(service.privileged === null
      ? []
      : [
          trap(
            service.privileged,
            'a privileged container sees every GPU and can change the host; services of rma run without privileges',
          ),
        ]),
    ...mountTraps(service),
  ];
}

function deviceTraps({ devices, environment }: ComposeService): readonly Notice[] {
  const visible = environment.get('NVIDIA_VISIBLE_DEVICES');
  const selected = environment.get('CUDA_VISIBLE_DEVICES');
  return [
    ...devices.flatMap(({ value: { count }, where }) =>
      typeof count === 'number'
        ? [
            trap(
              where,
              `Docker reads "count: ${count}" as the first ${count === 1 ? 'GPU' : `${count} GPUs`}, for every service alike; rma assigns GPUs by UUID`,
            ),
          ]
        : [],
    ),
    ...(devices.length > 1
      ? [
          trap(
            devices[1]?.where ?? '',
            'two requests for GPUs add up or replace each other, depending on the engine; rma writes one',
          ),
        ]
      : []),
    ...(visible !== undefined && devices.length > 0
      ? [trap(visible.where, 'NVIDIA_VISIBLE_DEVICES has no effect next to a device request; removed')]
      : []),
    ...(selected === undefined
      ? []
      : [
          trap(
            selected.where,
            'CUDA_VISIBLE_DEVICES is removed: rma gives the service only the GPUs that it uses',
          ),
        ]),
  ];
}

function variableTraps({ environment }: ComposeService): readonly Notice[] {
  const legacy = environment.get('TRANSFORMERS_CACHE');
  const secrets = TOKENS.flatMap((name) => {
    const found = environment.get(name);
    return found === undefined || found.value === '' ? [] : [{ name, where: found.where }];
  });
  return [
    ...(legacy === undefined
      ? []
      : [trap(legacy.where, 'TRANSFORMERS_CACHE is deprecated, and here it makes a second cache; removed')]),
    ...secrets.map(({ name, where }) =>
      trap(
        where,
        `${name} is visible in \`docker inspect\`; removed: save it in a file, set hub.token_file, and only the worker gets it, as a secret`,
      ),
    ),
  ];
}

function portTraps({ ports }: ComposeService): readonly Notice[] {
  return ports.flatMap(({ value, where }) =>
    /^(?:\d+(?:-\d+)?(?::\d+(?:-\d+)?)?|0\.0\.0\.0:.*)$/.test(value)
      ? [
          trap(
            where,
            `port ${value} is published on all interfaces, around the host firewall; rma publishes on 127.0.0.1`,
          ),
        ]
      : [],
  );
}

function imageTraps({ image }: ComposeService): readonly Notice[] {
  if (image === null) return [];
  const { value, where } = image;
  if (/(?::latest|^[^:@]+)$/.test(value)) {
    return [trap(where, `${value} changes with every pull; rma uses the tested release of the engine`)];
  }
  const message = `${value} is replaced by the release that rma is tested with (rma engines ls); to keep it, set images.engines in rma.yaml`;
  return [{ kind: 'note', where, message }];
}

/** Where models are in the images of engines, without a mount they are lost with the container. */
function mountTraps({ mounts }: ComposeService): readonly Notice[] {
  return mounts.flatMap(({ value: { source, target }, where }) =>
    source === null
      ? [
          trap(
            where,
            `${target} is an anonymous volume: its files are lost with the container; rma uses the store`,
          ),
        ]
      : [],
  );
}

function trap(where: string, message: string): Notice {
  return { kind: 'corrected', where, message };
}

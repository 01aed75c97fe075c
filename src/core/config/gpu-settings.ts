import type { GpuSettings } from '../domain/config.ts';
import { parseBytes } from '../units.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { listSetting, mapSetting, scalarSetting } from './setting.ts';
import { parseName } from './value-parsers.ts';

const GIB = 2 ** 30;
const USES: ReadonlyMap<string, GpuSettings['use']> = new Map([
  ['auto', 'auto'],
  ...['true', 'yes', 'on', '1'].map((word) => [word, 'required'] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, 'off'] as const),
]);
const GPU_NAME = /^(?:\d{1,3}(?::\d{1,2})?|GPU-[0-9a-f-]{1,36}|MIG-[\w/-]{1,60})$/i;

const GPU_FORMS =
  'a GPU index (0), a MIG device (0:1), a UUID or a UUID prefix (GPU-5f1c, MIG-5f1c), a CDI name (nvidia.com/gpu=0)';

/** Settings for GPUs and placement. */
export const GPU_SETTINGS = {
  gpuUse: scalarSetting({
    key: 'gpu.enable',
    flags: '--enable-gpu <WHEN>',
    env: ['RMA_ENABLE_GPU', 'ENABLE_GPU'],
    form: 'switch',
    description:
      'when to use GPUs: `true` (a GPU profile fails without one), `auto` (falls back to cpu-worker), `false` (never)',
    example: 'auto',
    fallback: 'required' as const,
    fallbackText: '`true`',
    parse: parseUse,
  }),
  gpuMinMemory: scalarSetting({
    key: 'gpu.min_memory',
    flags: '--min-gpu-memory <SIZE>',
    env: ['RMA_MIN_GPU_MEMORY', 'MIN_GPU_MEMORY_GB'],
    form: 'number-or-text',
    description: 'minimum GPU memory, overrides the profiles; a number without a unit is in GB',
    example: '8GB',
    fallback: null,
    fallbackText: 'minimum of each profile',
    parse: parseGigabytes,
  }),
  gpuVisible: listSetting({
    key: 'gpu.visible',
    flags: '--gpus <GPU>',
    env: ['RMA_GPUS', 'NVIDIA_VISIBLE_DEVICES'],
    join: 'first',
    description:
      'GPUs to use: index (`0`), MIG device (`0:1`), UUID or UUID prefix (`GPU-5f1c`, `MIG-5f1c`), CDI name (`nvidia.com/gpu=0`), `all` or `none`; the option replaces the list',
    example: '[0, GPU-5f1c2a9e]',
    fallbackText: 'all',
    parse: parseVisible,
  }),
  gpuReserve: scalarSetting({
    key: 'gpu.reserve',
    flags: '--gpu-reserve <SIZE>',
    env: ['RMA_GPU_RESERVE'],
    form: 'text',
    description: 'memory to keep free on every GPU',
    example: '256MiB',
    fallback: GIB / 4,
    fallbackText: '`256MiB`',
    parse: parseSize,
  }),
  gpuPins: mapSetting({
    key: 'gpu.pins',
    flags: '--gpu <SERVICE=GPU>',
    env: ['RMA_GPU_PINS'],
    form: 'map',
    description:
      'GPUs of a service or profile, separated by `+`; a service uses all of them, the services of a profile are placed among them',
    example: '{ vllm-vllm: "0+1" }',
    fallback: {},
    fallbackText: 'placement by memory',
    parseEntry: parsePin,
  }),
  variants: mapSetting({
    key: 'variants',
    flags: '--variant <PROFILE=NAME>',
    env: ['RMA_VARIANTS'],
    form: 'map',
    description: 'variant of a profile',
    example: '{ gpu-worker: 4bit }',
    fallback: {},
    fallbackText: 'the running variant, else the first that fits',
    parseEntry: (key, value) => (parseName(key).ok ? parseName(value) : parseName(key)),
  }),
  nfsOptions: scalarSetting({
    key: 'volumes.nfs_options',
    flags: '--nfs-options <OPTIONS>',
    env: ['RMA_NFS_OPTIONS'],
    form: 'text',
    description: 'mount options of NFS volumes',
    example: 'nfsvers=4.2,hard',
    fallback: null,
    fallbackText: '`nfsvers=4.2,hard,noatime,timeo=600,retrans=2`',
    parse: parseMountOptions,
  }),
} as const;

function parseUse(text: string): Parsed<GpuSettings['use']> {
  const use = USES.get(text.toLowerCase());
  return use === undefined ? expected('true, auto or false') : parsed(use);
}

function parseSize(text: string): Parsed<number> {
  const bytes = /^\d+$/.test(text) ? null : parseBytes(text);
  return bytes === null ? expected('a size with its unit, such as 512MiB') : parsed(bytes);
}

/** Parses a size; a number without a unit is in GB of 10^9 bytes, because an 8 GB card may report less than 8 GiB. */
function parseGigabytes(text: string): Parsed<number> {
  const bytes = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) * 1e9 : parseBytes(text);
  return bytes === null ? expected('a size such as 8GB, or a number of GB') : parsed(Math.round(bytes));
}

/** Parses GPUs, including the special values of NVIDIA_VISIBLE_DEVICES. */
export function parseVisible(text: string): Parsed<string> {
  const name = withoutCdi(text);
  const word = name.toLowerCase();
  if (['all', 'none', 'void'].includes(word)) return parsed(word);
  return GPU_NAME.test(name) ? parsed(name) : expected(`${GPU_FORMS}, all or none`);
}

function parseGpu(text: string): Parsed<string> {
  return GPU_NAME.test(text) ? parsed(text) : expected(GPU_FORMS);
}

/** Returns the name of a GPU in a CDI name, as `nvidia-ctk cdi list` shows it: `nvidia.com/gpu=0`; any other text as it is. */
function withoutCdi(text: string): string {
  const [, device] = /^(?:runtime\.)?nvidia\.com\/(?:gpu|mig)=(.+)$/i.exec(text) ?? [];
  return device === undefined ? text : device.replace(/^(?:gpu|mig)(?=\d)/i, '');
}

function parsePin(key: string, value: string): Parsed<readonly string[]> {
  if (!parseName(key).ok) return expected(`names of services or profiles, not "${key}"`);
  const gpus = value.split('+').map(withoutCdi);
  const wrong = gpus.map(parseGpu).find((gpu) => !gpu.ok);
  return wrong === undefined ? parsed([...new Set(gpus)]) : wrong;
}

function parseMountOptions(text: string): Parsed<string> {
  return /^[\w=.,:/-]+$/.test(text) ? parsed(text) : expected('mount options such as nfsvers=4.2,hard');
}

/** Returns the GPUs that may be used; null: all. `none` and `void` are what the NVIDIA runtime takes for no GPU at all. */
export function visibleGpus(named: readonly string[]): GpuSettings['visible'] {
  if (named.length === 0 || named.includes('all')) return null;
  return named.filter((gpu) => gpu !== 'none' && gpu !== 'void');
}

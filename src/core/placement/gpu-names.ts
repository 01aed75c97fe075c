import type { Gpu, GpuInventory, MigDevice } from '../domain/gpu.ts';
import { EXIT, RmaError } from '../errors.ts';
import { formatBytes } from '../units.ts';
import { listed } from './device-name.ts';

/**
 * Returns the UUIDs of the named GPUs and MIG devices, each once and in the order of the names. A name is an index (`0`), a MIG
 * device of a GPU (`0:1`), a UUID or a prefix of one, `all` (every GPU that is not in MIG mode and every MIG device), or
 * `none` or `void`.
 * @throws RmaError exit 2: RMA_GPU_UNKNOWN, RMA_GPU_AMBIGUOUS, RMA_GPU_MIG_PARENT (a GPU in MIG mode runs nothing itself)
 */
export function resolveGpuNames(names: readonly string[], inventory: GpuInventory): readonly string[] {
  return [...new Set(names.flatMap((name) => resolveName(name, inventory)))];
}

function resolveName(name: string, inventory: GpuInventory): readonly string[] {
  const word = name.toLowerCase();
  if (word === 'none' || word === 'void') return [];
  if (word === 'all') return inventory.gpus.flatMap(devicesOf);
  const found = /^\d+(:\d+)?$/.test(name) ? byIndex(name, inventory) : byUuid(word, inventory);
  const [first, second] = found;
  if (first === undefined) throw unknown(name, inventory);
  if (second !== undefined) throw ambiguous(name, found);
  const parent = inventory.gpus.find((gpu) => gpu.uuid === first && gpu.migEnabled === true);
  if (parent !== undefined) throw migParent(name, parent);
  return [first];
}

function devicesOf(gpu: Gpu): readonly string[] {
  return gpu.migEnabled === true ? gpu.migDevices.flatMap(({ uuid }) => uuid ?? []) : [gpu.uuid];
}

function byIndex(name: string, inventory: GpuInventory): readonly string[] {
  const [index, mig] = name.split(':').map(Number);
  const gpu = inventory.gpus.find((each) => each.index === index);
  if (mig === undefined) return gpu === undefined ? [] : [gpu.uuid];
  return gpu?.migDevices.find((device) => device.index === mig)?.uuid?.split(' ') ?? [];
}

function byUuid(word: string, inventory: GpuInventory): readonly string[] {
  const all = inventory.gpus.flatMap((gpu) => [
    gpu.uuid,
    ...gpu.migDevices.flatMap(({ uuid }) => uuid ?? []),
  ]);
  const exact = all.filter((uuid) => uuid.toLowerCase() === word);
  return exact.length > 0 ? exact : all.filter((uuid) => uuid.toLowerCase().startsWith(word));
}

function unknown(name: string, inventory: GpuInventory): RmaError {
  const available = inventory.gpus.flatMap((gpu) => [
    `${gpu.index} (${gpu.uuid}, ${gpu.name})`,
    ...gpu.migDevices.map((device) => migName(gpu, device)),
  ]);
  const known = available.length === 0 ? 'this machine has none' : `available: ${available.join(', ')}`;
  return new RmaError('RMA_GPU_UNKNOWN', `GPU ${name} not found; ${known}`, {
    exitCode: EXIT.usage,
    hint: 'list the GPUs: rma gpus',
    details: { name },
  });
}

function ambiguous(name: string, found: readonly string[]): RmaError {
  return new RmaError('RMA_GPU_AMBIGUOUS', `GPU ${name} is ambiguous: it matches ${listed(found)}`, {
    exitCode: EXIT.usage,
    hint: 'use more characters of the UUID, or the index; list them: rma gpus',
    details: { name, found },
  });
}

function migParent(name: string, gpu: Gpu): RmaError {
  const slices = gpu.migDevices.map((device) => migName(gpu, device));
  const first = gpu.migDevices.find(({ uuid }) => uuid !== null);
  const hint =
    first === undefined
      ? `it has no MIG device; create one: nvidia-smi mig -cgi PROFILE -C -i ${gpu.index}`
      : `use one of its MIG devices, such as ${first.uuid ?? ''}`;
  const what = slices.length === 0 ? '' : `; its MIG devices: ${slices.join(', ')}`;
  return new RmaError(
    'RMA_GPU_MIG_PARENT',
    `GPU ${name} is in MIG mode and cannot be used as a whole${what}`,
    {
      exitCode: EXIT.usage,
      hint,
      details: { name, gpu: gpu.uuid },
    },
  );
}

function migName(gpu: Gpu, device: MigDevice): string {
  const size = device.memory.totalBytes === null ? '' : `, ${formatBytes(device.memory.totalBytes)}`;
  return `${gpu.index}:${device.index} (${device.uuid ?? 'no UUID'}${size})`;
}

import { relative } from 'node:path/posix';
import { type PinnedModel, pinnedBytes } from '../domain/pinned-model.ts';
import type { ServicePlacement } from '../domain/placement.ts';
import type { Engine } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { isWildcard } from '../host-address.ts';
import { bracketed } from '../network/listen-address.ts';
import { engineSubpath, ggufSubpath, scannedDirectory } from '../source/describe-model.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { type FleetInput, pinnedModel } from './fleet-input.ts';
import { groupPart, groupPlaceholders } from './group-part.ts';
import { promptCacheMiB } from './prompt-cache.ts';

/** Values of the placeholders in an engine's file: `{port}`, `{share}` and the others of docs/engines.md. */
export type Placeholders = Readonly<Record<string, string>>;

const MIN_SHARE = 0.01;
const MAX_SHARE = 0.95;

/** Returns the placeholders of one service; those about GPUs only where it has some. */
export function placeholdersOf(input: FleetInput, selected: SelectedService): Placeholders {
  const { engine, models, context, concurrency, maxLoaded } = selected;
  const part = groupPart(input, selected);
  const only = models.length === 1 ? models[0] : undefined;
  const placement = input.placement.get(selected.service);
  return {
    port: String(enginePort(input, selected) ?? ''),
    ...listenPlaceholders(input, selected),
    context: String(context),
    concurrency: String(concurrency),
    context_total: String(context * concurrency),
    batch_tokens: String(Math.max(context * concurrency, longestText(input, selected))),
    models: String(models.length),
    max_loaded: String(Math.min(maxLoaded ?? models.length, models.length)),
    prompt_cache_mib: String(promptCacheMiB(selected.memoryBytes, fileBytes(input, selected))),
    ...(only === undefined ? {} : modelPlaceholders(input, engine, only)),
    ...directoryPlaceholder(input, selected),
    ...(placement === undefined || placement.devices.length === 0 ? {} : gpuPlaceholders(placement)),
    ...(part === null ? {} : groupPlaceholders(part)),
  };
}

/** Returns the port that a service listens on: in the network of the host the published one. */
export function enginePort(input: FleetInput, selected: SelectedService): number | null {
  const { service, engine } = selected;
  return isOnHost(input, selected) ? (input.ports.get(service) ?? engine.port) : engine.port;
}

/** Returns whether a service uses the network of the host. */
export function isOnHost(input: Pick<FleetInput, 'config'>, selected: SelectedService): boolean {
  return groupPart(input, selected)?.span.network === 'host';
}

/** Returns the addresses that a server listens on, and that it reaches itself by. */
function listenPlaceholders(input: FleetInput, selected: SelectedService): Placeholders {
  const { bind } = input.config;
  if (!isOnHost(input, selected)) return { listen: '0.0.0.0', self: '127.0.0.1' };
  return { listen: bind, self: isWildcard(bind) ? '127.0.0.1' : bracketed(bind) };
}

/** Returns the placeholders of one model: its served name and its path in the container. */
export function modelPlaceholders(
  input: FleetInput,
  engine: Engine,
  { name, ref }: ServedModel,
): Placeholders {
  const model = pinnedModel(input, ref);
  const path = subpathFor(engine, model);
  if (engine.modelsMount === null) return { name, model: `${STORE_MOUNT}/${path}` };
  return { name, model: `${engine.modelsMount}/${relative(scannedDirectory(model), path)}` };
}

/** Returns the directory that contains all models of the service, relative to the store; null if it has none. */
export function modelsDirectory(
  input: FleetInput,
  { models }: Pick<SelectedService, 'models'>,
): string | null {
  const [first] = models;
  return first === undefined ? null : scannedDirectory(pinnedModel(input, first.ref));
}

function directoryPlaceholder(input: FleetInput, selected: SelectedService): Placeholders {
  const directory = modelsDirectory(input, selected);
  if (directory === null) return {};
  return { models_dir: selected.engine.modelsMount ?? `${STORE_MOUNT}/${directory}` };
}

/** Returns the greatest text length that a model of the service supports, tokens; 0 if it is unknown. */
function longestText({ contextLengths }: FleetInput, { models }: SelectedService): number {
  return Math.max(0, ...models.map(({ ref }) => contextLengths.get(ref) ?? 0));
}

/** Returns the size of the files of all models of a service, bytes. */
function fileBytes(input: FleetInput, { models }: SelectedService): number {
  return models.reduce((sum, { ref }) => sum + pinnedBytes(pinnedModel(input, ref)), 0);
}

function subpathFor({ loads }: Engine, model: PinnedModel): string {
  return loads === 'gguf' ? ggufSubpath(model) : engineSubpath(model);
}

/** Returns the text with its placeholders replaced. Unknown ones stay: the braces may be meant for the engine. */
export function fillPlaceholders(text: string, values: Placeholders): string {
  return text.replace(/\{([a-z_]+)\}/g, (found, name: string) => values[name] ?? found);
}

/**
 * Returns the fraction of a GPU's total memory that a service may use, as vLLM's `--gpu-memory-utilization` takes it: two
 * decimals, 0.01 to 0.95. It depends on the reservation and the total only, never on what is free at the moment. A shared
 * GPU's fraction is rounded down, because vLLM checks at startup that so much is free, and the remaining hundredth may be
 * reserved by another service; an exclusive one is rounded up. null: the service runs on the CPU.
 */
export function shareOf(
  placement: Pick<ServicePlacement, 'bytesPerGpu' | 'devices' | 'exclusive'>,
): number | null {
  const totals = placement.devices.map(({ totalBytes }) => totalBytes);
  if (totals.length === 0) return null;
  const total = Math.min(...totals);
  const hundredths = (placement.bytesPerGpu / total) * 100;
  // a reservation of 0.7 of the total is 0.70, whatever the division makes of it
  const isExact = Math.ceil((Math.round(hundredths) / 100) * total) === placement.bytesPerGpu;
  const rounded = placement.exclusive ? Math.ceil(hundredths) : Math.floor(hundredths);
  const share = (isExact ? Math.round(hundredths) : rounded) / 100;
  return Math.min(MAX_SHARE, Math.max(MIN_SHARE, share));
}

/** Figures of the smallest of its GPUs. */
function gpuPlaceholders(placement: ServicePlacement): Placeholders {
  const { devices, bytesPerGpu, kvBytesPerGpu } = placement;
  const total = Math.min(...devices.map(({ totalBytes }) => totalBytes));
  return {
    gpus: String(devices.length),
    share: (shareOf(placement) ?? 0).toFixed(2),
    kv_bytes: String(kvBytesPerGpu),
    others_bytes: String(Math.max(0, total - bytesPerGpu)),
  };
}

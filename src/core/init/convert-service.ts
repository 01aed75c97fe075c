import { isSecretFlag } from '../profile/secret-name.ts';
import { redact } from '../redact.ts';
import { hubReference } from '../source/hub-reference.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import type { ComposeService, Notice, Placed } from './compose-model.ts';
import { type EngineArguments, engineArguments } from './engine-arguments.ts';
import { refersToSecret } from './env-file.ts';
import { leftOutVariables, otherVariables } from './service-traps.ts';

/** Flags whose value is a secret, or can contain one. */

/** A service of rma, as a profile or `services` of rma.yaml writes it. */
export interface ConvertedService {
  readonly engine: string;
  readonly models: readonly string[];
  readonly gpus: number | 'all' | readonly string[];
  readonly context: number | null;
  readonly concurrency: number | null;
  readonly utilization: number | null;
  readonly memory: string | null;
  readonly memoryReservation: string | null;
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Conversion {
  /** null: its model cannot be determined */
  readonly service: ConvertedService | null;
  readonly notices: readonly Notice[];
}

/** Returns a service of an engine. `pulled`: the models that other services pull for Ollama. */
export function convertService(
  service: ComposeService,
  engine: string,
  pulled: readonly string[],
): Conversion {
  const words = [...service.entrypoint, ...service.command];
  const parsed = engineArguments(engine, words);
  const found = modelsOf(service, engine, { parsed, pulled });
  const flags = engine === 'ollama' ? [] : parsed.flags;
  const kept = withoutSecrets(flags);
  const notices = [
    ...parsed.notices,
    ...found.notices,
    ...leftOutVariables(service),
    ...(kept.length === flags.length
      ? []
      : [note(service.where, `${leftOut(flags, kept)}: what looks like a secret is left out`)]),
  ];
  if (found.models.length === 0) return { service: null, notices };
  return {
    service: {
      engine,
      models: found.models,
      gpus: gpusOf(service, parsed, engine),
      context: integerOf(parsed.values.get('context')),
      concurrency: integerOf(parsed.values.get('concurrency')),
      utilization: shareOf(parsed.values.get('utilization')),
      ...memoryOf(service),
      flags: kept,
      environment: Object.fromEntries([...otherVariables(service)].map(([name, { value }]) => [name, value])),
    },
    notices,
  };
}

/** Returns the names of the flags that are left out. */
function leftOut(flags: readonly string[], kept: readonly string[]): string {
  const names = flags.filter((word) => word.startsWith('-') && !kept.includes(word));
  return names.map((word) => word.replace(/=.*/s, '')).join(', ');
}

/** Headers usually authorize; those of `--allowed-headers` are only names. */
const HEADERS = /^--?(?!allowed-)(?:.*-)?headers?$/i;

/** Returns the flags without those that look like secrets, and without their values. */
function withoutSecrets(flags: readonly string[]): readonly string[] {
  const isSecret = (word: string): boolean => redact(word) !== word || refersToSecret(word);
  const isFlag = (word: string): boolean => isSecretFlag(word) || HEADERS.test(word);
  return flags.filter((word, at) => {
    const [before = '', next = ''] = [flags[at - 1], flags[at + 1]];
    const isValue = !word.startsWith('-') && isFlag(before);
    const hasSecret = word.startsWith('-') && !next.startsWith('-') && isSecret(next);
    return !isValue && !hasSecret && !isFlag(word.replace(/=.*/s, '')) && !isSecret(word);
  });
}

interface ModelSource {
  readonly parsed: EngineArguments;
  readonly pulled: readonly string[];
}

function modelsOf(
  service: ComposeService,
  engine: string,
  { parsed, pulled }: ModelSource,
): { readonly models: readonly string[]; readonly notices: readonly Notice[] } {
  if (engine === 'ollama') {
    const models = pulled.map((name) => `ollama:${name}`);
    if (models.length > 0) return { models, notices: [] };
    return {
      models: ['llama3.2'],
      notices: [note(service.where, 'the file names no model for Ollama; llama3.2 is an example, change it')],
    };
  }
  if (engine === 'docling-serve') {
    const message =
      'docling:default has the models that docling downloads by default; add others to the profile';
    return { models: ['docling:default'], notices: [note(service.where, message)] };
  }
  const ref = referenceOf(parsed.values, service.environment.get('MODEL_ID'));
  if (ref !== null && isReference(ref)) return { models: [ref], notices: [] };
  const message =
    ref === null
      ? `${service.name} does not name a model; name it in a profile: docs/profiles.md`
      : `${service.name} has its model in a file or variable (${ref}); name it in a profile, or import it: rma models import --help`;
  return { models: [], notices: [{ kind: 'skipped', where: service.where, message }] };
}

function referenceOf(values: EngineArguments['values'], variable: Placed<string> | undefined): string | null {
  const repo = values.get('hub-repo')?.value;
  const url = values.get('url')?.value;
  if (url !== undefined) return url;
  if (repo !== undefined) {
    const [name = '', quantization] = repo.split(':');
    const file = values.get('hub-file')?.value;
    return hubReference(name, { files: file ?? `gguf:${quantization ?? 'Q4_K_M'}` });
  }
  const model = values.get('model')?.value ?? variable?.value ?? null;
  const revision = values.get('revision')?.value;
  if (model === null || !/^[\w.-]+\/[\w.-]+$/.test(model)) return model;
  return hubReference(model, { revision });
}

function isReference(text: string): boolean {
  if (/^[./~]|^$/.test(text)) return false;
  try {
    return formatModelRef(parseModelRef(text)) !== '';
  } catch {
    return false;
  }
}

function gpusOf(
  service: ComposeService,
  { values }: EngineArguments,
  engine: string,
): ConvertedService['gpus'] {
  const parallel = integerOf(values.get('gpus'));
  const ids = [...new Set(service.devices.flatMap(({ value }) => value.ids))];
  if (ids.length > 0) return ids;
  const visible = service.devices.length === 0 ? visibleGpus(service) : null;
  const named = visible ?? selectedGpus(service);
  if (named !== null) return named;
  if (parallel !== null) return parallel;
  const counts = service.devices.map(({ value }) => value.count);
  // an engine for one GPU would leave the others idle
  if (counts.includes('all')) return engine === 'vllm' ? 'all' : 1;
  const count = counts.find((each) => typeof each === 'number');
  if (typeof count === 'number') return engine === 'vllm' ? count : 1;
  return service.devices.length > 0 || service.runtime?.value === 'nvidia' || engine === 'vllm' ? 1 : 0;
}

/** Returns the GPUs that NVIDIA_VISIBLE_DEVICES names; null for none and for all. */
export function visibleGpus({ environment }: ComposeService): readonly string[] | null {
  return listOf(environment.get('NVIDIA_VISIBLE_DEVICES')?.value);
}

/** Returns the GPUs that CUDA_VISIBLE_DEVICES selects, of all: those of a request with a number are not known. */
export function selectedGpus({ devices, environment }: ComposeService): readonly string[] | null {
  const isNumbered = devices.some(({ value: { count } }) => typeof count === 'number');
  return isNumbered ? null : listOf(environment.get('CUDA_VISIBLE_DEVICES')?.value);
}

/** Returns the items of a list of indices and UUIDs; null for other words. */
function listOf(text = ''): readonly string[] | null {
  return /^(?:\d+|(?:GPU|MIG)-[\w-]+)(?:,(?:\d+|(?:GPU|MIG)-[\w-]+))*$/.test(text) ? text.split(',') : null;
}

/** Returns the memory of a container as rma writes it: Docker's `12G` counts by 1024. */
export function memoryOf(
  service: Pick<ComposeService, 'memory' | 'memoryReservation'>,
): Pick<ConvertedService, 'memory' | 'memoryReservation'> {
  return { memory: sizeOf(service.memory), memoryReservation: sizeOf(service.memoryReservation) };
}

function sizeOf(size: Placed<string> | null): string | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])i?)?b?$/i.exec(size?.value ?? '') ?? [];
  // 0: no limit
  if (amount === undefined || Number(amount) === 0) return null;
  return unit === undefined ? wholeUnits(Number(amount)) : `${amount}${unit.toUpperCase()}iB`;
}

/** Returns bytes in the largest unit that has no fraction. */
function wholeUnits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = units.findLastIndex((_, power) => bytes >= 1024 ** power && bytes % 1024 ** power === 0);
  return `${bytes / 1024 ** Math.max(0, at)}${units[at] ?? 'B'}`;
}

function integerOf(value: Placed<string> | undefined): number | null {
  return value !== undefined && /^[1-9]\d{0,7}$/.test(value.value) ? Number(value.value) : null;
}

/** Two decimals are what a profile accepts. */
function shareOf(value: Placed<string> | undefined): number | null {
  const share = Number(value?.value ?? 'none');
  return share >= 0.05 && share <= 1 ? Math.min(0.95, Number(share.toFixed(2))) : null;
}

function note(where: string, message: string): Notice {
  return { kind: 'note', where, message };
}

import { type ErrorDocument, EXIT } from '../errors.ts';
import { shortened } from '../last-line.ts';
import type { OutOfMemory } from './out-of-memory.ts';

/** What a service may use of a GPU; null: unknown. */
export interface GpuLimits {
  /** tokens */
  readonly context: number | null;
  /** fraction of each of its GPUs that it reserves */
  readonly utilization: number | null;
}

/** A service that ran out of GPU memory. */
interface Affected {
  readonly service: string;
  /** null: unknown here */
  readonly profile: string | null;
  readonly limits: GpuLimits;
}

export const UNKNOWN_LIMITS: GpuLimits = { context: null, utilization: null };

/** Below it an engine serves little. */
const LEAST_CONTEXT = 512;
/** `utilization` in rma.yaml is 0.05 or more; more than 0.9 leaves CUDA itself too little. */
const LEAST_UTILIZATION = 0.05;
const LARGE_UTILIZATION = 0.9;

/** Returns the error for a service whose engine ran out of GPU memory. */
export function gpuMemoryError(found: OutOfMemory, affected: Affected): ErrorDocument {
  const { service } = affected;
  const line = shortened(found.line);
  return {
    code: 'RMA_ENGINE_GPU_MEMORY',
    message: `engine ${service} ran out of GPU memory; log line: ${line}`,
    hint: hintFor(found, affected),
    exitCode: EXIT.doesNotFit,
  };
}

function hintFor({ shortage, line }: OutOfMemory, { service, profile, limits }: Affected): string {
  const name = profile ?? 'PROFILE';
  const set = (...changes: readonly (string | null)[]): string | null => {
    const all = changes.filter((change) => change !== null).join(', ');
    return all === '' ? null : `in rma.yaml, set services: { ${service}: { ${all} } }`;
  };
  const variant = `choose a smaller variant: rma profiles show ${name}, rma up --variant ${name}=VARIANT`;
  const users = 'rma gpus lists what else uses the GPU';
  const context = smallerContext(contextIn(line) ?? limits.context);
  switch (shortage) {
    case 'cache':
      return joined([cacheSettings(set, { context, utilization: limits.utilization }), variant]);
    case 'occupied': {
      const settings = set(freeUtilization(line, limits.utilization));
      return `${users}: stop it${settings === null ? '' : `, or ${settings}`}`;
    }
    case 'share':
      return joined([set(context, smallerUtilization(limits.utilization)), variant, users]);
    case 'device':
      return joined([set(context), variant, users]);
  }
}

/** The variant is the alternative to settings, if there are any. */
function joined([settings = null, variant, ...others]: readonly (string | null)[]): string {
  return [...(settings === null ? [variant] : [settings, `or ${variant}`]), ...others].join('; ');
}

function cacheSettings(
  set: (change: string | null) => string | null,
  { context, utilization }: { readonly context: string | null; readonly utilization: number | null },
): string | null {
  if (utilization !== null && utilization >= LARGE_UTILIZATION) return set(context);
  if (context === null) return set(`utilization: ${LARGE_UTILIZATION}`);
  return `${set(context)}, or a larger utilization (${LARGE_UTILIZATION})`;
}

function smallerContext(current: number | null): string | null {
  const context = Math.min(2048, current === null ? 2048 : Math.floor(current / 2));
  return context < LEAST_CONTEXT ? null : `context: ${context}`;
}

/** vLLM: "the models's max seq len (32768)". */
function contextIn(line: string): number | null {
  const [, tokens] = /max seq len \((\d+)\)/.exec(line) ?? [];
  return tokens === undefined ? null : Number(tokens);
}

function smallerUtilization(current: number | null): string | null {
  return utilizationOf(Math.min(0.7, current === null ? 0.7 : current - 0.1));
}

/** vLLM: "Free memory on device cuda:0 (7.34/15.49 GiB)". */
function freeUtilization(line: string, current: number | null): string | null {
  const [, free, total] = /\(([\d.]+)\/([\d.]+) GiB\)/.exec(line) ?? [];
  return free === undefined ? smallerUtilization(current) : utilizationOf(Number(free) / Number(total));
}

function utilizationOf(fraction: number): string | null {
  // 0.45 - 0.1 is a little less than 0.35
  const rounded = Math.floor(fraction * 100 + 1e-6) / 100;
  return rounded < LEAST_UTILIZATION ? null : `utilization: ${rounded}`;
}

import * as z from 'zod/mini';
import type { EngineTarget, TargetModel } from '../../core/domain/worker-config.ts';
import { type ErrorDocument, EXIT } from '../../core/errors.ts';
import { gpuMemoryError, UNKNOWN_LIMITS } from '../../core/gpu/gpu-memory-error.ts';
import { outOfGpuMemory } from '../../core/gpu/out-of-memory.ts';
import { jsonOrNull } from '../../core/schema/parse.ts';
import { shell } from '../../core/shell-quote.ts';
import { compareLoaded } from '../../core/worker/compare-loaded.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EngineProblem } from './engine-problem.ts';
import { type HttpReply, networkReason, sendRequest } from './http-request.ts';
import { withDeadline } from './with-deadline.ts';

const ollamaError = z.object({ error: z.string() });

/** Loading reads tens of gigabytes, perhaps from a network share. */
const LOAD_MS = 30 * 60_000;
/** After this many failed loads, waiting longer does not help. */
const MAX_LOAD_ATTEMPTS = 3;

export interface VerifyOptions {
  readonly clock: Clock;
  /** timeout of short requests, milliseconds */
  readonly deadlineMs: number;
  /** counts from 1 */
  readonly attempt: number;
  /** receives the current step as one line */
  readonly report: (note: string) => void;
  readonly signal: AbortSignal;
}

/** The check of one model of an engine. */
interface ModelCheck extends VerifyOptions {
  readonly engine: EngineTarget;
  readonly model: TargetModel;
}

type Keep = { readonly keep_alive?: string };

/**
 * Loads each model of an Ollama server once and checks where it is loaded. Returns null if all are where they were
 * planned.
 * @throws Error the signal's reason
 */
export async function verifyLoaded(
  engine: EngineTarget,
  options: VerifyOptions,
): Promise<EngineProblem | null> {
  let stays = engine.loaded?.together === true && engine.models.length > 1;
  for (const model of engine.models) {
    options.report(`loading ${model.name}`);
    const result = await verifyOne({ ...options, engine, model });
    if (result !== null && result !== 'transient') return result;
    if (result === 'transient') stays = false;
  }
  return stays ? verifyAll(engine, options) : null;
}

/** Checks that no model was unloaded for a later one. */
async function verifyAll(engine: EngineTarget, options: VerifyOptions): Promise<EngineProblem | null> {
  for (const model of engine.models) {
    const check = { ...options, engine, model };
    try {
      const result = await checkLoaded(check);
      if (result === 'not-loaded') return unloaded(check);
      if (result !== null) return result;
    } catch (error) {
      options.signal.throwIfAborted();
      return { note: `checking ${model.name}: ${networkReason(error)}` };
    }
  }
  return null;
}

function unloaded({ engine, model }: ModelCheck): EngineProblem {
  const why = `${model.name} was unloaded to load another model; not enough free ${engine.loaded?.on === 'gpu' ? 'GPU memory' : 'memory'}`;
  return { note: why, fault: misplaced(engine, why) };
}

/** Returns `transient` for a model that the server unloads again by itself. */
async function verifyOne(check: ModelCheck): Promise<EngineProblem | null | 'transient'> {
  const { model, attempt, signal } = check;
  try {
    // Unload first on a retry: the server would keep a misplaced model where it is.
    if (attempt > 1) await post(check, '/api/generate', { model: model.name, keep_alive: 0 });
    const result = await loadAndCheck(check, {});
    // A server configured to keep no model unloads it before the check.
    return result === 'not-loaded' ? await loadForCheck(check) : result;
  } catch (error) {
    signal.throwIfAborted();
    return { note: `loading ${model.name}: ${networkReason(error)}` };
  }
}

async function loadForCheck(check: ModelCheck): Promise<EngineProblem | 'transient'> {
  const result = await loadAndCheck(check, { keep_alive: '1m' });
  if (result === null) return 'transient';
  if (result !== 'not-loaded') return result;
  return { note: `${check.model.name} was loaded but is not listed as loaded` };
}

async function loadAndCheck(check: ModelCheck, keep: Keep): Promise<EngineProblem | null | 'not-loaded'> {
  const reply = await load(check, keep);
  return reply.status === 200 ? checkLoaded(check) : notLoaded(check, reply);
}

/** Loads a model by a request without a prompt. Embedding models reject that, so they embed one word. */
async function load(check: ModelCheck, keep: Keep): Promise<HttpReply> {
  const { name, kind } = check.model;
  const embed = () => post(check, '/api/embed', { model: name, input: 'ready', ...keep });
  if (kind === 'embedding') return embed();
  const reply = await post(check, '/api/generate', { model: name, stream: false, ...keep });
  if (reply.status !== 400 || kind !== null) return reply;
  const embedded = await embed();
  return embedded.status === 200 ? embedded : reply;
}

async function checkLoaded(check: ModelCheck): Promise<EngineProblem | null | 'not-loaded'> {
  const { engine, model, clock, deadlineMs, signal } = check;
  if (engine.loaded === null) return null;
  const { path, on } = engine.loaded;
  const url = addressOf(engine, path);
  const reply = await withDeadline({ clock, ms: deadlineMs, signal }, (inner) =>
    sendRequest({ method: 'GET', url, signal: inner }),
  );
  if (reply.status !== 200) return { note: `${path} returned ${reply.status}` };
  const verdict = compareLoaded(reply.body, [model.name, ...otherNames(engine, model)], on);
  if (verdict.kind === 'as-planned') return null;
  if (verdict.kind === 'not-loaded') return 'not-loaded';
  return { note: verdict.why, fault: misplaced(engine, verdict.why) };
}

/** Returns the other models of the engine with the same weights. */
function otherNames({ models }: EngineTarget, { name, weights }: TargetModel): readonly string[] {
  if (weights === undefined) return [];
  return models.filter((each) => each.weights === weights && each.name !== name).map((each) => each.name);
}

function misplaced({ service, loaded }: EngineTarget, why: string): ErrorDocument {
  const hint =
    loaded?.on === 'gpu'
      ? 'find the processes that use the GPU: rma gpus; stop them, or run rma up to create a new plan'
      : 'the container has access to a GPU that was not assigned to it: rma status; recreate the container: rma down, rma up';
  return { code: 'RMA_ENGINE_MISPLACED', message: `${service}: ${why}`, hint, exitCode: EXIT.failed };
}

function notLoaded(check: ModelCheck, { status, body }: HttpReply): EngineProblem {
  const { engine, model, attempt } = check;
  const reason = errorText(body) ?? `the engine returned ${status}`;
  const note = `failed to load ${model.name}: ${reason}`;
  if (attempt < MAX_LOAD_ATTEMPTS) return { note };
  const memory = outOfGpuMemory([reason]);
  if (memory !== null) {
    const affected = { service: engine.service, profile: null, limits: UNKNOWN_LIMITS };
    return { note, fault: gpuMemoryError(memory, affected) };
  }
  const fault: ErrorDocument = {
    code: 'RMA_ENGINE_LOAD_FAILED',
    message: `${engine.service}: ${note}`,
    hint: shell`check the engine log: rma logs ${engine.service}`,
    exitCode: EXIT.failed,
  };
  return { note, fault };
}

/** Returns the text of Ollama's `{"error": "…"}`, null for any other body. */
function errorText(body: string): string | null {
  return jsonOrNull(ollamaError, body)?.error.replace(/\s+/g, ' ').slice(0, 300) ?? null;
}

function post(
  { engine, clock, signal }: ModelCheck,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<HttpReply> {
  const url = addressOf(engine, path);
  return withDeadline({ clock, ms: LOAD_MS, signal }, (inner) =>
    sendRequest({ method: 'POST', url, body, signal: inner }),
  );
}

function addressOf({ url }: EngineTarget, path: string): string {
  return url.replace(/\/+$/, '') + path;
}

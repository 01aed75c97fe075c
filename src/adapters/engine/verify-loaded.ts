import * as z from 'zod/mini';
import type { EngineTarget, ServedModel } from '../../core/domain/worker-config.ts';
import { type ErrorDocument, EXIT } from '../../core/errors.ts';
import { jsonOrNull } from '../../core/schema/parse.ts';
import { shell } from '../../core/shell-quote.ts';
import { judgeLoaded } from '../../core/worker/judge-loaded.ts';
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

/**
 * Loads each model of an Ollama server once and checks where it is loaded. Returns null if all are where they were
 * planned.
 * @throws Error the signal's reason
 */
export async function verifyLoaded(
  engine: EngineTarget,
  options: VerifyOptions,
): Promise<EngineProblem | null> {
  for (const model of engine.models) {
    options.report(`loading ${model.name}`);
    const problem = await verifyOne(engine, model, options);
    if (problem !== null) return problem;
  }
  return null;
}

async function verifyOne(
  engine: EngineTarget,
  model: ServedModel,
  options: VerifyOptions,
): Promise<EngineProblem | null> {
  try {
    // Unload first on a retry: the server would keep a misplaced model where it is.
    if (options.attempt > 1)
      await post(engine, '/api/generate', { model: model.name, keep_alive: 0 }, options);
    const result = await loadAndCheck(engine, model, {}, options);
    // A server configured to keep no model unloads it before the check.
    return result === 'not-loaded' ? await loadForCheck(engine, model, options) : result;
  } catch (error) {
    options.signal.throwIfAborted();
    return { note: `loading ${model.name}: ${networkReason(error)}` };
  }
}

async function loadForCheck(
  engine: EngineTarget,
  model: ServedModel,
  options: VerifyOptions,
): Promise<EngineProblem | null> {
  const result = await loadAndCheck(engine, model, { keep_alive: '1m' }, options);
  return result === 'not-loaded' ? { note: `${model.name} was loaded but is not listed as loaded` } : result;
}

async function loadAndCheck(
  engine: EngineTarget,
  model: ServedModel,
  keep: { readonly keep_alive?: string },
  options: VerifyOptions,
): Promise<EngineProblem | null | 'not-loaded'> {
  const reply = await load(engine, model, keep, options);
  return reply.status === 200
    ? checkLoaded(engine, model, options)
    : notLoaded(engine, model, reply, options.attempt);
}

/** Loads a model by a request without a prompt. Embedding models reject that, so they embed one word. */
async function load(
  engine: EngineTarget,
  { name, kind }: ServedModel,
  keep: { readonly keep_alive?: string },
  options: VerifyOptions,
): Promise<HttpReply> {
  const embed = () => post(engine, '/api/embed', { model: name, input: 'ready', ...keep }, options);
  if (kind === 'embedding') return embed();
  const reply = await post(engine, '/api/generate', { model: name, stream: false, ...keep }, options);
  if (reply.status !== 400 || kind !== null) return reply;
  const embedded = await embed();
  return embedded.status === 200 ? embedded : reply;
}

async function checkLoaded(
  engine: EngineTarget,
  { name }: ServedModel,
  { clock, deadlineMs, signal }: VerifyOptions,
): Promise<EngineProblem | null | 'not-loaded'> {
  if (engine.loaded === null) return null;
  const { path, on } = engine.loaded;
  const url = addressOf(engine, path);
  const reply = await withDeadline(clock, deadlineMs, signal, (inner) =>
    sendRequest({ method: 'GET', url, signal: inner }),
  );
  if (reply.status !== 200) return { note: `${path} returned ${reply.status}` };
  const verdict = judgeLoaded(reply.body, name, on);
  if (verdict.kind === 'as-planned') return null;
  if (verdict.kind === 'not-loaded') return 'not-loaded';
  return { note: verdict.why, fault: misplaced(engine, verdict.why) };
}

function misplaced({ service, loaded }: EngineTarget, why: string): ErrorDocument {
  const hint =
    loaded?.on === 'gpu'
      ? 'find the processes that use the GPU: rma gpus; stop them, or run rma up to make a new plan'
      : 'the container has access to a GPU that was not assigned to it: rma status; recreate the container: rma up';
  return { code: 'RMA_ENGINE_MISPLACED', message: `${service}: ${why}`, hint, exitCode: EXIT.failed };
}

function notLoaded(
  { service }: EngineTarget,
  { name }: ServedModel,
  { status, body }: HttpReply,
  attempt: number,
): EngineProblem {
  const reason = errorText(body) ?? `the engine returned ${status}`;
  const note = `failed to load ${name}: ${reason}`;
  if (attempt < MAX_LOAD_ATTEMPTS) return { note };
  const fault: ErrorDocument = {
    code: 'RMA_ENGINE_LOAD_FAILED',
    message: `${service}: ${note}`,
    hint: shell`check the engine log: rma logs ${service}`,
    exitCode: EXIT.failed,
  };
  return { note, fault };
}

/** Returns the text of Ollama's `{"error": "…"}`, null for any other body. */
function errorText(body: string): string | null {
  return jsonOrNull(ollamaError, body)?.error.replace(/\s+/g, ' ').slice(0, 300) ?? null;
}

function post(
  engine: EngineTarget,
  path: string,
  body: Readonly<Record<string, unknown>>,
  { clock, signal }: VerifyOptions,
): Promise<HttpReply> {
  const url = addressOf(engine, path);
  return withDeadline(clock, LOAD_MS, signal, (inner) =>
    sendRequest({ method: 'POST', url, body, signal: inner }),
  );
}

function addressOf({ url }: EngineTarget, path: string): string {
  return url.replace(/\/+$/, '') + path;
}

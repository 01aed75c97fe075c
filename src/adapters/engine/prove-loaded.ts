import * as z from 'zod/mini';
import type { EngineTarget, ServedModel } from '../../core/domain/worker-config.ts';
import { type ErrorDocument, EXIT } from '../../core/errors.ts';
import { jsonOrNull } from '../../core/schema/parse.ts';
import { judgeLoaded } from '../../core/worker/judge-loaded.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EngineTrouble } from './engine-trouble.ts';
import { type HttpReply, networkReason, sendRequest } from './http-request.ts';
import { withDeadline } from './with-deadline.ts';

const ollamaError = z.object({ error: z.string() });

/** Loading reads tens of gigabytes, from a network share perhaps. */
const LOAD_MS = 30 * 60_000;
/** A model that cannot be loaded this often will not be by waiting. */
const HOPELESS = 3;

export interface ProofInput {
  readonly clock: Clock;
  /** of a short answer, milliseconds */
  readonly deadlineMs: number;
  /** counts from 1 */
  readonly attempt: number;
  readonly tell: (note: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Loads each model of an Ollama server once and looks where it lies. Null when all are where they were planned.
 * @throws Error the signal's reason
 */
export async function proveLoaded(engine: EngineTarget, input: ProofInput): Promise<EngineTrouble | null> {
  for (const model of engine.models) {
    input.tell(`loading ${model.name}`);
    const trouble = await proveOne(engine, model, input);
    if (trouble !== null) return trouble;
  }
  return null;
}

async function proveOne(
  engine: EngineTarget,
  model: ServedModel,
  input: ProofInput,
): Promise<EngineTrouble | null> {
  try {
    // What an earlier try left in a wrong place would stay there: the server loads only what is not loaded.
    if (input.attempt > 1) await post(engine, '/api/generate', { model: model.name, keep_alive: 0 }, input);
    const seen = await loadAndLook(engine, model, {}, input);
    // A server told to keep no model has dropped it before it is looked at.
    return seen === 'not-loaded' ? await loadShortly(engine, model, input) : seen;
  } catch (error) {
    input.signal.throwIfAborted();
    return { note: `loading ${model.name}: ${networkReason(error)}` };
  }
}

async function loadShortly(
  engine: EngineTarget,
  model: ServedModel,
  input: ProofInput,
): Promise<EngineTrouble | null> {
  const seen = await loadAndLook(engine, model, { keep_alive: '1m' }, input);
  return seen === 'not-loaded' ? { note: `${model.name} was loaded, and is not listed as loaded` } : seen;
}

async function loadAndLook(
  engine: EngineTarget,
  model: ServedModel,
  keep: { readonly keep_alive?: string },
  input: ProofInput,
): Promise<EngineTrouble | null | 'not-loaded'> {
  const answer = await load(engine, model, keep, input);
  return answer.status === 200 ? look(engine, model, input) : notLoaded(engine, model, answer, input.attempt);
}

/** A request without a prompt loads and answers nothing. Models that only embed refuse it, so they embed a word. */
async function load(
  engine: EngineTarget,
  { name, kind }: ServedModel,
  keep: { readonly keep_alive?: string },
  input: ProofInput,
): Promise<HttpReply> {
  const embed = () => post(engine, '/api/embed', { model: name, input: 'ready', ...keep }, input);
  if (kind === 'embedding') return embed();
  const answer = await post(engine, '/api/generate', { model: name, stream: false, ...keep }, input);
  if (answer.status !== 400 || kind !== null) return answer;
  const embedded = await embed();
  return embedded.status === 200 ? embedded : answer;
}

async function look(
  engine: EngineTarget,
  { name }: ServedModel,
  { clock, deadlineMs, signal }: ProofInput,
): Promise<EngineTrouble | null | 'not-loaded'> {
  if (engine.loaded === null) return null;
  const { path, on } = engine.loaded;
  const url = addressOf(engine, path);
  const reply = await withDeadline(clock, deadlineMs, signal, (inner) =>
    sendRequest({ method: 'GET', url, signal: inner }),
  );
  if (reply.status !== 200) return { note: `${path} answered ${reply.status}` };
  const verdict = judgeLoaded(reply.body, name, on);
  if (verdict.kind === 'as-planned') return null;
  if (verdict.kind === 'not-loaded') return 'not-loaded';
  return { note: verdict.why, fault: misplaced(engine, verdict.why) };
}

function misplaced({ service, loaded }: EngineTarget, why: string): ErrorDocument {
  const hint =
    loaded?.on === 'gpu'
      ? 'see what holds memory of the GPU: rma gpus; end it, or plan anew: rma up'
      : 'the container sees a GPU that it was not given: rma status; make the container anew: rma up';
  return { code: 'RMA_ENGINE_MISPLACED', message: `${service}: ${why}`, hint, exitCode: EXIT.failed };
}

function notLoaded(
  { service }: EngineTarget,
  { name }: ServedModel,
  { status, body }: HttpReply,
  attempt: number,
): EngineTrouble {
  const said = saidError(body);
  const note = `${name} cannot be loaded: ${said === null ? `the engine answered ${status}` : said}`;
  if (attempt < HOPELESS) return { note };
  const fault: ErrorDocument = {
    code: 'RMA_ENGINE_LOAD_FAILED',
    message: `${service}: ${note}`,
    hint: `see what the engine says: rma logs ${service}`,
    exitCode: EXIT.failed,
  };
  return { note, fault };
}

/** Ollama's errors are `{"error": "…"}`. */
function saidError(body: string): string | null {
  return jsonOrNull(ollamaError, body)?.error.replace(/\s+/g, ' ').slice(0, 300) ?? null;
}

function post(
  engine: EngineTarget,
  path: string,
  body: Readonly<Record<string, unknown>>,
  { clock, signal }: ProofInput,
): Promise<HttpReply> {
  const url = addressOf(engine, path);
  return withDeadline(clock, LOAD_MS, signal, (inner) =>
    sendRequest({ method: 'POST', url, body, signal: inner }),
  );
}

function addressOf({ url }: EngineTarget, path: string): string {
  return url.replace(/\/+$/, '') + path;
}

import type { FetchResult } from '../../app/fetch/fetch-result.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { EXIT, type ExitCode, RmaError } from '../../core/errors.ts';
import { isMissing, namedBy, optionalRefs, usersOf } from '../../core/profile/model-users.ts';
import { shell } from '../../core/shell-quote.ts';
import { formatBytes } from '../../core/units.ts';
import { type DownloadProgram, downloadSet, downloadUsage, usage } from '../../core/worker/download-set.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { createContext, type WorkerContext } from '../context.ts';
import { fetchFailure } from '../fetch-failure.ts';
import { asRmaError, checkModels, fetchOnce } from '../life/models.ts';
import type { Log } from '../log/log.ts';
import { openLog } from '../log/open-log.ts';
import type { StatusBoard } from '../status/status-board.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker download [--strict] [type]...`, also as `download-models.sh`: downloads the models of worker types to the
 * store. An optional model that its source lacks causes a warning; with `--strict` it is a failure.
 *
 * The types are the arguments, else WORKER_TYPE: profiles in /opt/rma/profiles, or `all`.
 * Paths, first match wins:
 * - the store: MODEL_CACHE_DIR, else /models;
 * - Hugging Face models: HF_HUB_CACHE, else `hub` in HF_HOME, else `huggingface/hub` in the store. TRANSFORMERS_CACHE
 *   is for old libraries only and has no effect here;
 * - Ollama models: OLLAMA_MODELS, else `ollama` in the store.
 * VLLM_CACHE is the engines' compile cache, without models. OLLAMA_URL is the engine to probe; models are never pulled
 * through a server. Progress goes to stdout, warnings and errors to stderr, both to LOG_FILE, from LOG_LEVEL up.
 */
export async function download(
  invocation: Invocation,
  program: DownloadProgram = 'download-models.sh',
): Promise<ExitCode> {
  const { clock, stop, print } = invocation;
  const check = program === 'rma-fetch' && invocation.args.includes('--check');
  // neither hubs nor other machines are contacted
  const env = check ? { ...invocation.env, RMA_OFFLINE: '1', RMA_PEERS: '' } : invocation.env;
  const context = createContext(env, { warn: (text) => log.warn(text) });
  const catalog = await context.catalog();
  const { types, strict, help } = readArguments(invocation, catalog, program);
  if (help) {
    print(`${downloadUsage(catalog, program)}\n`);
    return EXIT.ok;
  }
  const refs = downloadSet(catalog, types, program);
  const log = openLog(env, { clock, scope: () => 'download', progress: 'stdout' });
  for (const name of ['OLLAMA_URL', 'VLLM_CACHE', 'TRANSFORMERS_CACHE']) {
    if (env[name]) log.debug(`${name}=${env[name]} has no effect on downloads`);
  }
  const count = refs.length === 1 ? '1 model' : `${refs.length} models`;
  log.info(`${nameOf(types)}: ${count}, store ${context.store.root}`);
  const { pinned, failed: unresolved } = await pinAll(
    context,
    { refs, users: usersOf(catalog), check },
    stop,
  );
  const optional = optionalRefs(catalog);
  const absent = unresolved.filter(({ ref, error }) => optional.has(ref) && isMissing(asRmaError(error)));
  const failed = strict ? unresolved : unresolved.filter((each) => !absent.includes(each));
  logUnresolved(log, failed, strict ? [] : absent);
  const start = pinned.map((model) => unstarted(model.ref, pinnedBytes(model)));
  const board = createStatusBoard({ worker: 'download', profile: '', models: start, engines: [] }, clock);
  logStatus(board, log, clock);
  // without hubs, only what is complete in the store resolves
  const brought = check ? pinned.map(alreadyPresent) : await bring(context, { board, pinned }, stop);
  const outcomes = [...failed, ...brought];
  log.info(summary(outcomes, strict ? 0 : absent.length));
  const failure = fetchFailure(outcomes);
  if (failure !== null) {
    const missing = outcomes.flatMap(({ ref, state }) => (state === 'failed' ? [ref] : []));
    throw check ? withFetchHint(failure, { words: types, missing }) : failure;
  }
  return EXIT.ok;
}

/** References and sets of `rma-fetch` are no worker types. */
function nameOf(words: readonly string[]): string {
  const list = words.join(', ');
  if (words.some((word) => word.includes(':'))) return list;
  return `${words.length === 1 ? 'worker type' : 'worker types'} ${list}`;
}

/** The hint of an offline command names options that `rma-fetch` does not have. */
function withFetchHint(
  { code, message, exitCode, details }: RmaError,
  { words, missing }: Readonly<Record<'words' | 'missing', readonly string[]>>,
): RmaError {
  const quoted = (names: readonly string[]): string => names.map((name) => shell`${name}`).join(' ');
  return new RmaError(code, message, {
    exitCode,
    hint: `to download what is missing: rma-fetch ${quoted(words)} without --check, with a writable store; or on the host: rma models pull ${quoted(missing)}`,
    ...(details !== undefined && { details }),
  });
}

/** Downloads what the store lacks. */
async function bring(
  { store, fetcher }: WorkerContext,
  { board, pinned }: { readonly board: StatusBoard; readonly pinned: readonly PinnedModel[] },
  signal: AbortSignal,
): Promise<readonly FetchResult[]> {
  await store.prepare();
  if (!(await checkModels({ fetcher, board }, pinned))) return fetchOnce({ fetcher, board }, pinned, signal);
  await fetcher.remember(pinned);
  return pinned.map(alreadyPresent);
}

/**
 * Runs `rma-worker fetch-then`, the part of `rma-fetch` before its command: downloads models like `download`. The command is
 * started by `rma-fetch` itself, which it replaces.
 */
export async function fetchThen(invocation: Invocation): Promise<ExitCode> {
  const { args } = invocation;
  const split = args.indexOf('--then');
  if (split === -1) return download(invocation, 'rma-fetch');
  if (split === args.length - 1) {
    const catalog = await createContext(invocation.env).catalog();
    throw usage('--then requires a command', catalog, 'rma-fetch');
  }
  return download({ ...invocation, args: args.slice(0, split) }, 'rma-fetch');
}

interface DownloadArguments {
  readonly types: readonly string[];
  readonly strict: boolean;
  readonly help: boolean;
}

function readArguments(
  { args, env }: Invocation,
  catalog: Catalog,
  program: DownloadProgram,
): DownloadArguments {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const options = new Set(args.filter((arg) => arg.startsWith('-')));
  const help = options.delete('--help') || options.delete('-h');
  const strict = options.delete('--strict');
  if (program === 'rma-fetch') options.delete('--check');
  const [unknown] = options;
  if (unknown !== undefined && !help) throw usage(`unknown option "${unknown}"`, catalog, program);
  const given = words.length > 0 ? words : [env['WORKER_TYPE'] ?? ''];
  return { types: given.flatMap((word) => word.split(/[\s,]+/)).filter((word) => word !== ''), strict, help };
}

type Failed = Extract<FetchResult, { state: 'failed' }>;

interface Wanted {
  readonly refs: readonly string[];
  /** reference → profiles that use it */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** sends no requests, whatever the settings */
  readonly check: boolean;
}

async function pinAll(
  context: WorkerContext,
  { refs, users, check }: Wanted,
  signal: AbortSignal,
): Promise<{ readonly pinned: readonly PinnedModel[]; readonly failed: readonly Failed[] }> {
  const pinned: PinnedModel[] = [];
  const failed: Failed[] = [];
  for (const ref of refs) {
    try {
      pinned.push(await context.resolve(ref, signal));
    } catch (error) {
      signal.throwIfAborted();
      failed.push({
        ref,
        state: 'failed',
        fetchedBytes: 0,
        error: namedBy(check ? ofCheck(asRmaError(error)) : asRmaError(error), users.get(ref) ?? []),
      });
    }
  }
  return { pinned, failed };
}

/** Returns the error of an offline command for one that sends no requests in any case. */
function ofCheck({ code, message, exitCode, hint, details }: RmaError): RmaError {
  return new RmaError(code, message.replace(/^offline, and the store/, 'the store'), {
    exitCode,
    ...(hint !== undefined && { hint }),
    ...(details !== undefined && { details }),
  });
}

function logUnresolved(log: Log, failed: readonly Failed[], skipped: readonly Failed[]): void {
  for (const { ref, error } of failed) log.error(`cannot resolve ${ref}: ${asRmaError(error).message}`);
  for (const { ref, error } of skipped)
    log.warn(`skipped optional model ${ref}: ${asRmaError(error).message}`);
}

function alreadyPresent({ ref }: PinnedModel): FetchResult {
  return { ref, state: 'present', fetchedBytes: 0 };
}

function summary(outcomes: readonly FetchResult[], skipped: number): string {
  const present = outcomes.filter((outcome) => outcome.state === 'present');
  const fetched = present.filter((outcome) => outcome.fetchedBytes > 0);
  const bytes = fetched.reduce((sum, outcome) => sum + outcome.fetchedBytes, 0);
  const parts = [
    `models: ${outcomes.length + skipped}`,
    `${fetched.length} downloaded (${formatBytes(bytes)})`,
    `${present.length - fetched.length} already present`,
    `${outcomes.length - present.length} failed`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ];
  return `Summary: ${parts.join(', ')}`;
}

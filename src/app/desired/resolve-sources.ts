import { LAN, type PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { type SourceLists, withSources } from '../../core/profile/model-sources.ts';
import { isMissing } from '../../core/profile/model-users.ts';
import { parseModelRef } from '../../core/source/parse-ref.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import { type Resolution, type Resolvers, resolveEach } from './resolve-models.ts';

export interface SourcesRequest {
  /** what earlier commands resolved */
  readonly known: ResolvedModels['pinned'];
  /** models with several sources; others come from that of their reference */
  readonly lists: SourceLists;
}

/**
 * Like `resolveEach`, for models with several sources too: the first source that has the model determines its files. A
 * source that does not have it, or cannot be reached, is skipped with a warning.
 */
export async function resolveFromSources(
  resolvers: Resolvers,
  refs: readonly string[],
  { known, lists }: SourcesRequest,
): Promise<ReadonlyMap<string, Resolution>> {
  const valid = withSources(known, lists);
  const isListed = (ref: string) => lists.has(ref) && !valid.has(ref) && resolvers.fallback?.frozen !== true;
  const single = await resolveEach(
    resolvers,
    refs.filter((ref) => !isListed(ref)),
    valid,
  );
  const listed = await Promise.all(
    refs.filter(isListed).map(async (ref) => {
      const sources = lists.get(ref) ?? [];
      const answer = await resolveListed(resolvers, ref, sources);
      return [ref, answer.ok ? { ...answer, pinned: { ...answer.pinned, sources } } : answer] as const;
    }),
  );
  const answers = new Map<string, Resolution>([...single, ...listed]);
  return new Map(refs.map((ref) => [ref, answers.get(ref) as Resolution]));
}

async function resolveListed(
  resolvers: Resolvers,
  ref: string,
  sources: readonly string[],
): Promise<Resolution> {
  const { fallback } = resolvers;
  const named = sources.filter((item) => item !== LAN);
  if (fallback?.offline !== true) return tryEach(resolvers, { named, items: withLan(sources) });
  const stored = await resolveEach(
    { ...resolvers, fallback: { ...fallback, peers: false } },
    named,
    new Map(),
  );
  const present = named.map((each) => stored.get(each)).find((answer) => answer?.ok === true);
  if (present !== undefined) return present;
  return fallback.peers === true
    ? tryEach(resolvers, { named, items: [LAN] })
    : (stored.get(ref) as Resolution);
}

/** Other machines come first, as for every model, unless the list contains them. */
function withLan(sources: readonly string[]): readonly string[] {
  return sources.includes(LAN) ? sources : [LAN, ...sources];
}

interface Attempt {
  /** what is tried, in order */
  readonly items: readonly string[];
  /** the references in the list */
  readonly named: readonly string[];
}

async function tryEach(resolvers: Resolvers, { items, named }: Attempt): Promise<Resolution> {
  const faults: Fault[] = [];
  const possible = items.filter((item) => item !== LAN || hasPeers(resolvers));
  for (const [at, item] of possible.entries()) {
    const answer = item === LAN ? await onPeers(resolvers, named) : await onHub(resolvers, item);
    if (answer.ok || !mayBeElsewhere(answer.error)) return answer;
    faults.push({ item, error: answer.error });
    const next = possible[at + 1];
    if (next !== undefined) reportSkipped(resolvers, { item, error: answer.error }, next);
  }
  return { ok: false, error: allFailed(faults) };
}

interface Fault {
  readonly item: string;
  readonly error: RmaError;
}

function hasPeers({ sources }: Resolvers): boolean {
  return sources.some(({ resolveOnPeers }) => resolveOnPeers !== undefined);
}

/** Returns the first of the references that another machine has. */
async function onPeers(resolvers: Resolvers, named: readonly string[]): Promise<Resolution> {
  const faults: RmaError[] = [];
  for (const name of named) {
    try {
      return { ok: true, pinned: await resolveOnPeers(resolvers, name) };
    } catch (error) {
      resolvers.signal.throwIfAborted();
      if (!(error instanceof RmaError)) throw error;
      if (error.code !== 'RMA_PEER_NO_MODEL') return { ok: false, error };
      faults.push(error);
    }
  }
  return { ok: false, error: faults[0] as RmaError };
}

async function resolveOnPeers({ sources, signal }: Resolvers, name: string): Promise<PinnedModel> {
  const ref = parseModelRef(name);
  const source = sources.find((each) => each.source === ref.source);
  if (source?.resolveOnPeers === undefined) throw new Error(`no peers for ${name}`);
  return source.resolveOnPeers(ref, signal);
}

/** Returns what the hub of a reference answers; if it cannot be reached, what the store has. */
async function onHub(resolvers: Resolvers, name: string): Promise<Resolution> {
  const sources = resolvers.sources.map(hubOnly);
  const answers = await resolveEach({ ...resolvers, sources }, [name], new Map());
  return answers.get(name) as Resolution;
}

function hubOnly(source: ModelSource): ModelSource {
  const { resolveOnHub } = source;
  if (resolveOnHub === undefined) return source;
  return {
    source: source.source,
    resolve: resolveOnHub,
    locate: (model, file) => source.locate(model, file),
  };
}

/** A source that denies the model, lacks it or cannot be reached is skipped; an invalid token file, for example, is not. */
function mayBeElsewhere({ code, exitCode }: RmaError): boolean {
  return code === 'RMA_PEER_NO_MODEL' || (/^RMA_HUB_/.test(code) && exitCode !== EXIT.usage);
}

function reportSkipped({ reporter }: Resolvers, { item, error }: Fault, next: string): void {
  reporter.emit({ type: 'warning', code: error.code, text: `${label(item, error)}; trying ${next}` });
}

/** Returns one error with the reason of each source. A temporary fault outweighs a missing model: a retry may help. */
function allFailed(faults: readonly Fault[]): RmaError {
  const main = faults.find(({ item, error }) => item !== LAN && !isMissing(error)) ?? faults.at(-1);
  if (main === undefined) throw new Error('no sources');
  if (faults.length === 1) return main.error;
  const each = faults.map(({ item, error }) => label(item, error)).join('; ');
  const { code, exitCode, hint } = main.error;
  return new RmaError(code, `no source has the model: ${each}`, {
    exitCode,
    ...(hint !== undefined && { hint }),
    details: {
      sources: faults.map(({ item, error }) => ({ source: item, code: error.code, message: error.message })),
    },
    cause: main.error,
  });
}

function label(item: string, { message }: RmaError): string {
  return message.startsWith(`${item}:`) ? message : `${item}: ${message}`;
}

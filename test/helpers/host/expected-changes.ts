import type { Operation } from '../../../src/core/plan/operation.ts';
import type { RecordedChange, Records } from './recorder.ts';

/**
 * Checks that a fake host went through exactly the changes of a plan, each after the end of those it follows, and that what
 * the plan waits for was reported before anything that follows it.
 * @returns what is wrong, one line each; empty: nothing
 */
export function executionFaults(
  operations: readonly Operation[],
  { changes, reports }: Records,
): readonly string[] {
  const left = changes.flatMap(split).sort((a, b) => a.start - b.start);
  const faults: string[] = [];
  const spans = new Map<string, readonly RecordedChange[]>();
  const ancestors = new Map<string, ReadonlySet<string>>();
  for (const operation of operations) {
    const own = changesOf(operation).flatMap((line) => {
      const found = left.findIndex((change) => change.line === line);
      if (found < 0) faults.push(`${operation.id}: "${line}" did not happen`);
      return left.splice(found, found < 0 ? 0 : 1);
    });
    spans.set(operation.id, own);
    const report = reportOf(operation);
    if (report !== null && !reports.has(report)) faults.push(`${operation.id}: "${report}" was not awaited`);
    const all = operation.after.flatMap((id) => [id, ...(ancestors.get(id) ?? [])]);
    ancestors.set(operation.id, new Set(all));
  }
  for (const { line } of left) faults.push(`"${line}" is not in the plan`);
  const ends = new Map(
    operations.map((operation) => {
      const reported = reports.get(reportOf(operation) ?? '') ?? 0;
      return [operation.id, Math.max(reported, ...(spans.get(operation.id) ?? []).map(({ end }) => end))];
    }),
  );
  for (const { id } of operations) {
    for (const before of ancestors.get(id) ?? []) {
      const isEarly = spans.get(id)?.some(({ start }) => start < (ends.get(before) ?? 0));
      if (isEarly) faults.push(`${id} did not wait for ${before}`);
    }
  }
  return faults;
}

/** Returns what an operation waits for, as workers report it. */
function reportOf(operation: Operation): string | null {
  switch (operation.kind) {
    case 'fetch-model':
      return operation.by === 'worker' ? `present ${operation.ref}` : null;
    case 'wait-for-models':
      return `models ${operation.service}`;
    case 'wait-until-ready':
      return `ready ${operation.service}`;
    default:
      return null;
  }
}

/** A command for several services or models counts as one change for each. */
function split(change: RecordedChange): readonly RecordedChange[] {
  const [verb = '', ...objects] = change.line.split(' ');
  if (verb !== 'up' && verb !== 'fetch') return [change];
  return objects.map((object) => ({ ...change, line: `${verb} ${object}` }));
}

function changesOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'write-file':
      return [`write ${operation.path}`];
    case 'write-secret':
      return [`create-directory ${SECRETS}`, `write ${SECRETS}/${operation.name}`];
    case 'remove-secrets':
      return [`remove-path ${operation.path}`];
    case 'create-directory':
      return [`create-directory ${operation.path}`];
    case 'build-image':
      return [`build ${operation.tag}`];
    case 'pull-image':
      return [`pull ${operation.image}`];
    case 'tag-image':
      return [`tag ${operation.image} ${operation.tag}`];
    case 'create-volume':
      return [`create-volume ${operation.name}`];
    case 'remove-network':
      return [`remove-networks ${operation.project}`];
    case 'fetch-model':
      return operation.by === 'one-off' ? [`fetch ${operation.ref}`] : [];
    case 'start-service':
    case 'recreate-service':
      return [`up ${operation.service}`];
    case 'restart-service':
      return [`stop ${operation.service}`, `start ${operation.service}`];
    case 'remove-service':
      return [`stop ${operation.service}`, `remove ${operation.service}`];
    case 'drain-worker':
      return [`stop ${operation.service}`];
    case 'resume-worker':
      return [`start ${operation.service}`];
    // the fake engine records no loads
    case 'push-image':
    case 'wait-for-models':
    case 'wait-until-ready':
    case 'check-gpus':
      return [];
  }
}

/** The state directory of `configOf()`. */
const SECRETS = '/srv/demo/.rma/secrets';

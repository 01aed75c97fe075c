import type { HostResult } from '../../app/hosts/project-host.ts';
import { EXIT, RmaError, toErrorDocument } from '../../core/errors.ts';
import type { CommandResult } from '../define-command.ts';
import { joinTables } from '../render/host-tables.ts';
import { renderTable } from '../render/table.ts';
import type { Theme } from '../render/theme.ts';

type Result = HostResult<CommandResult>;
type Done = Extract<Result, { ok: true }>;
type Failed = Extract<Result, { ok: false }>;

/**
 * Returns the results of one command on several hosts as one result: one table with the column HOST where the command
 * prints one or has an overview, and one section for each host with other text. Exit code 8 if the command failed on some of them.
 * @throws RmaError the fault of the first host if it failed on all of them, with those of the others in its details
 */
export function joinResults(all: readonly Result[]): CommandResult {
  const outcomes = withoutOtherServices(all);
  const done = outcomes.filter((outcome): outcome is Done => outcome.ok);
  const failed = outcomes.filter((outcome): outcome is Failed => !outcome.ok);
  const [first] = done;
  if (first === undefined) throw allFailed(failed);
  return {
    json: { schema: first.value.json.schema, hosts: outcomes.map(hostDocument) },
    human: (theme) => joinedText(done, theme),
    ...(done.every(({ value }) => value.ids !== undefined) && { ids: done.flatMap(idsOf) }),
    ...(done.every(({ value }) => value.items !== undefined) && { items: done.flatMap(itemsOf) }),
    exitCode: commonExitCode(outcomes.map(exitCodeOf)),
    failures: failed.map(({ error }) => error),
    ...commonNext(done),
  };
}

/** A service that was named may run on some of the hosts only. */
function withoutOtherServices(outcomes: readonly Result[]): readonly Result[] {
  const own = outcomes.filter((outcome) => outcome.ok || outcome.error.code !== 'RMA_SERVICE_UNKNOWN');
  return own.length === 0 ? outcomes : own;
}

function hostDocument(outcome: Result): Readonly<Record<string, unknown>> {
  const { host } = outcome;
  if (!outcome.ok) return { host, error: toErrorDocument(outcome.error) };
  const { schema: _, ...document } = outcome.value.json;
  return { host, ...document };
}

/** One table of what the hosts have in common; hosts whose text is not all in it have a section with that text. */
function joinedText(done: readonly Done[], theme: Theme): string {
  const tables = done.flatMap(({ host, value: { table, overview } }) => {
    const shown = table ?? overview;
    return shown === undefined || shown.rows.length === 0 ? [] : [{ host, table: shown }];
  });
  const { columns, rows } = joinTables(tables);
  const sections = done
    .filter(({ value: { table } }) => table === undefined || table.rows.length === 0)
    .map(({ host, value }) => [host, value.human(theme)] as const)
    .filter(([, text]) => text !== '')
    .map(([host, text]) => `${theme.bold(host)}\n${text}`);
  return [...(rows.length === 0 ? [] : [renderTable(columns, rows, theme)]), ...sections].join('\n\n');
}

function idsOf({ host, value }: Done): readonly string[] {
  return (value.ids ?? []).map((id) => `${host}/${id}`);
}

function itemsOf({ host, value }: Done): readonly Readonly<Record<string, unknown>>[] {
  return (value.items ?? []).map((item) => ({ host, ...item }));
}

/** Returns the exit code that the work on all hosts has in common, else that of a partial failure. */
export function commonExitCode(codes: readonly number[]): number {
  const [first = EXIT.ok, ...others] = codes;
  return others.every((code) => code === first) ? first : EXIT.partial;
}

function exitCodeOf(outcome: Result): number {
  return outcome.ok ? (outcome.value.exitCode ?? EXIT.ok) : outcome.error.exitCode;
}

/** The suggested command, if it is the same for all hosts. */
function commonNext(done: readonly Done[]): Pick<CommandResult, 'next'> {
  const [next, ...others] = new Set(done.map(({ value }) => value.next));
  return next === undefined || others.length > 0 ? {} : { next };
}

function allFailed(failed: readonly Failed[]): RmaError {
  const [first, ...rest] = failed.map(({ error }) => error);
  if (first === undefined) throw new Error('a command ran on no host');
  const also = rest.map(({ message }) => message).filter((message) => message !== first.message);
  return new RmaError(first.code, first.message, {
    exitCode: rest.every(({ exitCode }) => exitCode === first.exitCode) ? first.exitCode : EXIT.failed,
    ...(first.hint !== undefined && { hint: first.hint }),
    details: { ...first.details, ...(also.length > 0 && { also }) },
  });
}

import { type LockedEntry, outdatedModels } from '../../../app/models/outdated-models.ts';
import { EXIT, type ExitCode } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { projectOnHosts } from '../../hosts/project-on-hosts.ts';
import { type Column, renderTable } from '../../render/table.ts';

const COLUMNS: readonly Column<LockedEntry>[] = [
  { title: 'NAME', value: ({ name }) => name, shorten: 'middle' },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'LOCKED', value: ({ locked }) => short(locked) },
  { title: 'CURRENT', value: ({ current }) => (current === null ? '-' : short(current)) },
  {
    title: 'DOWNLOAD',
    value: ({ state, bytes }) => (bytes === null || state === 'current' ? '-' : formatBytes(bytes)),
    align: 'right',
  },
];

/** Lists what is locked. @throws RmaError as outdatedModels */
export async function listOutdated(
  { detailedExitcode }: { readonly detailedExitcode: boolean },
  context: Context,
): Promise<CommandResult> {
  const [{ host, config }] = await projectOnHosts(context);
  const entries = await outdatedModels(host, await context.invocation(), config);
  for (const { name, message } of entries) {
    if (message === undefined) continue;
    const text = message.includes(name) ? message : `${name}: ${message}`;
    context.reporter.emit({ type: 'warning', code: 'RMA_LOCKFILE_UNKNOWN', text });
  }
  const isOutdated = entries.some(({ state }) => state === 'outdated');
  return {
    json: { schema: 'rma.models-outdated/v1', entries },
    human: (theme) => renderTable(COLUMNS, entries, theme),
    ids: entries.filter(({ state }) => state === 'outdated').map(({ name }) => name),
    items: entries.map((entry) => ({ ...entry })),
    exitCode: detailedExitcode ? detailedExit(entries) : EXIT.ok,
    ...(isOutdated && { next: 'rma models lock --refresh' }),
  };
}

/** Returns the exit code for scripts, for which something that could not be compared is not up to date. */
function detailedExit(entries: readonly LockedEntry[]): ExitCode {
  const states = new Set(entries.map(({ state }) => state));
  if (states.has('outdated')) return EXIT.changesPending;
  if (!states.has('unknown')) return EXIT.ok;
  return states.size > 1 ? EXIT.partial : EXIT.failed;
}

/** Returns the first digits of a commit or digest, as git and Docker show them. */
function short(version: string): string {
  return version.replace(/\b(?:sha256:)?([0-9a-f]{12})[0-9a-f]{20,}/g, '$1');
}

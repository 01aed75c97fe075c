import type { Operation } from '../../core/plan/operation.ts';
import type { Plan, PlanSummary } from '../../core/plan/plan-types.ts';
import { formatBytes } from '../../core/units.ts';
import type { Theme } from './theme.ts';

interface Line {
  readonly group: 'Images' | 'Models' | 'Volumes' | 'Services' | 'Files';
  readonly mark: '+' | '~' | '-';
  readonly what: string;
  readonly why: string;
}

const GROUPS: readonly Line['group'][] = ['Services', 'Models', 'Images', 'Volumes', 'Files'];

/** A plan for people: what changes, by kind, each with its cause; then room and sums. */
export function renderPlan(plan: Plan, theme: Theme): string {
  const lines = plan.operations.map(planLine);
  const width = Math.max(0, ...lines.map(({ what }) => what.length));
  const groups = GROUPS.flatMap((group) => {
    const own = lines.filter((line) => line.group === group);
    return own.length === 0 ? [] : [theme.bold(group), ...own.map((line) => paintLine(line, width, theme))];
  });
  const warnings = plan.checks.map(
    ({ message, hint }) => `${theme.yellow(`${theme.symbols.warn} ${message}`)}\n    ${hint}`,
  );
  return [...groups, ...warnings, summaryLine(plan.summary)].join('\n');
}

/** The same without colour and groups: a line per operation, for the log of `up`. */
export function planLines(plan: Plan): readonly string[] {
  return plan.operations.map(planLine).map(({ mark, what, why }) => `${mark} ${what}: ${why}`);
}

function paintLine({ mark, what, why }: Line, width: number, theme: Theme): string {
  const paint = { '+': theme.green, '~': theme.yellow, '-': theme.red }[mark];
  return `  ${paint(mark)} ${what.padEnd(width)}  ${theme.dim(why)}`;
}

/** Sums of a plan in one line. */
export function summaryLine({ create, change, remove, fetchBytes, freeBytes }: PlanSummary): string {
  const room = freeBytes === null ? 'free room unknown' : `${formatBytes(freeBytes)} free`;
  if (create + change + remove + fetchBytes === 0) return 'Nothing to do: everything is as it should be.';
  return `${create} to create, ${change} to change, ${remove} to remove; ${formatBytes(fetchBytes)} to fetch, ${room}`;
}

function planLine(operation: Operation): Line {
  const why = operation.cause;
  switch (operation.kind) {
    case 'write-file':
      return { group: 'Files', mark: operation.change === 'create' ? '+' : '~', what: operation.path, why };
    case 'write-secret':
      return {
        group: 'Files',
        mark: operation.change === 'create' ? '+' : '~',
        what: `secret ${operation.name}`,
        why,
      };
    case 'build-image':
      return { group: 'Images', mark: '+', what: `${operation.tag} (build)`, why };
    case 'pull-image':
      return { group: 'Images', mark: '+', what: `${operation.image} (pull)`, why };
    case 'create-volume':
      return { group: 'Volumes', mark: '+', what: operation.name, why };
    case 'fetch-model':
      return { group: 'Models', mark: '+', what: `${operation.ref}  ${formatBytes(operation.bytes)}`, why };
    case 'start-service':
      return { group: 'Services', mark: '+', what: operation.service, why };
    case 'recreate-service':
    case 'restart-service':
      return { group: 'Services', mark: '~', what: operation.service, why };
    case 'stop-service':
    case 'remove-service':
      return { group: 'Services', mark: '-', what: operation.service, why };
  }
}

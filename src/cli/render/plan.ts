import { objectOf } from '../../core/plan/operation-object.ts';
import type { Plan } from '../../core/plan/plan-types.ts';
import { formatBytes } from '../../core/units.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { PLAN_GROUPS, type PlanLine, planLine } from './plan-line.ts';
import type { Theme } from './theme.ts';

/** Renders a plan: its operations by kind, each with its cause, then disk space and totals. */
export function renderPlan(plan: Plan, theme: Theme): string {
  return [...renderOperations(plan, theme), ...renderChecks(plan.checks, theme), summaryLine(plan)].join(
    '\n',
  );
}

/** Returns the findings of a plan, each with its hint on a second line. */
export function renderChecks(checks: Plan['checks'], theme: Theme): readonly string[] {
  return checks.map(
    ({ message, hint }) => `${theme.yellow(`${theme.symbols.warn} ${message}`)}\n    ${hint}`,
  );
}

/** Returns the operations of a plan under headings, one per line. */
export function renderOperations({ operations }: Pick<Plan, 'operations'>, theme: Theme): readonly string[] {
  const lines = operations.map(planLine);
  const width = columnWidth(lines, theme);
  return PLAN_GROUPS.flatMap((group) => {
    const own = lines.filter((line) => line.group === group);
    return own.length === 0 ? [] : [theme.bold(group), ...own.map((line) => paintLine(line, width, theme))];
  });
}

/** The narrowest first column, where a terminal has no room for all of it. */
const MIN_WIDTH = 24;

/** Returns the width of the first column: that of its longest text, or what a terminal leaves next to the causes. */
function columnWidth(lines: readonly PlanLine[], { columns }: Theme): number {
  const longest = Math.max(0, ...lines.map(({ what }) => what.length));
  if (columns === null) return longest;
  const causes = Math.max(0, ...lines.map(({ why }) => why.length));
  return Math.min(longest, Math.max(MIN_WIDTH, columns - causes - INDENT.length - GAP.length));
}

const INDENT = '    ';
const GAP = '  ';

/** Returns a line per operation without colour and headings, for the log of `up`. */
function planLines(plan: Plan): readonly string[] {
  return plan.operations.map(planLine).map(({ mark, what, why }) => `${mark} ${what}: ${why}`);
}

function paintLine({ mark, what, why }: PlanLine, width: number, theme: Theme): string {
  const paint = { '+': theme.green, '~': theme.yellow, '-': theme.red, '>': theme.dim }[mark];
  const start = `  ${paint(mark)} `;
  if (what.length <= width) return `${start}${what.padEnd(width)}${GAP}${theme.dim(why)}`;
  return `${start}${what}\n${INDENT}${' '.repeat(width)}${GAP}${theme.dim(why)}`;
}

/** Returns the totals of a plan in one line; those of several hosts, without the free space of their stores. */
export function summaryLine(
  { operations, summary }: Pick<Plan, 'operations' | 'summary'>,
  scope: 'host' | 'hosts' = 'host',
): string {
  const { create, change, remove, fetchBytes, freeBytes } = summary;
  if (operations.length === 0) return 'No changes. The project matches its configuration.';
  const changes = `${create} to create, ${change} to change, ${remove} to remove`;
  if (create + change + remove === 0) return 'No changes; waiting for the workers to become ready.';
  if (fetchBytes === 0 && freeBytes === null) return changes;
  const download = `${changes}; ${formatBytes(fetchBytes)} to download`;
  if (scope === 'hosts') return download;
  const space = freeBytes === null ? 'free disk space unknown' : `${formatBytes(freeBytes)} free`;
  return `${download}, ${space}`;
}

/** Reports a plan before it is executed: its totals as a step, its operations in the log. */
export function reportPlan(
  { reporter }: Pick<Invocation, 'reporter'>,
  plan: Plan,
  scope: 'host' | 'hosts' = 'host',
): void {
  reporter.emit({ type: 'step', id: 'plan', state: 'done', text: `plan: ${summaryLine(plan, scope)}` });
  for (const text of planLines(plan)) reporter.emit({ type: 'log', level: 'info', text });
}

/** Returns the question to ask before a plan that removes something. */
export function removalQuestion({ operations }: Pick<Plan, 'operations'>): string {
  const removed = operations.filter(({ destructive }) => destructive).map(objectOf);
  return `This will remove: ${removed.join(', ')}. Continue?`;
}

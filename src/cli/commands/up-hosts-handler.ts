import { type HostsUpResult, type HostUp, upHosts } from '../../app/up-hosts.ts';
import { EXIT, toErrorDocument } from '../../core/errors.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { hostsRequest } from '../hosts/hosts-request.ts';
import { commonExitCode } from '../hosts/join-results.ts';
import { ENDPOINT_COLUMNS } from '../render/endpoints.ts';
import { joinTables, tableData } from '../render/host-tables.ts';
import { removalQuestion, reportPlan } from '../render/plan.ts';
import { renderTable } from '../render/table.ts';
import type { Theme } from '../render/theme.ts';
import { tryCommand, type UpInput } from './up-input.ts';

/** Runs `up` on the hosts that rma.yaml names. Exit code 8 if some of them failed. */
export async function runUpOnHosts(
  input: UpInput,
  context: Context,
  selected: readonly string[],
): Promise<CommandResult> {
  const invocation = await context.invocation();
  const request = await hostsRequest(input, context, selected);
  const result = await upHosts(invocation, {
    ...request,
    certificates: request.config.network.distribute === 'lan' ? (await context.serving()).certificates : null,
    waitSeconds: input.waitTimeout,
    confirm: async (plan) => context.confirm(removalQuestion(plan)),
    show: (plan) => reportPlan(invocation, plan, 'hosts'),
  });
  const failures = result.hosts.flatMap(({ error }) => error ?? []);
  const { operations, checks, summary } = result.plan;
  const endpoints = result.hosts.flatMap((host) => host.endpoints);
  return {
    json: { schema: 'rma.up/v1', hosts: result.hosts.map(hostDocument), operations, checks, summary },
    human: (theme) => text(result, theme),
    ids: endpoints.map(({ url }) => url),
    exitCode: commonExitCode(result.hosts.map(({ error }) => error?.exitCode ?? EXIT.ok)),
    failures,
    next: tryCommand(endpoints) ?? 'rma status',
  };
}

function hostDocument({ host, changed, endpoints, error }: HostUp): Readonly<Record<string, unknown>> {
  return { host, changed, endpoints, ...(error !== null && { error: toErrorDocument(error) }) };
}

function text({ hosts }: HostsUpResult, theme: Theme): string {
  const done = hosts.filter(({ error }) => error === null);
  const tables = done.map(({ host, endpoints }) => ({ host, table: tableData(ENDPOINT_COLUMNS, endpoints) }));
  const { columns, rows } = joinTables(tables);
  return [headline(hosts), ...(rows.length === 0 ? [] : [renderTable(columns, rows, theme)])].join('\n\n');
}

function headline(hosts: readonly HostUp[]): string {
  const failed = hosts.filter(({ error }) => error !== null).map(({ host }) => host);
  const done = hosts.filter(({ error }) => error === null);
  if (done.length === 0) return `Failed on ${failed.join(', ')}.`;
  const ready = done.some(({ changed }) => changed)
    ? `Ready on ${done.map(({ host }) => host).join(', ')}.`
    : 'No changes. All services are ready.';
  if (failed.length === 0) return ready;
  const names = done.map(({ host }) => host).join(', ');
  const part = done.some(({ changed }) => changed) ? ready : `No changes on ${names}.`;
  return `${part} Failed on ${failed.join(', ')}; run rma up to retry.`;
}

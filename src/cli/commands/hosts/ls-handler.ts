import { type HostEntry, listHosts } from '../../../app/hosts/list-hosts.ts';
import { toErrorDocument } from '../../../core/errors.ts';
import { selectHosts } from '../../../core/hosts/select-hosts.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { commonExitCode } from '../../hosts/join-results.ts';
import { type Column, renderTable } from '../../render/table.ts';

const COLUMNS: readonly Column<HostEntry>[] = [
  { title: 'HOST', value: ({ name }) => name },
  { title: 'ADDRESS', value: ({ address }) => address ?? 'this machine' },
  {
    title: 'STATE',
    value: ({ error }) => (error === null ? 'ok' : error.code),
    paint: ({ error }, theme) => (error === null ? theme.green : theme.red),
  },
  { title: 'DOCKER', value: ({ facts }) => facts?.docker ?? '' },
  { title: 'GPUS', value: gpusText },
  { title: 'RAM', value: ({ facts }) => sizeText(facts?.memoryBytes), align: 'right' },
  { title: 'PROFILES', value: ({ facts }) => facts?.profiles.join(', ') ?? '' },
  { title: 'LABELS', value: ({ labels }) => entries(labels).join(', '), optional: true },
];

export async function listMachines(_input: unknown, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const names = (await context.selectedHosts()) ?? selectHosts(config.hosts, []);
  const hosts = await listHosts(await context.invocation(), { config, names, open: context.projectHost });
  const documents = hosts.map(hostDocument);
  return {
    json: { schema: 'rma.hosts/v1', hosts: documents },
    human: (theme) => renderTable(COLUMNS, hosts, theme),
    ids: names,
    items: documents,
    exitCode: commonExitCode(hosts.map(({ error }) => error?.exitCode ?? 0)),
    failures: hosts.flatMap(({ error }) => error ?? []),
  };
}

function hostDocument({
  name,
  address,
  labels,
  bind,
  facts,
  error,
}: HostEntry): Readonly<Record<string, unknown>> {
  return { name, address, labels, bind, ...facts, ...(error !== null && { error: toErrorDocument(error) }) };
}

/** Lists equal GPUs once: `8x H100 (80 GiB)`. */
function gpusText({ facts }: HostEntry): string {
  const texts = (facts?.gpus ?? []).map(({ name, memoryBytes }) => `${name} (${sizeText(memoryBytes)})`);
  return [...new Set(texts)]
    .map((text) => `${texts.filter((each) => each === text).length}x ${text}`)
    .join(', ');
}

function sizeText(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? '' : formatBytes(bytes);
}

function entries(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

import { projectContainers } from '../../app/observe/project-containers.ts';
import { requireDocker } from '../../app/observe/require-docker.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { serviceDocument, servicesTable } from '../render/services.ts';
import { renderTable } from '../render/table.ts';

interface PsInput {
  readonly all: boolean;
}

export async function listServices({ all }: PsInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const host = await context.host();
  await requireDocker(host);
  const containers = await projectContainers(host, all ? null : config.project);
  const services = containers.map(serviceDocument);
  const table = servicesTable(containers);
  return {
    json: { schema: 'rma.ps/v1', services },
    human: (theme) =>
      containers.length === 0
        ? `No services${all ? '' : ` in project "${config.project}"`}.`
        : renderTable(table.columns, table.rows, theme),
    table,
    ids: containers.map(({ service }) => service),
    items: services,
    ...(containers.length === 0 && {
      next: config.profiles.length > 0 ? 'rma up' : 'rma up --profile cpu-worker',
    }),
  };
}

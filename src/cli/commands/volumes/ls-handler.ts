import { type ListedVolume, listVolumes } from '../../../app/volumes/list-volumes.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { ownerText, usersText, volumeDocument } from '../../render/volumes.ts';

const COLUMNS: readonly Column<ListedVolume>[] = [
  { title: 'NAME', value: ({ entry }) => entry.name, shorten: 'middle', room: 20 },
  { title: 'HOLDS', value: ({ entry }) => entry.role ?? '' },
  { title: 'KIND', value: ({ entry }) => entry.kind },
  { title: 'OWNER', value: ({ reading }) => ownerText(reading) },
  { title: 'USED', value: ({ reading }) => (reading ? formatBytes(reading.usedBytes) : ''), align: 'right' },
  { title: 'FREE', value: ({ reading }) => (reading ? formatBytes(reading.freeBytes) : ''), align: 'right' },
  { title: 'USED BY', value: ({ entry }) => usersText(entry), shorten: 'end' },
  { title: 'LOCATION', value: ({ entry }) => entry.location ?? '', shorten: 'middle', optional: true },
];

/** Lists the volumes of rma on this host. @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3) */
export async function showVolumes(_input: unknown, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const { volumes, imageExists } = await listVolumes(
    await context.host(),
    await context.invocation(),
    config,
  );
  const documents = volumes.map(volumeDocument);
  const faults = volumes.flatMap(({ entry, fault }) => (fault === null ? [] : [`${entry.name}: ${fault}`]));
  for (const text of faults) context.reporter.emit({ type: 'warning', code: 'RMA_VOLUME_UNMOUNTABLE', text });
  const isUnread = !imageExists && volumes.some(({ entry }) => entry.exists);
  return {
    json: { schema: 'rma.volumes/v1', volumes: documents },
    human: (theme) =>
      [
        renderTable(COLUMNS, volumes, theme),
        ...(isUnread
          ? ['Owner and sizes are unknown: the worker image is not built. rma volumes check builds it.']
          : []),
      ].join('\n'),
    ids: volumes.filter(({ entry }) => entry.exists).map(({ entry }) => entry.name),
    items: documents,
  };
}

import { type InspectedVolume, inspectVolume } from '../../../app/volumes/list-volumes.ts';
import type { ContainerMount } from '../../../core/domain/volume.ts';
import { optionsText } from '../../../core/plan/plan-volumes.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { printable } from '../../render/printable.ts';
import { counted } from '../../render/problems.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { findingDocument, findingLines, ownerText, usersText, volumeDocument } from '../../render/volumes.ts';

const MOUNT_COLUMNS: readonly Column<ContainerMount>[] = [
  { title: 'CONTAINER', value: ({ container }) => container },
  { title: 'SERVICE', value: ({ service }) => service ?? '' },
  { title: 'PROJECT', value: ({ project }) => project ?? '' },
  { title: 'STATE', value: ({ running }) => (running ? 'running' : 'stopped') },
  { title: 'ACCESS', value: ({ readOnly }) => (readOnly ? 'read-only' : 'read-write') },
  { title: 'PATH', value: ({ path }) => path, shorten: 'middle' },
];

/** Shows one volume. @throws RmaError RMA_VOLUME_UNKNOWN (2), as inspectVolume */
export async function showVolume(
  { volume: name }: { readonly volume: string },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const volume = await inspectVolume(await context.host(), await context.invocation(), { config, name });
  return {
    json: {
      schema: 'rma.volume/v1',
      volume: volumeDocument(volume),
      drift: volume.drift.map(findingDocument),
    },
    human: (theme) => volumeText(volume, theme),
    ids: [volume.entry.name],
  };
}

function volumeText(volume: InspectedVolume, theme: Theme): string {
  const facts = factsOf(volume)
    .filter(([, value]) => value !== '')
    .map(([name = '', value = '']) => `${`${name}:`.padEnd(14)} ${printable(value)}`);
  const { mounts } = volume.entry;
  const users = mounts.length === 0 ? [] : ['', renderTable(MOUNT_COLUMNS, mounts, theme)];
  const drift = volume.drift.flatMap((finding) => ['', ...findingLines(finding, theme)]);
  return [...facts, ...users, ...drift].join('\n');
}

function factsOf({ entry, reading, fault }: InspectedVolume): readonly (readonly [string, string])[] {
  const { name, role, kind, location, facts, exists, declaredAs } = entry;
  const inodes = reading?.inodes ?? null;
  return [
    ['Name', name],
    ['Holds', role ?? ''],
    ['Kind', kind],
    ['Exists', exists ? 'yes' : 'no; rma up and rma models pull create it'],
    ['Location', location ?? ''],
    ['Settings', declaredAs.map((each) => `volumes.${each}`).join(', ')],
    ['Options', facts === null || kind === 'host' ? '' : optionsText(facts.options)],
    ['Created', typeof facts?.createdAt === 'number' ? new Date(facts.createdAt).toISOString() : ''],
    ['Owner', ownerText(reading)],
    ['File system', reading === null ? '' : `${reading.fileSystem} (${reading.mountOptions})`],
    [
      'Used',
      reading === null ? '' : `${formatBytes(reading.usedBytes)} in ${counted(reading.files, 'file')}`,
    ],
    [
      'Free',
      reading === null ? '' : `${formatBytes(reading.freeBytes)} of ${formatBytes(reading.sizeBytes)}`,
    ],
    ['Inodes', inodes === null ? '' : `${inodes.free} of ${inodes.total} free`],
    ['Cannot mount', fault ?? ''],
    ['Used by', usersText(entry)],
  ];
}

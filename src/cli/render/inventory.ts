import {
  type InventoryFile,
  type InventoryItem,
  type InventoryModel,
  type ModelUser,
  verification,
} from '../../core/domain/inventory.ts';
import { knownSource } from '../../core/inventory/known-source.ts';
import { lastUse } from '../../core/inventory/last-use.ts';
import { formatAge, formatBytes } from '../../core/units.ts';
import { shortCommit } from './short-name.ts';
import type { Column } from './table.ts';

/** Texts of `verification`. */
export const VERIFIED = { all: 'yes', some: 'in part', none: 'no' } as const;

/** Returns the columns of a list of stored models. `now`: milliseconds since the Unix epoch. */
export function storedColumns(now: number): readonly Column<InventoryModel>[] {
  return [
    {
      title: 'REFERENCE',
      value: ({ references: [first] }) => shortCommit(first),
      shorten: 'middle',
      room: 26,
    },
    { title: 'SIZE', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
    { title: 'VERIFIED', value: verifiedText },
    { title: 'LAST USED', value: (model) => ageText(lastUse(model), now) },
    { title: 'NEEDED BY', value: ({ neededBy }) => neededBy.map(userName).join(','), shorten: 'end' },
  ];
}

/** Returns how long ago a time was; empty for null. */
export function ageText(time: string | null, now: number): string {
  return time === null ? '' : formatAge((now - Date.parse(time)) / 1000);
}

/** Returns a worker as `project/profile`. */
export function userName({ project, profile }: ModelUser): string {
  return `${project}/${profile}`;
}

/** Returns a stored model as JSON. */
export function storedDocument(model: InventoryModel): Readonly<Record<string, unknown>> {
  const { references, path, commit, missing, bytes, sharedBytes, neededBy } = model;
  const { modifiedAt, lastUsedAt, isPinned: pinned } = model;
  return {
    name: references[0],
    state: missing.length === 0 ? 'present' : 'partial',
    reference: references[0],
    references,
    source: knownSource(model),
    path,
    commit,
    bytes,
    sharedBytes,
    verified: verification(model),
    modifiedAt,
    lastUsedAt,
    neededBy,
    pinned,
    // only where they are printed
    get files() {
      return model.files.map(fileDocument);
    },
    missing,
  };
}

function fileDocument(file: InventoryFile): Readonly<Record<string, unknown>> {
  const { path, content, bytes, digest, isVerified: verified, users } = file;
  return { path, content, bytes, digest, verified, shared: users > 1 };
}

/** Returns the sum of the sizes of items. */
export function itemBytes(items: readonly InventoryItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

function verifiedText(model: InventoryModel): string {
  return model.missing.length === 0 ? VERIFIED[verification(model)] : 'incomplete';
}

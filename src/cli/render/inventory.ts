import {
  type InventoryItem,
  type InventoryModel,
  type ModelUser,
  verification,
} from '../../core/domain/inventory.ts';
import { formatBytes } from '../../core/units.ts';
import type { Column } from './table.ts';

/** Texts of `verification`. */
export const VERIFIED = { all: 'yes', some: 'in part', none: 'no' } as const;

/** Columns of a list of stored models. */
export const STORED_COLUMNS: readonly Column<InventoryModel>[] = [
  { title: 'REFERENCE', value: ({ references: [first] }) => first },
  { title: 'SIZE', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
  { title: 'FILES', value: filesText, align: 'right' },
  { title: 'VERIFIED', value: (model) => VERIFIED[verification(model)] },
  { title: 'MODIFIED', value: ({ modifiedAt }) => modifiedAt?.slice(0, 10) ?? '' },
  { title: 'NEEDED BY', value: ({ neededBy }) => neededBy.map(userName).join(',') },
];

/** Returns a worker as `project/profile`. */
export function userName({ project, profile }: ModelUser): string {
  return `${project}/${profile}`;
}

/** Returns a stored model as JSON. */
export function storedDocument(model: InventoryModel): Readonly<Record<string, unknown>> {
  const { references, source, path, commit, files, missing, bytes, sharedBytes, modifiedAt, neededBy } =
    model;
  return {
    reference: references[0],
    references,
    source,
    path,
    commit,
    bytes,
    sharedBytes,
    verified: verification(model),
    modifiedAt,
    neededBy,
    files: files.map(({ path: name, content, bytes: size, digest, isVerified, users }) => ({
      path: name,
      content,
      bytes: size,
      digest,
      verified: isVerified,
      shared: users > 1,
    })),
    missing,
  };
}

/** Returns the sum of the sizes of items. */
export function itemBytes(items: readonly InventoryItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

function filesText({ files, missing }: InventoryModel): string {
  return missing.length === 0 ? String(files.length) : `${files.length} (${missing.length} missing)`;
}

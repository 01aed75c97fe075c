import type { Preview } from '../../app/kubernetes/apply-export.ts';
import type { ObjectChange } from '../../core/cluster/compare-objects.ts';
import { objectName } from '../../core/cluster/kubernetes-object.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

interface Row {
  readonly object: string;
  readonly change: string;
  readonly fields: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'OBJECT', value: ({ object }) => object },
  { title: 'CHANGE', value: ({ change }) => change },
  { title: 'FIELDS', value: ({ fields }) => fields, shorten: 'end' },
];

/** Renders what an apply changes, one line each; unchanged objects are left out. */
export function renderChanges({ changes, stale }: Preview, { prune }: Pruning, theme: Theme): string {
  const rows = [
    ...changes.filter(({ change }) => change !== 'none').map(rowOf),
    ...stale.map((object) => ({
      object: objectName(object),
      change: prune ? 'remove' : 'keep',
      fields: 'not part of the export',
    })),
  ];
  return rows.length === 0 ? 'No changes.' : renderTable(COLUMNS, rows, theme);
}

export interface Pruning {
  /** objects that are not part of the export are removed */
  readonly prune: boolean;
}

/** Returns `12 to create, 1 to change, 3 unchanged`, or `12 created, …` of what is done, without what there is none of. */
export function changesText({ changes, stale }: Preview, { prune }: Pruning, isDone: boolean): string {
  const count = (kind: ObjectChange['change']): number =>
    changes.filter(({ change }) => change === kind).length;
  const parts = [
    [count('create'), isDone ? 'created' : 'to create'],
    [count('change'), isDone ? 'changed' : 'to change'],
    [prune ? stale.length : 0, isDone ? 'removed' : 'to remove'],
    [count('none'), 'unchanged'],
  ] as const;
  return parts.flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`])).join(', ');
}

function rowOf({ object, change, fields }: ObjectChange): Row {
  return { object: objectName(object), change, fields: fields.join(', ') };
}

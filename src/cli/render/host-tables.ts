import type { Column } from './table.ts';

/** A table before it is rendered. */
export interface TableData {
  readonly columns: readonly Column<unknown>[];
  readonly rows: readonly unknown[];
}

/** Returns a table whose rows are only read by its own columns. */
export function tableData<R>(columns: readonly Column<R>[], rows: readonly R[]): TableData {
  // no other code passes rows to these columns
  return { columns: columns as readonly Column<unknown>[], rows };
}

interface HostRow {
  readonly host: string;
  readonly columns: readonly Column<unknown>[];
  readonly row: unknown;
}

/** Returns the tables of several hosts as one, with the column HOST in front. Columns are matched by title. */
export function joinTables(
  tables: readonly { readonly host: string; readonly table: TableData }[],
): TableData {
  const first = new Map<string, Column<unknown>>();
  for (const { table } of tables)
    for (const column of table.columns) if (!first.has(column.title)) first.set(column.title, column);
  const columns: Column<HostRow>[] = [
    { title: 'HOST', value: ({ host }) => host },
    ...[...first].map(([title, like]): Column<HostRow> => {
      const own = ({ columns: all }: HostRow) => all.find((column) => column.title === title);
      return {
        ...like,
        value: (each) => own(each)?.value(each.row) ?? '',
        paint: (each, theme) => own(each)?.paint?.(each.row, theme) ?? ((text) => text),
      };
    }),
  ];
  const rows = tables.flatMap(({ host, table }) =>
    table.rows.map((row): HostRow => ({ host, columns: table.columns, row })),
  );
  return tableData(columns, rows);
}

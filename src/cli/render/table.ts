import { displayWidth, pad, truncate, truncateMiddle } from './display-width.ts';
import { printable } from './printable.ts';
import type { Theme } from './theme.ts';

/** One column of a table. */
export interface Column<R> {
  readonly title: string;
  readonly value: (row: R) => string;
  readonly align?: 'left' | 'right';
  /** gives up space before other columns on a narrow terminal, down to `MIN_ROOM`: its text is shortened there */
  readonly shorten?: 'middle' | 'end';
  /** width that it keeps instead of `MIN_ROOM` while others can give up space */
  readonly room?: number;
  /** left out where the terminal is too narrow for all columns; the last one first */
  readonly optional?: boolean;
  readonly paint?: (row: R, theme: Theme) => (text: string) => string;
}

const GAP = '   ';
/** Width that a column with `shorten` keeps. */
const MIN_ROOM = 12;

/** Renders rows in aligned columns without borders; lines are truncated at the width of the terminal, never wrapped. */
export function renderTable<R>(all: readonly Column<R>[], rows: readonly R[], theme: Theme): string {
  const cells = rows.map((row) => all.map((column) => printable(column.value(row)) || '-'));
  const whole = all.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const kept = keptColumns(all, whole, theme.columns);
  const columns = kept.flatMap((at) => all[at] ?? []);
  const texts = cells.map((row) => kept.map((at) => row[at] ?? ''));
  const widths = kept.map((at) => whole[at] ?? 0);
  const shrunk = shrinkColumns(columns, widths, theme.columns);
  const rooms = shareWidth(shrunk, theme.columns);
  const line = (cells: readonly string[], paint: (index: number) => (text: string) => string): string => {
    const parts = cells.map((cell, index) => {
      const room = rooms[index] ?? 0;
      const cut = columns[index]?.shorten === 'middle' ? truncateMiddle : truncate;
      const filled = pad(cut(cell, room, theme.symbols.ellipsis), room, columns[index]?.align);
      return paint(index)(index === cells.length - 1 ? filled.trimEnd() : filled);
    });
    return parts
      .filter((_, index) => (rooms[index] ?? 0) > 0)
      .join(GAP)
      .trimEnd();
  };
  const header = line(
    columns.map(({ title }) => title),
    () => theme.bold,
  );
  const body = texts.map((cells, at) => line(cells, (index) => painter(columns[index], rows[at], theme)));
  return [header, ...body].join('\n');
}

/** Returns the indexes of the columns without optional ones for which the terminal has no space. */
function keptColumns<R>(
  columns: readonly Column<R>[],
  widths: readonly number[],
  terminal: number | null,
): readonly number[] {
  const least = columns.map((column, at) => {
    const width = widths[at] ?? 0;
    return column.shorten === undefined ? width : Math.min(width, leastRoom(column));
  });
  let kept = [...columns.keys()];
  for (;;) {
    const needed = kept.reduce((sum, at) => sum + (least[at] ?? 0), GAP.length * (kept.length - 1));
    const last = kept.findLast((at) => columns[at]?.optional === true);
    if (terminal === null || needed <= terminal || last === undefined) return kept;
    kept = kept.filter((at) => at !== last);
  }
}

function leastRoom<R>({ room = MIN_ROOM }: Column<R>): number {
  return room;
}

function painter<R>(
  column: Column<R> | undefined,
  row: R | undefined,
  theme: Theme,
): (text: string) => string {
  const same = (text: string): string => text;
  return row === undefined ? same : (column?.paint?.(row, theme) ?? same);
}

/** Returns the widths after the widest of the columns that may be shortened have given up what the terminal lacks. */
function shrinkColumns<R>(
  columns: readonly Column<R>[],
  widths: readonly number[],
  terminal: number | null,
): readonly number[] {
  const rooms = [...widths];
  const needed = rooms.reduce((sum, width) => sum + width, GAP.length * (rooms.length - 1));
  for (let excess = needed - (terminal ?? needed); excess > 0; excess -= 1) {
    const elastic = rooms.map((room, at) =>
      columns[at]?.shorten !== undefined && room > leastRoom(columns[at]) ? room : 0,
    );
    const widest = Math.max(...elastic);
    if (widest === 0) break;
    rooms[elastic.lastIndexOf(widest)] = widest - 1;
  }
  return rooms;
}

/** Returns the width per column: from the left, each gets its full width while the terminal has space. */
function shareWidth(widths: readonly number[], columns: number | null): readonly number[] {
  if (columns === null) return widths;
  let left = columns;
  return widths.map((width, index) => {
    const gap = index === 0 ? 0 : GAP.length;
    const room = Math.max(0, Math.min(width, left - gap));
    left -= room + gap;
    return room;
  });
}

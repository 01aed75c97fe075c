import type { ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import { formatBytes, formatDuration } from '../../core/units.ts';
import { displayWidth, pad, truncate, truncateMiddle } from '../render/display-width.ts';
import { printable } from '../render/printable.ts';
import type { Theme } from '../render/theme.ts';

const BAR_WIDTH = 10;
const SHORTEST_NAME = 12;
const GAP = '  ';
const STOPPED: readonly string[] = ['RMA_INTERRUPTED', 'RMA_TERMINATED'];

export interface Sum {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | null;
}

/** Returns whole percent, never 100 before the last byte. */
export function percent({ doneBytes, totalBytes }: Pick<Sum, 'doneBytes' | 'totalBytes'>): number {
  if (totalBytes <= 0) return 0;
  return Math.min(doneBytes < totalBytes ? 99 : 100, Math.floor((doneBytes / totalBytes) * 100));
}

/** Formats `68 %  3.2 GiB of 4.7 GiB  212 MiB/s  ETA 7s`; unknown parts are omitted. */
export function amounts(sum: Sum, separator: string): string {
  const { doneBytes, totalBytes, bytesPerSecond: rate } = sum;
  const parts = [`${percent(sum)} %`, `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`];
  if (rate !== null && rate > 0) {
    parts.push(`${formatBytes(rate)}/s`, `ETA ${formatDuration((totalBytes - doneBytes) / rate)}`);
  }
  return parts.join(separator);
}

/** Returns the line of a finished or failed model, with the bytes downloaded in this run. */
export function endText({ ref, state, fetchedBytes, totalBytes, note, fault }: ModelProgress): string {
  const name = printable(ref);
  // nothing failed: the user stopped the command
  if (fault !== undefined && STOPPED.includes(fault.code)) return `${name}: ${printable(fault.message)}`;
  if (state === 'failed') return `${name}: failed${note === undefined ? '' : `: ${printable(note)}`}`;
  const fetched = fetchedBytes === 0 ? 'nothing to download' : `${formatBytes(fetchedBytes)} downloaded`;
  return `${name}: present, ${formatBytes(totalBytes)}, ${note ?? fetched}`;
}

/** Returns the progress of a model under a name that says on which of several hosts it is. */
export function onHost(progress: ModelProgress, host: string | undefined): ModelProgress {
  return host === undefined ? progress : { ...progress, ref: `${host}: ${progress.ref}` };
}

/** Returns the status of a worker with its models as `onHost` names them. */
export function workerOnHost(status: WorkerStatus, host: string | undefined): WorkerStatus {
  return { ...status, models: status.models.map((progress) => onHost(progress, host)) };
}

/** Returns whether a model in this state has a progress worth numbers. */
export function isMoving(state: string): boolean {
  return ['downloading', 'importing', 'exporting'].includes(state);
}

/** One line of the live block. */
export interface LiveLine {
  readonly name: string;
  readonly state: string;
  readonly sum: Sum;
}

/**
 * Returns the lines of the live block, names aligned, each at most `width` columns. Drops what does not fit: first the
 * bar, then the middle of the name, then the middle of the rest: a note ends with the cause.
 */
export function liveLines(lines: readonly LiveLine[], width: number, theme: Theme): readonly string[] {
  const names = Math.max(0, ...lines.map(({ name }) => displayWidth(printable(name))));
  const texts = lines.map(({ state, sum }) => (isMoving(state) ? amounts(sum, '  ') : state));
  const fits = texts.every(
    (text) => SHORTEST_NAME + BAR_WIDTH + 2 * GAP.length + displayWidth(text) <= width,
  );
  return lines.map(({ name, state, sum }, index) => {
    const bars = fits && isMoving(state) ? [bar(sum, theme)] : [];
    const tail = ['', ...bars, texts[index] ?? ''].join(GAP);
    const room = Math.min(names, Math.max(SHORTEST_NAME, width - displayWidth(tail)));
    const { ellipsis } = theme.symbols;
    const start = pad(truncateMiddle(printable(name), room, ellipsis), room);
    return truncate(start + truncateMiddle(tail, Math.max(1, width - room), ellipsis), width, ellipsis);
  });
}

function bar(sum: Sum, { symbols }: Theme): string {
  const filled = Math.round((percent(sum) / 100) * BAR_WIDTH);
  return symbols.full.repeat(filled) + symbols.empty.repeat(BAR_WIDTH - filled);
}

import type { ModelProgress } from '../domain/worker-status.ts';
import { formatBytes, formatDuration } from '../units.ts';

/** Time and content of the last log line about a model. */
export interface ProgressMark {
  readonly atMs: number;
  readonly percent: number;
  readonly state: ModelProgress['state'];
  readonly note: string | undefined;
}

const LINE_EVERY_MS = 5_000;
const LINE_EVERY_PERCENT = 10;

/** Returns whether progress is worth a log line: a new state or note, 10 percent more, or 5 seconds later. */
export function needsProgressLine(mark: ProgressMark | undefined, progress: ModelProgress, nowMs: number) {
  if (mark === undefined) return true;
  if (mark.state !== progress.state || mark.note !== progress.note) return true;
  if (progress.state === 'present' || progress.state === 'failed') return false;
  const more = percentOf(progress) - mark.percent;
  return more >= LINE_EVERY_PERCENT || (more > 0 && nowMs - mark.atMs >= LINE_EVERY_MS);
}

/** Returns the mark of a line that is written now. */
export function progressMark(progress: ModelProgress, nowMs: number): ProgressMark {
  return { atMs: nowMs, percent: percentOf(progress), state: progress.state, note: progress.note };
}

/** Formats `Downloading <model>: 12 %, 56.2 MiB of 469 MiB, 23.0 MiB/s, 18s left`; the first word is the state. */
export function progressLine(progress: ModelProgress): string {
  const note = progress.note === undefined ? '' : ` (${progress.note})`;
  if (progress.state === 'present' && progress.fetchedBytes > 0) {
    return `Downloaded ${progress.ref}: ${formatBytes(progress.fetchedBytes)}`;
  }
  if (progress.state !== 'downloading') return `${WORDS[progress.state]} ${progress.ref}${note}`;
  const parts = [
    `${Math.floor(percentOf(progress))} %`,
    `${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`,
  ];
  if (progress.bytesPerSecond !== null) parts.push(`${formatBytes(progress.bytesPerSecond)}/s`);
  if (progress.etaSeconds !== null) parts.push(`${formatDuration(progress.etaSeconds)} left`);
  return `Downloading ${progress.ref}: ${parts.join(', ')}${note}`;
}

const WORDS: Readonly<Record<Exclude<ModelProgress['state'], 'downloading'>, string>> = {
  waiting: 'Waiting for',
  checking: 'Checking',
  importing: 'Importing',
  exporting: 'Exporting',
  verifying: 'Verifying',
  present: 'Already present',
  failed: 'Failed',
};

function percentOf(progress: ModelProgress): number {
  return progress.totalBytes === 0 ? 100 : (progress.doneBytes / progress.totalBytes) * 100;
}

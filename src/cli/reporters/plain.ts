import type { ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import type { ByteProgress, RmaEvent } from '../../core/events.ts';
import type { OutStream } from '../process-io.ts';
import { printable } from '../render/printable.ts';
import type { Theme } from '../render/theme.ts';
import type { CliReporter } from './cli-reporter.ts';
import { amounts, endText, isMoving, onHost, percent, workerOnHost } from './model-text.ts';
import { stepText, warningText } from './step-text.ts';

const EVERY_MS = 5000;
const EVERY_PERCENT = 10;
/** key of the current step among the models; no reference */
const STEP = '';

export interface PlainOptions {
  readonly err: OutStream;
  readonly theme: Theme;
  /** 0: no log lines, 1: info, 2: debug too */
  readonly verbosity: number;
  /** monotonic milliseconds */
  readonly now: () => number;
}

/** Prints plain lines on stderr, for pipes and logs: one per step, and one per model every 5 s or 10 %. */
export class PlainReporter implements CliReporter {
  private readonly options: PlainOptions;
  private readonly models = new Map<string, { state: string; at: number; percent: number }>();
  private readonly workers = new Map<string, string>();

  constructor(options: PlainOptions) {
    this.options = options;
  }

  emit(event: RmaEvent): void {
    switch (event.type) {
      case 'step':
        this.models.delete(STEP);
        this.line(stepText(event, this.options.theme));
        break;
      case 'bytes':
        if (this.isDue(STEP, event.progress)) this.line(amounts(event.progress, ', '));
        break;
      case 'model':
        this.model(onHost(event.progress, event.host));
        break;
      case 'worker':
        this.worker(workerOnHost(event.status, event.host));
        break;
      case 'warning':
        this.line(warningText(event, this.options.theme));
        break;
      case 'log':
        if (this.options.verbosity >= (event.level === 'debug' ? 2 : 1)) this.line(printable(event.text));
        break;
    }
  }

  close(): void {
    this.models.clear();
  }

  private model(progress: ModelProgress): void {
    const { ref, state } = progress;
    const last = this.models.get(ref);
    const now = this.options.now();
    const reached = percent(progress);
    const changed = last?.state !== state;
    const due = last !== undefined && (now - last.at >= EVERY_MS || reached - last.percent >= EVERY_PERCENT);
    if (!changed && !(due && isMoving(state))) return;
    // skip temporary states without a note
    if ((state === 'waiting' || state === 'checking') && progress.note === undefined) return;
    this.models.set(ref, { state, at: now, percent: reached });
    this.line(modelText(progress));
  }

  /** Returns whether enough time or progress has passed since the last line of a key; not for the first call. */
  private isDue(key: string, progress: ByteProgress): boolean {
    const last = this.models.get(key);
    const [now, reached] = [this.options.now(), percent(progress)];
    const due = last !== undefined && (now - last.at >= EVERY_MS || reached - last.percent >= EVERY_PERCENT);
    if (due || last === undefined) this.models.set(key, { state: '', at: now, percent: reached });
    return due;
  }

  private worker(status: WorkerStatus): void {
    for (const progress of status.models) this.model(progress);
    if (this.workers.get(status.worker) === status.state) return;
    this.workers.set(status.worker, status.state);
    this.line(`${printable(status.worker)}: ${status.state}`);
  }

  private line(text: string): void {
    this.options.err.write(`${text}\n`);
  }
}

function modelText(progress: ModelProgress): string {
  const { ref, state, note } = progress;
  if (state === 'present' || state === 'failed') return endText(progress);
  const about = note === undefined ? '' : ` (${printable(note)})`;
  const numbers = isMoving(state) ? ` ${amounts(progress, ', ')}` : '';
  return `${printable(ref)}: ${state}${numbers}${about}`;
}

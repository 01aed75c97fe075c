import ora, { type Ora } from 'ora';
import type { ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import type { ByteProgress, RmaEvent } from '../../core/events.ts';
import type { OutStream } from '../process-io.ts';
import { truncate } from '../render/display-width.ts';
import { printable } from '../render/printable.ts';
import type { Theme } from '../render/theme.ts';
import type { CliReporter } from './cli-reporter.ts';
import { amounts, endText, liveLines, onHost, type Sum, workerOnHost } from './model-text.ts';
import { stepMark, warningText } from './step-text.ts';

const UNICODE_SPINNER = { frames: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] };
const ASCII_SPINNER = { frames: ['-', '\\', '|', '/'] };
/** at most ten frames per second */
const INTERVAL_MS = 100;
/** spinner and blank */
const MARGIN = 2;
const INDENT = '  ';

export interface TtyOptions {
  readonly err: OutStream;
  readonly theme: Theme;
  /** 0: no log lines, 1: info, 2: debug too */
  readonly verbosity: number;
}

/** Shows a spinner for the current step, and below it a live line per model that is being downloaded. */
export class TtyReporter implements CliReporter {
  private readonly options: TtyOptions;
  private readonly spinner: Ora;
  private readonly models = new Map<string, ModelProgress>();
  private step = '';
  private bytes: ByteProgress | null = null;

  constructor(options: TtyOptions) {
    this.options = options;
    this.spinner = ora({
      stream: options.err,
      isEnabled: true,
      spinner: options.theme.unicode ? UNICODE_SPINNER : ASCII_SPINNER,
      interval: INTERVAL_MS,
      color: options.theme.color ? 'cyan' : false,
      // keep the terminal state intact even if the process is killed
      hideCursor: false,
      discardStdin: false,
    });
  }

  emit(event: RmaEvent): void {
    switch (event.type) {
      case 'step':
        this.onStep(event);
        break;
      case 'bytes':
        this.bytes = event.progress;
        break;
      case 'model':
        this.onModel(onHost(event.progress, event.host));
        break;
      case 'worker':
        this.onWorker(workerOnHost(event.status, event.host));
        break;
      case 'warning':
        this.persist(warningText(event, this.options.theme));
        break;
      case 'log':
        if (this.options.verbosity >= (event.level === 'debug' ? 2 : 1)) this.persist(printable(event.text));
        break;
    }
    this.refresh();
  }

  close(): void {
    this.spinner.stop();
  }

  private onStep(event: Extract<RmaEvent, { type: 'step' }>): void {
    this.bytes = null;
    if (event.state === 'start') {
      this.step = printable(event.text);
      return;
    }
    this.step = '';
    this.persist(`${stepMark(event.state, this.options.theme)} ${printable(event.text)}`);
  }

  private onModel(progress: ModelProgress): void {
    const before = this.models.get(progress.ref);
    this.models.set(progress.ref, progress);
    const ended = isEnded(progress) && before?.state !== progress.state;
    if (!ended) return;
    const mark = stepMark(progress.state === 'failed' ? 'fail' : 'done', this.options.theme);
    this.persist(`${mark} ${endText(progress)}`);
  }

  private onWorker(status: WorkerStatus): void {
    for (const progress of status.models) this.onModel(progress);
    this.step = `${printable(status.worker)}: ${status.state}`;
  }

  /** Prints a permanent line above the live block. */
  private persist(text: string): void {
    this.spinner.stop();
    this.options.err.write(`${text}\n`);
  }

  private refresh(): void {
    const lines = this.block();
    if (lines.length === 0) {
      this.spinner.stop();
      return;
    }
    this.spinner.text = lines.join('\n');
    if (!this.spinner.isSpinning) this.spinner.start();
  }

  private title(active: readonly ModelProgress[]): string {
    const title = this.step || headOf(active);
    return this.bytes === null ? title : `${title}  ${amounts(this.bytes, '  ')}`;
  }

  private block(): readonly string[] {
    const { err, theme } = this.options;
    const width = Math.max(1, (err.columns ?? 80) - MARGIN - 1);
    const active = [...this.models.values()].filter((progress) => !isEnded(progress));
    if (this.step === '' && active.length === 0) return [];
    const models = active.map((progress) => ({ name: progress.ref, state: label(progress), sum: progress }));
    const sum = { name: 'total', state: 'downloading', sum: total([...this.models.values()]) };
    const lines = liveLines(
      active.length > 1 ? [...models, sum] : models,
      Math.max(1, width - INDENT.length),
      theme,
    );
    const room = Math.max(1, (err.rows ?? 24) - 2);
    const shown = lines.length > room ? lines.slice(-room) : lines;
    return [
      truncate(this.title(active), width, theme.symbols.ellipsis),
      ...shown.map((line) => INDENT + line),
    ];
  }
}

function isEnded({ state }: ModelProgress): boolean {
  return state === 'present' || state === 'failed';
}

function headOf(active: readonly ModelProgress[]): string {
  if (active.some(({ state }) => state === 'exporting')) return 'Exporting models';
  return active.some(({ state }) => state === 'importing') ? 'Importing models' : 'Downloading models';
}

function label({ state, note }: ModelProgress): string {
  return note === undefined || state === 'downloading' ? state : `${state} (${printable(note)})`;
}

function total(models: readonly ModelProgress[]): Sum {
  const sum = (pick: (progress: ModelProgress) => number): number =>
    models.reduce((bytes, progress) => bytes + pick(progress), 0);
  return {
    doneBytes: sum(({ doneBytes }) => doneBytes),
    totalBytes: sum(({ totalBytes }) => totalBytes),
    bytesPerSecond: sum(({ state, bytesPerSecond }) => (state === 'downloading' ? (bytesPerSecond ?? 0) : 0)),
  };
}

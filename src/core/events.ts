import type { ModelProgress, WorkerStatus } from './domain/worker-status.ts';

/** How far a step is that counts bytes. */
export interface ByteProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** Progress events of long-running work, as data; `src/cli` renders them as text. */
export type RmaEvent =
  | {
      readonly type: 'step';
      readonly id: string;
      readonly state: 'start' | 'done' | 'skip' | 'fail';
      readonly text: string;
    }
  /** progress of the current step */
  | { readonly type: 'bytes'; readonly progress: ByteProgress; readonly host?: string }
  | { readonly type: 'model'; readonly progress: ModelProgress; readonly host?: string }
  | { readonly type: 'worker'; readonly status: WorkerStatus; readonly host?: string }
  | {
      readonly type: 'warning';
      readonly code: `RMA_${string}`;
      readonly text: string;
      readonly hint?: string;
    }
  | { readonly type: 'log'; readonly level: 'debug' | 'info'; readonly text: string };

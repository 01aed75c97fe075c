import type { RmaConfig } from './config.ts';
import type { DesiredState, Stack } from './desired-state.ts';
import type { ReservedService } from './lock.ts';

/** The result of a command that changed a project. `unfinished`: it runs, or it was killed. */
export type HistoryResult =
  | { readonly state: 'applied' | 'unfinished' }
  /** `code`: of its error */
  | { readonly state: 'failed'; readonly code: string };

/** The image that the containers of a reference ran. */
export interface UsedImage {
  /** `sha256:…` */
  readonly id: string;
  /** of its registry; null for one that was built or loaded */
  readonly digest: string | null;
}

/** The generated files of a project, each with its whole text. */
export interface GeneratedFiles {
  readonly compose: string;
  readonly resolved: string;
  readonly state: string;
}

/** Where the services of an entry find their data and each other. */
export type HistorySettings = Pick<RmaConfig, 'bind' | 'volumes' | 'nfsOptions' | 'owner' | 'coordinator'>;

/** What `up` or `rollback` applied to one host: enough to apply it again. No secrets. */
export interface HistoryContent {
  readonly files: GeneratedFiles;
  /** what is in the Compose file */
  readonly stack: Omit<Stack, 'text' | 'builds'>;
  readonly workerImage: DesiredState['workerImage'];
  readonly settings: HistorySettings;
  /** the GPUs and the RAM of the services that need some */
  readonly needs: readonly ReservedService[];
}

/** One entry of the history of a project on one host. */
export interface HistoryEntry extends HistoryContent {
  /** from 1, in the order of time */
  readonly number: number;
  /** when its plan was accepted: ISO 8601, UTC */
  readonly time: string;
  readonly command: 'up' | 'rollback';
  /** of a rollback: the number of the entry that it applied; null for `up` */
  readonly rollbackTo: number | null;
  /** version of rma */
  readonly version: string;
  /** USER@HOST */
  readonly by: string;
  readonly result: HistoryResult;
  /** reference → image; empty unless it was applied */
  readonly images: Readonly<Record<string, UsedImage>>;
}

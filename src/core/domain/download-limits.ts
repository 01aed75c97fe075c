/** Times of day between which downloads run, in the time zone of the process. */
export interface DownloadWindow {
  /** minutes after midnight */
  readonly from: number;
  /** minutes after midnight; before `from` for a window that crosses midnight */
  readonly to: number;
}

/** The settings that limit downloads. */
export interface DownloadLimits {
  /** of all downloads of a process together, bytes a second; null: no limit */
  readonly maxRate: number | null;
  /** most connections to one host at the same time */
  readonly connections: number;
  /** when downloads run; null: always */
  readonly window: DownloadWindow | null;
}

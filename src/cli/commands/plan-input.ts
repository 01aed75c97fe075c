export interface PlanInput {
  readonly explain: boolean;
  readonly detailedExitcode: boolean;
  readonly refresh: boolean;
  readonly removeOrphans: boolean;
  /** places the profiles of hosts that do not respond on others */
  readonly replanLost: boolean;
  /** sends images to hosts that lack them */
  readonly pushImages: boolean;
  /** replaces all tokens */
  readonly rotate?: boolean;
}

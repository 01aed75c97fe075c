/** Body of `PUT /v1/groups/{name}/{rank}`: what the worker of one host of a group reports every two seconds. */
export interface GroupReport {
  readonly schema: 'rma.group/v1';
  /** ID of the worker */
  readonly id: string;
  readonly host: string;
  /** number of hosts of the group */
  readonly nodes: number;
  /** the last generation that the worker received; 0: none since its containers were started */
  readonly seen: number;
  /** the generation whose program runs on this host; 0: none */
  readonly running: number;
  /** the last generation whose program ended on this host; 0: none */
  readonly ended: number;
}

/** Response to a report: what the engines of all hosts of a group must run. */
export interface GroupState {
  /**
   * counts the common starts of the engines; an engine that runs another one must be stopped. 0: some host has not reported
   * yet, so nothing is started
   */
  readonly generation: number;
  /** ranks with a recent report, ascending */
  readonly present: readonly number[];
  /** those whose program runs in this generation */
  readonly running: readonly number[];
  /** ranks that may still run an earlier generation: a program that starts meanwhile could connect to it */
  readonly stale: readonly number[];
}

/** Seconds between two reports of a worker in a group. */
export const GROUP_REPORT_SECONDS = 2;

/** Which profiles the hosts of a project run by the last plan. The state file of each host has a copy. */
export interface AssignmentRecord {
  /** host → its profiles */
  readonly assigned: Readonly<Record<string, readonly string[]>>;
  /** host → revision of its entry: of two copies, the higher one is newer; absent: 0 */
  readonly revisions: Readonly<Record<string, number>>;
  /** profiles that `--profile` added; those of rma.yaml are not in it, so that removing one there removes it */
  readonly added: readonly string[];
}

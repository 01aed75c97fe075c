/** Finds out which TCP ports of a host are in use. */
export interface PortProbe {
  /** Returns whether a process listens on this address and port. */
  isTaken(address: string, port: number): Promise<boolean>;
}

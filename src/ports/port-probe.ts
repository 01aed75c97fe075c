/** Finds out which TCP ports of a host are in use. */
export interface PortProbe {
  /** Returns whether a process listens on this address and port. */
  isTaken(address: string, port: number): Promise<boolean>;
  /** Returns whether this machine, in its own network namespace, can listen on this address. */
  hasAddress(address: string): Promise<boolean>;
}

/** Whether a port accepts connections: `refused` if the machine responds and nothing listens there, `unknown` if the host has no program to try it with. */
export type Reachability = 'open' | 'refused' | 'unreachable' | 'unknown';

/** Finds out which TCP ports of a host are in use. */
export interface PortProbe {
  /** Returns whether a process listens on this address and port. */
  isTaken(address: string, port: number): Promise<boolean>;
  /** Tries to connect to a port of another machine, for a few seconds. */
  reach(address: string, port: number): Promise<Reachability>;
  /** Returns whether this machine, in its own network namespace, can listen on this address. */
  hasAddress(address: string): Promise<boolean>;
}

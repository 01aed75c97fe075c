/** The name resolver of a host. */
export interface NameLookup {
  /** Returns whether a name has an address. An address counts as one. */
  hasAddress(name: string): Promise<boolean>;
}

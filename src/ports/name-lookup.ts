/** Whether a name has an address, as this machine's resolver sees it. An address has one. */
export interface NameLookup {
  hasAddress(name: string): Promise<boolean>;
}

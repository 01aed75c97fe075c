import { lookup } from 'node:dns/promises';
import type { NameLookup } from '../../ports/name-lookup.ts';

/** Resolves names by this machine's hosts file, then its name servers. */
export const systemNames: NameLookup = {
  async hasAddress(name) {
    try {
      await lookup(name);
      return true;
    } catch {
      return false;
    }
  },
};

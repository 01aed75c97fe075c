/** Returns a reference with 8 digits of its commit. */
export function shortCommit(reference: string): string {
  return reference.replace(/@([0-9a-f]{8})[0-9a-f]{32}$/, '@$1');
}

/** Returns a name for a table: a reference as `shortCommit`; other hashes are cut to 12 digits, as in `docker images`. */
export function shortName(name: string): string {
  return shortCommit(name).replaceAll(/([0-9a-f]{12})[0-9a-f]{28,52}(?![0-9a-f])/g, '$1...');
}

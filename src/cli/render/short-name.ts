/** Returns a name for a table: hashes in it are cut to 12 digits, as in `docker images`. */
export function shortName(name: string): string {
  return name.replaceAll(/([0-9a-f]{12})[0-9a-f]{28,52}(?![0-9a-f])/g, '$1...');
}

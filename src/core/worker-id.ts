/** Returns the ID of a profile's worker on a host, as listed by the coordinator. */
export function workerId(host: string, project: string, profile: string): string {
  return `${host}-${project}-${profile}`;
}

/** The id of a profile's worker on a host, as the coordinator lists it. */
export function workerId(host: string, project: string, profile: string): string {
  return `${host}-${project}-${profile}`;
}

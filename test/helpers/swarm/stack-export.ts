import { exportSwarm, type SwarmExport } from '../../../src/app/export/export-swarm.ts';
import { FakeHost } from '../host/fake-host.ts';
import { type ExportCase, projectOf } from '../kubernetes/export-of.ts';

/** Returns the export of a project to Swarm, with hubs that have every model. */
export async function stackExport(each: ExportCase, token: string | null = null): Promise<SwarmExport> {
  const { request, invocation } = projectOf(each);
  const hubToken = async () => (token === null ? null : { value: token, origin: 'HF_TOKEN' });
  return exportSwarm(new FakeHost(), { ...invocation, hubToken }, request);
}

import { SystemHostFacts } from '../../adapters/system/host-facts.ts';
import type { WorkerFacts } from '../../core/domain/host-facts.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import type { Invocation } from './invocation.ts';

/**
 * `rma-worker facts [--json]`: prints a line of JSON (`WorkerFacts`). The distribution is left out: it would be that of the
 * image.
 */
export async function facts({ print }: Invocation): Promise<ExitCode> {
  const host = new SystemHostFacts();
  const [memory, system, disks, pciGpus] = await Promise.all([
    host.memory(),
    host.system(),
    host.disks(),
    host.pciGpus(),
  ]);
  const { kernel, architecture, cores } = system;
  const schema = 'rma.worker-facts/v1';
  const document: WorkerFacts = { schema, memory, kernel, architecture, cores, disks, pciGpus };
  print(`${JSON.stringify(document)}\n`);
  return EXIT.ok;
}

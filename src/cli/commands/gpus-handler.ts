import { gpuReport } from '../../app/gpus.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { gpusTable, renderGpus } from '../render/gpus.ts';
import { gpuDocuments } from '../render/gpus-document.ts';

interface GpusInput {
  readonly processes: boolean;
}

export async function showGpus({ processes }: GpusInput, context: Context): Promise<CommandResult> {
  const report = await gpuReport(await context.host(), await context.invocation());
  const { driverVersion, cudaVersion, gpus, absence } = report.inventory;
  const documents = gpuDocuments(report);
  const host = { name: report.host, driver: driverVersion, cuda: cudaVersion, gpus: documents, absence };
  return {
    json: { schema: 'rma.gpus/v1', hosts: [host] },
    human: (theme) => renderGpus(report, { processes, theme }),
    ids: gpus.flatMap(({ uuid, migDevices }) => [
      uuid,
      ...migDevices.flatMap((device) => (device.uuid === null ? [] : [device.uuid])),
    ]),
    items: documents,
    // processes are a table of their own
    ...(!processes && gpus.length > 0 && { table: gpusTable(report) }),
  };
}

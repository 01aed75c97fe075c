import type { RmaConfig } from '../../core/domain/config.ts';
import type { HistoryContent } from '../../core/domain/history.ts';
import type { RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { onEach } from '../hosts/project-host.ts';
import { startRecord } from './record-history.ts';

/** A host that changes, with what its history keeps of it. */
export interface RecordedHost {
  readonly host: Host;
  readonly config: RmaConfig;
  readonly content: HistoryContent;
}

/** Unfinished entries of the histories of several hosts. */
export interface Records {
  /** host → why its history could not be written */
  readonly faults: ReadonlyMap<string, RmaError>;
  /** Writes the results: by host, null without an error. Never rejects. */
  readonly finish: (errors: ReadonlyMap<string, RmaError | null>) => Promise<void>;
}

/** Writes an unfinished entry to the history of each host. */
export async function startRecords(
  invocation: Pick<Invocation, 'clock' | 'processes' | 'reporter'>,
  hosts: readonly RecordedHost[],
): Promise<Records> {
  const results = await onEach(hosts, async ({ host, ...record }) =>
    startRecord(host, invocation, { ...record, rollbackTo: null }),
  );
  return {
    faults: new Map(results.flatMap((each) => (each.ok ? [] : [[each.host, each.error] as const]))),
    finish: async (errors) => {
      await Promise.all(
        results.map(async (each) => (each.ok ? each.value.finish(errors.get(each.host) ?? null) : undefined)),
      );
    },
  };
}

import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';

const LOOK_MS = 250;

/** The containers of one project, kept current while an operation waits for one of them. */
export interface ContainerWatch {
  /** Reads the containers again when they are followed: a change that rma made shows in the next look. */
  refresh(): Promise<void>;
  /** Returns the first result of `find` that is not null, now or after a change. @throws the signal's reason */
  waitFor<T>(find: (containers: readonly ContainerFacts[]) => T | null, signal: AbortSignal): Promise<T>;
  close(): void;
}

export function watchContainers(
  host: Pick<Host, 'engine'>,
  { clock }: Pick<Invocation, 'clock'>,
  project: string,
): ContainerWatch {
  return {
    refresh: async () => undefined,
    async waitFor(find, signal) {
      for (;;) {
        const found = find(await projectContainers(host, project));
        if (found !== null) return found;
        await clock.sleep(LOOK_MS, signal);
      }
    },
    close: () => undefined,
  };
}

import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { containerCommand } from '../../core/schedule/container-command.ts';
import type { CronExpression } from '../../core/schedule/cron-expression.ts';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { ScheduleRequest } from '../../core/worker/schedule-request.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { storeAccess } from '../observe/store-access.ts';
import { bindMount, storeMount } from '../observe/store-container.ts';

export interface ContainerQuestion {
  readonly config: RmaConfig;
  /** directory of the store; null: the project's volume */
  readonly store: { readonly directory: string | null };
  readonly every: CronExpression;
  readonly request: ScheduleRequest;
}

/** Returns the container of a schedule, and what builds its image if it is missing. */
export function scheduleContainer(
  host: Pick<Host, 'files' | 'caller' | 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>,
  { config, store, every, request }: ContainerQuestion,
): { readonly part: () => Promise<SchedulePart>; readonly prepare: () => Promise<void> } {
  const base = config.images.workerBase;
  return {
    part: async () => {
      const access = await storeAccess(host, invocation, config);
      const { directory } = store;
      const owner = directory === null ? access.owner : ((await host.files.facts(directory)) ?? host.caller);
      return containerCommand({
        name: request.name,
        every,
        image: access.image,
        mount: directory === null ? storeMount(access.volume) : bindMount(directory, STORE_MOUNT),
        user: `${owner.uid}:${owner.gid}`,
        request: JSON.stringify(request),
      });
    },
    prepare: async () => {
      const tag = await invocation.workerImage.tag(base);
      const images = await host.engine.images();
      if (!images.has(imageKey(tag))) await buildWorkerImage(host, invocation, { tag, base });
    },
  };
}

import { join } from 'node:path/posix';
import { checkNfsOptions } from '../plan/plan-nfs.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import type { ComposeFiles, ComposeService, ComposeVolume, Notice, Placed } from './compose-model.ts';

/** Where images of engines keep downloads of their own, in other layouts than a store. */
export const CACHES =
  /^(?:\/data|\/modelcache|\/app\/models|(?:\/root|\/home\/[\w.-]+)\/\.ollama|(?:\/root|\/home\/[\w.-]+)?\/\.cache\/(?:huggingface|llama\.cpp)(?:\/hub)?)\/?$/;

/** The store of converted services. */
export interface FoundStore {
  /** as `volumes.store` of rma.yaml; null: the default */
  readonly spec: string | null;
  readonly notices: readonly Notice[];
}

interface StoreRequest {
  readonly files: ComposeFiles;
  /** directory where relative paths start; null: that of rma.yaml */
  readonly base: string | null;
}

/** The models in such a directory or volume can be imported. */
function cacheNotices(services: readonly ComposeService[]): readonly Notice[] {
  return services.flatMap(({ name, mounts }) =>
    mounts
      .filter(({ value: { source, target } }) => source !== null && CACHES.test(target))
      .map(({ value: { source }, where }): Notice => {
        const isDirectory = /^[./~]/.test(source ?? '');
        const fix = isDirectory ? `; to use its models: rma models import ${source}` : '';
        return {
          kind: 'note',
          where,
          message: `${source} of ${name} is a cache in another layout, and rma uses a store of its own${fix}`,
        };
      }),
  );
}

/** Returns where the models of services are: on the host, else in a volume. */
export function findStore(
  { files: { volumes }, base }: StoreRequest,
  services: readonly ComposeService[],
): FoundStore {
  const mounts = services.flatMap((service) =>
    service.mounts.filter(({ value }) => value.target.replace(/\/$/, '') === STORE_MOUNT),
  );
  const sources = mounts.flatMap(({ value }) => value.source ?? []);
  const source = sources.find((each) => /^[./~]/.test(each)) ?? sources[0];
  if (source === undefined) return { spec: null, notices: cacheNotices(services) };
  const others = [...new Set(sources)].filter((each) => each !== source);
  const where = mounts.find(({ value }) => value.source === source)?.where ?? '';
  const merged: readonly Notice[] =
    others.length === 0
      ? []
      : [
          {
            kind: 'note',
            where,
            message: `one store for all models instead of several: ${source}; ${others.join(', ')} left out`,
          },
        ];
  if (/^[./~]/.test(source)) {
    const path = base === null || /^[/~]/.test(source) ? source : join(base, source);
    return { spec: `host:${path}`, notices: merged };
  }
  const volume = volumes.get(source);
  const nfs = volume === undefined ? null : exportOf(volume);
  if (nfs !== null) return { ...nfs, notices: [...merged, ...nfs.notices] };
  return { spec: `named:${volume?.dockerName ?? source}`, notices: merged };
}

function exportOf({ options }: ComposeVolume): FoundStore | null {
  const { type, o, device } = options;
  if (device === undefined) return null;
  if (!/^nfs4?$/.test(type?.value ?? '')) return { spec: `host:${device.value}`, notices: [] };
  const server = /(?:^|,)addr=([^,]+)/.exec(o?.value ?? '')?.[1];
  if (server === undefined) return null;
  const address = server.includes(':') && !server.startsWith('[') ? `[${server}]` : server;
  return {
    spec: `nfs:${address}:${device.value.replace(/^:/, '')}`,
    notices: o === undefined ? [] : riskNotices(o),
  };
}

function riskNotices({ value, where }: Placed<string>): readonly Notice[] {
  return checkNfsOptions(value, `"${value}"`).map(({ message }) => {
    return { kind: 'corrected', where, message: `${message}; rma mounts with its own, safe options` };
  });
}

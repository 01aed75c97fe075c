import { hostname, networkInterfaces } from 'node:os';
import { certificates } from '../../adapters/certificate/self-signed.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { startAnswerServer } from '../../adapters/http-server/answer-server.ts';
import { FileModelStore } from '../../adapters/store/file-model-store.ts';
import { FileServedStore } from '../../adapters/store/serve/file-served-store.ts';
import { createStoreRoutes } from '../../app/serve/store-routes.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { Certificates } from '../../ports/certificates.ts';
import type { StoreServer } from '../../ports/store-server.ts';

/** What serving a store needs of this machine. */
export interface Serving {
  readonly certificates: Certificates;
  /** host names and addresses of this machine; the first one is its name */
  readonly names: readonly [string, ...string[]];
  /** Returns the store in a directory, for other machines. */
  readonly open: (folder: string) => StoreServer;
}

/** Connects to nothing, and starts nothing. */
export function createServing(): Serving {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // link-local addresses mean another machine elsewhere
  const own = addresses.map(({ address }) => address).filter((address) => !/^fe80:/i.test(address));
  return {
    certificates,
    names: [hostname(), ...new Set(['localhost', '127.0.0.1', ...own])],
    open(folder) {
      const paths = storePaths(folder, {});
      const store = new FileModelStore({ paths, clock: systemClock });
      const served = new FileServedStore({ paths, store, clock: systemClock });
      return {
        models: () => served.models(),
        start: ({ token, ...options }) =>
          startAnswerServer({ ...options, answer: createStoreRoutes(served, token) }),
      };
    },
  };
}

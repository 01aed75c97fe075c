import type { DesiredService } from '../../../src/core/domain/desired-state.ts';
import type { GeneratedFiles, HistoryEntry } from '../../../src/core/domain/history.ts';
import { NOTHING_RESOLVED } from '../../../src/core/domain/resolved-models.ts';
import { formatProjectState } from '../../../src/core/profile/project-state.ts';
import { formatResolved } from '../../../src/core/source/resolved-file.ts';
import { pinnedFile } from './render-builders.ts';

/** Returns the worker of a profile, or its engine `llm`. */
export function serviceOf(
  profile: string,
  role: 'worker' | 'engine',
  over: Partial<DesiredService> = {},
): DesiredService {
  return {
    name: `${profile}-${role === 'worker' ? 'worker' : 'llm'}`,
    role,
    profile,
    image: role === 'worker' ? 'rma-worker:1' : 'llm:1',
    configHash: 'a',
    secrets: [],
    models: [],
    engines: role === 'worker' ? [`${profile}-llm`] : [],
    gpus: [],
    port: null,
    ...over,
  };
}

/** Returns generated files with these models: reference → a digit that its commit consists of. */
export function withModels(models: Readonly<Record<string, string>>): GeneratedFiles {
  const pinned = Object.entries(models).map(
    ([ref, digit]) => [ref, pinnedFile(ref, { commit: digit.repeat(40) })] as const,
  );
  return {
    compose: 'services: {}\n',
    resolved: formatResolved({ ...NOTHING_RESOLVED, pinned: new Map(pinned) }),
    state: formatProjectState({ profiles: [], ports: {} }),
  };
}

type EntryChange = Partial<HistoryEntry> & { readonly services?: readonly DesiredService[] };

/** Returns entry 1 of a history, which was applied; changed as given. */
export function historyEntryOf({ services = [], ...over }: EntryChange = {}): HistoryEntry {
  return {
    number: 1,
    time: '2026-01-02T03:04:05Z',
    command: 'up',
    rollbackTo: null,
    version: '1.2.3',
    by: 'alice@box',
    result: { state: 'applied' },
    images: {},
    files: withModels(Object.fromEntries(services.flatMap(({ models }) => models.map((ref) => [ref, 'a'])))),
    stack: { services, volumes: [], directories: [], engineImages: [] },
    workerImage: { tag: 'rma-worker:1', base: 'node:24-slim' },
    settings: {
      bind: '127.0.0.1',
      volumes: { store: { type: 'named', name: 'rma-models' }, cache: { type: 'named', name: 'rma-cache' } },
      nfsOptions: null,
      owner: { uid: 1000, gid: 1000 },
      coordinator: { port: 7700, url: null, tokenFile: null },
    },
    needs: [],
    ...over,
  };
}

import type { FakeHost } from './fake-host.ts';

/** Returns everything on a fake host that a plan depends on; `ids`: also the containers' own ids. */
export function hostState(host: FakeHost, { ids }: { readonly ids: boolean }): string {
  const { engine, files, workers } = host;
  const containers = engine.all.map(({ id, startedAt, ...facts }) => ({ ...facts, ...(ids && { id }) }));
  return JSON.stringify({
    containers: containers.sort((a, b) => (a.service < b.service ? -1 : 1)),
    engine: engine.objects,
    files: files.contents,
    models: [...workers.store].sort(),
  });
}

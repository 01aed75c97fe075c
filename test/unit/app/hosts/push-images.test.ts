import { describe, expect, it } from 'vitest';
import type { ProjectHost } from '../../../../src/app/hosts/project-host.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import { hostConfig } from '../../../../src/core/hosts/host-config.ts';
import type { ImageArchives } from '../../../../src/ports/image-archives.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const ENGINE = 'example/llm:1';
const WORKER = 'rma-worker:1.2.3-0123456789ab';
const config = configOf({
  hosts: { a: { address: null, bind: '10.0.0.1' }, b: { address: 'ssh://b', bind: '10.0.0.2' } },
  placement: { chat: { replicas: 'all', hosts: [], labels: {}, strategy: 'spread' } },
});

/** Takes an archive of a fake engine as one layer. */
const archives: ImageArchives = {
  unpack: async (archive) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive) chunks.push(chunk);
    return {
      layers: 1,
      bytes: () => 1,
      ids: () => [],
      archive: async function* () {
        yield* chunks;
      },
      remove: async () => undefined,
    };
  },
};

async function upOn(hosts: readonly FakeHost[], here: FakeHost | null) {
  const open = async (name: string): Promise<ProjectHost> => {
    const host = hosts.find((each) => each.name === name);
    if (host === undefined) throw new Error(`no host ${name}`);
    const stateDir = `/srv/${name}/.rma`;
    return { host, config: hostConfig(config, { name, stateDir, profiles: [] }), clockOffsetMs: 0 };
  };
  const result = await upHosts(fakeInvocation(catalogOf({ chat: [profileServiceOf()] })), {
    ...upRequest({ config }),
    selected: hosts.map(({ name }) => name),
    open,
    replanLost: false,
    certificates: null,
    push: { here, archives },
  });
  expect(result.hosts.map(({ error }) => error)).toEqual(hosts.map(() => null));
  return result.plan.operations.flatMap((each) =>
    each.kind === 'push-image' ? [`${each.host}: ${each.image} from ${each.from}`] : [],
  );
}

describe('up over hosts that push images', () => {
  it('sends to each host what another one has, and nothing else is pulled or built there', async () => {
    const [a, b] = [new FakeHost('a'), new FakeHost('b')];
    for (const image of [ENGINE, WORKER]) a.engine.addImage(image);
    expect(await upOn([a, b], null)).toEqual([`b: ${WORKER} from a`, `b: ${ENGINE} from a`]);
    expect(b.engine.imageStore.loaded.sort()).toEqual([ENGINE, WORKER]);
    expect(b.takeChanges().filter((line) => /^(pull|build) /.test(line))).toEqual([]);
  });

  it('sends what only this machine has', async () => {
    const [a, b, here] = [new FakeHost('a'), new FakeHost('b'), new FakeHost()];
    here.engine.addImage(ENGINE);
    expect(await upOn([a, b], here)).toEqual([
      `a: ${ENGINE} from this machine`,
      `b: ${ENGINE} from this machine`,
    ]);
  });
});

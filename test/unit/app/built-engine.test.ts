import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planUp } from '../../../src/app/plan-up.ts';
import { up } from '../../../src/app/up.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import { stableImageTags } from '../../../src/core/image-tag.ts';
import { notExported } from '../../../src/core/kubernetes/not-exported.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { RMA_VERSION } from '../../../src/core/version.ts';
import {
  catalogOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const IMAGE = 'rma-engine-llm:0123456789ab';
const CONTEXT = '/srv/demo/worker';
const engine = engineOf('llm', { image: IMAGE, buildContext: CONTEXT });
const catalog = catalogOf({ chat: [profileServiceOf()] }, [engine]);

describe('a worker image without its stable tags', () => {
  it('gets them by a second up, which does nothing else', async () => {
    const host = new FakeHost();
    const invocation = fakeInvocation(catalog);
    await up(host, invocation, upRequest());
    host.takeChanges();
    const names = stableImageTags(RMA_VERSION);
    for (const name of names) host.engine.removeImage(name);
    const image = await invocation.workerImage.tag(upRequest().config.images.workerBase);
    await up(host, invocation, upRequest());
    expect(host.takeChanges()).toEqual(names.map((name) => `tag ${image} ${name}`));
    await up(host, invocation, upRequest());
    expect(host.takeChanges()).toEqual([]);
  });
});

describe('an engine that builds its image', () => {
  it('is built once before its service starts, and never pulled', async () => {
    const host = new FakeHost();
    const invocation = fakeInvocation(catalog);
    const { plan } = await planUp(host, invocation, upRequest());
    expect(planText(plan)).toContain(`+ build-image ${IMAGE} from ${CONTEXT}: not present`);
    await up(host, invocation, upRequest());
    const changes = host.takeChanges();
    expect(changes).toContain(`build ${IMAGE}`);
    expect(changes.filter((line) => line.startsWith('pull'))).toEqual(['pull node:24-slim']);
    expect(changes.indexOf(`build ${IMAGE}`)).toBeLessThan(
      changes.findIndex((line) => line.includes('up chat-llm')),
    );
    await up(host, invocation, upRequest());
    expect(host.takeChanges().filter((line) => line.startsWith('build'))).toEqual([]);
  });

  it('is built after the worker image, which its Dockerfile can copy from', async () => {
    const host = new FakeHost();
    const invocation = fakeInvocation(catalog);
    const follows = async () =>
      (await planUp(host, invocation, upRequest())).plan.operations.find(
        ({ id }) => id === `build-image ${IMAGE}`,
      )?.after;
    const worker = await invocation.workerImage.tag(upRequest().config.images.workerBase);
    expect(await follows()).toEqual([`build-image ${worker}`]);
    host.engine.addImage(worker);
    expect(await follows()).toEqual(stableImageTags(RMA_VERSION).map((tag) => `tag-image ${tag}`));
  });

  it('is reported when it is exported to Kubernetes, whose nodes do not have it', () => {
    const input = fleetInputOf({ selection: selectServices(catalog, ['chat']) });
    const fleet = buildFleet(input);
    const { config } = input;
    const found = notExported({ config, fleet, allowHostPath: true, namedGpus: [], environment: {} });
    expect(found).toEqual([
      {
        what: `image of chat-llm (${IMAGE}, built here)`,
        instead: 'push it to a registry, and set images.engines to its name there',
      },
    ]);
  });

  it('is named in the Compose file without a path, so that Compose neither builds nor pulls it', () => {
    const { text, engineImages, builds } = stackOf(
      fleetInputOf({ selection: selectServices(catalog, ['chat']) }),
    );
    expect(parse(text).services['chat-llm']).toMatchObject({ image: IMAGE, pull_policy: 'never' });
    expect(text).not.toContain(CONTEXT);
    expect(engineImages).toEqual([]);
    expect([...(builds ?? [])]).toEqual([[IMAGE, CONTEXT]]);
  });
});

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DockerImages } from '../../src/adapters/docker/docker-images.ts';
import { layerArchives } from '../../src/adapters/store/bundle/layer-archives.ts';
import type { EngineImages } from '../../src/ports/engine-images.ts';
import { executeStep } from '../helpers/builders/execute-step.ts';
import { catalogOf } from '../helpers/builders/render-builders.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { FakeHost } from '../helpers/host/fake-host.ts';
import { fakeInvocation } from '../helpers/host/fake-invocation.ts';
import { imagesOf } from '../helpers/host/port-builders.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';

const MIB = 2 ** 20;
const env = engineEnv();
const engine = new DockerImages(env['DOCKER_HOST'] ?? '');

async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('docker', args, env);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Builds an image of three layers of 1 MiB, and one of the lowest of them. */
async function buildImages(folder: string) {
  const name = `rma-push-${randomUUID().slice(0, 8)}`;
  const [base, image] = [`${name}:base`, `${name}:1`];
  onTestFinished(async () => {
    await runProgram('docker', ['rmi', '--force', base, image], env);
  });
  for (const [at, fill] of ['a', 'b', 'c'].entries())
    await writeFile(join(folder, `${at}`), `${name}${fill}`.padEnd(MIB, fill));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY 0 /\n');
  await docker('build', '--quiet', '--tag', base, folder);
  await writeFile(join(folder, 'Dockerfile'), `FROM ${base}\nCOPY 1 /\nCOPY 2 /\n`);
  await docker('build', '--quiet', '--tag', image, folder);
  return { base, image };
}

/** Returns a host that has an image after this engine lost it. */
async function otherHost(image: string): Promise<EngineImages> {
  const found = await engine.inspect(image);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await engine.save(image, new AbortController().signal)) chunks.push(chunk);
  await docker('rmi', image);
  return imagesOf({
    inspect: async () => found,
    save: async () =>
      (async function* () {
        yield* chunks;
      })(),
  });
}

/** Returns this engine, with the size of each archive that it loads. It loses its connection before the archive of this number. */
function countingEngine(lostAt: number) {
  const sizes: number[] = [];
  async function* counted(archive: AsyncIterable<Uint8Array>) {
    for await (const chunk of archive) {
      sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + chunk.length;
      yield chunk;
    }
  }
  const images: EngineImages = imagesOf({
    inspect: async (reference) => engine.inspect(reference),
    layers: async () => engine.layers(),
    platform: async () => engine.platform(),
    remove: async (id) => engine.remove(id),
    load: async (archive, signal) => {
      if (sizes.length === lostAt) throw new Error('connection lost');
      sizes.push(0);
      await engine.load(counted(archive), signal);
    },
  });
  return { images, sizes };
}

test('an image is pushed to an engine layer by layer: those it has are not sent, also after an interruption', async () => {
  const folder = tempFolder();
  const { base, image } = await buildImages(folder);
  const id = (await engine.inspect(image))?.id;
  const source = await otherHost(image);
  const spool = join(folder, 'spool');
  await mkdir(spool);
  const push = async (target: EngineImages) =>
    executeStep(new FakeHost(), fakeInvocation(catalogOf({})), {
      step: { kind: 'push-image', image, from: 'a', cause: 'not present', destructive: false },
      payload: {
        pushes: {
          hosts: new Map([
            ['a', { images: source }],
            ['box', { images: target }],
          ]),
          archives: layerArchives,
          spool,
        },
      },
    });

  const interrupted = countingEngine(1);
  await expect(push(interrupted.images)).rejects.toThrow('connection lost');
  const resumed = countingEngine(Number.POSITIVE_INFINITY);
  await push(resumed.images);
  const sizes = [...interrupted.sizes, ...resumed.sizes];
  // one archive for each of the two layers, of 1 MiB and a little
  expect(sizes).toHaveLength(2);
  for (const size of sizes) expect(size).toBeLessThan(1.1 * MIB);

  expect((await engine.inspect(image))?.id).toBe(id);
  const [lowest] = (await engine.inspect(base))?.layers ?? [];
  const counts = (await engine.layers()).filter(([layer]) => layer === lowest).map(({ length }) => length);
  expect(counts.sort()).toEqual([1, 3]);
  expect(await readdir(spool)).toEqual([]);
});

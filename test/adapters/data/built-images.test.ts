import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCatalog } from '../../../src/adapters/data/read-catalog.ts';
import type { Engine } from '../../../src/core/domain/profile.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const ENGINE = `build: ./worker
port: 8080
command: [serve]
health_path: /health
models_path: /v1/models
health_test: [CMD, "true"]
`;
const shipped = join(import.meta.dirname, '../../..');
let dir = '';

beforeEach(async () => {
  dir = tempFolder();
  for (const name of ['engines', 'worker/app', 'worker/.git'])
    await mkdir(join(dir, name), { recursive: true });
  await writeFile(join(dir, 'engines/own.yaml'), ENGINE);
  await writeFile(join(dir, 'worker/Dockerfile'), 'FROM scratch\n');
  await writeFile(join(dir, 'worker/app/run.sh'), 'true\n');
});

async function engine(): Promise<Engine> {
  const own = { profilesDir: null, enginesDir: join(dir, 'engines') };
  const found = (await readCatalog({ shipped, own })).engines.get('own');
  if (found === undefined) throw new Error('no engine');
  return found;
}

describe('an engine that builds its image', () => {
  it('has a tag of its content, and its directory next to engines/', async () => {
    const first = await engine();
    expect(first).toMatchObject({
      image: expect.stringMatching(/^rma-engine-own:[0-9a-f]{12}$/),
      buildContext: join(dir, 'worker'),
    });
    await writeFile(join(dir, 'worker/.git/HEAD'), 'x');
    expect((await engine()).image).toBe(first.image);
  });

  it.each([
    ['its content', () => writeFile(join(dir, 'worker/app/run.sh'), 'fals\n')],
    ['a mode', () => chmod(join(dir, 'worker/app/run.sh'), 0o755)],
    ['a new file', () => writeFile(join(dir, 'worker/app/more'), '')],
    ['a link', () => symlink('run.sh', join(dir, 'worker/app/link'))],
  ])('has another tag after a change of %s', async (_, change) => {
    const { image } = await engine();
    await change();
    expect((await engine()).image).not.toBe(image);
  });

  it('is rejected without a Dockerfile', async () => {
    await rm(join(dir, 'worker/Dockerfile'));
    await expect(engine()).rejects.toMatchObject({
      code: 'RMA_ENGINE_BUILD',
      exitCode: 2,
      message: `${dir}/engines/own.yaml: build: cannot read ${dir}/worker/Dockerfile (ENOENT)`,
    });
  });

  it.each([
    ['image: a/b:1\n', '7:8: an engine has "build" or "image", not both'],
    ['cpu_image: a/b:1\n', '7:12: an engine has "build" or "cpu_image", not both'],
  ])('is rejected together with %s', async (line, message) => {
    await writeFile(join(dir, 'engines/own.yaml'), ENGINE + line);
    await expect(engine()).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

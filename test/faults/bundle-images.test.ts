import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { llamaServerImage } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { ENGINE, MODEL, type Stack, startStack } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';

const BUILT = join(CHECKOUT, 'dist/cli/main.js');

/**
 * Returns a laptop with a model and with images that no registry has, and what removes the images: then the engine is that of
 * a machine without them.
 */
async function laptopAndBox() {
  const hub = await startHub({ repos: quickstartRepos(), hosts: await hubHosts() });
  onTestFinished(() => hub.close());
  const plain = await startStack({ sharedHub: hub });
  const name = `bundle-e2e-${randomUUID().slice(0, 8)}`;
  const own = async (kind: string, base: string) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'mark'), name);
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${base}\nCOPY mark /mark-${kind}\n`);
    await plain.docker('build', '--quiet', '--tag', `${name}/${kind}:1`, folder);
    return `${name}/${kind}:1`;
  };
  const engine = await own('llama', llamaServerImage());
  const base = await own('node', plain.env['RMA_WORKER_BASE'] ?? '');
  const env = {
    RMA_IMAGES: `llamacpp=${engine}`,
    RMA_WORKER_BASE: base,
    RMA_VARIANTS: 'cpu-worker=llamacpp',
  };
  const laptop = await startStack({ sharedHub: hub, env });
  expect(await laptop.rma('models', 'pull', MODEL)).toMatchObject({ code: 0 });
  let workerTag = '';
  const removeImages = () => plain.docker('rmi', engine, base, workerTag);
  const exported = (document: string) => {
    const { images } = JSON.parse(document) as { readonly images: readonly { readonly reference: string }[] };
    workerTag = images.find(({ reference }) => reference.startsWith('rma-worker:'))?.reference ?? '';
    return images.map(({ reference }) => reference);
  };
  onTestFinished(async () => {
    await runProgram('docker', ['rmi', '--force', engine, base, workerTag], plain.env);
  });
  return { hub, laptop, engine, env, exported, removeImages };
}

async function expectWorking(box: Stack, engine: string): Promise<void> {
  expect((await box.up('--offline')).changed).toBe(true);
  expect((await box.chat()).status).toBe(200);
  const container = await box.container(ENGINE);
  expect(await box.docker('inspect', '--format', '{{.Config.Image}}', container)).toBe(engine);
}

test('a bundle with images starts a worker on a machine without images, rma, hub and registry', async () => {
  const { hub, laptop, engine, env, exported, removeImages } = await laptopAndBox();
  const stick = join(tempFolder(), 'stick');
  const written = await laptop.rma('models', 'bundle', 'export', stick, '--images', '--json');
  expect(written).toMatchObject({ code: 0 });
  const references = exported(written.stdout);
  expect(references).toEqual([expect.stringMatching(/^rma-worker:/), engine]);
  expect(readdirSync(join(stick, 'project'))).toEqual(['rma.yaml']);
  await removeImages();
  hub.log.clear();

  const box = await startStack({ sharedHub: hub, env });
  const [archive = ''] = readdirSync(stick).filter((each) => each.endsWith('.tgz'));
  const installed = tempFolder();
  mkdirSync(join(installed, 'empty'));
  const npm = await runProgram(
    'npm',
    ['install', '--offline', '--global', '--no-audit', '--prefix', installed, join(stick, archive)],
    { ...box.env, npm_config_cache: join(installed, 'empty') },
  );
  expect(npm).toMatchObject({ code: 0 });
  const rma = (...argv: readonly string[]) =>
    runProgram(join(installed, 'bin/rma'), ['--dir', box.dir, ...argv], box.env);
  const imported = await rma('models', 'bundle', 'import', stick, '--json');
  expect(imported).toMatchObject({ code: 0 });
  expect(JSON.parse(imported.stdout)).toMatchObject({
    models: [{ state: 'imported' }],
    images: references.map((reference) => ({ reference, state: 'loaded' })),
  });
  await expectWorking(box, engine);
  expect(hub.log.entries()).toEqual([]);
  const again = await rma('models', 'bundle', 'import', stick, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({
    models: [{ state: 'present' }],
    images: references.map((reference) => ({ reference, state: 'present' })),
  });
});

test('a stream from volume to volume brings images too; one that ends early changes nothing', async () => {
  const { hub, laptop, engine, env, exported, removeImages } = await laptopAndBox();
  const tar = join(tempFolder(), 'all.tar');
  const written = await laptop.rma('models', 'bundle', 'export', tar, '--images', '--json');
  const references = exported(written.stdout);
  const box = await startStack({ sharedHub: hub, env });
  const shell = (script: string) =>
    runProgram('bash', ['-euo', 'pipefail', '-c', script], {
      ...box.env,
      NODE: process.execPath,
      RMA: BUILT,
      FROM: laptop.dir,
      TO: box.dir,
      TAR: tar,
    });
  const same = '"$NODE" "$RMA" -C "$FROM" models bundle export - --images | cmp - "$TAR"';
  expect(await shell(same)).toMatchObject({ code: 0, stdout: '' });
  await removeImages();
  const importing = '"$NODE" "$RMA" -C "$TO" models bundle import - --json';
  // within the content of the model, which is the last
  const cut = await shell(`head -c -1000000 "$TAR" | ${importing}`);
  expect(cut).toMatchObject({ code: 6, stderr: expect.stringContaining('RMA_BUNDLE_INCOMPLETE') });
  expect((await box.rma('models', 'ls', '--stored', '--json')).stdout).not.toContain('Qwen');
  expect(await box.docker('images', '--quiet', engine)).toBe('');
  hub.log.clear();
  const whole = await shell(`${importing} < "$TAR"`);
  expect(whole).toMatchObject({ code: 0 });
  const { images } = JSON.parse(whole.stdout) as { readonly images: readonly object[] };
  expect(images).toContainEqual({ reference: engine, state: 'loaded' });
  expect(images).toHaveLength(references.length);
  await expectWorking(box, engine);
  expect(hub.log.entries()).toEqual([]);
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { keepAnswering } from '../helpers/stack/long-answer.ts';
import { ENGINE, GGUF, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

test('docker compose starts the stack again, from the file of up and from a rendered one', async () => {
  const stack = await startStack();
  await stack.up();
  const written = join(stack.dir, '.rma/compose.yaml');
  await stack.docker('compose', '-f', written, 'down');
  expect(await stack.containers()).toEqual({});
  await composeUp(stack, written);
  await stack.docker('compose', '-f', written, 'down', '--volumes');

  const folder = join(stack.dir, 'rendered');
  expect(await stack.rma('compose', 'render', '--output', folder)).toMatchObject({ code: 0 });
  stack.hub.log.clear();
  await composeUp(stack, join(folder, 'compose.yaml'));
  expect(stack.hub.log.contentRequests()).toHaveLength(1);
});

async function composeUp(stack: Stack, file: string): Promise<void> {
  await stack.docker('compose', '-f', file, 'up', '--detach');
  await stack.ready();
  await vi.waitFor(async () => expect((await stack.chat()).status).toBe(200), PATIENCE);
}

test('a profile is removed by name, or with --remove-orphans once it is not in rma.yaml', async () => {
  const files = { [GGUF]: tinyGguf(), 'second.gguf': tinyGguf({ bytes: 8 * 1024 * 1024 }) };
  const stack = await startStack({ hub: { repos: { [REPO]: { files } } } });
  const both = ['coordinator', ENGINE, WORKER, 'second-llamacpp', 'second-worker'].sort();
  const one = ['coordinator', ENGINE, WORKER].sort();
  const config = join(stack.dir, 'rma.yaml');
  const alone = await readFile(config, 'utf8');
  await mkdir(join(stack.dir, 'profiles'));
  await writeFile(
    join(stack.dir, 'profiles/second.yaml'),
    `description: A second model\nservices:\n  - engine: llamacpp\n    models: [hf:${REPO}:second.gguf]\n    flags: [--threads, "1"]\n    gpus: 0\n`,
  );
  const port = await freePort();
  const withSecond = `${alone.replace('[cpu-worker]', '[cpu-worker, second]')}drain_timeout: 5m\n`.replace(
    'ports: {',
    `ports: { second-llamacpp: ${port},`,
  );
  expect(withSecond).not.toBe(alone);
  await writeFile(config, withSecond);
  await stack.up();
  const services = async () => Object.keys(await stack.containers()).sort();
  expect(await services()).toEqual(both);
  const first = await stack.container(ENGINE);

  expect(await stack.rma('down', '--profile', 'second')).toMatchObject({ code: 0 });
  expect(await services()).toEqual(one);
  await stack.up();
  expect(await services()).toEqual(both);

  await writeFile(config, `${alone}drain_timeout: 5m\n`);
  const left = await stack.rma('up');
  expect(left).toMatchObject({ code: 0 });
  expect(left.stdout + left.stderr).toMatch(/second-llamacpp is no longer part of the project/);
  expect(await services()).toEqual(both);
  const log = stack.follow('logs', '--follow', await stack.container('second-worker'));
  const draining = log.line(/draining: requests in flight: [1-9]/);
  const answers = await keepAnswering(port, `hf:${REPO}:second.gguf`, draining);
  expect(await stack.rma('up', '--remove-orphans', '--yes')).toMatchObject({ code: 0 });
  expect(await answers.incomplete()).toEqual([]);
  expect(await services()).toEqual(one);
  expect(await stack.container(ENGINE)).toBe(first);
  await stack.ready();
});

test('[req R11] a host directory becomes a store owned by an unprivileged user and readable by every engine', async () => {
  const stack = await startStack();
  const folder = join(stack.dir, 'models');
  await stack.up('--volume', `host:${folder}`);
  expect((await stack.chat()).status).toBe(200);
  const listing = await stack.docker(
    'run',
    '--rm',
    '--volume',
    `${folder}:/models:ro`,
    await workerImage(stack),
    'sh',
    '-c',
    'cd /models && find . -not -name "*.part*" -exec stat -c "%F %a %u:%g" {} + | sort -u',
  );
  expect(listing.split('\n')).toEqual([
    'directory 2775 1000:1000',
    expect.stringMatching(/^regular (empty )?file 644 1000:1000$/),
    'symbolic link 777 1000:1000',
  ]);
  expect(await stack.docker('volume', 'ls', '--quiet', '--filter', `name=${stack.volume}`)).toBe('');
});

const workerImage = async (stack: Stack) =>
  stack.docker('inspect', '--format', '{{.Config.Image}}', await stack.container(WORKER));

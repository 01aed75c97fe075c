import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

async function setUp() {
  const hub = await hubForTest({ repos: quickstartRepos() });
  const dir = tempFolder();
  writeFileSync(join(dir, 'rma.yaml'), 'project: demo\nprofiles: [cpu-worker]\n');
  const rma = (...args: readonly string[]) =>
    runRma(['export', 'swarm', ...args], { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint } });
  return { hub, rma, out: join(dir, 'swarm') };
}

it('rma export swarm writes the stack with its configs, and replaces those of an earlier export', async () => {
  const { hub, rma, out } = await setUp();
  const { exitCode, stdout, stderr } = await rma('-o', 'swarm');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('3 services: coordinator, cpu-worker-')]);
  expect(stderr).toContain('RMA_SWARM_NOT_EXPORTED');
  expect(stderr).toContain('HF_ENDPOINT: an address of this machine');
  const before = readdirSync(out);
  expect(before).toEqual([expect.stringMatching(/^cpu-worker-worker-\w{10}\.config$/), 'stack.yaml']);

  const [name = '', repo] = Object.entries(quickstartRepos())[0] ?? [];
  const changed = Object.fromEntries(
    Object.keys(repo?.files ?? {}).map((file) => [
      file,
      file.endsWith('.gguf') ? tinyGguf({ seed: 2 }) : 'x',
    ]),
  );
  hub.publish(name, { files: changed });
  const { stdout: json } = await rma('-o', 'swarm', '--refresh', '--json');
  expect(JSON.parse(json)).toMatchObject({ schema: 'rma.swarm/v1', project: 'demo', directory: out });
  expect(readdirSync(out)).toHaveLength(2);
  expect(readdirSync(out)).not.toEqual(before);
});

it('rma export swarm needs a directory of its own', async () => {
  const { rma, out } = await setUp();
  expectFault(await rma(), { exitCode: 2, code: 'RMA_USAGE_INVALID', words: ['--output', '-o swarm'] });
  await rma('-o', 'swarm');
  const before = readdirSync(out);
  writeFileSync(join(out, 'stack.yaml'), 'services: {}\n');
  expectFault(await rma('-o', 'swarm'), { exitCode: 2, code: 'RMA_EXPORT_DIRECTORY', words: ['stack.yaml'] });
  expect(readdirSync(out)).toEqual(before);
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guideCommands } from '../helpers/files/guide-commands.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { type Stack, startStack } from '../helpers/stack/stack.ts';
import { filesOf } from '../helpers/store/docling-fixture.ts';

async function expectSuccess({ rma }: Stack, commands: readonly (readonly string[])[]): Promise<void> {
  for (const args of commands) {
    const { code, stderr } = await rma(...args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
}

test('[req R15] [req R64] every command of the guide for model workers succeeds, in its order', async () => {
  const commands = guideCommands('rma-demo.md');
  expect(commands.length).toBeGreaterThan(15);
  await expectSuccess(await startStack(), commands);
});

const KEY = 'key-of-the-clients-1f5a';
const HERON = 'docling-project/docling-layout-heron';
/** Answers like docling-serve if the models are where its variable says. */
const SERVER = `const { existsSync } = require('node:fs');
const found = existsSync(process.env.DOCLING_SERVE_ARTIFACTS_PATH + '/${HERON.replace('/', '--')}/config.json');
require('node:http').createServer((_, response) => response.writeHead(found ? 200 : 503).end()).listen(5001);`;

test('[req D01] [req D16] [req D19] every command of the guide for docling-serve that needs Docker succeeds, with models that the test hub can have, and its key is in a file only', async () => {
  const repos = Object.fromEntries([HERON, `${HERON}-onnx`].map((repo) => [repo, { files: filesOf(repo) }]));
  const stack = await startStack({ hub: { repos } });
  await useStandIn(stack);
  const commands = guideCommands('docling.md', 'Start');
  expect(commands).toEqual([['models', 'pull'], ['up'], ['status']]);
  await expectSuccess(stack, commands);
  expect(stack.said.at(-2)).toContain('docling:layout');
  const id = await stack.container('docling-docling-serve');
  const path = '/run/secrets/docling-docling-serve-api-key.json';
  // the user of the image of docling-serve
  const read = await stack.docker('exec', '--user', '1001', id, 'cat', path);
  expect(JSON.parse(read)).toEqual({ api_key: KEY });
  const shown = [await stack.docker('inspect', id), await stack.logsOf(id), ...stack.said];
  const file = await readFile(join(stack.dir, '.rma/compose.yaml'), 'utf8');
  for (const text of [...shown, file]) expect(text).not.toContain(KEY);
});

/** An engine file with a stand-in for docling-serve, and the profile with models without pinned hashes. */
async function useStandIn({ dir, project, volume }: Stack): Promise<void> {
  writeTree(dir, {
    'docling-key': `${KEY}\n`,
    'engines/docling-serve.yaml': `image: ${engineEnv()['RMA_WORKER_BASE']}
gpu: optional
reads: [docling]
port: 5001
command: [node, -e, ${JSON.stringify(SERVER)}]
environment: { DOCLING_SERVE_ARTIFACTS_PATH: "{models_dir}" }
api_key: { file: api-key.json, content: '{"api_key": "{key}"}', variable: DOCLING_SERVE_CONFIG_FILE }
health_path: /ready
health_test: [CMD, node, -e, "fetch('http://127.0.0.1:{port}').catch(() => process.exit(1))"]
`,
    'profiles/docling.yaml':
      'description: Own\nservices: [{ engine: docling-serve, models: ["docling:layout"], gpus: 0 }]\n',
  });
  const ports = `ports: { docling-docling-serve: ${await freePort()} }\ncoordinator: { port: ${await freePort()} }\n`;
  const volumes = `volumes: { store: "named:${volume}", cache: "named:${project}-cache" }\n`;
  const settings = `project: ${project}\nprofiles: [docling]\ngpu: { enable: auto }\nservices: { docling-docling-serve: { api_key_file: ./docling-key } }\n${ports}${volumes}`;
  await writeFile(join(dir, 'rma.yaml'), settings);
}

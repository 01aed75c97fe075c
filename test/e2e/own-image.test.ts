import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { GGUF, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';

const REF = `hf:${REPO}:${GGUF}`;
const SERVICE = 'queue-poller';

test('[req R01] an image of the user is built with rma-fetch, and runs without a port once its model is verified', async () => {
  const stack = await startStack();
  await writeOwn(stack, {
    'worker/Dockerfile': dockerfile(stack),
    'worker/work.sh': 'touch /tmp/alive\necho "working with $1 as $WORKER_TYPE"\nexec sleep 600\n',
    'engines/poller.yaml': `build: ./worker
command: [sh, /app/work.sh, "{model}"]
environment: { WORKER_TYPE: ocr }
health_test: [CMD, test, -e, /tmp/alive]
stop_grace: 1s
`,
    'profiles/queue.yaml': `description: Polls a queue
services: [{ engine: poller, models: ["${REF}"], gpus: 0 }]
`,
    'rma.yaml': `project: ${stack.project}
profiles: [queue]
volumes: { store: "named:${stack.volume}", cache: "named:${stack.project}-cache" }
coordinator: { port: ${stack.ports.coordinator} }
`,
  });
  await stack.up();
  const container = await stack.container(SERVICE);
  expect(await stack.logs(SERVICE)).toMatch(/^working with \/models\/huggingface\/.*\.gguf as ocr$/m);
  expect(await stack.docker('inspect', '--format', '{{.State.Health.Status}}', container)).toBe('healthy');
  expect(await stack.docker('port', container)).toBe('');
  expect(await stack.up()).toMatchObject({ changed: false });
});

/** As in the documentation, with the check of a store that is mounted read-only. */
function dockerfile({ env }: Stack): string {
  return `FROM rma-worker:latest AS rma
FROM ${env['RMA_WORKER_BASE']}
COPY --from=rma /opt/rma /opt/rma
COPY --from=rma /usr/local/bin/rma-fetch /usr/local/bin/
COPY work.sh /app/
ENV MODEL_CACHE_DIR=/models LOG_FILE=
ENTRYPOINT ["rma-fetch", "--check", "${REF}", "--then"]
`;
}

async function writeOwn({ dir }: Stack, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, dirname(path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

import { describe, expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();

function converted(services: string) {
  const files = readCompose([{ text: `services:\n${services}`, file: 'c.yml' }], {
    shell: {},
    envFile: null,
  });
  return convertCompose({ files, catalog, names: ['c.yml'], store: null, base: null });
}

const messages = (services: string) => converted(services).notices.map(({ message }) => message);

describe('what rma replaces in a Compose file', () => {
  it('is the release of an image, with the setting that keeps it', () => {
    expect(messages('  llm: { image: "ollama/ollama:0.5.7" }\n')).toContain(
      'ollama/ollama:0.5.7 is replaced by the release that rma is tested with (rma engines ls); to keep it, set images.engines in rma.yaml',
    );
  });

  it("is the program of a worker's image", () => {
    const worker =
      '  gpu-worker: { build: ./worker, entrypoint: /start.sh, environment: { WORKER_TYPE: gpu-worker } }\n';
    expect(messages(worker)).toContain(
      'gpu-worker: the engines of its profile replace its build and its command; to run a program of your own too: docs/engines.md',
    );
  });

  it('is CUDA_VISIBLE_DEVICES, by the GPUs that it selects', () => {
    const service = (gpus: string) =>
      `  llm:\n    image: vllm/vllm-openai\n    command: --model org/small\n    gpus: ${gpus}\n    environment: { CUDA_VISIBLE_DEVICES: "1" }\n`;
    const { files, notices } = converted(service('all'));
    expect(files.get('profiles/llm.yaml')).toMatch(/gpus:\n\s+- "1"\n/);
    expect(notices.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^CUDA_VISIBLE_DEVICES is removed/),
    );
    // the index is one of the GPUs that Docker chooses
    expect(converted(service('2')).files.get('profiles/llm.yaml')).toMatch(/gpus: 2\n/);
  });

  it('is the key in a command, and with it the protection of the engine', () => {
    const command = '    command: --model org/small --api-key abc\n';
    expect(messages(`  llm:\n    image: vllm/vllm-openai\n${command}`)).toContainEqual(
      expect.stringMatching(/an API key is no longer required$/),
    );
  });
});

import { onTestFinished } from 'vitest';
import { patternContent } from '../../hub/content.ts';
import { type Hub, type HubOptions, startHub } from '../../hub/hub.ts';

/** Larger than all buffers between server and client. */
export const WEIGHTS = patternContent(8 * 1024 * 1024);
export const CONFIG = JSON.stringify({ model_type: 'llama', note: 'x'.repeat(3000) });
export const TOKEN = 'hf_testtoken0123456789';

/** Starts a hub with a repository of a plain file, a directory and an LFS file; it is closed after the test. */
export async function hubForTest(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({
    repos: {
      'org/model': {
        files: { 'config.json': CONFIG, 'onnx/model.onnx': 'onnx', 'model.gguf': WEIGHTS },
        revisions: { 'v1.0': { kind: 'tag', files: { 'config.json': '{}' } } },
      },
    },
    files: { 'plain/model.gguf': WEIGHTS },
    tokens: { [TOKEN]: 'alice' },
    ...options,
  });
  onTestFinished(() => hub.close());
  return hub;
}

export function weights(start = 0, end = WEIGHTS.size): Buffer {
  return Buffer.from(WEIGHTS.read(start, end));
}

export function weightsUrl(hub: Hub): string {
  return `${hub.endpoint}/files/plain/model.gguf`;
}

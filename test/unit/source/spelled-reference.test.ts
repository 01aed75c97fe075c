import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';

const SHA = 'ab'.repeat(20);

function refusal(text: string): RmaError {
  try {
    parseModelRef(text);
  } catch (error) {
    if (error instanceof RmaError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

test.each([
  // repositories
  ['org/repo', 'hf:org/repo'],
  ['TheBloke/Mistral-7B-Instruct-v0.2-GPTQ', 'hf:TheBloke/Mistral-7B-Instruct-v0.2-GPTQ'],
  ['org/repo@v1.0', 'hf:org/repo@v1.0'],
  ['org/repo:*.gguf', 'hf:org/repo:*.gguf'],
  ['org/repo:sub/model.gguf', 'hf:org/repo:sub/model.gguf'],
  [' org/repo\n', 'hf:org/repo'],
  ['hf://org/repo', 'hf:org/repo'],
  ['HF:org/repo', 'hf:org/repo'],
  ['huggingface:org/repo', 'hf:org/repo'],
  ['huggingface.co/org/repo', 'hf:org/repo'],
  ['hf.co/org/repo', 'hf:org/repo'],
  ['HuggingFace.co/Org/Repo', 'hf:Org/Repo'],
  ['https://huggingface.co/org/repo', 'hf:org/repo'],
  ['https://www.huggingface.co/org/repo/', 'hf:org/repo'],
  ['http://huggingface.co/org/repo', 'hf:org/repo'],
  ['https://huggingface.co/org/repo.git', 'hf:org/repo'],
  ['https://huggingface.co/org/repo?library=transformers', 'hf:org/repo'],
  ['https://huggingface.co/org/repo#usage', 'hf:org/repo'],
  ['https://huggingface.co/org/repo/discussions/3', 'hf:org/repo'],
  ['https://huggingface.co/org/repo/tree/main', 'hf:org/repo'],
  ['https://huggingface.co/org/repo/tree/v1.0', 'hf:org/repo@v1.0'],
  ['https://huggingface.co/org/repo/tree/refs%2Fpr%2F1', 'hf:org/repo@refs/pr/1'],
  ['https://huggingface.co/org/repo/tree/main/onnx', 'hf:org/repo:onnx/'],
  ['https://huggingface.co/org/repo/tree/main?show_file_info=x.gguf', 'hf:org/repo:x.gguf'],
  [`https://huggingface.co/org/repo/commit/${SHA}`, `hf:org/repo@${SHA}`],
  ['https://huggingface.co/org/repo/blob/main/x.gguf', 'hf:org/repo:x.gguf'],
  ['https://huggingface.co/org/repo/blob/v1/sub/my%20model.gguf', 'hf:org/repo@v1:sub/my model.gguf'],
  ['huggingface.co/org/repo/raw/main/config.json', 'hf:org/repo:config.json'],
  ['hf.co/org/repo:*q4_k_m.gguf', 'hf:org/repo:*q4_k_m.gguf'],
  [
    'https://huggingface.co/org/repo/resolve/main/x.gguf?download=true',
    'https://huggingface.co/org/repo/resolve/main/x.gguf',
  ],
  [
    'huggingface.co/org/repo/resolve/main/x.gguf?download=true#as=y.gguf',
    'https://huggingface.co/org/repo/resolve/main/x.gguf#as=y.gguf',
  ],
  ['hf download org/repo', 'hf:org/repo'],
  ['huggingface-cli download org/repo x.gguf', 'hf:org/repo:x.gguf'],
  ['hf download org/repo --include "*Q4_K_M*.gguf"', 'hf:org/repo:*Q4_K_M*.gguf'],
  ['hf download org/repo --include=x.gguf --revision v1', 'hf:org/repo@v1:x.gguf'],
  ['hf download org/repo --include "*.json" "a,b" --exclude "onnx/*"', 'hf:org/repo:*.json,a[,]b,!onnx/*'],
  ['hf download org/repo a.json b.json', 'hf:org/repo:a.json,b.json'],
  ['org/repo:tokenizer', 'hf:org/repo:tokenizer'],
  ['https://huggingface.co/org/repo/tree/refs%2Fpr%2F3', 'hf:org/repo@refs/pr/3'],
  ['org/repo@refs/pr/3:*.json', 'hf:org/repo@refs/pr/3:*.json'],
  ['org/repo:gguf:q4_k_m', 'hf:org/repo:gguf:Q4_K_M'],
  ['vllm serve org/repo', 'hf:org/repo'],
  ['git clone https://huggingface.co/org/repo', 'hf:org/repo'],
  ['org/repo/', 'hf:org/repo'],
  ['"org/repo"', 'hf:org/repo'],
  ["'hf.co/org/repo'", 'hf:org/repo'],
  ['`org/repo`', 'hf:org/repo'],
  ['models--org--my-repo', 'hf:org/my-repo'],
  ['org/repo/x.gguf', 'hf:org/repo:x.gguf'],
  ['hf:org/repo/sub/x.gguf', 'hf:org/repo:sub/x.gguf'],
  ['hf://org/repo/x.gguf', 'hf:org/repo:x.gguf'],
  ['hf://org/repo@v1/sub/x.gguf', 'hf:org/repo@v1:sub/x.gguf'],
  ['hf:org/repo@refs/pr/1', 'hf:org/repo@refs/pr/1'],
  ['ms:org/name/x.gguf', 'ms:org/name:x.gguf'],
  ['https://hf-mirror.com/org/repo', 'hf:org/repo'],
  ['hf-mirror.com/org/repo/blob/main/x.gguf', 'hf:org/repo:x.gguf'],
  ['git clone git@hf.co:org/repo', 'hf:org/repo'],
  ['$ hf download org/repo', 'hf:org/repo'],
  ['llama-server -hf org/repo', 'hf:org/repo'],
  ['llama-cli -hf org/Repo-GGUF:Q4_K_M', 'hf:org/Repo-GGUF:gguf:Q4_K_M'],
  ['llama-server --hf-repo org/repo --hf-file x.gguf', 'hf:org/repo:x.gguf'],
  ['llama-server -hfr org/repo -hff x.gguf', 'hf:org/repo:x.gguf'],
  ['python3 -m vllm.entrypoints.openai.api_server --model org/repo', 'hf:org/repo'],
  ['docker model pull hf.co/org/repo', 'hf:org/repo'],
  ['wget https://example.com/x.gguf', 'https://example.com/x.gguf'],
  ['curl -L -O https://huggingface.co/org/repo/blob/main/x.gguf', 'hf:org/repo:x.gguf'],
  ['curl -fL --output "y.gguf" "https://example.com/x.gguf"', 'https://example.com/x.gguf'],
  // Ollama
  ['library/llava', 'ollama:llava'],
  ['sudo ollama pull llava:7b', 'ollama:llava:7b'],
  ['docker exec -it ollama ollama run llama3.2', 'ollama:llama3.2'],
  ['docker exec my-ollama ollama pull hf.co/org/repo:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M'],
  ['OLLAMA_HOST=gpu1:11434 ollama run llava', 'ollama:llava'],
  ['llava:7b', 'ollama:llava:7b'],
  ['llava:latest', 'ollama:llava'],
  ['nomic-embed-text:v1.5', 'ollama:nomic-embed-text:v1.5'],
  ['ollama://llava', 'ollama:llava'],
  ['ollama run llava', 'ollama:llava'],
  ['ollama pull  me/tiny:q4', 'ollama:me/tiny:q4'],
  ['me/tiny:q4_0', 'ollama:me/tiny:q4_0'],
  ['me/embed:latest', 'ollama:me/embed'],
  ['ollama run hf.co/org/repo:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M'],
  ['hf.co/org/repo:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M'],
  ['huggingface.co/org/repo:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M'],
  ['https://hf.co/org/repo:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M'],
  ['ollama.com/library/llava:7b', 'ollama:llava:7b'],
  ['https://ollama.com/library/llava/tags', 'ollama:llava'],
  ['https://ollama.com/me/tiny:q4', 'ollama:me/tiny:q4'],
  ['registry.ollama.ai/library/llava:7b', 'ollama:llava:7b'],
  // ModelScope
  ['modelscope.cn/models/org/name', 'ms:org/name'],
  ['https://www.modelscope.cn/models/org/name/summary', 'ms:org/name'],
  ['https://modelscope.cn/models/org/name/files', 'ms:org/name'],
  ['https://modelscope.cn/models/org/name/file/view/master/config.json', 'ms:org/name:config.json'],
  ['https://modelscope.cn/models/org/name/resolve/v1/a/x.gguf', 'ms:org/name@v1:a/x.gguf'],
  ['modelscope:org/name', 'ms:org/name'],
  ['modelscope download --model org/name', 'ms:org/name'],
])('[case F21] %j means %s', (text, ref) => {
  expect(formatModelRef(parseModelRef(text))).toBe(ref);
});

test.each([
  ['org/repo:Q4_K_M', ['hf:org/repo:gguf:Q4_K_M', 'ollama:hf.co/org/repo:Q4_K_M', 'ollama:org/repo:Q4_K_M']],
  ['me/Tiny-GGUF:q4', ['hf:me/Tiny-GGUF:*q4*', 'ollama:hf.co/me/Tiny-GGUF:q4', 'ollama:me/Tiny-GGUF:q4']],
])('[case F21] %j is ambiguous, and the hint has the references to paste', (text, refs) => {
  const error = refusal(text);
  expect(error).toMatchObject({ code: 'RMA_MODEL_REF_AMBIGUOUS', exitCode: 2 });
  expect(error.hint).toBe(`use ${refs.join(' or ')}`);
  for (const ref of refs) expect(formatModelRef(parseModelRef(ref))).toBe(ref);
});

test.each([
  ['localhost:5000/me/tiny', 'without a scheme', 'ollama:localhost:5000/me/tiny'],
  ['registry.example/me/tiny', 'without a scheme', 'ollama:registry.example/me/tiny'],
  ['example.com/models/x.gguf', 'without a scheme', 'https://example.com/models/x.gguf'],
  ['ollama.com/llava', 'Ollama page', 'ollama:llava'],
  ['ollama run llava --verbose', 'with options', 'ollama:llava'],
  ['ollama run llava "describe this"', 'with options', 'ollama:llava'],
  ['python -m vllm.entrypoints.openai.api_server --model org/repo --port 8000', 'options', 'hf:org/repo'],
  ['llama-server -hf org/repo --port 8080', 'with options', 'hf:org/repo'],
  ['ollama/llava:7b', 'LiteLLM', 'ollama:llava:7b'],
  ['huggingface/org/repo', 'LiteLLM', 'hf:org/repo'],
  ['https://www.modelscope.ai/models/org/name', 'modelscope.ai', 'ms:org/name'],
  [
    'https://mirror.example/org/repo/blob/main/x.gguf',
    'a page that shows a file',
    'https://mirror.example/org/repo/resolve/main/x.gguf',
  ],
  [
    'https://github.com/org/repo/blob/main/x.gguf',
    'a page that shows a file',
    'https://github.com/org/repo/raw/main/x.gguf',
  ],
])('[case F21] %j is rejected with the reference to paste', (text, words, ref) => {
  const error = refusal(text);
  expect(error).toMatchObject({ code: 'RMA_MODEL_REF_INVALID', exitCode: 2, hint: `use ${ref}` });
  expect(error.message).toContain(words);
  expect(formatModelRef(parseModelRef(ref))).toBe(ref);
});

test.each([
  'https://huggingface.co/datasets/org/data',
  'huggingface.co/org',
  'https://huggingface.co/spaces/org/app',
  'https://ollama.com/search?q=llava',
  'https://modelscope.cn/datasets/org/data',
  'docker pull ai/smollm2',
  'docker model run ai/smollm2',
  'curl https://example.com/a.gguf https://example.com/b.gguf',
  'wget --help',
  'llama-server -m x.gguf',
  'ollama run',
  './model.gguf',
  '/srv/models/x.gguf',
  '~/x.gguf',
  'C:\\models\\x.gguf',
  's3:bucket',
  'oci://registry.example/x',
  'dataset:x',
  'docker:ai/smollm2',
])('[case F21] %j names no model: an error with the forms of a reference', (text) => {
  expect(refusal(text)).toMatchObject({
    code: 'RMA_MODEL_REF_INVALID',
    exitCode: 2,
    hint: expect.stringContaining('hf:org/repo[@revision][:pattern]'),
  });
});

test('[case F21] any text is accepted or rejected with an error of its own', () => {
  const word = fc.constantFrom(
    ...[
      'hf.co',
      'ollama run ',
      'https://',
      'huggingface.co/',
      'org/',
      'repo',
      ':',
      '@',
      '%',
      '%2F',
      '#',
      '?',
      'tree/',
      ' ',
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(word, fc.string({ maxLength: 3 }))).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (each) => {
      try {
        const ref = parseModelRef(each);
        expect(parseModelRef(formatModelRef(ref))).toEqual(ref);
      } catch (error) {
        if (!(error instanceof RmaError)) throw error;
        expect(error.code).toMatch(/^RMA_MODEL_/);
      }
    }),
    { numRuns: 2000 },
  );
});

test('[case F21] the hint for a command with other options keeps what selects files', () => {
  expect(refusal('hf download org/repo x.gguf --local-dir ./m').hint).toContain('hf:org/repo:x.gguf');
  expect(refusal('hf download org/repo --include a b -q').hint).toContain('hf:org/repo:a,b');
});

// Usage: node hugging-face-js.mjs MODULE ENDPOINT REPO DIRECTORY FILE...: downloads files with @huggingface/hub.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [, , module, hubUrl, name, directory, ...files] = process.argv;
const { downloadFile } = await import(module);
for (const path of files) {
  const blob = await downloadFile({ repo: { type: 'model', name }, path, hubUrl });
  await pipeline(Readable.fromWeb(blob.stream()), createWriteStream(join(directory, path)));
}

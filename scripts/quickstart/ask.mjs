// Asks the coordinator of `rma ps --json` for a model that is ready, sends one chat request to its engine, and writes the
// question and the answer to a file.
import { readFileSync, writeFileSync } from 'node:fs';

const [psFile, answerFile] = process.argv.slice(2);
const { services } = JSON.parse(readFileSync(psFile, 'utf8'));
const [port] = services.find(({ service }) => service === 'coordinator').ports;
const coordinator = `http://${port.address}:${port.hostPort}`;
const { data } = await ask(`${coordinator}/v1/models`);
const model = data.find(({ workers }) => workers.length > 0);
if (model === undefined) throw new Error(`${coordinator}/v1/models lists no ready model`);

const engine = `${model.workers[0].endpoint}/v1/chat/completions`;
const question = 'Say hello to the new worker in one short sentence.';
const { choices, usage } = await ask(engine, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: model.id, messages: [{ role: 'user', content: question }], max_tokens: 24 }),
});
const lines = [
  `registered at  ${coordinator}/v1/models`,
  `endpoint       ${engine}`,
  `prompt to ${model.id}: ${question}`,
  `response (${usage.completion_tokens} tokens): ${JSON.stringify(choices[0].message.content)}`,
];
writeFileSync(answerFile, `${lines.join('\n')}\n`);

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(120_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} responded with ${response.status}: ${text}`);
  return JSON.parse(text);
}

// Sends one chat request to the engine that `rma up --json` named, and writes question and answer to a file.
import { readFileSync, writeFileSync } from 'node:fs';

const [upFile, answerFile] = process.argv.slice(2);
const { endpoints } = JSON.parse(readFileSync(upFile, 'utf8'));
const engine = endpoints.find(({ chatPath }) => chatPath !== null);
const question = 'Say hello to the new worker in one short sentence.';
const response = await fetch(engine.url + engine.chatPath, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: engine.models[0],
    messages: [{ role: 'user', content: question }],
    max_tokens: 24,
  }),
  signal: AbortSignal.timeout(120_000),
});
const body = await response.json();
if (!response.ok) throw new Error(`${engine.url} answered ${response.status}: ${JSON.stringify(body)}`);
const { model, choices, usage } = body;
const answer = JSON.stringify(choices[0].message.content);
writeFileSync(
  answerFile,
  `${model} was asked: ${question}\nit answered (${usage.completion_tokens} tokens): ${answer}\n`,
);

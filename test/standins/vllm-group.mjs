#!/usr/bin/env node
/**
 * A stand-in for `vllm serve` over several hosts: checks its options and ranks, waits for all ranks at the address of rank 0,
 * and passes each request through all of them. Rank 0 has the API. When one rank ends, the others end too, or with
 * STANDIN_HANGS=1 rank 0 answers no more requests, but health checks, as an engine does that waits for NCCL.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer as createApi } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

const RETRY_MS = 200;
const RELEASE = new URL('engines/releases/vllm-0.27.1.txt', import.meta.url);

const tell = (text) => process.stdout.write(`${text}\n`);

function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function readOptions(args) {
  const lines = readFileSync(RELEASE, 'utf8').split('\n');
  const kinds = new Map(lines.filter((line) => line.startsWith('-')).map((line) => line.split(' ')));
  const options = {};
  for (let at = 0; at < args.length; at += 1) {
    const [name, given] = args[at].split(/=(.*)/s, 2);
    if (!name.startsWith('--')) {
      options.model = name;
      continue;
    }
    const kind = kinds.get(name);
    if (kind === undefined) refuse(`error: unrecognized arguments: ${name}`);
    options[name] = kind === 'bool' ? true : (given ?? args[++at]);
  }
  return options;
}

const arguments_ = process.argv.slice(2);
if (arguments_.shift() !== 'serve') refuse('error: the first argument must be serve');
const options = readOptions(arguments_);
const number = (name, otherwise) => {
  const value = Number(options[name] ?? otherwise);
  if (!Number.isInteger(value)) refuse(`error: argument ${name}: invalid int value: '${options[name]}'`);
  return value;
};
const nodes = number('--nnodes', 1);
const rank = number('--node-rank', 0);
const port = number('--master-port', 29501);
const address = options['--master-addr'] ?? '127.0.0.1';
const worldSize = number('--tensor-parallel-size', 1) * number('--pipeline-parallel-size', 1);
const names = [options['--served-model-name'] ?? options['--model'] ?? options.model];

checkOptions();
process.on('SIGTERM', () => process.exit(0));
tell(JSON.stringify({ given: process.argv.slice(2), rank }));
if (rank === 0) lead();
else follow();

/** As vllm/engine/arg_utils.py and vllm/config/parallel.py, and what a wrong address would lead to. */
function checkOptions() {
  if (worldSize % nodes !== 0) {
    refuse(`ValueError: --nnodes ${nodes} must evenly divide the total world size (${worldSize}).`);
  }
  if (rank < 0 || rank >= nodes)
    refuse(`ValueError: --node-rank must be between 0 and ${nodes - 1}; got ${rank}`);
  if ((options['--headless'] === true) !== rank > 0) refuse('stand-in: every rank but 0 must be --headless');
  const interfaces = networkInterfaces();
  const own = Object.values(interfaces).flatMap((each) => each.map((entry) => entry.address));
  if (rank === 0 && !own.includes(address)) refuse(`stand-in: ${address} is no address of rank 0`);
  const { VLLM_HOST_IP: ip, NCCL_SOCKET_IFNAME: nccl, GLOO_SOCKET_IFNAME: gloo } = process.env;
  if (ip && !own.includes(ip)) refuse(`stand-in: VLLM_HOST_IP ${ip} is no address of this host`);
  for (const name of [nccl?.replace(/^=/, ''), gloo])
    if (name && !(name in interfaces)) refuse(`stand-in: this host has no network interface ${name}`);
  const model = options['--model'] ?? options.model;
  if (!model || !existsSync(join(model, 'config.json')))
    refuse(`stand-in: ${model}/config.json does not exist`);
}

function lead() {
  const members = new Map();
  const waiting = new Map();
  const state = { whole: true };
  const server = createServer((socket) => {
    onLines(socket, (line) => {
      if (line.answer !== undefined) return waiting.get(line.answer)?.(waiting.delete(line.answer));
      if (line.nodes !== nodes)
        return refuseMember(socket, `rank ${line.rank} expects ${line.nodes} nodes, not ${nodes}`);
      if (members.has(line.rank)) return refuseMember(socket, `rank ${line.rank} has joined already`);
      members.set(line.rank, socket);
      socket.on('close', () => lost(line.rank, state));
      if (members.size === nodes - 1) serve(members, waiting, state);
    });
  });
  server.listen(port, () => tell(`waiting for ${nodes - 1} ranks at port ${port}`));
}

function refuseMember(socket, reason) {
  socket.end(`${JSON.stringify({ refused: reason })}\n`);
}

function lost(member, state) {
  state.whole = false;
  process.stderr.write(`RuntimeError: rank ${member} ended\n`);
  if (process.env.STANDIN_HANGS !== '1') process.exit(1);
}

function follow() {
  const socket = connect({ host: address, port });
  let joined = false;
  socket.on('connect', () => {
    joined = true;
    socket.write(`${JSON.stringify({ rank, nodes })}\n`);
  });
  onLines(socket, (line) => {
    if (line.refused) refuse(`stand-in: rank 0 refused: ${line.refused}`);
    socket.write(`${JSON.stringify({ answer: line.ask })}\n`);
  });
  socket.on('close', () => {
    if (joined) refuse('RuntimeError: rank 0 ended');
    setTimeout(follow, RETRY_MS);
  });
}

function onLines(socket, take) {
  let text = '';
  socket.on('error', () => undefined); // 'close' follows
  socket.on('data', (chunk) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  });
}

function serve(members, waiting, state) {
  let asked = 0;
  const throughAll = async () => {
    if (!state.whole) return new Promise(() => undefined);
    await Promise.all(
      [...members].map(([member, socket]) => {
        const id = `${++asked} of ${member}`;
        return new Promise((resolve) => {
          waiting.set(id, resolve);
          socket.write(`${JSON.stringify({ ask: id })}\n`);
        });
      }),
    );
  };
  const api = createApi(async (request, response) => {
    const answer = (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (request.url === '/health') return response.end();
    if (request.url === '/metrics') return response.end('vllm:num_requests_running 0\n');
    if (request.url === '/v1/models') return answer({ object: 'list', data: names.map((id) => ({ id })) });
    request.resume();
    await throughAll();
    const message = { role: 'assistant', content: 'This is a stand-in.' };
    answer({
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { completion_tokens: 1 },
    });
  });
  api.listen(number('--port', 8000), options['--host'] ?? '0.0.0.0', () => tell('all ranks joined'));
}

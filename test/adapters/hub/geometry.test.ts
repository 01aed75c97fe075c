import { describe, expect, test } from 'vitest';
import { HttpRangeReader } from '../../../src/adapters/hub/http-range-reader.ts';
import { readGeometry } from '../../../src/app/desired/read-geometry.ts';
import type { PinnedFile } from '../../../src/core/domain/pinned-model.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import type { PinnedHfModel } from '../../../src/core/source/huggingface.ts';
import type { PinnedUrlModel } from '../../../src/core/source/url.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { type Fault, sendContent, startModelServer } from '../../helpers/store/model-server.ts';
import { testHttp } from '../../helpers/store/test-http.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const GGUF = Buffer.from(tinyGguf({ bytes: 3_000_000 }));
const CONFIG = Buffer.from(
  JSON.stringify({ architectures: ['Tiny'], hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4 }),
);

/** A safetensors file with one tensor of 1000 bytes. */
function safetensors(): Buffer {
  const json = Buffer.from(JSON.stringify({ a: { dtype: 'U8', shape: [1000], data_offsets: [0, 1000] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(1000)]);
}

async function setUp(fault: Fault) {
  const server = await startModelServer();
  server.fault = fault;
  const http = testHttp();
  const clock = new JumpingClock();
  const events: RmaEvent[] = [];
  const ports = {
    sources: [
      testSource('hf', { endpoint: server.url, token: 'hf_secret' }),
      testSource('url', { endpoint: '' }),
    ],
    ranges: new HttpRangeReader({ http, clock, random: () => 0 }),
    reporter: { emit: (event: RmaEvent) => void events.push(event) },
    signal: new AbortController().signal,
  };
  return { server, ports, told: () => events.flatMap((event) => (event.type === 'log' ? event.text : [])) };
}

function urlModel(url: string, content: Buffer): PinnedUrlModel {
  const files = [{ path: 'm.gguf', bytes: content.length, digest: null }];
  return { source: 'url', ref: `${url}/m.gguf`, url: `${url}/m.gguf`, set: 'default', files };
}

function hfModel(files: Readonly<Record<string, Buffer>>): PinnedHfModel {
  const pinned = Object.entries(files).map(
    ([path, { length }]): PinnedFile => ({ path, bytes: length, digest: null }),
  );
  const commit = 'a'.repeat(40);
  return {
    source: 'hf',
    ref: 'hf:a/b',
    repo: 'a/b',
    revision: 'main',
    commit,
    complete: true,
    files: pinned,
  };
}

const answers =
  (send: (response: Parameters<Fault>[1]) => unknown): Fault =>
  (_, response) => {
    send(response);
    return true;
  };

const sends =
  (content: Buffer): Fault =>
  (request, response) => {
    sendContent(request, response, content);
    return true;
  };

describe('the geometry of a model on a hub', () => {
  test('[req R51] of a GGUF file is read from its first bytes', async () => {
    const { server, ports } = await setUp(sends(GGUF));
    expect(await readGeometry(ports, urlModel(server.url, GGUF))).toMatchObject({
      architecture: 'llama',
      layers: 3,
      weightsBytes: 3_000_000,
    });
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=0-262143']);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('is read from the start of the file if the server ignores ranges', async () => {
    const { server, ports } = await setUp((_, response) => {
      response.writeHead(200, { 'content-length': String(GGUF.length) }).end(GGUF);
      return true;
    });
    expect(await readGeometry(ports, urlModel(server.url, GGUF))).toMatchObject({ layers: 3 });
  });

  test('[case F20] of a safetensors file with a header over 8 MiB needs one request for its start', async () => {
    const header = Buffer.alloc(9 * 2 ** 20, ' ');
    header.write('{}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const files = {
      'config.json': CONFIG,
      'model.safetensors': Buffer.concat([length, header, Buffer.alloc(5000)]),
    };
    const { server, ports } = await setUp((request, response) => {
      const name = request.path.endsWith('/config.json') ? 'config.json' : 'model.safetensors';
      sendContent(request, response, files[name]);
      return true;
    });
    expect(await readGeometry(ports, hfModel(files))).toMatchObject({ layers: 2, weightsBytes: 5000 });
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      `bytes=0-${CONFIG.length - 1}`,
      'bytes=0-262143',
    ]);
  });

  test('[req R51] of a safetensors repository is read from config.json and the header of its first file', async () => {
    const files = { 'config.json': CONFIG, 'model.safetensors': safetensors() };
    const { server, ports } = await setUp((request, response) => {
      const name = request.path.endsWith('/config.json') ? 'config.json' : 'model.safetensors';
      sendContent(request, response, files[name]);
      return true;
    });
    expect(await readGeometry(ports, hfModel(files))).toEqual({
      architecture: 'Tiny',
      layers: 2,
      attentionHeads: 4,
      kvHeads: 4,
      keyLength: 16,
      valueLength: 16,
      contextLength: null,
      weightsBytes: 1000,
    });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
  });

  test.each([
    ['NaN', '{"rope_theta": NaN,'],
    ['-Infinity in a list', '{"limits": [-Infinity, Infinity],'],
  ])('[case F01] is the same with a bare %s in its config.json', async (_, start) => {
    const config = Buffer.from(CONFIG.toString().replace('{', start));
    const files = { 'config.json': config, 'model.safetensors': safetensors() };
    const { ports, told } = await setUp((request, response) => {
      const isConfig = request.path.endsWith('/config.json');
      sendContent(request, response, isConfig ? config : safetensors());
      return true;
    });
    const geometry = await readGeometry(ports, hfModel(files));
    expect(told()).toEqual([]);
    expect(geometry).toMatchObject({ layers: 2, attentionHeads: 4, kvHeads: 4, keyLength: 16 });
  });

  test('[case N05] of a repository with PyTorch files is read from config.json alone', async () => {
    const files = { 'config.json': CONFIG, 'pytorch_model.bin': safetensors() };
    const { ports } = await setUp(sends(CONFIG));
    expect(await readGeometry(ports, hfModel(files))).toMatchObject({
      layers: 2,
      kvHeads: 4,
      weightsBytes: files['pytorch_model.bin'].length,
    });
  });

  test.each<readonly [string, Fault, RegExp]>([
    ['denies access', answers((response) => response.writeHead(403).end()), /denied access/],
    [
      'sends another range',
      answers((response) => response.writeHead(206, { 'content-range': 'bytes 9-10/99' }).end('ab')),
      /requested the bytes from 0/,
    ],
    [
      'sends too little',
      answers((response) => response.writeHead(200).end('GGUF')),
      /sent fewer bytes than its size/,
    ],
    ['sends other content', sends(Buffer.alloc(3_000_000, 'x')), /does not start with GGUF/],
  ])('is unknown and logged if the hub %s', async (_, fault, why) => {
    const { server, ports, told } = await setUp(fault);
    expect(await readGeometry(ports, urlModel(server.url, GGUF))).toBeNull();
    expect(told()).toEqual([expect.stringMatching(why)]);
  });

  test('[case F14] is unread, not unknown, if the hub fails repeatedly', async () => {
    const { server, ports, told } = await setUp(answers((response) => response.writeHead(500).end()));
    expect(await readGeometry(ports, urlModel(server.url, GGUF))).toBe('unread');
    expect(told()).toEqual([expect.stringMatching(/HTTP 500/)]);
  });

  test.each<readonly [string, Readonly<Record<string, Buffer>>, RegExp]>([
    ['without config.json', { 'model.safetensors': safetensors() }, /has no config.json/],
    [
      'with a config.json of 2 MiB',
      { 'config.json': Buffer.alloc(2 ** 21), 'model.safetensors': safetensors() },
      /has 2097152 bytes/,
    ],
    ['without a header', { 'pytorch_model.bin': safetensors() }, /no known header/],
  ])('is unknown for a model %s', async (_, files, why) => {
    const { ports, told } = await setUp(sends(safetensors()));
    expect(await readGeometry(ports, hfModel(files))).toBeNull();
    expect(told()).toEqual([expect.stringMatching(why)]);
  });

  test('is requested with the token of its hub, and a rejected token is reported with the variable of that hub', async () => {
    const { server, ports } = await setUp(sends(GGUF));
    const location = {
      url: `${server.url}/m.gguf`,
      authorization: 'Bearer ms_secret',
      cookie: 'm_session_id=ms_secret',
      tokenWays: { give: 'MODELSCOPE_API_TOKEN', check: 'check MODELSCOPE_API_TOKEN' },
    };
    await ports.ranges.read(location, { from: 0, to: 8 });
    expect(server.requests[0]?.headers.cookie).toBe('m_session_id=ms_secret');
    server.fault = answers((response) => response.writeHead(401).end());
    await expect(ports.ranges.read(location, { from: 0, to: 8 })).rejects.toMatchObject({
      exitCode: 4,
      hint: expect.stringContaining('MODELSCOPE_API_TOKEN'),
    });
  });
});

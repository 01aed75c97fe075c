import { describe, expect, it } from 'vitest';
import { ask, askJson } from './http-client.ts';
import { CONFIG, hubForTest, WEIGHTS } from './hub-fixture.ts';

const COMMIT = /^[0-9a-f]{40}$/;

describe('the hub API', () => {
  it('resolves branches, tags and commits', async () => {
    const hub = await hubForTest();
    const main = hub.commit('org/model').sha;
    const tag = hub.commit('org/model', 'v1.0').sha;
    const shaOf = async (path: string): Promise<unknown> =>
      ((await askJson(`${hub.endpoint}/api/models/org/model${path}`)) as { sha: string }).sha;
    expect(main).toMatch(COMMIT);
    expect(tag).not.toBe(main);
    expect(
      await Promise.all(['', '/revision/main', '/revision/v1.0', `/revision/${tag}`].map(shaOf)),
    ).toEqual([main, main, tag, tag]);
  });

  it('computes the same commit for the same content in every process', async () => {
    const [one, two] = await Promise.all([hubForTest(), hubForTest()]);
    expect(one.commit('org/model').sha).toBe(two.commit('org/model').sha);
  });

  it('keeps an old commit reachable after the branch has moved', async () => {
    const hub = await hubForTest();
    const before = hub.commit('org/model').sha;
    hub.publish('org/model', { files: { 'config.json': 'new' } });
    expect(hub.commit('org/model').sha).not.toBe(before);
    expect((await ask(`${hub.endpoint}/api/models/org/model/tree/${before}`)).status).toBe(200);
  });

  it('accepts an encoded branch name such as refs/pr/1', async () => {
    const hub = await hubForTest({
      repos: { 'a/b': { files: {}, revisions: { 'refs/pr/1': { files: { x: 'y' } } } } },
    });
    expect(await askJson(`${hub.endpoint}/api/models/a/b/tree/refs%2Fpr%2F1`)).toHaveLength(1);
  });

  it('lists plain files by git id and LFS files also by sha256', async () => {
    const hub = await hubForTest();
    const tree = await askJson(`${hub.endpoint}/api/models/org/model/tree/main?recursive=true&expand=false`);
    const { files } = hub.commit('org/model');
    const gguf = files.get('model.gguf');
    expect(tree).toEqual([
      { type: 'directory', oid: expect.stringMatching(COMMIT), size: 0, path: 'onnx' },
      { type: 'file', oid: files.get('config.json')?.oid, size: CONFIG.length, path: 'config.json' },
      {
        type: 'file',
        oid: gguf?.oid,
        size: WEIGHTS.size,
        lfs: { oid: gguf?.sha256, size: WEIGHTS.size, pointerSize: 132 },
        path: 'model.gguf',
      },
      expect.objectContaining({ type: 'file', path: 'onnx/model.onnx' }),
    ]);
  });

  it('lists one directory without its subdirectories', async () => {
    const hub = await hubForTest();
    const paths = async (query: string): Promise<string[]> =>
      ((await askJson(`${hub.endpoint}/api/models/org/model/tree/main${query}`)) as { path: string }[]).map(
        ({ path }) => path,
      );
    expect(await paths('')).toEqual(['onnx', 'config.json', 'model.gguf']);
    expect(await paths('/onnx')).toEqual(['onnx/model.onnx']);
  });

  it('adds the last commit and scan result of each file with expand=true', async () => {
    const hub = await hubForTest();
    const tree = await askJson(`${hub.endpoint}/api/models/org/model/tree/main/onnx?expand=true`);
    expect(tree).toEqual([
      expect.objectContaining({
        path: 'onnx/model.onnx',
        lastCommit: expect.objectContaining({ id: hub.commit('org/model').sha }),
        securityFileStatus: expect.objectContaining({ status: 'safe' }),
      }),
    ]);
  });

  it('splits a long listing into pages linked by the Link header', async () => {
    const hub = await hubForTest({ pageSize: 3 });
    const first = await ask(`${hub.endpoint}/api/models/org/model/tree/main?recursive=true`);
    const next = /^<(.*)>; rel="next"$/.exec(first.headers['link'] as string)?.[1] ?? '';
    const second = await ask(next);
    expect(
      [JSON.parse(first.body.toString()), JSON.parse(second.body.toString())].map((page) => page.length),
    ).toEqual([3, 1]);
    expect(second.headers['link']).toBeUndefined();
  });

  it('lists branches and tags', async () => {
    const hub = await hubForTest();
    expect(await askJson(`${hub.endpoint}/api/models/org/model/refs`)).toEqual({
      branches: [{ name: 'main', ref: 'refs/heads/main', targetCommit: hub.commit('org/model').sha }],
      converts: [],
      tags: [{ name: 'v1.0', ref: 'refs/tags/v1.0', targetCommit: hub.commit('org/model', 'v1.0').sha }],
    });
  });

  it('redirects a renamed repository to a relative URL', async () => {
    const hub = await hubForTest({ renamed: { 'old/name': 'org/model' } });
    const replies = await Promise.all(
      ['/api/models/old/name/revision/main', '/old/name/resolve/main/config.json'].map((path) =>
        ask(hub.endpoint + path),
      ),
    );
    expect(replies.map(({ status, headers }) => [status, headers.location])).toEqual([
      [307, '/api/models/org/model/revision/main'],
      [307, '/org/model/resolve/main/config.json'],
    ]);
  });

  it('serves file names that escape the repository unchanged', async () => {
    const hostile = ['../evil', '/etc/evil', 'C:\\evil', 'a\0b', 'a/../../evil'];
    const hub = await hubForTest({
      repos: { 'a/b': { files: Object.fromEntries(hostile.map((path) => [path, 'evil'])) } },
    });
    const { siblings } = (await askJson(`${hub.endpoint}/api/models/a/b`)) as {
      siblings: { rfilename: string }[];
    };
    expect(siblings.map(({ rfilename }) => rfilename).sort()).toEqual([...hostile].sort());
    expect((await ask(`${hub.endpoint}/a/b/resolve/main/..%2Fevil`)).status).toBe(307);
  });
});

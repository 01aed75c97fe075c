import { describe, expect, it } from 'vitest';
import { compareCompose, renderFile, writeStack } from '../../../src/app/compose-render.ts';
import { up } from '../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf();
const invocation = fakeInvocation(catalogOf({ chat: [profileServiceOf()] }));
const request = { config, profiles: [], refresh: false };
const file = `${config.stateDir}/compose.yaml`;

describe('the rendered Compose file', () => {
  it('is the same as the one of up', async () => {
    const host = new FakeHost();
    expect(await compareCompose(host, invocation, request)).toEqual({ file, same: false });
    await up(host, invocation, upRequest(request));
    expect(await host.files.read(file)).toBe(await renderFile(host, invocation, request));
    expect(await compareCompose(host, invocation, request)).toEqual({ file, same: true });
  });

  it('is rendered without Docker and without changes', async () => {
    const host = new FakeHost();
    host.engine.containers = async () => {
      throw new Error('no Docker');
    };
    expect(await renderFile(host, invocation, request)).toContain('chat-llm:');
    expect(host.takeChanges()).toEqual([]);
  });

  it('is written to another directory with its secrets, and its image is built once', async () => {
    const host = new FakeHost();
    const elsewhere = { ...request, directory: '/out' };
    expect(await writeStack(host, invocation, elsewhere)).toBe('/out/compose.yaml');
    expect(host.takeChanges()).toEqual([
      'build rma-worker:1.2.3-0123456789ab',
      'create-directory /out/secrets',
      'write /out/secrets/coordinator_key',
      'create-directory /out/secrets',
      'write /out/secrets/worker_token_chat',
      'write /out/compose.yaml',
    ]);
    await writeStack(host, invocation, elsewhere);
    expect(host.takeChanges()[0]).toBe('create-directory /out/secrets');
  });
});

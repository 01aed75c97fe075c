import { onTestFinished } from 'vitest';
import { type ConnectionParts, SshConnection } from '../../../src/adapters/ssh/ssh-connection.ts';
import { SshRunner } from '../../../src/adapters/ssh/ssh-runner.ts';
import type { CommandRunner } from '../../../src/ports/command-runner.ts';
import { clientRunner } from './client-runner.ts';
import type { SshServer } from './ssh-server.ts';

export interface TestConnection {
  readonly connection: SshConnection;
  /** runs programs on the server */
  readonly runner: SshRunner;
  /** runs programs on this machine, with the client's `ssh` first on PATH */
  readonly local: CommandRunner;
}

/** Connects to a server; the connection is closed when the test ends. */
export async function openTestConnection(
  server: Pick<SshServer, 'bin' | 'port'>,
  limits: ConnectionParts['limits'] = {},
): Promise<TestConnection> {
  const local = clientRunner(server);
  const target = { name: 'box1', user: 'root', host: '127.0.0.1', port: server.port };
  const connection = await SshConnection.open({ target, local, limits }, new AbortController().signal);
  onTestFinished(() => connection.close());
  return { connection, local, runner: new SshRunner({ connection, local }) };
}

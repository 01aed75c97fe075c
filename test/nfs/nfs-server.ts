import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeFile, judgeProgram } from '../helpers/judges/judge-program.ts';
import { portAnswers } from './port-answers.ts';

/** A running NFS 4.2 server in user space, on loopback. */
export interface NfsServer {
  readonly port: number;
  /** the exported directory */
  readonly directory: string;
  /** Ends the server as a crash does. */
  readonly kill: () => Promise<void>;
  /** Starts it again. */
  readonly start: () => Promise<void>;
}

/** Starts nfs-ganesha on a directory below `scratch`. */
export async function startNfsServer(scratch: string, port: number): Promise<NfsServer> {
  const directory = join(scratch, 'export');
  for (const folder of [directory, join(scratch, 'recovery'), '/run/ganesha'])
    mkdirSync(folder, { recursive: true });
  const configuration = join(scratch, 'ganesha.conf');
  writeFileSync(configuration, settings(scratch, port));
  let server = await start(scratch, configuration, port);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const closed = once(server, 'close');
    server.kill('SIGKILL');
    await closed;
  };
  return {
    port,
    directory,
    kill,
    start: async () => {
      server = await start(scratch, configuration, port);
    },
  };
}

async function start(scratch: string, configuration: string, port: number) {
  const log = join(scratch, 'ganesha.log');
  const options = [
    '-F',
    '-f',
    configuration,
    '-L',
    log,
    '-p',
    join(scratch, 'ganesha.pid'),
    '-N',
    'NIV_EVENT',
  ];
  const server = spawn(judgeProgram('nfs-vm', 'ganesha.nfsd'), options, { stdio: 'ignore' });
  const ended = once(server, 'close').then(() => {
    throw new Error(`nfs-ganesha ended: ${readFileSync(log, 'utf8').slice(-2000)}`);
  });
  ended.catch(() => undefined);
  await Promise.race([portAnswers(port), ended]);
  return server;
}

// A client that does not renew its lease in time loses its open files, and a busy machine may not run the VM for seconds. The
// time of grace after a crash ends as soon as all clients are back.
function settings(scratch: string, port: number): string {
  return `NFS_CORE_PARAM { Protocols = 4; NFS_Port = ${port}; Bind_addr = 127.0.0.1; Enable_NLM = false; Enable_RQUOTA = false;
  Plugins_Dir = ${judgeFile('nfs-vm', 'root/usr/lib/x86_64-linux-gnu/ganesha')}; }
NFSv4 { UseGetpwnam = true; Only_Numeric_Owners = true; Grace_Period = 90; Lease_Lifetime = 60; RecoveryBackend = fs; RecoveryRoot = ${scratch}/recovery; }
EXPORT { Export_Id = 1; Path = ${scratch}/export; Pseudo = /models; Access_Type = RW; Squash = No_Root_Squash; Protocols = 4;
  Transports = TCP; SecType = sys; FSAL { Name = VFS; } }
`;
}

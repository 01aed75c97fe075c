import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { judgeFile, judgeProgram } from '../helpers/judges/judge-program.ts';
import { buildInitramfs } from './initramfs.ts';
import { freePort } from './port-answers.ts';

export interface CommandResult {
  /** null: ended by the signal */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** A VM with the export of an NFS server at /one, /two (two clients that share no cache) and /readonly. */
export interface Vm {
  /** Starts a command in the VM. */
  readonly start: (argv: readonly string[], env?: Readonly<Record<string, string>>) => RunningCommand;
  readonly stop: () => Promise<void>;
}

/** Address of this machine's loopback as seen in the VM. */
export const HOST_ADDRESS = '10.0.2.2';

/** Boots the VM, and waits until both mounts are there. Throws with its console if it ends before. */
export async function startVm(scratch: string, nfsPort: number): Promise<Vm> {
  const { kernel, initramfs } = buildInitramfs(scratch);
  const agentPort = await freePort();
  const child = spawn(
    judgeProgram('nfs-vm', 'qemu-system-x86_64'),
    options({ kernel, initramfs, nfsPort, agentPort }),
    {
      env: { ...process.env, QEMU_MODULE_DIR: judgeFile('nfs-vm', 'root/usr/lib/x86_64-linux-gnu/qemu') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const closed = once(child, 'close');
  let log = '';
  const ready = new Promise<void>((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('AGENT READY')) done();
      });
    }
    child.on('close', () => failed(new Error(`the VM ended: ${log.slice(-4000)}`)));
  });
  await ready;
  const call = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${agentPort}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return response.json();
  };
  return {
    start: (argv, env = {}) => {
      const id = randomUUID();
      return {
        result: call('/run', { id, argv, env }) as Promise<CommandResult>,
        kill: async (signal) => {
          await call('/kill', { id, signal });
        },
      };
    },
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

interface Machine {
  readonly kernel: string;
  readonly initramfs: string;
  readonly nfsPort: number;
  readonly agentPort: number;
}

// Software only: KVM in a virtual machine fails on some hosts.
function options({ kernel, initramfs, nfsPort, agentPort }: Machine): readonly string[] {
  const shared = judgeFile('nfs-vm', 'root/usr/share');
  return [
    ...['-L', `${shared}/qemu`, '-L', `${shared}/seabios`, '-M', 'q35', '-accel', 'tcg', '-cpu', 'max'],
    ...['-m', '2048', '-smp', '2', '-display', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
    ...['-kernel', kernel, '-initrd', initramfs],
    ...['-append', `console=ttyS0 quiet panic=-1 nfs_port=${nfsPort}`],
    ...['-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${agentPort}-:7000`],
    ...['-device', 'virtio-net-pci,netdev=net,romfile='],
  ];
}

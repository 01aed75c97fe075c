import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { judgeFile } from '../helpers/judges/judge-program.ts';

const MODULES = ['virtio_pci', 'virtio_net', 'nfsv4'];

/** What a VM boots. */
export interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
}

/** Builds the whole system of the VM in a directory: Debian's kernel, and busybox, Node.js, rma and the agent as an initramfs. */
export function buildInitramfs(directory: string): BootFiles {
  const kernel = readdirSync(judgeFile('nfs-vm', 'root/boot')).find((name) => name.startsWith('vmlinuz-'));
  const version = (kernel ?? '').replace('vmlinuz-', '');
  const root = join(directory, 'root');
  for (const folder of ['bin', 'usr/bin', 'proc', 'sys', 'dev', 'tmp', 'modules', 'rma']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  copyFileSync(judgeFile('nfs-vm', 'root/usr/bin/busybox'), join(root, 'bin/busybox'));
  copyNode(root);
  for (const part of ['dist', 'profiles', 'compose', 'package.json']) {
    cpSync(part, join(root, 'rma', part), { recursive: true });
  }
  // the files of the worker image, with its programs for sh
  execFileSync(busybox(), ['tar', '-x', '-f', resolve('dist/image/rootfs.tar'), '-C', root]);
  symlinkSync('busybox', join(root, 'bin/sh'));
  copyModules(root, version);
  for (const name of ['agent.mjs', 'init', 'host']) {
    copyFileSync(`test/nfs/vm/${name}`, join(root, name));
    chmodSync(join(root, name), 0o755);
  }
  const initramfs = join(directory, 'initramfs.cpio');
  execFileSync('sh', ['-c', 'find . | "$0" cpio -o -H newc >"$1"', busybox(), initramfs], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  return { kernel: judgeFile('nfs-vm', `root/boot/${kernel}`), initramfs };
}

/** The Node.js of this process with the libraries of this machine, at the same paths. */
function copyNode(root: string): void {
  copyFileSync(process.execPath, join(root, 'usr/bin/node'));
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  for (const [path] of libraries.matchAll(/\/\S+/g)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
}

/** The modules of the kernel that the VM loads, and the order to load them in. */
function copyModules(root: string, version: string): void {
  const base = judgeFile('nfs-vm', 'root');
  const folder = join(base, 'usr/lib/modules', version);
  execFileSync(busybox(), ['depmod', '-b', base, version]);
  const dependencies = readDependencies(join(folder, 'modules.dep'));
  const order: string[] = [];
  for (const name of MODULES) {
    const path = [...dependencies.keys()].find((key) => basename(key) === `${name}.ko`);
    if (path === undefined) continue; // built into the kernel
    for (const each of [...(dependencies.get(path) ?? []).toReversed(), path]) {
      if (!order.includes(each)) order.push(each);
    }
  }
  for (const path of order) copyFileSync(join(folder, path), join(root, 'modules', basename(path)));
  writeFileSync(join(root, 'modules/order'), order.map((path) => `${basename(path)}\n`).join(''));
}

function readDependencies(file: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [path = '', needs = ''] = line.split(':');
      return [path, needs.trim().split(' ').filter(Boolean)];
    }),
  );
}

function busybox(): string {
  return judgeFile('nfs-vm', 'root/usr/bin/busybox');
}

// A stand-in for NVIDIA's hook, with what rma and an engine can observe: runc calls it before the first process of a
// container with GPUs starts, with the container's state on stdin, and it adds the requested devices to the container.
// The first argument is the directory of the stand-in GPUs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Device } from '../devices.ts';
import { deviceFile, FOLDER, INSIDE } from '../layout.ts';
import type { HookSettings } from '../settings.ts';

interface Bundle {
  readonly process: { readonly env?: readonly string[] };
  readonly root: { readonly path: string };
}

const folder = process.argv[2] ?? '';
const state = read<{ readonly pid: number; readonly bundle: string }>('/dev/stdin');
const bundle = read<Bundle>(join(state.bundle, 'config.json'));
const root = resolve(state.bundle, bundle.root.path);
// the last value of a duplicate variable wins
const env = Object.fromEntries((bundle.process.env ?? []).map((line) => split(line)));
const asked = env['NVIDIA_VISIBLE_DEVICES'] ?? '';

if (!['', 'void', 'none'].includes(asked)) give(wanted(read<HookSettings>(join(folder, FOLDER.settings))));

function give(devices: readonly Device[]): void {
  mount(join(folder, FOLDER.claims), INSIDE.claims);
  devices.forEach(({ uuid }, place) => {
    mount(join(folder, FOLDER.devices, `${uuid}.json`), join(INSIDE.visible, deviceFile(place, uuid)));
  });
  const capabilities = (env['NVIDIA_DRIVER_CAPABILITIES'] ?? 'utility,compute').split(',');
  if (capabilities.some((name) => name === 'utility' || name === 'all')) {
    mount(join(folder, FOLDER.insideSmi), INSIDE.smi);
  }
}

function wanted({ devices, instead }: HookSettings): readonly Device[] {
  const whole = devices.filter(({ index }) => !index.includes(':'));
  const named = asked === 'all' ? whole : asked.split(',').map((name) => known(devices, name));
  const given = named.map((device) => devices.find(({ uuid }) => uuid === instead[device.uuid]) ?? device);
  return devices.filter((device) => given.includes(device));
}

function known(devices: readonly Device[], name: string): Device {
  const device = devices.find(({ uuid, index }) => uuid === name || index === name);
  if (device !== undefined) return device;
  process.stderr.write(
    `Auto-detected mode as 'legacy'\nnvidia-container-cli: device error: ${name}: unknown device\n`,
  );
  return process.exit(1);
}

/** Mounts only in the container, which still sees the files of the machine at this point. */
function mount(from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(from.endsWith(FOLDER.claims) ? target : dirname(target), { recursive: true });
  if (!from.endsWith(FOLDER.claims)) writeFileSync(target, '', { flag: 'a' });
  execFileSync('nsenter', ['--target', String(state.pid), '--mount', 'mount', '--bind', from, target]);
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function split(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

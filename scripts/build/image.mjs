// Writes the whole build context of the worker image: a Dockerfile and one tar with every file's mode and owner.
import { createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

const ROOT = { uid: 0, gid: 0 };
const WORKER = { uid: 1000, gid: 1000 };

/**
 * Same inputs, same bytes: sorted names, no times.
 * @param {string} outDir  existing directory
 * @param {Record<'worker' | 'coordinator', string>} bundles  paths of the bundled scripts
 */
export async function writeImageContext(outDir, bundles) {
  const entries = [
    // A fresh named volume takes its owner and mode from here; the group bit keeps shared stores in one group.
    { name: 'models', type: 'directory', mode: 0o2775, ...WORKER },
    // Writable for any user: a store in a host directory runs the worker as the directory's owner.
    { name: 'var/log/model-download.log', mode: 0o666, ...WORKER, content: '' },
    { name: 'opt/rma', type: 'directory', mode: 0o755, ...ROOT },
    ...Object.entries(bundles).map(([name, path]) => file(`opt/rma/${name}.mjs`, path)),
    ...data('profiles'),
    { name: 'opt/rma/compose', type: 'directory', mode: 0o755, ...ROOT },
    ...data('compose/engines'),
    ...readdirSync('compose/image/bin').map((name) => ({
      ...file(`usr/local/bin/${name}`, `compose/image/bin/${name}`),
      mode: 0o755,
    })),
  ];
  await writeTar(`${outDir}/rootfs.tar`, entries);
  writeFileSync(`${outDir}/Dockerfile`, readFileSync('compose/image/Dockerfile'));
}

function file(name, path) {
  return { name, mode: 0o644, ...ROOT, content: readFileSync(path) };
}

function data(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return [
    { name: `opt/rma/${folder}`, type: 'directory', mode: 0o755, ...ROOT },
    ...names.map((name) => file(`opt/rma/${folder}/${name}`, `${folder}/${name}`)),
  ];
}

async function writeTar(path, entries) {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  for (const { content, ...header } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const times = { mtime: new Date(0), type: 'file' };
    tar.entry({ ...times, ...header }, content ?? '');
  }
  tar.finalize();
  await written;
}

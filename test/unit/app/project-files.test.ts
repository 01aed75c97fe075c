import { expect, test } from 'vitest';
import { bundledProject } from '../../../src/app/models/project-files.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { filesOf, hostOf } from '../../helpers/host/port-builders.ts';

const SECRET = 'known-peer-token';
const FILES = {
  '/srv/box/rma.yaml': 'project: box\nprofiles: [own]\nhub: { token_file: ./hub-token }\n',
  '/srv/box/rma.lock': '{"schema":"rma.lock/v1","models":{}}\n',
  '/srv/box/profiles/own.yaml': 'services: []\n',
  '/srv/box/profiles/.env.yaml': `TOKEN=${SECRET}\n`,
  '/srv/box/engines/mine.yaml': 'image: mine:1\nenvironment:\n  API_KEY: sk-planted-secret\n',
  '/srv/box/engines/peer.yaml': `image: mine:1\ncommand: [serve, ${SECRET}]\n`,
  '/srv/box/engines/notes.txt': SECRET,
  '/srv/box/hub-token': 'hf_plantedplanted',
  '/srv/box/.env': `HF_TOKEN=hf_plantedplanted\nPEER=${SECRET}\n`,
};

async function exported(file: string | null, directory: string | null) {
  const events: RmaEvent[] = [];
  const list = async (folder: string) =>
    Object.keys(FILES).flatMap((path) =>
      path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
    );
  const files = await bundledProject(
    hostOf({ files: filesOf(FILES, { list }) }),
    {
      hubToken: async () => ({ value: 'hf_plantedplanted', origin: 'https://hub.example' }),
      peerToken: async () => SECRET,
      reporter: { emit: (event) => events.push(event) },
    },
    {
      config: { directory, profilesDir: '/srv/box/profiles', enginesDir: '/srv/box/engines' },
      file,
    },
  );
  return { files, warnings: events.flatMap((event) => (event.type === 'warning' ? [event.text] : [])) };
}

test('a bundle has rma.yaml, rma.lock, profiles and engines, but no file with a secret and no other file', async () => {
  const { files, warnings } = await exported('/srv/box/rma.yaml', '/srv/box');
  expect(files.map(({ path }) => path)).toEqual([
    'project/rma.yaml',
    'project/rma.lock',
    'project/profiles/own.yaml',
  ]);
  const text = files.map(({ content }) => new TextDecoder().decode(content)).join('');
  expect(text).not.toMatch(/planted|known-peer/);
  expect(warnings).toEqual([
    '/srv/box/engines/mine.yaml contains a secret in line 3 and is left out of the bundle',
    '/srv/box/engines/peer.yaml contains a secret in line 2 and is left out of the bundle',
  ]);
});

test('a bundle without rma.yaml has no files of a project', async () => {
  expect(await exported(null, null)).toEqual({ files: [], warnings: [] });
});

import { relative, resolve } from 'node:path';
import { initProject } from '../../app/init/init-project.ts';
import { parseVolume } from '../../core/config/value-parsers.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Notice } from '../../core/init/compose-model.ts';
import { findProfile } from '../../core/profile/select-services.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { printable } from '../render/printable.ts';
import type { Theme } from '../render/theme.ts';

interface InitInput {
  readonly directory: string | null;
  readonly fromCompose: readonly string[];
  readonly profile: readonly string[];
  readonly volume: string | null;
  readonly force: boolean;
}

/** Writes the files of a new project. @throws RmaError as initProject, RMA_PROFILE_UNKNOWN, RMA_USAGE_INVALID (2) */
export async function initDirectory(input: InitInput, context: Context): Promise<CommandResult> {
  const { cwd, env } = context;
  const profiles = [...new Set(input.profile.flatMap((names) => names.split(',')))];
  if (profiles.length > 0 && input.fromCompose.length > 0) throw bothGiven();
  if (input.directory !== null && /\.ya?ml$/i.test(input.directory)) throw fileGiven(input.directory);
  const invocation = await context.invocation();
  const catalog = await invocation.catalog({ profilesDir: null, enginesDir: null });
  for (const name of profiles) findProfile(catalog, name);
  const directory = resolve(cwd, input.directory ?? '.');
  const { files, notices } = await initProject(await context.host(), invocation, {
    directory,
    catalog,
    profiles,
    store: input.volume === null ? null : storeIn(directory, input.volume, cwd),
    compose: input.fromCompose.map((name) => ({ path: resolve(cwd, name), name })),
    force: input.force,
    environment: env,
  });
  return {
    json: { schema: 'rma.init/v1', directory, files, notices },
    human: (theme) =>
      [`Wrote ${files.map((path) => shortPath(cwd, path)).join(', ')}.`, ...noticeLines(notices, theme)].join(
        '\n',
      ),
    ids: files,
    next: input.directory === null ? 'rma plan' : shell`cd ${input.directory} && rma plan`,
  };
}

/** Relative paths in options start at the current directory, those in the file at its own. */
function storeIn(directory: string, volume: string, cwd: string): string {
  const isRelative = /^(?:host:)?(?![/~])/.test(volume) && directory !== cwd;
  const parsed = isRelative ? parseVolume(volume, { base: cwd, home: null }) : null;
  return parsed?.ok === true && parsed.value.type === 'host' ? `host:${parsed.value.path}` : volume;
}

const HEADINGS: readonly (readonly [kind: Notice['kind'], heading: string])[] = [
  ['corrected', 'Corrected:'],
  ['skipped', 'Not converted:'],
  ['note', 'Notes:'],
];

function noticeLines(notices: readonly Notice[], theme: Theme): readonly string[] {
  return HEADINGS.flatMap(([kind, heading]) => {
    const own = notices.filter((notice) => notice.kind === kind);
    const lines = own.map(({ where, message }) => `  ${printable(where)}: ${printable(message)}`);
    return own.length === 0 ? [] : [theme.bold(heading), ...lines];
  });
}

function bothGiven(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', '--profile cannot be combined with --from-compose', {
    exitCode: EXIT.usage,
    hint: 'the Compose files determine the profiles; add others to rma.yaml afterwards',
  });
}

function fileGiven(name: string): RmaError {
  return new RmaError('RMA_USAGE_INVALID', `${name} is not the name of a directory`, {
    exitCode: EXIT.usage,
    hint: shell`to convert a Compose file: rma init --from-compose ${name}`,
  });
}

function shortPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below.startsWith('..') ? path : below;
}

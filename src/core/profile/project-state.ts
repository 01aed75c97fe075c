import * as z from 'zod/mini';
import type { HostGroup } from '../domain/config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text, wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import type { ServiceNames } from './service-names.ts';

/** What a project keeps between two commands: profiles added by option, the ports of its services, and what they run. */
export interface ProjectState {
  readonly schema: 'rma.project-state/v1';
  /** in the order in which they were added */
  readonly profiles: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly services?: ServiceNames | undefined;
  /** profile without a GPU → the profile that runs instead */
  readonly replaced?: Readonly<Record<string, string>> | undefined;
  readonly project?: string | undefined;
  /** directory of its rma.yaml, absolute; missing without one */
  readonly directory?: string | undefined;
  /** settings of options of `rma up` that later commands keep, as texts by key */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** host → the profiles that it runs, for a project that names its hosts */
  readonly assigned?: Readonly<Record<string, readonly string[]>> | undefined;
  /** host → revision of its entry in `assigned`; absent: 0 */
  readonly revisions?: Readonly<Record<string, number>> | undefined;
  /** profile → the hosts that run it together with this one */
  readonly groups?: Readonly<Record<string, HostGroup>> | undefined;
  /** whether `rma up` offered to start the services at boot */
  readonly bootOffered?: boolean | undefined;
}

/** The state of a project without a state file. */
export const NO_STATE: ProjectState = { schema: 'rma.project-state/v1', profiles: [], ports: {} };

const hostGroup: Schema<HostGroup> = z.object({
  variant: text(),
  hosts: z.array(text()),
  addresses: z.array(text()),
  rank: wholeNumber(0),
  interface: z.nullable(text()),
  portOffset: wholeNumber(0),
});

const projectState: Schema<ProjectState> = z.object({
  schema: z.literal(NO_STATE.schema),
  profiles: z.array(text()),
  ports: z.record(z.string(), wholeNumber(1)),
  services: z.optional(z.record(z.string(), text())),
  replaced: z.optional(z.record(z.string(), text())),
  project: z.optional(text()),
  directory: z.optional(text()),
  settings: z.optional(z.record(z.string(), z.string())),
  assigned: z.optional(z.record(z.string(), z.array(text()))),
  revisions: z.optional(z.record(z.string(), wholeNumber(1))),
  groups: z.optional(z.record(z.string(), hostGroup)),
  bootOffered: z.optional(z.boolean()),
});

/** Returns the text of `state.json`; the same state gives the same bytes. */
export function formatProjectState(state: Omit<ProjectState, 'schema'>): string {
  const {
    profiles,
    ports,
    services = {},
    replaced = {},
    project,
    directory,
    settings = {},
    assigned = {},
    revisions = {},
    groups = {},
    bootOffered,
  } = state;
  const content = {
    schema: NO_STATE.schema,
    ...(project !== undefined && { project }),
    ...(directory !== undefined && { directory }),
    profiles,
    ports: byName(ports),
    services: byName(services),
    // most projects have none
    ...(Object.keys(replaced).length > 0 && { replaced: byName(replaced) }),
    ...(Object.keys(settings).length > 0 && { settings: byName(settings) }),
    ...(Object.keys(assigned).length > 0 && { assigned: byName(assigned) }),
    ...(Object.keys(revisions).length > 0 && { revisions: byName(revisions) }),
    ...(Object.keys(groups).length > 0 && { groups: byName(groups) }),
    ...(bootOffered === true && { bootOffered }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Parses the text of `state.json`.
 * @throws RmaError RMA_STATE_INVALID exit 2
 */
export function parseProjectState(content: string, path: string): ProjectState {
  const parsed = parseJson(projectState, content);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_STATE_INVALID', `invalid state file ${path}: ${parsed.faults[0]}`, {
    exitCode: EXIT.usage,
    hint: shell`remove it: rm ${path}; then pass again what it recorded: --profile, --volume, and --project NAME if its directory was renamed`,
  });
}

function byName<T>(mapping: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)));
}

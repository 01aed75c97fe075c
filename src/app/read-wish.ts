import type { RmaConfig } from '../core/model/config.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';
import type { Selection } from '../core/model/selection.ts';
import { selectServices } from '../core/profile/select-services.ts';
import type { Box } from '../ports/box.ts';
import { projectFiles } from './box-settings.ts';
import { type ProjectState, readProjectState } from './project-state.ts';
import { readResolved } from './resolve-models.ts';
import { collectSecrets } from './secrets.ts';

export interface WishRequest {
  readonly config: RmaConfig;
  /** profiles named on the command line: they join the project's set */
  readonly profiles: readonly string[];
  /** ask the hubs again what the references mean */
  readonly refresh: boolean;
}

/** What a project asks for, as its own files say it. */
export interface Wish {
  readonly state: ProjectState;
  readonly selection: Selection;
  readonly secrets: ReadonlyMap<string, string>;
  /** what references are known to mean */
  readonly known: Readonly<Record<string, PinnedModel>>;
}

/**
 * Reads what the project asks for, without Docker and network: a typing error is told on a machine that has neither.
 * @throws RmaError of the data and the generated files (2)
 */
export async function readWish(box: Box, request: WishRequest): Promise<Wish> {
  const { config } = request;
  const state = await readProjectState(box.files, config.stateDir);
  const profiles = [...new Set([...config.profiles, ...state.profiles, ...request.profiles])];
  const selection = selectServices(await box.catalogue(config.profilesDir), profiles);
  const known = request.refresh ? {} : await readResolved(box, projectFiles(config).resolved);
  const secrets = await collectSecrets(box, config, selection, box.hostName);
  return { state, selection, secrets, known };
}

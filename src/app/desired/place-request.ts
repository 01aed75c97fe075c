import type { RmaConfig } from '../../core/domain/config.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Wish } from './read-request.ts';

/** What is to be placed on which GPUs. */
export interface PlaceRequest {
  readonly config: RmaConfig;
  readonly wish: Wish;
  /** profiles named on the command line: others that run stay as they are */
  readonly profiles: readonly string[];
  /** the project's containers */
  readonly containers: readonly ContainerFacts[];
  /** nothing is done with the plan: it is made without Docker too, as if nothing of rma ran */
  readonly withoutDocker?: boolean;
}

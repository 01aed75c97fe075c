import type { ImportModel } from '../../core/domain/import.ts';
import type { ModelImport } from '../../ports/model-import.ts';
import type { ModelLease } from '../../ports/model-store.ts';
import type { Content } from './fetch-contents.ts';
import { claimRoom, type RoomRequest } from './room.ts';

export interface ImportRoomOptions extends Omit<RoomRequest, 'model' | 'lease' | 'remaining'> {
  readonly imports: Pick<ModelImport, 'canLink'>;
  readonly found: ImportModel;
  /** in the order in which they are placed */
  readonly contents: readonly Content[];
  readonly lease: ModelLease;
}

/** Disk space for the content of a model that can be neither linked nor cloned. */
export class ImportRoom {
  readonly #options: ImportRoomOptions;
  readonly #copies = new Set<Content>();
  #isClaimed = false;

  constructor(options: ImportRoomOptions) {
    this.#options = options;
  }

  /**
   * Reserves space for content that is about to be copied to `path`; for the first one, also for all those after it that
   * cannot be linked.
   * @throws RmaError RMA_STORE_NO_ROOM (5)
   */
  async copying(content: Content, path: string): Promise<void> {
    const { imports, found, contents } = this.#options;
    this.#copies.add(content);
    if (this.#isClaimed) return;
    this.#isClaimed = true;
    for (const later of contents.slice(contents.indexOf(content) + 1))
      if (!(await imports.canLink(found, later.files[0], path))) this.#copies.add(later);
    const remaining = () => [...this.#copies].reduce((sum, { bytes }) => sum + bytes, 0);
    await claimRoom({ ...this.#options, model: found.model, remaining });
  }

  /** Ends the reservation of content, which is in the staging area. */
  placed(content: Content): void {
    this.#copies.delete(content);
  }
}

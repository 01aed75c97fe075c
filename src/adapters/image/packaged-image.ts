import { readFile } from 'node:fs/promises';
import { workerImageTag } from '../../core/image-tag.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { WorkerImage } from '../../ports/invocation.ts';

/** The build context in rma's package: a Dockerfile and the file tree of the image. */
export class PackagedImage implements WorkerImage {
  readonly context: string;

  constructor(context: string) {
    this.context = context;
  }

  async tag(base: string): Promise<string> {
    const [dockerfile, rootfs] = await Promise.all([
      readFile(`${this.context}/Dockerfile`),
      readFile(`${this.context}/rootfs.tar`),
    ]);
    return workerImageTag({ version: RMA_VERSION, dockerfile, rootfs, base });
  }
}

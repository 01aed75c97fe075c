import type { BundleImage } from '../core/domain/bundle.ts';
import type {
  BundlePlace,
  BundleTarget,
  BundleWork,
  ExtraFile,
  ExtraSources,
  ImageSource,
  WrittenBundle,
} from './bundles.ts';

export interface ExtraWork extends BundleWork {
  readonly extras: ExtraSources;
}

/** Reads and writes the parts of bundles that no store has: images, rma itself and the files of a project. */
export interface BundleFiles {
  /** Reads the archive of an image and hashes its files. @throws RmaError RMA_BUNDLE_IMAGE (1) */
  describe(
    reference: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<{ readonly archive: BundleImage['archive']; readonly contents: ImageSource['contents'] }>;
  /** Returns this installation of rma as an npm package, which has no dependencies. */
  ownPackage(): Promise<ExtraFile>;
  /** Adds images and files to a bundle in a directory. @throws RmaError as Bundles.write */
  complete(directory: string, work: ExtraWork): Promise<WrittenBundle>;
  /** Writes a bundle that comes as a tar stream, with images and files. @throws RmaError as Bundles.write */
  relay(
    stream: AsyncIterable<Uint8Array>,
    target: Exclude<BundleTarget, { readonly kind: 'directory' }>,
    work: BundleWork & {
      /** called once the stream has started */
      readonly extras: () => Promise<ExtraSources>;
    },
  ): Promise<WrittenBundle>;
  /**
   * Opens the images of a bundle: those that are needed are verified. Nothing else of the bundle is checked.
   * @throws RmaError RMA_BUNDLE_NOT_FOUND (2), RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE, RMA_BUNDLE_CORRUPT (6), RMA_STORE_*
   */
  open(place: BundlePlace, work: OpenWork): Promise<OpenImages>;
}

export interface OpenWork {
  /** directory for the images of a tar file or a stream while they are imported */
  readonly spool: string;
  /** Returns the images to load. @throws RmaError for images that cannot be loaded */
  readonly choose: (images: readonly BundleImage[]) => Promise<readonly BundleImage[]>;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface OpenImages {
  /** all images of the bundle */
  readonly images: readonly BundleImage[];
  /** those that are needed: verified, and not loaded yet */
  readonly needed: readonly BundleImage[];
  /** size of the needed images; layers that they share are counted once */
  readonly bytes: number;
  /** Returns the bytes of the archive of a needed image. */
  archive(image: BundleImage): AsyncIterable<Uint8Array>;
  /** of a stream: a bundle of its models, as a tar stream; null: the bundle can be read again */
  readonly models: AsyncIterable<Uint8Array> | null;
  /** Removes what was unpacked. */
  close(): Promise<void>;
}

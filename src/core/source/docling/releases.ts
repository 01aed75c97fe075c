/** A part of a model bundle: a repository of the Hugging Face hub, one file, or the files of an archive. */
export type DoclingPart = RepositoryPart | FilePart | ArchivePart;

/** All files of a repository, in the directory `ORG--NAME`. */
export interface RepositoryPart {
  readonly kind: 'repository';
  readonly repo: string;
  /** branch, tag or commit */
  readonly revision: string;
}

/** One file, under the last segment of its URL. */
export interface FilePart {
  readonly kind: 'file';
  readonly directory: string;
  readonly url: string;
  /** null: its publisher publishes none */
  readonly sha256: string | null;
}

/** All files of a zip archive. */
export interface ArchivePart {
  readonly kind: 'archive';
  readonly directory: string;
  readonly url: string;
  /** the model in the archive */
  readonly file: string;
  /** of the model */
  readonly md5: string;
}

/** What `docling-tools models download` of one release of docling downloads. */
export interface DoclingRelease {
  /** name → parts, in the order of docling */
  readonly models: Readonly<Record<string, readonly DoclingPart[]>>;
  /** the names that are downloaded without a name */
  readonly defaults: readonly string[];
}

const RAPIDOCR = 'https://www.modelscope.cn/models/RapidAI/RapidOCR/resolve/v3.10.0';
const EASYOCR = 'https://github.com/JaidedAI/EasyOCR/releases/download';

const CHARTS_V3 = repository(
  'ibm-granite/granite-vision-3.3-2b-chart2csv-preview',
  '6e1fbaae4604ecc85f4f371416d82154ca49ad67',
);
const CHARTS_V4 = repository('ibm-granite/granite-vision-4.1-4b', 'dd48e97503de471803850df70843cf9eb5da8712');

/**
 * Source: `docling/utils/model_downloader.py` of each release and the options that it reads; `default_models.yaml` of
 * rapidocr 3.10.0; `config.py` of easyocr 1.7.2. Speech models (`whisper_*`) are not part of `--all` and left out.
 */
export const DOCLING_RELEASES: Readonly<Record<string, DoclingRelease>> = {
  '2.143': {
    models: {
      layout: [
        repository('docling-project/docling-layout-heron'),
        repository('docling-project/docling-layout-heron-onnx'),
      ],
      tableformer: [repository('docling-project/docling-models', 'v2.3.0')],
      tableformerv2: [repository('docling-project/TableFormerV2')],
      code_formula: [repository('docling-project/CodeFormulaV2')],
      picture_classifier: [repository('docling-project/DocumentFigureClassifier-v2.5')],
      smolvlm: [repository('HuggingFaceTB/SmolVLM-256M-Instruct')],
      granitedocling: [repository('ibm-granite/granite-docling-258M')],
      granitedocling_mlx: [repository('ibm-granite/granite-docling-258M-mlx')],
      smoldocling: [repository('docling-project/SmolDocling-256M-preview')],
      smoldocling_mlx: [repository('docling-project/SmolDocling-256M-preview-mlx-bf16')],
      granite_vision: [repository('ibm-granite/granite-vision-3.3-2b')],
      granite_chart_extraction: [CHARTS_V4],
      granite_chart_extraction_v3_3: [CHARTS_V3],
      granite_chart_extraction_v4: [CHARTS_V4],
      rapidocr: [
        rapidOcr(
          'torch/PP-OCRv6/det/PP-OCRv6_det_small.pth',
          'fbdc74c97ea7b770ab22cbdc1bba01a52bdf1975efcf3442057356d622b05d54',
        ),
        rapidOcr(
          'torch/PP-OCRv4/cls/ch_ppocr_mobile_v2.0_cls_mobile.pth',
          'bfe13860824b3365c0c7f7ccfcddc8ff11645c60051739ff18bc9913f60c98e1',
        ),
        rapidOcr(
          'torch/PP-OCRv6/rec/PP-OCRv6_rec_small.pth',
          '0107b2ad694ccc9b1db7cf9ed3ffbc93d1795d9e08d9cf823127243a87bce516',
        ),
        rapidOcr('paddle/PP-OCRv6/rec/PP-OCRv6_rec_small/ppocrv6_dict.txt', null),
        rapidOcr(
          'onnx/PP-OCRv6/det/PP-OCRv6_det_small.onnx',
          '090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f',
        ),
        rapidOcr(
          'onnx/PP-OCRv4/cls/ch_ppocr_mobile_v2.0_cls_mobile.onnx',
          'e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c',
        ),
        rapidOcr(
          'onnx/PP-OCRv6/rec/PP-OCRv6_rec_small.onnx',
          '6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884',
        ),
      ],
      easyocr: [
        easyOcr('pre-v1.1.6/craft_mlt_25k', '2f8227d2def4037cdb3b34389dcf9ec1'),
        easyOcr('v1.3/english_g2', '5864788e1821be9e454ec108d61b887d'),
        easyOcr('v1.3/latin_g2', '469869130aad1a34e8f9086f4262bc59'),
      ],
      nemotron_ocr_v2: [repository('nvidia/nemotron-ocr-v2', '0e83e83f17943524b90afa6c0fd82ac2bc1a40ca')],
    },
    defaults: ['layout', 'tableformer', 'code_formula', 'picture_classifier', 'rapidocr'],
  },
};

function repository(repo: string, revision = 'main'): RepositoryPart {
  return { kind: 'repository', repo, revision };
}

function rapidOcr(path: string, sha256: string | null): FilePart {
  return { kind: 'file', directory: 'RapidOcr', url: `${RAPIDOCR}/${path}`, sha256 };
}

function easyOcr(path: string, md5: string): ArchivePart {
  const file = `${path.slice(path.lastIndexOf('/') + 1)}.pth`;
  return { kind: 'archive', directory: 'EasyOcr', url: `${EASYOCR}/${path}.zip`, file, md5 };
}

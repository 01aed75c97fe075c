import { RMA_VERSION } from '../core/version.ts';

process.stdout.write(`rma ${RMA_VERSION}\n`);

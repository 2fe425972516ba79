/** @module The configuration file. */

export interface ConfigFault {
  /** Keys from the top of the file, dotted. */
  path: string;
  line?: number;
  message: string;
}

/** Answer of `GET /api/config`: secrets are masked in `config` and in `text`. */
export interface ConfigView {
  path: string;
  etag: string;
  config: unknown;
  faults: ConfigFault[];
  /** What works, but perhaps not as meant. */
  notes: ConfigFault[];
  text: string;
}

/** An item of `GET /api/config/backups`: a copy of the configuration file. `time` in epoch ms. */
export interface BackupView {
  /** Without the folder: it lies beside the file. */
  name: string;
  time: number;
  bytes: number;
}

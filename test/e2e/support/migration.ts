import { Outputs } from './deployment';

/** The quorum queue that takes over from `orders`. */
export const SUCCESSOR = 'orders.2';

/** What a test varies of the clusters of `test/e2e/migration-app.ts`. */
export interface MigrationSettings {
  /** Prefix of all host names. */
  readonly prefix: string;
  readonly subnet: string;
  /**
   * `before`: a mirrored cluster alone. `moving`: a quorum queue in it and a new cluster, with shovels to both. `moved`:
   * without `orders` and its shovel.
   */
  readonly phase: 'before' | 'moving' | 'moved';
}

/** Outputs of that app, those of the new cluster from `moving` on. */
export interface MigrationOutputs extends Outputs {
  readonly new_amqp_endpoint: string;
  readonly new_administrator_password: string;
}

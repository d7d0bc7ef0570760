import { HandBack, WarrenStore } from '../../../lib/rabbitmq/warren';

/** What a test varies of the warren stack; see `test/e2e/warren-app.ts`. */
export interface WarrenSettings {
  readonly prefix: string;
  readonly subnet: string;
  readonly store?: WarrenStore;
  readonly handBack?: HandBack;
  readonly queues?: readonly string[];
}

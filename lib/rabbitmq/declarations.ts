import { ExchangeDefinition, PolicyDefinition, QueueDefinition } from '../config/definitions';
import { ISecret } from '../model/secret';

/** What is declared in a cluster, for those who link to it. */
export interface Declarations {
  hasVhost(vhost: string): boolean;
  /** Whether the exchange is declared or one that the broker makes. */
  hasExchange(vhost: string, name: string): boolean;
  /** Nothing when it is not declared. */
  queue(vhost: string, name: string): QueueDefinition | undefined;
  /** Everything of a kind, in the order in which it was declared. */
  exchangeList(): readonly ExchangeDefinition[];
  queueList(): readonly QueueDefinition[];
  policyList(): readonly PolicyDefinition[];
  /** Nothing when the user is not declared. */
  userPassword(user: string): ISecret | undefined;
  /** Whether the user may do anything in the vhost. */
  hasPermissions(user: string, vhost: string): boolean;
}

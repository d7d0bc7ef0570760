export * from './connections/connections';
export * from './connections/peer';
export * from './connections/port';
export { DockerPlatform, DockerPlatformProps } from './docker/docker-platform';
export { IImageSource, ImageName, ImageNames, Images } from './images';
export * from './model/errors';
export * from './model/host';
export { escapePattern } from './model/regular-expression';
export { ISecret, NamedSecret } from './model/secret';
export {
  describeReference,
  KmsSecretOptions,
  KmsSecretReference,
  OosParameterOptions,
  OosParameterReference,
  SecretFetchOptions,
  SecretReference,
} from './model/secret-reference';
export * from './model/topology';
export * from './platform';
export * from './proxy/haproxy-listener';
export * from './proxy/haproxy-pair';
export {
  HaproxyBalance,
  HaproxyCheck,
  HaproxyListenerConfig,
  HaproxyProbe,
  HaproxyServer,
  HaproxyStatistics,
  HaproxyTimeouts,
} from './config/haproxy-config';
export { VrrpTimers } from './config/keepalived';
export { DefinitionValue, DefinitionValues } from './config/definitions';
export { ShovelAckMode } from './config/static-shovels';
export { LogLevel, ResourceLimit } from './config/rabbitmq';
export { BindingOptions } from './rabbitmq/binding';
export * from './rabbitmq/broker-group';
export * from './rabbitmq/broker-group-props';
export * from './rabbitmq/cluster';
export * from './rabbitmq/cluster-props';
export { Declarations } from './rabbitmq/declarations';
export { ExchangeOptions, ExchangeType } from './rabbitmq/exchange';
export { FederationQueueType, UpstreamOptions } from './rabbitmq/federation';
export * from './rabbitmq/link-endpoint';
export { LinkedBrokers, LinkGraph, Place, Route, Source } from './rabbitmq/link-graph';
export { mirroredQueues, MirroringOptions, Promotion } from './rabbitmq/mirroring';
export { NodeAdditions } from './rabbitmq/node-additions';
export { NodeSettings } from './rabbitmq/node-configuration';
export { RabbitMqPlugin } from './rabbitmq/plugins';
export { ExactNames, NamePattern } from './rabbitmq/pattern';
export { PolicyOptions, PolicyScope } from './rabbitmq/policy';
export { QueueOptions } from './rabbitmq/queue';
export {
  ShovelEnd,
  ShovelExchange,
  ShovelOptions,
  ShovelQueue,
  StaticShovelOptions,
} from './rabbitmq/shovel';
export { PermissionOptions, UserOptions, UserTag } from './rabbitmq/user';
export { MetadataStore, QuorumPriorityLevels, RabbitMqVersion } from './rabbitmq/version';
export { QueueType, VhostOptions } from './rabbitmq/vhost';
export { HandBack, Warren, WarrenProps, WarrenStore } from './rabbitmq/warren';
export { Secret } from './secret';

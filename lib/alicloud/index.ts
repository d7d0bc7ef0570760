export * from './havip';
export * from './load-balancer';
export * from './load-balancer-listener';
export * from './network';
export * from './network-load-balancer';
export * from './provider-version';
export * from './security-group';

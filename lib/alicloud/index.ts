export * from './havip';
export * from './network';
export * from './provider-version';
export * from './security-group';

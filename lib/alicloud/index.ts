export * from './network';
export * from './provider-version';

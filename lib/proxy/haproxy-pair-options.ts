import { OptionNames } from '../model/options';
import type { HaproxyPairProps, StatisticsOptions, VrrpOptions } from './haproxy-pair';

export const STATISTICS_OPTIONS: OptionNames<StatisticsOptions> = {
  port: true,
  uri: true,
  refreshSeconds: true,
  user: true,
  password: true,
};
export const VRRP_OPTIONS: OptionNames<VrrpOptions> = {
  advertSeconds: true,
  missedAdverts: true,
  virtualRouterId: true,
  extraLines: true,
};
export const HAPROXY_PAIR_PROPS: OptionNames<HaproxyPairProps> = {
  platform: true,
  name: true,
  listeners: true,
  statistics: true,
  floatingAddress: true,
  addresses: true,
  vrrp: true,
  version: true,
  healthPort: true,
  reloadDrainSeconds: true,
  extraGlobalLines: true,
  extraDefaultsLines: true,
  memoryMiB: true,
  readyTimeoutSeconds: true,
  after: true,
};

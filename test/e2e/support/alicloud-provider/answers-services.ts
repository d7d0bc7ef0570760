import type { Answers } from './answers';
import { spelled } from './values';

/** What the cloud answers of access, keys, storage, logs and registries. */
export const SERVICES: Answers = {
  alicloud_cr_repo: ({ cloud }) => ({
    domain_list: {
      public: `registry.${cloud.region}.aliyuncs.com`,
      internal: `registry-internal.${cloud.region}.aliyuncs.com`,
      vpc: `registry-vpc.${cloud.region}.aliyuncs.com`,
    },
  }),
  alicloud_kms_key: ({ cloud, id }) => ({
    arn: `acs:kms:${cloud.region}:${cloud.accountId}:key/${id}`,
    creator: cloud.accountId,
    key_spec: 'Aliyun_AES_256',
    key_usage: 'ENCRYPT/DECRYPT',
    origin: 'Aliyun_KMS',
    status: 'Enabled',
  }),
  alicloud_kms_secret: ({ cloud, id }) => ({
    arn: `acs:kms:${cloud.region}:${cloud.accountId}:secret/${id}`,
    secret_type: 'Generic',
    version_stages: ['ACSCurrent'],
  }),
  alicloud_nas_mount_target: ({ id }) => ({
    mount_target_domain: id.slice(id.indexOf(':') + 1),
    network_type: 'Vpc',
    status: 'Active',
  }),
  alicloud_oos_secret_parameter: () => ({ type: 'Secret' }),
  alicloud_oss_bucket: ({ cloud }) => ({
    creation_date: '2026-01-05',
    extranet_endpoint: `oss-${cloud.region}.aliyuncs.com`,
    intranet_endpoint: `oss-${cloud.region}-internal.aliyuncs.com`,
    location: `oss-${cloud.region}`,
    owner: cloud.accountId,
  }),
  alicloud_ram_policy: () => ({ default_version: 'v1', type: 'Custom', version_id: 'v1' }),
  alicloud_ram_role: ({ cloud, known, id }) => ({
    arn: `acs:ram::${cloud.accountId}:role/${spelled(known['role_name']) || id}`,
    max_session_duration: 3600,
    role_id: '300000000000000001',
  }),
  alicloud_resource_manager_resource_group: ({ cloud }) => ({ account_id: cloud.accountId, status: 'OK' }),
};

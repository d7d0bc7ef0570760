import { gzipSync } from 'node:zlib';
import { unpackFiles } from '../../lib/docker/agent/deliver';
import { overlaps } from '../../lib/docker/agent/preflight';

describe('agent', () => {
  it('unpacks what Terraform packed', () => {
    const files = { '/etc/app.conf': 'text ${x}\n表' };
    expect(unpackFiles(gzipSync(JSON.stringify(files)).toString('base64'))).toEqual(files);
  });

  it.each([
    ['172.29.0.0/24', '172.29.0.0/24', true],
    ['172.29.0.0/24', '172.29.0.128/25', true],
    ['172.29.0.128/25', '172.29.0.0/16', true],
    ['172.29.0.0/24', '172.29.1.0/24', false],
    ['172.29.0.0/24', 'fd00::/64', false],
  ])('knows whether %s and %s overlap', (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
  });
});

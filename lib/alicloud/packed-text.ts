import { Fn, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { gzipSync } from 'node:zlib';

/** Terraform expression of the file at `path`, compressed and in base64; `text` is what Terraform reads, or a token of it. */
export function packedExpression(scope: Construct, path: string, text: string): string {
  const local = new TerraformLocal(scope, path.slice(1).replace(/\W+/g, '-'), text);
  return Fn.base64gzip(local.asString);
}

/** What that will be, but for how Terraform compresses. */
export function packedEstimate(text: string): string {
  return gzipSync(text).toString('base64');
}

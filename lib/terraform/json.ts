import { IResolveContext, Lazy } from 'cdktf';
import { TOKEN } from './text';

/**
 * JSON in whose texts tokens stand, such as `{"pattern":"<token>"}`, with the value of each escaped as the inside of a JSON
 * text: it may have quotes and backslashes. What is known at synth is escaped there, the rest by Terraform. Numbers need
 * none of it.
 */
export function jsonWithTokens(json: string): string {
  return json.replace(TOKEN, (token) =>
    Lazy.stringValue({ produce: (context) => insideOfText(context, token) }),
  );
}

function insideOfText(context: IResolveContext, token: string): string {
  const value = String(context.resolve(token));
  if (!value.includes('${')) return JSON.stringify(value).slice(1, -1);
  return `\${trimsuffix(trimprefix(jsonencode("${value}"), "\\""), "\\"")}`;
}

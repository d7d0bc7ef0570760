import { Lazy } from 'cdktf';

/** A token of cdktf in a text. */
export const TOKEN = /\$\{TfToken\[[^\]]*\]\}/g;
const TOKEN_OR_MARKER = /\$\{TfToken\[[^\]]*\]\}|[$%]\{/g;
/**
 * Lines of a text that stays one to read in what is synthesised. Terraform 1.11 takes 7 s for 8,500 lines, 29 s for 17,000, and
 * 1 s for the same as one literal.
 */
const MOST_LINES = 1500;

/**
 * `text` as a Terraform string that evaluates to exactly `text`: `${` and `%{` are doubled, tokens of cdktf stay what they
 * are. The one place where text is escaped; see "Template sequences" in the Terraform language's documentation. A long text
 * becomes one literal, since Terraform reads a template in the square of its lines.
 */
export function terraformText(text: string): string {
  if (lineCount(text) > MOST_LINES) return `\${${terraformLiteral(text)}}`;
  return text.replace(TOKEN_OR_MARKER, (match) => (match.length > 2 ? match : match.charAt(0) + match));
}

/**
 * `text` as a quoted literal, to stand within an expression; see "Quoted Strings" in the Terraform language's documentation.
 * What a token has at synth is escaped as well.
 */
export function terraformLiteral(text: string): string {
  const pieces = text.split(new RegExp(`(${TOKEN.source})`));
  // Every second one is a token.
  return `"${pieces.map((piece, index) => (index % 2 === 0 ? insideOfLiteral(piece) : resolved(piece))).join('')}"`;
}

function resolved(token: string): string {
  return Lazy.stringValue({
    produce: (context) => {
      const value = String(context.resolve(token));
      return value.includes('${') ? value : insideOfLiteral(value);
    },
  });
}

function insideOfLiteral(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/\\[bf]/g, (match) => (match === '\\b' ? '\\u0008' : '\\u000c'))
    .replace(/[$%]\{/g, (match) => match.charAt(0) + match);
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

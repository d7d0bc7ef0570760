const TOKEN_OR_MARKER = /\$\{TfToken\[[^\]]*\]\}|[$%]\{/g;

/**
 * `text` as a Terraform string that evaluates to exactly `text`: `${` and `%{` are doubled, tokens of cdktf stay what they
 * are. The one place where text is escaped; see "Template sequences" in the Terraform language's documentation.
 */
export function terraformText(text: string): string {
  return text.replace(TOKEN_OR_MARKER, (match) => (match.length > 2 ? match : match.charAt(0) + match));
}

// The lines of Terraform's long log that a person wants to see while it runs.

// eslint-disable-next-line no-control-regex -- terminal colours begin with the escape character
const COLOUR = /\u001b\[[0-9;]*m/g;
const PROGRESS =
  /: (Creation|Modifications|Destruction) complete|: Still |\(local-exec\): (?!Executing)|^(Plan|No changes|Apply complete|Destroy complete)|^Error/;

/**
 * Makes a filter for the log of one command: call it with each line; it returns the lines to show. Messages in a box are
 * shown as a whole when they are errors.
 */
export function createLogFilter() {
  let box;
  return (raw) => {
    const line = raw.replace(COLOUR, '').replace(/^(\S+ {2,}| +)(?=\S)/, '');
    if (line.startsWith('╷')) {
      box = [];
      return [];
    }
    if (box === undefined) return PROGRESS.test(line) ? [shorten(line)] : [];
    if (line.startsWith('│')) {
      box.push(line.slice(1).trimEnd().replace(/^ /, ''));
      return [];
    }
    const message = box;
    box = undefined;
    return message.some((text) => text.startsWith('Error')) ? message.filter((text) => text !== '') : [];
  };
}

function shorten(line) {
  return line
    .replace(/ \[id=.*\]$/, '')
    .replace(/ \(local-exec\):/, ':')
    .replace(/_[0-9A-F]{8}:/, ':');
}

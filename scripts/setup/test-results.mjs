// Numbers from a test run.

/**
 * Counts a report of vitest's JSON reporter; `code` is vitest's exit code. Anything but a passed test counts as failed:
 * a skipped one, a file that could not be loaded, an error outside of tests, and a run without any test. Resolves to
 * `{ passed, failed, reasons }`, the reasons for failures that no failed test shows.
 */
export function countResults(json, code) {
  const reasons = [];
  const files = parse(json)?.testResults;
  if (files === undefined) return { passed: 0, failed: 1, reasons: ['the tests ended without a result'] };
  let [passed, failed] = [0, 0];
  for (const { name, status, message, assertionResults } of files) {
    const skipped = assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed');
    const broken = assertionResults.filter((test) => test.status === 'failed');
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed += skipped.length + broken.length;
    for (const test of skipped) reasons.push(`${name}: ${test.fullName} was not run`);
    if (status === 'failed' && skipped.length + broken.length === 0) {
      failed += 1;
      reasons.push(`${name}: ${firstLine(message)}`);
    }
  }
  if (passed + failed === 0) {
    failed = 1;
    reasons.push('no test was found');
  } else if (code !== 0 && failed === 0) {
    failed = 1;
    reasons.push('an error happened outside of the tests');
  }
  return { passed, failed, reasons };
}

/** Sum over kinds of tests. */
export function total(results) {
  const sum = (key) => results.reduce((so, result) => so + result[key], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function firstLine(message) {
  return (message ?? '').split('\n').find((line) => line.trim() !== '') ?? 'failed outside of its tests';
}

// Jest's results as a person reads them: a line a file, failures in full, skips with their reasons,
// and last of all `N passed, N failed`.
import path from 'node:path';

export default class Reporter {
  #root;
  #skips = [];
  #failed = false;

  constructor(config) {
    this.#root = config.rootDir;
  }

  onTestResult(test, result) {
    const file = path.relative(this.#root, test.path);
    const time = ((result.perfStats.end - result.perfStats.start) / 1000).toFixed(1);
    const bad = result.numFailingTests > 0 || result.testExecError;
    console.log(`${bad ? 'FAILED' : 'ok    '}  ${file}  ${result.numPassingTests} passed  ${time} s`);
    if (bad) console.log(result.failureMessage ?? result.testExecError?.message ?? '');
    for (const one of result.testResults) {
      if (one.status === 'pending' || one.status === 'todo') this.#skips.push(`${file}: ${one.fullName}`);
    }
  }

  onRunComplete(_contexts, results) {
    if (this.#skips.length > 0) {
      console.log(`\nSkipped, with the reason in the name (${this.#skips.length}):`);
      for (const skip of this.#skips) console.log(`  ${skip}`);
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const forbidden = process.env.VIGIL_FORBID_SKIPS === '1' && this.#skips.length > 0;
    if (forbidden) console.log('VIGIL_FORBID_SKIPS=1: the skips above count as failures.');
    this.#failed = failed > 0 || forbidden;
    console.log(
      `\n${results.numPassedTests} passed, ${failed + (forbidden ? this.#skips.length : 0)} failed`,
    );
  }

  getLastError() {
    return this.#failed ? new Error('tests failed, or a forbidden skip') : undefined;
  }
}

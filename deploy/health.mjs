// What the container's health check runs: exit code 0 where /readyz says that everything it needs works, else 1 with
// what does not on standard output, which `docker inspect` shows.
const ANSWER_WITHIN_MS = 5_000;
const port = process.env.VIGIL_PORT || '7100';

try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (!answer.ok) {
    const { checks = [] } = await answer.json();
    console.log(checks.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem}`] : [])).join('\n'));
  }
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`no answer on port ${port}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}

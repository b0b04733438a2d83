/**
 * `describe` for a suite that needs a real server, whose address stands in an environment variable such as
 * VIGIL_TEST_ELASTICSEARCH_URL; without it the suite is skipped, with the reason in its name.
 */
export function describeWithEngine(
  name: string,
  engine: { readonly name: string; readonly variable: string },
  suite: (address: string) => void,
): void {
  const address = process.env[engine.variable];
  if (address) {
    describe(name, () => suite(address));
    return;
  }
  describe.skip(`${name} (no ${engine.name}: set ${engine.variable} or npm run engines -- up ${engine.name})`, () => {
    it('needs the server', () => undefined);
  });
}

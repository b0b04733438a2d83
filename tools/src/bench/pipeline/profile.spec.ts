import { profileOf } from './profile.js';

const frame = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });

test('self time by function, of the time that was not idle, in the words of the packages', () => {
  const { busyShare, lines } = profileOf({
    nodes: [
      frame(1, '(idle)'),
      frame(2, 'handle', 'file:///somewhere/vigil/libs/classifier/dist/verdicts/classifier.js'),
      frame(3, 'encode', 'file:///somewhere/node_modules/kafkajs/src/protocol/encoder.js'),
      frame(4, '(garbage collector)'),
      frame(5, 'emit', 'node:events'),
    ],
    samples: [1, 1, 2, 2, 2, 3, 3, 4, 5],
    timeDeltas: [1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 500],
  });
  expect(busyShare).toBeCloseTo(6.5 / 8.5);
  expect(lines.map(({ where }) => where)).toEqual([
    'handle, libs/classifier/verdicts/classifier.js',
    'encode, kafkajs/src/protocol/encoder.js',
    'garbage collection',
    'emit, node:events',
  ]);
  expect(lines[0]?.share).toBeCloseTo(3 / 6.5);
});

test('what a process waited for a processor counts for no function', () => {
  const { lines } = profileOf({
    nodes: [frame(1, 'short', 'node:a'), frame(2, 'long', 'node:b')],
    samples: [1, 2, 2, 2],
    timeDeltas: [80_000, 1_000, 1_000, 1_000],
  });
  expect(lines[0]?.where).toBe('long, node:b');
});

import { describe, expect, it } from '@jest/globals';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { parse, SourceDraft, VigilError } from '@vigil/contracts';
import { asAnswer } from './error-filter.js';

describe('an error as an HTTP answer', () => {
  it('keeps code, message, whether a retry helps, and the fields at fault', () => {
    try {
      parse(SourceDraft, { id: 'Bad Id' }, 'source');
      throw new Error('was accepted');
    } catch (error) {
      const { status, body } = asAnswer(error);
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'bad-input', retriable: false });
      expect(body.message).toContain('id: lower-case letters, digits and dashes, 1 to 63 characters');
      expect(body.fields?.map((f) => f.path)).toEqual(
        expect.arrayContaining(['id', 'name', 'locator', 'justification']),
      );
    }
  });

  it.each([
    [new VigilError('stale-version', 'changed meanwhile'), 409, 'stale-version'],
    [new VigilError('engine-unavailable', 'down', { retriable: true }), 503, 'engine-unavailable'],
    [new NotFoundException('Cannot GET /api/nothing'), 404, 'not-found'],
    [new BadRequestException('odd'), 400, 'bad-input'],
    [Object.assign(new Error('Request body is too large'), { statusCode: 413 }), 413, 'too-large'],
  ])('%s', (error, status, code) => {
    expect(asAnswer(error)).toMatchObject({ status, body: { code } });
  });

  it('tells nothing of what we did not foresee', () => {
    const { status, body } = asAnswer(new Error('password=hunter2 at /home/someone'));
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|home/);
  });
});

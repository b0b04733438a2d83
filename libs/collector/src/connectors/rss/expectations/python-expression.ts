/**
 * The small part of Python in which the public feedparser tests say what they expect, for example
 * `not bozo and entries[0]['title'] == u'Example'`. Test support alone.
 */
export type Expression =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'path'; readonly path: readonly (string | number)[] }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'record'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'not'; readonly of: Expression }
  | { readonly type: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly type: 'len'; readonly of: Expression }
  | {
      readonly type: 'compare';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: string; readonly to: Expression }[];
    };

const TOKEN =
  /\s*(?:([ub]?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|[()[\]{},.:<>]))/suy;

export function parseExpression(source: string): Expression {
  const tokens = tokenise(source);
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const take = (expected?: string) => {
    const token = tokens[at++] ?? '';
    if (expected !== undefined && token !== expected)
      throw new SyntaxError(`expected ${expected}, got ${token} in ${source}`);
    return token;
  };
  const or = (): Expression => chain('or', and);
  const and = (): Expression => chain('and', not);
  const chain = (word: 'and' | 'or', next: () => Expression): Expression => {
    const of = [next()];
    while (peek() === word) {
      take();
      of.push(next());
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { type: word, of };
  };
  const not = (): Expression => {
    if (peek() !== 'not') return comparison();
    take();
    return { type: 'not', of: not() };
  };
  const comparison = (): Expression => {
    const first = primary();
    const rest: { operator: string; to: Expression }[] = [];
    while (['==', '!=', '<', '>', '<=', '>=', 'is', 'in', 'not'].includes(peek())) {
      let operator = take();
      if (operator === 'is' && peek() === 'not') operator += ` ${take()}`;
      if (operator === 'not') operator += ` ${take('in')}`;
      rest.push({ operator, to: primary() });
    }
    return rest.length === 0 ? first : { type: 'compare', first, rest };
  };
  const items = (end: string): Expression[] => {
    const list: Expression[] = [];
    while (peek() !== end) {
      list.push(or());
      if (peek() === ',') take();
      else break;
    }
    take(end);
    return list;
  };
  const primary = (): Expression => {
    const token = take();
    if (token === '(') {
      const list = items(')');
      const before = tokens[at - 2];
      return list.length === 1 && before !== ',' && list[0] !== undefined
        ? list[0]
        : { type: 'list', items: list };
    }
    if (token === '[') return { type: 'list', items: items(']') };
    if (token === '{') {
      const entries: [Expression, Expression][] = [];
      while (peek() !== '}') {
        const key = or();
        take(':');
        entries.push([key, or()]);
        if (peek() === ',') take();
      }
      take('}');
      return { type: 'record', entries };
    }
    if (/^[ub]?["']/.test(token)) {
      let text = stringValue(token);
      while (/^[ub]?["']/.test(peek())) text += stringValue(take());
      return { type: 'value', value: text };
    }
    if (/^-?\d/.test(token)) return { type: 'value', value: Number(token) };
    if (token in CONSTANTS) return { type: 'value', value: CONSTANTS[token] };
    if (token === 'len') {
      take('(');
      const of = or();
      take(')');
      return { type: 'len', of };
    }
    const path: (string | number)[] = [token];
    for (;;) {
      if (peek() === '.') {
        take();
        path.push(take());
      } else if (peek() === '[') {
        take();
        const key = primary();
        if (key.type !== 'value') throw new SyntaxError(`a computed key in ${source}`);
        path.push(typeof key.value === 'number' ? key.value : String(key.value));
        take(']');
      } else return { type: 'path', path };
    }
  };
  const expression = or();
  if (at < tokens.length) throw new SyntaxError(`${tokens[at]} is left over in ${source}`);
  return expression;
}

const CONSTANTS: Readonly<Record<string, unknown>> = { None: null, True: true, False: false };

function tokenise(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new SyntaxError(`not understood: ${source.slice(from)}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

function stringValue(token: string): string {
  return token
    .replace(/^[ub]/, '')
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
      (_, x?: string, u?: string, long?: string, one?: string) => {
        const hex = x ?? u ?? long;
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
        return { n: '\n', t: '\t', r: '\r' }[one ?? ''] ?? one ?? '';
      },
    );
}

/** Every path an expression asks about. */
export function pathsOf(expression: Expression): (readonly (string | number)[])[] {
  switch (expression.type) {
    case 'path':
      return [expression.path];
    case 'value':
      return [];
    case 'list':
      return expression.items.flatMap(pathsOf);
    case 'record':
      return expression.entries.flatMap(([key, value]) => [...pathsOf(key), ...pathsOf(value)]);
    case 'not':
    case 'len':
      return pathsOf(expression.of);
    case 'and':
    case 'or':
      return expression.of.flatMap(pathsOf);
    case 'compare':
      return [expression.first, ...expression.rest.map((one) => one.to)].flatMap(pathsOf);
  }
}

/** The expression's value where names are looked up by `find` (undefined: there is none). */
export function evaluate(
  expression: Expression,
  find: (path: readonly (string | number)[]) => unknown,
): unknown {
  const value = (inner: Expression) => evaluate(inner, find);
  switch (expression.type) {
    case 'value':
      return expression.value;
    case 'path':
      return find(expression.path);
    case 'list':
      return expression.items.map(value);
    case 'record':
      return Object.fromEntries(expression.entries.map(([key, inner]) => [String(value(key)), value(inner)]));
    case 'not':
      return !isTrue(value(expression.of));
    case 'len': {
      const of = value(expression.of);
      return Array.isArray(of) || typeof of === 'string' ? of.length : Number.NaN;
    }
    case 'and':
      return expression.of.every((inner) => isTrue(value(inner)));
    case 'or':
      return expression.of.some((inner) => isTrue(value(inner)));
    case 'compare': {
      let left = value(expression.first);
      for (const { operator, to } of expression.rest) {
        const right = value(to);
        if (!compare(left, operator, right)) return false;
        left = right;
      }
      return true;
    }
  }
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  switch (operator) {
    case '==':
    case 'is':
      return JSON.stringify(left) === JSON.stringify(right);
    case '!=':
    case 'is not':
      return JSON.stringify(left) !== JSON.stringify(right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    case '<':
      return Number(left) < Number(right);
    case '>':
      return Number(left) > Number(right);
    case '<=':
      return Number(left) <= Number(right);
    case '>=':
      return Number(left) >= Number(right);
    default:
      throw new SyntaxError(`unknown operator ${operator}`);
  }
}

function contains(holder: unknown, item: unknown): boolean {
  if (typeof holder === 'string') return holder.includes(String(item));
  if (Array.isArray(holder)) return holder.some((one) => JSON.stringify(one) === JSON.stringify(item));
  return typeof holder === 'object' && holder !== null && String(item) in holder;
}

export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/**
 * A trie in one array (J. Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure", IEEE TSE
 * 15(9), 1989), four numbers a state so that a step touches one cache line: base, parent, fail, output.
 * A state is its position times CELL; the root is 0.
 */
export const CELL = 4;
export const PARENT = 1;
export const FAIL = 2;
export const OUTPUT = 3;
export const ROOT = 0;
const NONE = -1;

/** Slots looked at before a state with several children goes to the end: keeps the build linear, the array 95% full. */
const TRIES = 48;

/** Words over classes: word `i` is classes[offsets[i], offsets[i + 1]). Sorted, without repeats, none empty. */
export interface Words {
  readonly classes: Uint16Array;
  readonly offsets: Uint32Array;
  readonly count: number;
  /** Classes are 1 to `width` − 1. */
  readonly width: number;
}

/** The states in the order of their depth: what a breadth-first pass over the finished trie needs. */
export interface Levels {
  readonly states: Int32Array;
  /** A word that runs through the state; its first `depth` classes lead there. */
  readonly words: Int32Array;
  readonly depths: Uint16Array;
}

export interface Trie {
  readonly cells: Int32Array;
  readonly levels: Levels;
  /** The state at which each word ends. */
  readonly ends: Int32Array;
}

/** Free slots as a doubly linked list inside the cells that are free: next in FAIL, previous in OUTPUT. */
class Slots {
  cells: Int32Array;
  private size: number;
  private used = 0;
  private head = NONE;
  private tail = NONE;

  constructor(capacity: number) {
    this.cells = new Int32Array(0);
    this.size = 0;
    this.grow(capacity);
  }

  private grow(capacity: number): void {
    const cells = new Int32Array(capacity * CELL);
    cells.set(this.cells);
    for (let slot = this.size; slot < capacity; slot++) {
      const cell = slot * CELL;
      cells[cell + PARENT] = NONE;
      cells[cell + FAIL] = slot + 1 < capacity ? slot + 1 : NONE;
      cells[cell + OUTPUT] = slot > this.size ? slot - 1 : this.tail;
    }
    if (this.tail === NONE) this.head = this.size;
    else cells[this.tail * CELL + FAIL] = this.size;
    this.tail = capacity - 1;
    this.cells = cells;
    this.size = capacity;
  }

  take(slot: number, parent: number): void {
    const { cells } = this;
    const cell = slot * CELL;
    const next = cells[cell + FAIL] as number;
    const previous = cells[cell + OUTPUT] as number;
    if (previous === NONE) this.head = next;
    else cells[previous * CELL + FAIL] = next;
    if (next === NONE) this.tail = previous;
    else cells[next * CELL + OUTPUT] = previous;
    cells[cell] = 0;
    cells[cell + PARENT] = parent;
    cells[cell + FAIL] = ROOT;
    cells[cell + OUTPUT] = 0;
    if (slot >= this.used) this.used = slot + 1;
  }

  /** A base under which all of `children` (classes in any order) are free, and at least 0. */
  base(children: Uint16Array, count: number, width: number): number {
    if (this.used + 2 * width >= this.size || this.head === NONE) this.grow(this.size * 2 + 2 * width);
    const first = children[0] as number;
    let slot = this.head;
    for (let tries = 0; tries < TRIES && slot !== NONE; tries++) {
      const base = slot - first;
      if (base >= 0 && this.fits(base, children, count)) return base;
      slot = this.cells[slot * CELL + FAIL] as number;
    }
    let smallest = first;
    for (let child = 1; child < count; child++) smallest = Math.min(smallest, children[child] as number);
    return Math.max(0, this.used - smallest);
  }

  private fits(base: number, children: Uint16Array, count: number): boolean {
    for (let child = 1; child < count; child++) {
      const slot = base + (children[child] as number);
      if (slot >= this.size || this.cells[slot * CELL + PARENT] !== NONE) return false;
    }
    return true;
  }

  /** The cells in use, and `width` more, so that a step from any state stays inside. */
  finish(width: number): Int32Array {
    const cells = new Int32Array((this.used + width) * CELL).fill(NONE);
    cells.set(this.cells.subarray(0, this.used * CELL));
    return cells;
  }
}

/** A stack of numbers that grows. */
class Numbers {
  values = new Int32Array(4_096);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const values = new Int32Array(this.length * 2);
      values.set(this.values);
      this.values = values;
    }
    this.values[this.length++] = value;
  }

  pop(): number {
    return this.values[--this.length] as number;
  }
}

/** Builds the trie depth first, so that the states of one word lie beside each other. Linear in the words' length. */
export function buildTrie(words: Words): Trie {
  const { classes, offsets, count, width } = words;
  const slots = new Slots(Math.max(1_024, Math.ceil(classes.length * 0.9)) + 2 * width);
  const ends = new Int32Array(count);
  const states = new Numbers();
  const through = new Numbers();
  const depths = new Numbers();
  const children = new Uint16Array(width);
  const bounds = new Int32Array(width + 1);
  const stack = new Numbers();
  slots.take(0, NONE);
  if (count > 0) for (const value of [0, count, 0, 0]) stack.push(value);
  while (stack.length > 0) {
    const depth = stack.pop();
    const state = stack.pop();
    const right = stack.pop();
    let left = stack.pop();
    if ((offsets[left] as number) + depth === offsets[left + 1]) {
      ends[left] = state * CELL;
      left++;
    }
    let found = 0;
    let last = 0;
    for (let word = left; word < right; word++) {
      const each = classes[(offsets[word] as number) + depth] as number;
      if (each !== last) {
        children[found] = each;
        bounds[found++] = word;
        last = each;
      }
    }
    if (found === 0) continue;
    bounds[found] = right;
    const base = slots.base(children, found, width);
    slots.cells[state * CELL] = base * CELL;
    for (let child = 0; child < found; child++) slots.take(base + (children[child] as number), state * CELL);
    for (let child = found - 1; child >= 0; child--) {
      const next = base + (children[child] as number);
      states.push(next * CELL);
      through.push(bounds[child] as number);
      depths.push(depth + 1);
      stack.push(bounds[child] as number);
      stack.push(bounds[child + 1] as number);
      stack.push(next);
      stack.push(depth + 1);
    }
  }
  return { cells: slots.finish(width), levels: byDepth(states, through, depths), ends };
}

function byDepth(states: Numbers, through: Numbers, depths: Numbers): Levels {
  const total = states.length;
  let deepest = 0;
  for (let at = 0; at < total; at++) deepest = Math.max(deepest, depths.values[at] as number);
  const place = new Uint32Array(deepest + 2);
  for (let at = 0; at < total; at++) place[(depths.values[at] as number) + 1]!++;
  for (let depth = 1; depth < place.length; depth++) place[depth]! += place[depth - 1] as number;
  const levels = {
    states: new Int32Array(total),
    words: new Int32Array(total),
    depths: new Uint16Array(total),
  };
  for (let at = 0; at < total; at++) {
    const depth = depths.values[at] as number;
    const to = place[depth]!++;
    levels.states[to] = states.values[at] as number;
    levels.words[to] = through.values[at] as number;
    levels.depths[to] = depth;
  }
  return levels;
}

// Many nodes as small cells on a canvas. Each cell is a byte: its state (of nine) and hue (of seven) as one number in six bits, then one bit for a
// node that is off and one for a cordoned node (see `cells.rs`). Only cells that changed are drawn again.

const HUES = ['rev0', 'rev1', 'rev2', 'rev3', 'rev4', 'rev5', 'edge'];
const NONE = 0, PENDING = 1, CREATING = 2, RUNNING = 3, READY = 4, AVAILABLE = 5, TERMINATING = 6, BROKEN = 7, SUCCEEDED = 8;
/** How many there are; `cells.rs` has the same number. */
const STATES = 9;
const DASHES = { [NONE]: [2, 2], [PENDING]: [1, 2], [CREATING]: [3, 2], [RUNNING]: [3, 2], [READY]: [3, 2], [TERMINATING]: [1, 2] };
const FILLED = [READY, AVAILABLE, BROKEN];

/** Draws the cells of a group. `size` is a cell's side, `gap` the room between two, `columns` how many stand in a row. */
export function draw(canvas, cells, columns, size, gap, theme) {
  const ratio = globalThis.devicePixelRatio || 1;
  const form = [cells.length, columns, size, ratio, theme, getComputedStyle(canvas).colorScheme].join();
  const step = size + gap;
  const context = canvas.getContext('2d');
  const before = canvas.form === form ? canvas.cells : null;
  if (!before) {
    const [width, height] = [columns * step - gap, Math.ceil(cells.length / columns) * step - gap];
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
    [canvas.form, canvas.pictures] = [form, new Map()];
  }
  for (let i = 0; i < cells.length; i += 1) {
    if (before && before[i] === cells[i]) continue;
    const [x, y] = [Math.round((i % columns) * step * ratio), Math.round(Math.floor(i / columns) * step * ratio)];
    const picture = pictureOf(canvas, cells[i], size, ratio);
    if (before) context.clearRect(x, y, picture.width, picture.height);
    context.drawImage(picture, x, y);
  }
  canvas.cells = cells.slice();
}

/** How many columns there is room for. */
export function columns(canvas, size, gap) {
  return Math.max(1, Math.floor((canvas.parentElement.clientWidth + gap) / (size + gap)));
}

/** The cell that a pointer is on, or -1. */
export function at(canvas, event, columns, size, gap) {
  const { left, top } = canvas.getBoundingClientRect();
  const [column, row] = [Math.floor((event.clientX - left) / (size + gap)), Math.floor((event.clientY - top) / (size + gap))];
  const index = row * columns + column;
  return column >= 0 && column < columns && row >= 0 && index < (canvas.cells?.length ?? 0) ? index : -1;
}

function pictureOf(canvas, cell, size, ratio) {
  let picture = canvas.pictures.get(cell);
  if (!picture) {
    picture = document.createElement('canvas');
    picture.width = picture.height = Math.round(size * ratio);
    const style = getComputedStyle(canvas);
    const probe = canvas.parentElement.querySelector('.probe');
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    paint(picture.getContext('2d'), cell, size, ratio, colour, style);
    canvas.pictures.set(cell, picture);
  }
  return picture;
}

function paint(context, cell, size, ratio, colour) {
  const [state, hue, off, cordoned] = [(cell & 63) % STATES, HUES[Math.floor((cell & 63) / STATES)], cell & 64, cell & 128];
  const main = colour(state === NONE ? 'edge' : hue);
  context.scale(ratio, ratio);
  context.beginPath();
  context.roundRect(.75, .75, size - 1.5, size - 1.5, size / 5);
  context.fillStyle = off ? colour('sunken') : colour(FILLED.includes(state) && hue !== 'edge' ? `${hue}-weak` : 'surface');
  context.fill();
  if (off) {
    context.save();
    context.clip();
    context.strokeStyle = colour('line');
    context.lineWidth = 2;
    for (let x = -size; x < size; x += 5) line(context, [[x, size], [x + size, 0]]);
    context.restore();
    context.beginPath();
    context.roundRect(.75, .75, size - 1.5, size - 1.5, size / 5);
  }
  context.lineWidth = size > 16 ? 1.5 : 1;
  context.strokeStyle = state === NONE ? colour('line') : main;
  context.setLineDash(DASHES[state] ?? []);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = context.strokeStyle = state === BROKEN ? colour('bad') : main;
  glyph(context, state, size / 2, size * .23);
  if (cordoned) {
    context.fillStyle = colour('warn');
    circle(context, size - 3, 3, 2.5);
    context.fill();
  }
}

/** The shape of a state, around the middle `m`, with the radius `r`. */
function glyph(context, state, m, r) {
  context.lineWidth = Math.max(1, r / 2.2);
  if (state === AVAILABLE) {
    circle(context, m, m, r);
    context.fill();
  } else if (state === READY || state === RUNNING) {
    circle(context, m, m, r);
    context.stroke();
    context.beginPath();
    context.moveTo(m, m);
    context.arc(m, m, r, -Math.PI / 2, state === READY ? Math.PI : Math.PI / 2);
    context.fill();
  } else if (state === CREATING || state === PENDING) {
    context.setLineDash(state === CREATING ? [r, r * .6] : [r * .3, r * .8]);
    circle(context, m, m, r);
    context.stroke();
  } else if (state === TERMINATING) {
    line(context, [[m - r, m], [m + r, m]]);
  } else if (state === BROKEN) {
    line(context, [[m - r, m - r], [m + r, m + r]]);
    line(context, [[m + r, m - r], [m - r, m + r]]);
  } else if (state === SUCCEEDED) {
    line(context, [[m - r, m], [m - r / 4, m + r * .7], [m + r, m - r * .7]]);
  }
}

function circle(context, x, y, r) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
}

function line(context, points) {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

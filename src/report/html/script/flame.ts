/**
 * Flame graphs to work with: views by side and by caller, zoom, search, keyboard. What is drawn first stands in the page
 * already and looks the same; here it is drawn again from all places the page has, however narrow.
 */
import { rowHeight } from '../../flame/drawing.js';
import { thinRow } from '../../flame/layout.js';
import { tones } from '../../flame/marks.js';
import { flameOrder, flameSide } from '../../flame/words.js';

export const flameScript = String.raw`
  const svgNamespace = document.querySelector('svg').namespaceURI;
  const rowHeight = ${rowHeight};
  const narrowest = 0.5;
  const thinRow = ${thinRow};
  const labelled = 26;
  const tones = ${JSON.stringify(tones)};
  const orders = ${JSON.stringify(flameOrder)};
  const sides = ${JSON.stringify(flameSide)};

  function create(name, attributes) {
    const element = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  /** Where each place's subtree ends, and how wide it is by side. */
  function readTree({ depth, of, base, head, width }) {
    const end = new Array(depth.length);
    const parent = new Array(depth.length);
    const open = [];
    for (let at = 0; at <= depth.length; at++) {
      while (open.length > 0 && (at === depth.length || depth[open.at(-1)] >= depth[at])) end[open.pop()] = at;
      if (at === depth.length) break;
      parent[at] = open.length > 0 ? open.at(-1) : -1;
      open.push(at);
    }
    return { depth, of, base, head, parent, end, sizes: { both: width, base, head } };
  }

  /** Left edges and widths as fractions of the root's. */
  function place(tree, side) {
    const size = tree.sizes[side];
    const whole = size[0] || 1;
    const left = new Array(size.length).fill(0);
    const next = new Array(size.length).fill(0);
    for (let at = 0; at < size.length; at++) {
      const parent = tree.parent[at];
      if (parent >= 0) {
        left[at] = next[parent];
        next[parent] += size[at] / whole;
      }
      next[at] = left[at];
    }
    return { left, width: size.map((one) => one / whole) };
  }

  function setUpFlame(figure) {
    const data = JSON.parse(figure.querySelector('script').textContent);
    const drawing = figure.querySelector('svg.flame');
    const [tools, detail] = [figure.querySelector('.tools'), figure.querySelector('.detail')];
    const [input, reset, found] = [tools.querySelector('[type=search]'), tools.querySelector('.reset'), tools.querySelector('.found')];
    const inverted = tools.querySelector('[type=checkbox]');
    const trees = { calls: readTree(data.calls), callers: readTree(data.callers) };
    let tree = trees.calls;
    let side = 'both';
    let layout = place(tree, side);
    let [zoomed, current] = [0, 0];
    let hits = new Set();
    let [elements, indices] = [new Map(), new Map()];

    function title(at) {
      const [name, where, , proof] = data.functions[tree.of[at]];
      const costs = nanoseconds(tree.base[at]) + ' → ' + nanoseconds(tree.head[at]) + ' per ' + data.unit + ' (' + costChange(tree.base[at], tree.head[at]) + ')';
      return [name, where, costs, proof].filter(Boolean);
    }

    function cell(at, x, share, pixels, above) {
      const [name, , kind = 'unproven'] = data.functions[tree.of[at]];
      const classes = kind + (above ? ' above' : '') + (hits.has(tree.of[at]) ? ' hit' : '');
      const lines = title(at);
      const element = create('svg', {
        class: classes, x: x + '%', y: tree.depth[at] * rowHeight, width: share + '%', height: rowHeight - 1,
        role: 'treeitem', 'aria-level': tree.depth[at] + 1, 'aria-label': lines.join(', '), tabindex: at === current ? 0 : -1,
      });
      const tip = create('title', {});
      tip.textContent = lines.join('\n');
      element.append(tip, create('rect', { width: '100%', height: '100%' }));
      if (tones[kind] === 'dearer') element.append(create('rect', { class: 'edge', width: '100%', height: 3 }));
      if (tones[kind] === 'cheaper') element.append(create('rect', { class: 'edge', y: rowHeight - 4, width: '100%', height: 3 }));
      const label = create('text', pixels < labelled ? { x: 5, y: 14, class: 'narrow' } : { x: 5, y: 14 });
      label.textContent = (kind === 'unproven' ? '' : data.signs[kind] + ' ') + name;
      element.append(label);
      elements.set(at, element);
      indices.set(element, at);
      return element;
    }

    /** Places that are wide enough to be seen, and those above the one that is zoomed to. */
    function draw() {
      const hadFocus = indices.has(document.activeElement);
      const pixels = drawing.getBoundingClientRect().width || 800;
      const { left, width } = layout;
      [elements, indices] = [new Map(), new Map()];
      const whole = width[zoomed] || 1;
      const seen = [];
      const taken = [];
      let deepest = tree.depth[zoomed];
      for (let at = zoomed; at < tree.end[zoomed]; at++) {
        const share = width[at] / whole;
        if (at !== zoomed && share * pixels < narrowest) {
          at = tree.end[at] - 1;
          continue;
        }
        const row = tree.depth[at];
        taken[row] = (taken[row] || 0) + share;
        const tone = tones[data.functions[tree.of[at]][2]];
        if (taken[row] >= thinRow || tone || hits.has(tree.of[at])) deepest = Math.max(deepest, row);
        seen.push(at);
      }
      const above = [];
      for (let at = tree.parent[zoomed]; at >= 0; at = tree.parent[at]) above.unshift(at);
      const cells = above.map((at) => cell(at, 0, 100, pixels, true));
      for (const at of seen) {
        if (tree.depth[at] > deepest) continue;
        const share = width[at] / whole;
        const x = ((left[at] - left[zoomed]) / whole) * 100;
        cells.push(cell(at, Math.max(0, +x.toFixed(3)), +Math.min(100, share * 100).toFixed(3), share * pixels, false));
      }
      if (!elements.has(current)) {
        current = zoomed;
        elements.get(current).setAttribute('tabindex', '0');
      }
      drawing.replaceChildren(...cells);
      const rows = (deepest + 1) * rowHeight;
      // A zoom must not move what the reader looks at.
      drawing.setAttribute('height', zoomed === 0 ? rows : Math.max(rows, Number(drawing.getAttribute('height'))));
      if (hadFocus) elements.get(current).focus({ preventScroll: true });
      reset.disabled = zoomed === 0;
    }

    function tell(at) {
      detail.textContent = title(at).join(' · ');
    }

    function zoom(at) {
      zoomed = at;
      draw();
      tell(at);
    }

    function select(at) {
      elements.get(current)?.setAttribute('tabindex', '-1');
      current = at;
      elements.get(at).setAttribute('tabindex', '0');
      tell(at);
    }

    function neighbour(key) {
      if (key === 'Home') return zoomed;
      if (key === 'ArrowUp') return tree.parent[current];
      const shown = [...elements.keys()].sort((a, b) => a - b);
      if (key === 'ArrowDown') {
        // Above the zoomed place there is one way down only.
        const isAbove = current < zoomed && tree.end[current] > zoomed;
        return shown.find((at) => tree.parent[at] === current && (!isAbove || tree.end[at] > zoomed));
      }
      const row = shown.filter((at) => tree.depth[at] === tree.depth[current]);
      return row[row.indexOf(current) + (key === 'ArrowRight' ? 1 : -1)];
    }

    function search() {
      const wanted = input.value.trim().toLowerCase();
      hits = new Set();
      if (wanted !== '') data.functions.forEach(([name], index) => { if (name.toLowerCase().includes(wanted)) hits.add(index); });
      let [share, frames, covered] = [0, 0, 0];
      for (let at = 0; at < tree.of.length; at++) {
        if (!hits.has(tree.of[at]) || layout.width[at] === 0) continue;
        frames += 1;
        if (at < covered) continue;
        share += layout.width[at] * 100;
        covered = tree.end[at];
      }
      draw();
      found.textContent = wanted === '' ? '' : frames === 0 ? 'no frame found' :
        frames + (frames === 1 ? ' frame, ' : ' frames, ') + share.toFixed(1) + ' % of the width';
    }

    function view() {
      const wanted = inverted.checked ? trees.callers : trees.calls;
      if (wanted !== tree) [zoomed, current] = [0, 0];
      tree = wanted;
      side = tools.querySelector('[type=radio]:checked').value;
      layout = place(tree, side);
      figure.querySelector('.order').textContent = orders[inverted.checked ? 'callers' : 'calls'];
      figure.querySelector('.side').textContent = sides[side];
      if (layout.width[zoomed] === 0) zoomed = 0;
      search();
      tell(zoomed);
    }

    drawing.addEventListener('click', (event) => {
      const at = indices.get(event.target.closest('svg'));
      if (at === undefined) return;
      select(at);
      zoom(at === zoomed ? 0 : at);
    });
    // Not when it comes to lie over another cell because cells are drawn anew: the keyboard may be at work.
    drawing.addEventListener('pointermove', (event) => {
      const at = indices.get(event.target.closest('svg'));
      if (at !== undefined) tell(at);
    });
    // On the figure, because a listener for these would make the drawing itself a stop of the keyboard.
    figure.addEventListener('focusin', (event) => {
      const at = indices.get(event.target);
      if (at !== undefined) select(at);
    });
    figure.addEventListener('keydown', (event) => {
      if (!indices.has(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter' || event.key === ' ') zoom(current);
      else if (event.key === 'Escape') zoom(0);
      else if (/^(Arrow(Up|Down|Left|Right)|Home)$/.test(event.key)) (elements.get(neighbour(event.key)) || elements.get(current)).focus();
      else return;
      event.preventDefault();
    });
    reset.addEventListener('click', () => zoom(0));
    input.addEventListener('input', search);
    for (const choice of tools.querySelectorAll('[type=radio],[type=checkbox]')) {
      // A browser may remember what was chosen before the page was loaded again.
      choice.checked = choice.defaultChecked;
      choice.addEventListener('change', view);
    }
    addEventListener('resize', draw);

    drawing.setAttribute('role', 'tree');
    drawing.setAttribute('aria-label', drawing.getAttribute('aria-label') + ' Arrow keys move, Enter zooms, Escape resets.');
    drawing.classList.add('live');
    tools.hidden = false;
    detail.hidden = false;
    draw();
  }
`;

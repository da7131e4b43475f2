/**
 * What the page can do beyond reading it: zoom, search and keyboard in the flame graphs. Everything it works on stands
 * in the drawing already; without it the page says the same.
 */
export const script = `
'use strict';
(() => {
  const percent = (value) => Number(value.toFixed(3)) + '%';

  function readCells(drawing) {
    return [...drawing.children].map((element) => ({
      element,
      label: element.querySelector('text'),
      title: element.querySelector('title').textContent,
      x: parseFloat(element.getAttribute('x')),
      width: parseFloat(element.getAttribute('width')),
      top: Number(element.getAttribute('y')),
      shown: true,
    }));
  }

  const inside = (cell, other) => cell.x >= other.x - 0.002 && cell.x + cell.width <= other.x + other.width + 0.002;

  function setUp(figure) {
    const drawing = figure.querySelector('svg.flame');
    const [tools, detail] = [figure.querySelector('.tools'), figure.querySelector('.detail')];
    const [input, reset, found] = [tools.querySelector('input'), tools.querySelector('.reset'), tools.querySelector('.found')];
    const cells = readCells(drawing);
    const byElement = new Map(cells.map((cell) => [cell.element, cell]));
    const rowHeight = cells.length > 1 ? Math.min(...cells.map((cell) => cell.top).filter((top) => top > 0)) : 20;
    let zoomed = cells[0];
    let current = cells[0];

    function draw() {
      const pixels = drawing.getBoundingClientRect().width || 800;
      for (const cell of cells) {
        const above = cell.top < zoomed.top && inside(zoomed, cell);
        cell.shown = above || (cell.top >= zoomed.top && inside(cell, zoomed));
        cell.element.style.display = cell.shown ? '' : 'none';
        if (!cell.shown) continue;
        const share = above ? 100 : (cell.width / zoomed.width) * 100;
        cell.element.setAttribute('x', percent(above ? 0 : ((cell.x - zoomed.x) / zoomed.width) * 100));
        cell.element.setAttribute('width', percent(share));
        cell.element.classList.toggle('above', above);
        cell.label.classList.toggle('narrow', (share / 100) * pixels < 26);
      }
      reset.disabled = zoomed === cells[0];
    }

    function zoom(cell) {
      zoomed = cell;
      draw();
      tell(cell);
    }

    function tell(cell) {
      detail.textContent = cell.title.split('\\n').join(' · ');
    }

    function select(cell) {
      current.element.setAttribute('tabindex', '-1');
      current = cell;
      cell.element.setAttribute('tabindex', '0');
      tell(cell);
    }

    function neighbour(key) {
      const visible = cells.filter((cell) => cell.shown);
      if (key === 'Home') return zoomed;
      if (key === 'ArrowUp') return visible.find((cell) => cell.top === current.top - rowHeight && inside(current, cell));
      if (key === 'ArrowDown') return visible.find((cell) => cell.top === current.top + rowHeight && inside(cell, current));
      const row = visible.filter((cell) => cell.top === current.top).sort((a, b) => a.x - b.x);
      return row[row.indexOf(current) + (key === 'ArrowRight' ? 1 : -1)];
    }

    function search() {
      const wanted = input.value.trim().toLowerCase();
      let share = 0;
      let frames = 0;
      let covered = [];
      for (const cell of cells) {
        const hit = wanted !== '' && cell.title.split('\\n')[0].toLowerCase().includes(wanted);
        cell.element.classList.toggle('hit', hit);
        if (!hit) continue;
        frames += 1;
        if (covered.some((other) => inside(cell, other))) continue;
        covered.push(cell);
        share += cell.width;
      }
      found.textContent = wanted === '' ? '' : frames === 0 ? 'no frame found' :
        frames + (frames === 1 ? ' frame, ' : ' frames, ') + share.toFixed(1) + ' % of the width';
    }

    drawing.addEventListener('click', (event) => {
      const cell = byElement.get(event.target.closest('svg'));
      if (!cell) return;
      select(cell);
      zoom(cell === zoomed ? cells[0] : cell);
    });
    drawing.addEventListener('pointerover', (event) => {
      const cell = byElement.get(event.target.closest('svg'));
      if (cell) tell(cell);
    });
    // On the figure, because a listener for these would make the drawing itself a stop of the keyboard.
    figure.addEventListener('focusin', (event) => {
      const cell = byElement.get(event.target);
      if (cell) select(cell);
    });
    figure.addEventListener('keydown', (event) => {
      if (!byElement.has(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter' || event.key === ' ') zoom(current);
      else if (event.key === 'Escape') zoom(cells[0]);
      else if (/^(Arrow(Up|Down|Left|Right)|Home)$/.test(event.key)) (neighbour(event.key) || current).element.focus();
      else return;
      event.preventDefault();
    });
    reset.addEventListener('click', () => zoom(cells[0]));
    input.addEventListener('input', search);
    addEventListener('resize', draw);

    drawing.setAttribute('role', 'tree');
    drawing.setAttribute('aria-label', drawing.getAttribute('aria-label') + ' Arrow keys move, Enter zooms, Escape resets.');
    drawing.classList.add('live');
    for (const cell of cells) {
      cell.element.setAttribute('role', 'treeitem');
      cell.element.setAttribute('aria-level', String(cell.top / rowHeight + 1));
      cell.element.setAttribute('aria-label', cell.title.split('\\n').join(', '));
      cell.element.setAttribute('tabindex', cell === current ? '0' : '-1');
    }
    tools.hidden = false;
    detail.hidden = false;
    draw();
  }

  for (const figure of document.querySelectorAll('.flame-figure')) setUp(figure);
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
`;
